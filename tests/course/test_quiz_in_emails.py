"""A quiz ends a lesson: each answer is a button in the HTML and a lettered link in the plain text."""

from __future__ import annotations

import re
from html import unescape

import pytest

from course.folder import load
from course.model import Course
from course.personal.placeholders import Email
from course.sample import Samples
from tests.course.check.small import COURSE, a_lesson, small_course

ODD = "'< & > \\ “é” \u05e9 **b** [x](y) { one }'"
QUIZ = f"""\
quiz:
  id: soil
  question: What holds "water"?
  answers:
    - text: {ODD}
      explanation: No.
    - text: Soil
      right: true
      explanation: "EXPLAINED: worms."
"""
START = "https://example.com/quiz/sample/soil"


def email(changes: dict[str, str] | None = None) -> Email:
    files = small_course({**a_lesson("Look down.", settings=QUIZ.rstrip()), **(changes or {})})
    course: Course = load(files)
    return Samples(course, files).email(course.lessons[0])


def buttons(html: str) -> list[tuple[str, str]]:
    """The address and the words of each link to an answer."""
    links = re.findall(r'<a[^>]*href="([^"]*/quiz/[^"]*)"[^>]*>(.*?)</a>', html, re.DOTALL)
    return [(unescape(address), unescape(words).strip()) for address, words in links]


def test_each_answer_is_a_lettered_button() -> None:
    odd = ODD.strip("'")
    assert buttons(email().html) == [(f"{START}/a", f"a) {odd}"), (f"{START}/b", "b) Soil")]


def test_each_answer_is_a_lettered_link_in_plain_text() -> None:
    text = email().text
    assert 'One question\n------------\n\nWhat holds "water"?\n\na) ' in text
    assert f"a) {ODD.strip(chr(39))}\n   {START}/a\n\nb) Soil\n   {START}/b\n" in text


def test_an_email_does_not_give_the_answer_away() -> None:
    both = email()
    assert "EXPLAINED" not in both.html + both.text


def test_a_lesson_without_a_quiz_asks_nothing() -> None:
    files = small_course()
    course = load(files)
    made = Samples(course, files).email(course.lessons[0])
    assert "One question" not in made.html + made.text


@pytest.mark.parametrize("part", ["html", "text"])
def test_the_quiz_stands_before_the_sources(part: str) -> None:
    made = email(a_lesson("Soil [@on-soil#what-soil-is-1].", settings=QUIZ.rstrip()))
    content = getattr(made, part)
    assert content.index("/quiz/") < content.index("Sources")


def test_answers_begin_at_the_right_in_a_language_that_does() -> None:
    assert 'align="right"' in email({"course.toml": COURSE.replace('"en"', '"ar"')}).html


def test_an_answer_has_a_letter_of_the_language() -> None:
    arabic = buttons(email({"course.toml": COURSE.replace('"en"', '"ar"')}).html)
    assert [words.split(") ")[0] for _, words in arabic] == ["أ", "ب"]
    hebrew = buttons(email({"course.toml": COURSE.replace('"en"', '"he"')}).html)
    assert [words.split(") ")[0] for _, words in hebrew] == ["a", "b"]
