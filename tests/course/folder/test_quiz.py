"""A quiz stands in a lesson's front matter: a question, answers of which one is right, and a reason for each."""

from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from course.errors import CourseError, CourseErrors, Place
from course.folder import load
from course.folder.lesson_file import parse_lesson
from course.model import Quiz
from tests.course.check.small import small_course

FILE = "lessons/03-first-steps.md"
QUIZ = """\
quiz:
  id: first-steps
  question: Which comes first?
  answers:
    - text: The second
      explanation: It comes after the first.
    - text: The first
      right: true
      explanation: Nothing comes before it.
"""


def parsed(quiz: str = QUIZ) -> Quiz | None:
    return parse_lesson(FILE, f"---\nsubject: Steps\npreheader: One by one.\n{quiz}---\nText.\n".encode()).quiz


def changed(old: str, new: str) -> str:
    assert QUIZ.count(old) == 1, old
    return QUIZ.replace(old, new)


def test_it_says_all_that_the_front_matter_says() -> None:
    quiz = parsed()
    assert quiz is not None
    assert (quiz.id, quiz.question, quiz.place) == ("first-steps", "Which comes first?", Place(FILE, 4))
    assert [(one.letter, one.text, one.right) for one in quiz.answers] == [
        ("a", "The second", False),
        ("b", "The first", True),
    ]
    assert quiz.answers[1].explanation == "Nothing comes before it."


def test_a_lesson_may_do_without() -> None:
    assert parsed("") is None


def test_an_answer_is_found_by_its_letter() -> None:
    quiz = parsed()
    assert quiz is not None
    assert quiz.answer("b") is quiz.answers[1]
    assert [quiz.answer(letter) for letter in ("c", "", "A", "ab")] == [None] * 4


@pytest.mark.parametrize(
    ("quiz", "line", "message"),
    [
        ("quiz: yes\n", 4, "`quiz` must be a table."),
        ("quiz:\n", 4, "`quiz` must be a table."),
        (changed("  id: first-steps\n", ""), 4, "[quiz] has no `id`."),
        (changed("first-steps", "First steps"), 5, "`First steps` is not a quiz's id."),
        (changed("first-steps", "a" * 101), 5, "is not a quiz's id."),
        (changed("  question: Which comes first?\n", ""), 4, "[quiz] has no `question`."),
        (changed("Which comes first?", "'{{ subscriber.role }}?'"), 6, "`question` holds Jinja."),
        (changed("The second", "'{% if x %}'"), 8, "`text` holds Jinja."),
        (changed("It comes", "'[@x#y]' # It comes"), 9, "`explanation` holds a citation."),
        (changed("    - text: The second\n      explanation: It comes after the first.\n", ""), 7, "this one has 1."),
        (changed("  answers:\n", "  answer:\n"), 7, "`answer` is not a setting of [quiz]."),
        (changed("      explanation: It comes after the first.\n", ""), 8, "An answer has no `explanation`."),
        (changed("      right: true\n", ""), 7, "No answer of the quiz is right."),
        (changed("right: true", "right: yes, it is"), 11, "`right` must be true or false."),
        (changed("      explanation: It", "      right: true\n      explanation: It"), 12, "2 answers of the quiz are"),
        (changed("The first\n", "the SECOND\n"), 10, "Two answers of the quiz have the same words."),
        (QUIZ + "    - A third\n", 13, "This is not an answer."),
        (QUIZ.partition("    -")[0].replace("answers:", "answers: two"), 7, "This is not an answer."),
        (changed("  question:", "  id: again\n  question:"), 6, "`id` stands here twice."),
    ],
)
def test_a_mistake_is_told_with_its_line(quiz: str, line: int, message: str) -> None:
    with pytest.raises(CourseError) as caught:
        parsed(quiz)
    assert message in caught.value.message
    assert caught.value.place == Place(FILE, line)
    assert caught.value.fix


def test_two_quizzes_of_one_id_are_told() -> None:
    lesson = f"---\nsubject: Steps\npreheader: One by one.\n{QUIZ}---\nText.\n"
    with pytest.raises(CourseErrors) as caught:
        load(small_course({"lessons/07-one.md": lesson, "lessons/08-two.md": lesson}))
    assert [error.place for error in caught.value.errors] == [Place("lessons/08-two.md", 4)]
    assert caught.value.message == "The quiz `first-steps` already stands in lessons/07-one.md:4."


WORDS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1)
TEXTS = st.lists(WORDS, min_size=1, max_size=5).map(" ".join).filter(lambda text: not re.search(r"\{[{%#]|\[@", text))


@given(st.lists(TEXTS, min_size=2, max_size=6, unique_by=str.casefold))
def test_any_plain_words_are_kept(texts: list[str]) -> None:
    answers = [{"text": text, "explanation": text, "right": "false"} for text in texts]
    answers[-1]["right"] = "true"
    document = {"quiz": {"id": "any", "question": texts[0], "answers": answers}}
    quiz = parsed(yaml.safe_dump(document, allow_unicode=True))
    assert quiz is not None
    assert [(answer.text, answer.explanation) for answer in quiz.answers] == [(text, text) for text in texts]
    assert [answer.letter for answer in quiz.answers if answer.right] == ["abcdef"[len(texts) - 1]]
