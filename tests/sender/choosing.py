"""What tests of people's own choices share: a course that Ann has begun, her acts, and how people on a stage stand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from sender.editions import EditionBook
from sender.model import EnrolmentStatus
from sender.places import own_place
from sender.preferences import Preferences, preferences, send_next, set_hour, set_pace, set_track, set_zone
from sender.standing import Standing
from tests.sender.stage import SLOTS, TRACKS, Stage, a_course, a_lesson

AFTER_ONE = SLOTS[0] + timedelta(hours=2)
SHORT = {"lessons/02-two.md": a_lesson("two", settings="tracks: [long]\n")}
FOUR = a_course("one", "two", "three", "four", tables=TRACKS, files=SHORT)
"""Four lessons on two tracks; the second is not on the short one."""


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of March 2026."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


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


@contextmanager
def unchanged(stage: Stage) -> Iterator[None]:
    """What is done within may change none of them."""
    before = everything(stage)
    yield
    assert everything(stage) == before


def pace(stage: Stage, days: str, now: datetime = AFTER_ONE) -> None:
    """Ann sets her pace: weekdays, or none for the course's."""
    set_pace(stage.database, EditionBook(), latest(stage), days, now)


def hour(stage: Stage, at: str, now: datetime = AFTER_ONE) -> None:
    """Ann sets her hour."""
    set_hour(stage.database, EditionBook(), latest(stage), at, now)


def zone(stage: Stage, name: str, now: datetime = AFTER_ONE) -> None:
    """Ann sets her zone."""
    set_zone(stage.database, EditionBook(), latest(stage), name, now)


def track(stage: Stage, slug: str, now: datetime = AFTER_ONE) -> None:
    """Ann sets her track."""
    set_track(stage.database, EditionBook(), latest(stage), slug, now)


def ask(stage: Stage, now: datetime) -> None:
    """Ann asks for the next lesson at once."""
    send_next(stage.database, EditionBook(), latest(stage), now)


def seen(stage: Stage, now: datetime, name: str = "ann") -> Preferences:
    """What the page of a person's choices shows."""
    found = preferences(stage.database, EditionBook(), latest(stage, name), now)
    assert found is not None
    return found
