"""Queries about what people answered: one answer for each enrolment and question, the latest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from sender.store.tables import quiz_answer


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it was given: its letter, and the edition that says what the letter means, where that is known."""

    quiz: str
    letter: str
    edition: int | None
    at: datetime


def keep_answer(connection: Connection, enrolment_id: int, given: Given) -> None:
    """Keep an answer in place of an earlier one to the same question."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    which = {"enrolment_id": enrolment_id, "quiz": given.quiz}
    values = {"answer": given.letter, "edition_id": given.edition, "at": given.at}
    new = insert(quiz_answer).values(**which, **values)
    connection.execute(new.on_conflict_do_update(index_elements=[*which], set_=values))


def answers_of(connection: Connection, enrolments: Sequence[int]) -> dict[str, Given]:
    """The latest answer to each question that was given in any of the enrolments, by the question's id."""
    found = (
        select(*quiz_answer.c["quiz", "answer", "edition_id", "at"])
        .where(quiz_answer.c.enrolment_id.in_(tuple(enrolments)))
        .order_by(quiz_answer.c.at, quiz_answer.c.enrolment_id)
    )
    return {quiz: Given(quiz, letter, edition, at) for quiz, letter, edition, at in connection.execute(found)}
