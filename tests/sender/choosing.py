"""What tests of people's own choices share: how people on a stage stand, and the emails that lead there."""

from __future__ import annotations

from datetime import UTC, datetime

from sender.editions import EditionBook
from sender.model import EnrolmentStatus
from sender.places import own_place
from sender.standing import Standing
from tests.sender.stage import Stage


def latest(stage: Stage, name: str = "ann") -> int:
    """The latest delivery of a person: the email by which they come to their place."""
    found = stage.rows(
        "SELECT max(d.id) FROM delivery d JOIN enrolment e ON e.id = d.enrolment_id"
        " JOIN subscriber s ON s.id = e.subscriber_id WHERE s.email = :email",
        email=f"{name}@example.com",
    )
    ((delivery,),) = found
    assert isinstance(delivery, int)
    return delivery


def standing_of(stage: Stage, name: str = "ann") -> Standing:
    """How a person stands."""
    with stage.database.read() as connection:
        own = own_place(connection, EditionBook(), latest(stage, name))
    assert own is not None
    return own.standing


def status_of(stage: Stage, name: str = "ann") -> EnrolmentStatus:
    """Where a person stands on the course."""
    return standing_of(stage, name).status


def due(stage: Stage, name: str = "ann") -> datetime | None:
    """When a person's next email is due."""
    return standing_of(stage, name).next_due_at


def lessons(stage: Stage, name: str = "ann") -> list[tuple[str, datetime]]:
    """The lessons that reached a person, each with its slot."""
    return [
        (str(lesson), datetime.fromtimestamp(int(str(slot)), UTC))
        for kind, lesson, state, slot in stage.deliveries(name)
        if kind == "lesson" and state == "accepted"
    ]


def everything(stage: Stage) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the tables that acts change."""
    tables = ("subscriber", "enrolment", "delivery", "batch", "suppression")
    return {table: sorted(stage.rows(f"SELECT * FROM {table}"), key=repr) for table in tables}  # noqa: S608
