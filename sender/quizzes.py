"""The questions of a course: what somebody was asked, and what they answered. An answer is one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from course.model import Answer, Lesson, Quiz
from sender.editions import Edition, EditionBook
from sender.model import OF_THE_COURSE, DeliveryKind
from sender.store import memberships, quizzes
from sender.store.database import Database
from sender.store.lives import life_of
from sender.store.memberships import MembershipRow
from sender.store.notices import hold_person
from sender.store.quizzes import Given


@dataclass(frozen=True, slots=True)
class Question:
    """A question to whoever got an email, in a lesson of an `edition`, which says what each letter means.

    `given` is what they answered last, in the words that it had then. Of somebody who was `erased` nothing is kept.
    """

    enrolment: int
    edition: Edition
    lesson: Lesson
    quiz: Quiz
    given: Answer | None
    erased: bool


def question(connection: Connection, book: EditionBook, delivery_id: int, quiz: str) -> Question | None:
    """The question of that id as an email asked it or, where it did not, as the course asks it now.

    So a letter goes on meaning what it meant when the email was sent, and a question that the course has no more can
    still be answered. None where there is none, where there is no such delivery, and for a confirmation.
    """
    row = memberships.membership(connection, delivery_id)
    if row is None or row.kind is DeliveryKind.CONFIRM:
        return None
    for edition in _editions(connection, book, row):
        for lesson in edition.course.all_lessons:
            if lesson.quiz is not None and lesson.quiz.id == quiz:
                enrolments = life_of(connection, row.ahead.enrolment).enrolments
                given = answers_given(connection, book, enrolments, row.edition).get(quiz)
                return Question(row.ahead.enrolment, edition, lesson, lesson.quiz, given, row.email_key is None)
    return None


def answer(
    database: Database, book: EditionBook, delivery_id: int, quiz: str, letter: str, now: datetime
) -> Question | None:
    """Keep what somebody answers to a question, and give the question with that.

    A later answer takes the place of an earlier one. It is kept for who has left the course, or finished it, like for
    anybody else; but not for who was erased, and none of a letter that the question does not have. Raises StoreError.
    """
    with database.write() as connection:
        row = memberships.membership(connection, delivery_id)
        if row is None:
            return None
        hold_person(connection, row.subscriber)  # nothing of theirs is kept while they are being erased
        asked = question(connection, book, delivery_id, quiz)
        if asked is None or asked.erased or asked.quiz.answer(letter) is None:
            return asked
        quizzes.keep_answer(connection, asked.enrolment, Given(quiz, letter, asked.edition.id, now))
        return question(connection, book, delivery_id, quiz)


def answers_given(connection: Connection, book: EditionBook, enrolments: Sequence[int], live: int) -> dict[str, Answer]:
    """The latest answers that were given in some enrolments of a course, by question, as their own editions have them.

    `live` is the id of the course's live edition.
    """
    found = {}
    for quiz, given in quizzes.answers_of(connection, enrolments).items():
        edition = book.edition(connection, live if given.edition is None else given.edition)
        asked = edition.course.quiz(quiz)
        if asked is not None and (chosen := asked.answer(given.letter)) is not None:
            found[quiz] = chosen
    return found


def _editions(connection: Connection, book: EditionBook, row: MembershipRow) -> Sequence[Edition]:
    """Where a question is looked for: in the edition that an email of the course was made of, then in the live one."""
    live = book.edition(connection, row.edition)
    if row.variant is None or row.kind not in OF_THE_COURSE:
        return (live,)
    edition, _, _, _ = book.email(connection, row.variant)
    return edition, live
