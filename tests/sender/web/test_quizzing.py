"""An answer's link shows the question with that answer chosen; the button keeps it, and the page says why."""

from __future__ import annotations

import logging
import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import pytest

from course.folder import load
from course.model import Quiz
from sender.store import database as store
from tests.sender.stage import SLOTS, a_course, a_lesson
from tests.sender.web.sample import (
    NOW,
    Answer,
    School,
    a_school,
    get,
    links_in,
    post,
    product_path,
    request,
    served,
    words,
)

QUIZ = """\
quiz:
  id: <ID>
  question: What is <b>first</b> & last?
  answers:
    - text: "{ one } <script>"
      explanation: It is <i>not</i>.
    - text: Two
      right: true
      explanation: Two it is.
"""
TURNED = """\
quiz:
  id: first
  question: What is first?
  answers:
    - text: Three
      right: true
      explanation: Three by now.
    - text: One
      explanation: It never was.
"""


def with_quiz(id_: str) -> dict[str, bytes]:
    """The bundled course with a welcome that asks."""
    return welcome_with(QUIZ.replace("<ID>", id_))


def welcome_with(quiz: str) -> dict[str, bytes]:
    files = product_path()
    start, mark, rest = files["lessons/welcome.md"].partition(b"\n---\n")
    return {**files, "lessons/welcome.md": start + b"\n" + quiz.encode() + mark[1:] + rest}


@pytest.fixture
def link(school: School) -> str:
    """The address of the quiz in a welcome that one person got, without the answer."""
    school.publish(with_quiz("first"))
    school.enrol(1, confirmed=True)
    school.tick()
    return f"{school.links(1)['quiz']}/first"


def send(link: str, letter: str | None = None) -> Answer:
    """Press the button on the page of an answer, with that one chosen or another."""
    return post(link, b"" if letter is None else f"answer={letter}".encode())


def kept(school: School) -> list[tuple[object, ...]]:
    return school.ask("SELECT enrolment_id, quiz, answer FROM quiz_answer ORDER BY 1, 2")


def heading(answer: Answer) -> str:
    [found] = re.findall(r"<h1>(.*?)</h1>", answer.text, re.DOTALL)
    return str(found)


def chosen(answer: Answer) -> list[str]:
    """The letters that are chosen on the page."""
    return re.findall(r'value="(\w)"[^>]* checked', answer.text)


def test_each_answer_in_the_email_leads_to_its_page(school: School, link: str) -> None:
    answers = [one for one in links_in(school.emails()[0]) if "/quiz/" in one]
    assert answers == [f"{link}/a", f"{link}/b"]


@pytest.mark.parametrize("letter", ["a", "b"])
def test_its_page_asks_again_with_that_answer_chosen_and_tells_nothing(link: str, letter: str) -> None:
    answer = get(f"{link}/{letter}")
    assert (answer.status, heading(answer)) == (200, "One question")
    assert chosen(answer) == [letter]
    assert re.findall(r'type="radio" name="answer" value="(\w)"', answer.text) == ["a", "b"]
    assert answer.text.count("<button") == 1
    assert '<form method="post">' in answer.text
    assert "Two it is" not in answer.text
    assert "It is <i>not</i>" not in unescape(answer.text)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_keeps_nothing(school: School, link: str, method: str) -> None:
    before = school.everything()
    assert request(method, f"{link}/a").status == 200
    assert school.everything() == before


def test_the_button_keeps_the_right_answer_and_says_why_it_is(school: School, link: str) -> None:
    answer = send(f"{link}/b", "b")
    assert (answer.status, heading(answer)) == (200, "That is right")
    assert "<strong>Two</strong>" in answer.text
    assert "Two it is." in words(answer)
    assert kept(school) == [(1, "first", "b")]


def test_a_wrong_answer_is_told_with_its_reason_and_the_others_can_be_read(school: School, link: str) -> None:
    answer = send(f"{link}/a", "a")
    assert heading(answer) == "Not quite"
    assert "It is <i>not</i>." in words(answer)
    [other] = re.findall(r"<details>(.*?)</details>", answer.text, re.DOTALL)
    assert "Two" in other
    assert "That is right." in other
    assert "Two it is." in other
    assert kept(school) == [(1, "first", "a")]


def test_another_answer_can_be_chosen_on_the_page(school: School, link: str) -> None:
    assert heading(send(f"{link}/a", "b")) == "That is right"
    assert kept(school) == [(1, "first", "b")]


def test_a_post_without_a_choice_sends_the_answer_that_the_link_is_of(school: School, link: str) -> None:
    assert heading(send(f"{link}/b")) == "That is right"
    assert kept(school) == [(1, "first", "b")]


def test_a_later_answer_takes_the_place_of_an_earlier_one(school: School, link: str) -> None:
    send(f"{link}/a")
    school.now = NOW + timedelta(hours=1)
    page = get(f"{link}/b")
    assert "You have answered “{ one } <script>” before. Another answer takes its place." in words(page)
    send(f"{link}/b")
    assert kept(school) == [(1, "first", "b")]
    assert school.ask("SELECT at FROM quiz_answer") == [(int(school.now.timestamp()),)]


def test_a_choice_that_there_is_not_is_told_beside_the_question(school: School, link: str) -> None:
    before = school.everything()
    for letter in ("c", "", "B", "<script>", "%00"):
        answer = send(f"{link}/a", letter)
        assert answer.status == 422
        assert 'aria-invalid="true" aria-describedby="fault"' in answer.text
        assert "Choose one of the answers." in words(answer)
        assert "<script" not in answer.text
        assert chosen(answer) == []
    assert school.everything() == before


def test_what_a_quiz_says_is_never_markup(link: str) -> None:
    for text in (get(f"{link}/a").text, send(f"{link}/a").text, send(f"{link}/b").text):
        assert "<script" not in text
        assert "{ one } &lt;script&gt;" in text
        assert "&lt;b&gt;first&lt;/b&gt; &amp; last?" in text


@pytest.mark.parametrize("spot", ["first/c", "first/", "first/A", "other/a", "first", "first/a/b", "%2e%2e/a", "%00/a"])
def test_what_was_not_asked_is_not_found(school: School, link: str, spot: str) -> None:
    before = school.everything()
    for method in ("GET", "POST"):
        assert request(method, f"{link.removesuffix('/first')}/{spot}", b"answer=a").status == 404
    assert school.everything() == before


def test_a_token_for_leaving_or_of_another_person_opens_no_quiz(school: School, link: str) -> None:
    before = school.everything()
    leave = school.links(1)["unsubscribe"].rpartition("/")[2]
    token = school.links(1)["view"].rpartition("/")[2]
    for forged in (leave, token.replace("1.", "2.", 1), token[:-1], "1"):
        for method in ("GET", "POST"):
            assert request(method, f"{school.base_url}/quiz/{forged}/first/b").status == 404
    assert school.everything() == before


def test_a_letter_means_what_it_meant_in_the_email(school: School, link: str) -> None:
    school.publish(welcome_with(TURNED))
    assert "Three" not in get(f"{link}/b").text
    assert heading(send(f"{link}/b")) == "That is right"
    school.enrol(2, confirmed=True)
    school.tick()
    assert heading(send(f"{school.links(2)['quiz']}/first/b")) == "Not quite"
    assert "1 right" in words(get(f"{school.links(1)['view']}/all"))
    assert "0 right" in words(get(f"{school.links(2)['view']}/all"))


def test_a_question_that_the_course_has_no_more_can_still_be_answered(school: School, link: str) -> None:
    school.publish(product_path())
    assert get(f"{link}/b").status == 200
    assert heading(send(f"{link}/b")) == "That is right"
    assert kept(school) == [(1, "first", "b")]
    assert "answered 0 of" in words(get(f"{school.links(1)['view']}/all"))


def test_a_question_that_came_to_the_course_later_is_that_of_the_live_edition(school: School, link: str) -> None:
    school.publish(with_quiz("another"))
    other = link.replace("/first", "/another")
    assert heading(send(f"{other}/b")) == "That is right"
    assert kept(school) == [(1, "another", "b")]


def test_who_has_left_can_still_answer_and_who_is_erased_cannot(school: School, link: str) -> None:
    post(school.links(1)["unsubscribe"])
    assert get(f"{link}/b").status == 200
    assert send(f"{link}/b").status == 200
    assert kept(school) == [(1, "first", "b")]
    school.ask("UPDATE subscriber SET email = '', email_key = NULL, first_name = '', erased_at = 1")
    school.ask("DELETE FROM quiz_answer")
    assert get(f"{link}/b").status == 410
    assert send(f"{link}/b").status == 410
    assert kept(school) == []


def test_a_confirmation_asks_nothing(school: School) -> None:
    school.publish(with_quiz("first"))
    school.enrol(1)
    school.tick()
    link = f"{school.links(1)['quiz']}/first/b"
    assert (get(link).status, send(link).status, kept(school)) == (404, 404, [])


def test_every_answer_of_the_bundled_course_has_its_page(school: School) -> None:
    course = load(product_path())
    quizzes: list[Quiz] = [lesson.quiz for lesson in course.lessons if lesson.quiz is not None]
    assert quizzes
    school.enrol(1, confirmed=True)
    school.tick()
    start = school.links(1)["quiz"]
    assert {get(f"{start}/{quiz.id}/{one.letter}").status for quiz in quizzes for one in quiz.answers} == {200}


def test_the_answer_comes_with_how_far_they_are_and_the_ways_on(school: School) -> None:
    lessons = {
        f"lessons/0{n}-{name}.md": a_lesson(name, settings=QUIZ.replace("<ID>", name))
        for n, name in enumerate(("one", "two", "three"), start=1)
    }
    school.publish(a_course("one", "two", "three", files=lessons))
    school.enrol(1, course="letters", confirmed=True)
    for slot in SLOTS[:2]:
        school.now = slot
        school.tick()
    send(f"{school.links(1)['quiz']}/one/a")
    answer = send(f"{school.links(2)['quiz']}/two/b")
    text = words(answer)
    assert "Lesson 2 of 3" in text
    assert "You have had 2 of 3 lessons of “Letters”." in text
    assert "You have answered 2 of 3 questions, and got 1 right." in text
    addresses = re.findall(r'<li><a href="([^"]*)"', answer.text)
    page = f"{school.links(2)['quiz']}/two/"
    token = school.links(2)["view"].rpartition("/")[2]
    assert addresses == [f"../../../lessons/{token}/read/two", f"../../../lessons/{token}/all"]
    assert {get(urljoin(page, address)).status for address in addresses} == {200}


def test_a_locked_database_is_a_sentence_and_the_answer_can_be_sent_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_BUSY_TIMEOUT_MS", 10)
    with a_school(tmp_path) as school, served(school):
        school.publish(with_quiz("first"))
        school.enrol(1, confirmed=True)
        school.tick()
        link = f"{school.links(1)['quiz']}/first/b"
        with closing(sqlite3.connect(tmp_path / "school.db", isolation_level=None)) as holder:
            holder.execute("BEGIN IMMEDIATE")
            answer = send(link)
        assert (answer.status, answer.headers["retry-after"]) == (503, "30")
        assert kept(school) == []
        assert send(link).status == 200


def test_the_log_names_nobody(school: School, link: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        send(f"{link}/b")
    assert "enrolment 1 answered the question first" in caplog.text
    assert link.rpartition("/quiz/")[2].partition("/")[0] not in caplog.text
    assert "@example.com" not in caplog.text
