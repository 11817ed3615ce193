"""The `quiz` in a lesson's front matter → a `Quiz`."""

from __future__ import annotations

import re
from string import ascii_lowercase

from course.errors import CourseError
from course.folder.table import Table
from course.model import Answer, Quiz
from course.slugs import SLUG

_JINJA = re.compile(r"\{[{%#]")
_CITATION_BEGINS = "[@"
_FEWEST, _MOST = 2, 6
_LONGEST_ID = 100
_ID_SHAPE = f"Use lower-case words joined by hyphens, {_LONGEST_ID} characters at the most."
_SHAPE = "Write each with `text`, `explanation` and, in one of them, `right: true`."


def parse_quiz(table: Table | None) -> Quiz | None:
    """Read a lesson's quiz, if it has one. Raises CourseError, with the line."""
    if table is None:
        return None
    table.refuse_unknown({"id", "question", "answers"})
    id_ = table.text("id")
    if not SLUG.fullmatch(id_) or len(id_) > _LONGEST_ID:
        raise table.error("id", f"`{id_}` is not a quiz's id.", _ID_SHAPE)
    question = _plain(table, "question")
    answers = table.tables("answers", "an answer")
    if not _FEWEST <= len(answers) <= _MOST:
        message = f"A quiz has {_FEWEST} to {_MOST} answers; this one has {len(answers)}."
        raise table.error("answers", message, _SHAPE)
    parsed = tuple(_answer(letter, one) for letter, one in zip(ascii_lowercase, answers, strict=False))
    _refuse_unclear(table, answers, parsed)
    return Quiz(id_, question, parsed, table.place())


def _answer(letter: str, table: Table) -> Answer:
    table.refuse_unknown({"text", "right", "explanation"})
    right = table.text("right", "false").lower()
    if right not in {"true", "false"}:
        raise table.error("right", "`right` must be true or false.", "Write `right: true` in one answer alone.")
    return Answer(letter, _plain(table, "text"), _plain(table, "explanation"), right == "true")


def _plain(table: Table, key: str) -> str:
    """A text that is the same for every reader: what a quiz asks must not depend on who is asked."""
    text = table.text(key)
    if _JINJA.search(text):
        raise table.error(key, f"`{key}` holds Jinja.", "Write a quiz in plain words, the same for everybody.")
    if _CITATION_BEGINS in text:
        raise table.error(key, f"`{key}` holds a citation.", "Cite in the lesson's text; a quiz lists no sources.")
    return text


def _refuse_unclear(table: Table, tables: tuple[Table, ...], answers: tuple[Answer, ...]) -> None:
    """Raise CourseError where not exactly one answer is right, or two have the same words."""
    right = [one for one, answer in zip(tables, answers, strict=True) if answer.right]
    if not right:
        raise table.error("answers", "No answer of the quiz is right.", "Write `right: true` in one of them.")
    if len(right) > 1:
        message = f"{len(right)} answers of the quiz are right."
        raise right[1].error("right", message, "Keep `right: true` in one of them.")
    seen: set[str] = set()
    for one, answer in zip(tables, answers, strict=True):
        if answer.text.casefold() in seen:
            raise one.error("text", "Two answers of the quiz have the same words.", "Change one of them.")
        seen.add(answer.text.casefold())


def clash(quiz: Quiz, other: Quiz) -> CourseError:
    """The error of two quizzes with one id."""
    message = f"The quiz `{quiz.id}` already stands in {other.place}."
    fix = "Give it another id: what people answer is kept under it."
    return CourseError(message, fix=fix, place=quiz.place)
