"""An answer's link shows whether the answer is right, and why; looking at it changes nothing."""

from __future__ import annotations

from html import unescape

import pytest

from course.folder import load
from course.model import Quiz
from tests.sender.web.sample import School, get, links_in, post, product_path, request

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


def with_quiz(id_: str) -> dict[str, bytes]:
    """The bundled course with a welcome that asks."""
    files = product_path()
    start, mark, rest = files["lessons/welcome.md"].partition(b"\n---\n")
    return {**files, "lessons/welcome.md": start + b"\n" + QUIZ.replace("<ID>", id_).encode() + mark[1:] + rest}


@pytest.fixture
def link(school: School) -> str:
    """The address of the quiz in a welcome that one person got, without the answer."""
    school.publish(with_quiz("first"))
    school.enrol(1, confirmed=True)
    school.tick()
    return f"{school.links(1)['quiz']}/first"


def test_each_answer_in_the_email_leads_to_its_page(school: School, link: str) -> None:
    answers = [one for one in links_in(school.emails()[0]) if "/quiz/" in one]
    assert answers == [f"{link}/a", f"{link}/b"]


def test_the_right_answer_is_told_with_its_reason(link: str) -> None:
    text = get(f"{link}/b").text
    assert "<h1>That is right</h1>" in text
    assert "<strong>Two</strong>" in text
    assert "Two it is." in text


def test_a_wrong_answer_is_told_with_its_reason_and_leads_to_the_others(link: str) -> None:
    text = get(f"{link}/a").text
    assert "<h1>Not quite</h1>" in text
    assert "It is <i>not</i>." in unescape(text)
    assert '<a href="b">Two</a>' in text
    assert "Two it is." not in text


def test_what_a_quiz_says_is_never_markup(link: str) -> None:
    text = get(f"{link}/a").text
    assert "<script" not in text
    assert "{ one } &lt;script&gt;" in text
    assert "&lt;b&gt;first&lt;/b&gt; &amp; last?" in text


@pytest.mark.parametrize("spot", ["first/c", "first/", "first/A", "other/a", "first", "first/a/b", "%2e%2e/a"])
def test_what_was_not_asked_is_not_found(link: str, spot: str) -> None:
    assert get(f"{link.removesuffix('/first')}/{spot}").status == 404


def test_a_token_for_leaving_opens_no_quiz(school: School, link: str) -> None:
    leave = school.links(1)["unsubscribe"].rpartition("/")[2]
    assert get(f"{school.base_url}/quiz/{leave}/first/b").status == 404


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_nothing_is_recorded_yet(school: School, link: str, method: str) -> None:
    before = school.everything()
    assert request(method, f"{link}/a").status == (405 if method == "POST" else 200)
    assert school.everything() == before


def test_it_stays_as_it_was_sent_when_the_course_changes(school: School, link: str) -> None:
    school.publish(with_quiz("another"))
    assert get(f"{link}/b").status == 200


def test_who_has_left_can_still_answer_and_who_is_erased_cannot(school: School, link: str) -> None:
    post(school.links(1)["unsubscribe"])
    assert get(f"{link}/b").status == 200
    school.ask("UPDATE subscriber SET email = '', email_key = NULL, first_name = '', erased_at = 1")
    assert get(f"{link}/b").status == 410


def test_every_answer_of_the_bundled_course_has_its_page(school: School) -> None:
    course = load(product_path())
    quizzes: list[Quiz] = [lesson.quiz for lesson in course.lessons if lesson.quiz is not None]
    assert quizzes
    school.enrol(1, confirmed=True)
    school.tick()
    start = school.links(1)["quiz"]
    assert {get(f"{start}/{quiz.id}/{one.letter}").status for quiz in quizzes for one in quiz.answers} == {200}
