"""The directory of people: everyone, a page at a time, and the list that an import takes again."""

from __future__ import annotations

import io
import tracemalloc

import pytest

from sender import directory
from sender.directory import everyone, find, members
from sender.errors import NotFoundError
from sender.model import EnrolmentStatus, Suppressed
from sender.roster import Row, read_roster, write_roster
from sender.store.suppressions import EVERYTHING, suppress
from tests.sender.stage import MONDAY, SLOTS, Stage, a_course

both = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])


@pytest.fixture
def stage(stage: Stage) -> Stage:
    stage.publish(a_course("one", "two"))
    stage.publish(a_course("uno", slug="notes"))
    return stage


def people(number: int) -> list[Row]:
    return [Row(line, {"email": f"sample{line:05d}@example.com"}) for line in range(2, number + 2)]


def add_place(stage: Stage, status: str, reason: str = "") -> None:
    """A further enrolment of everybody."""
    stage.change(
        "INSERT INTO enrolment (subscriber_id, course_id, track, status, ended_reason, overrides, start_at, created_at)"
        " SELECT subscriber_id, course_id, track, :status, :reason, overrides, start_at, created_at FROM enrolment",
        status=status,
        reason=reason,
    )


@both
@pytest.mark.parametrize(("course", "statuses"), [(None, ()), ("letters", ()), (None, ("active",))])
def test_everyone_comes_once_whatever_the_pages(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, course: str | None, statuses: tuple[str, ...]
) -> None:
    stage.bring_in(people(7))
    stage.enrol("ann", course="notes")
    monkeypatch.setattr(directory, "_AT_ONCE", 3)
    found = list(everyone(stage.database, course, [EnrolmentStatus(one) for one in statuses]))
    assert [one.id for one in found] == [1, 2, 3, 4, 5, 6, 7, *([8] if course is None else [])]
    assert all(len(one.enrolments) == 1 for one in found)


@both
def test_who_is_on_a_course_twice_comes_once(stage: Stage) -> None:
    stage.enrol("ann")
    stage.change("UPDATE enrolment SET status = 'ended', next_due_at = NULL")
    add_place(stage, "active")
    [ann] = everyone(stage.database, "letters")
    assert [one.status for one in ann.enrolments] == ["ended", "active"]
    assert [one.status for one in ann.places] == ["active"]
    assert [one["email"] for one in members(stage.database, "letters")] == ["ann@example.com"]


@both
def test_a_person_is_shown_with_every_email_in_the_order_of_their_slots(stage: Stage) -> None:
    stage.enrol("ann")
    stage.enrol("ann", course="notes")
    for moment in SLOTS[:2]:
        stage.tick(moment)
    found = find(stage.database, "ann@example.com")
    assert {one.course: [each.lesson for each in one.deliveries] for one in found.enrolments} == {
        "letters": ["one", "two"], "notes": ["uno"],
    }  # fmt: skip


@both
def test_the_place_that_counts_is_the_open_one_or_else_the_latest(stage: Stage) -> None:
    stage.enrol("ann")
    stage.change("UPDATE enrolment SET status = 'ended', ended_reason = 'first', next_due_at = NULL")
    add_place(stage, "ended", "second")
    [place] = find(stage.database, "1").places
    assert place.row.ended_reason == "second"
    stage.change("UPDATE enrolment SET status = 'active' WHERE ended_reason = 'first'")
    [place] = find(stage.database, "1").places
    assert place.row.ended_reason == "first"


@both
def test_a_list_of_members_holds_who_takes_part_and_nobody_who_is_suppressed(stage: Stage) -> None:
    stage.enrol("ann", "bob", "cid", "dan", "eve")
    for name, status in (("bob", "paused"), ("cid", "finished"), ("dan", "pending")):
        stage.change(
            "UPDATE enrolment SET status = :status WHERE subscriber_id ="
            " (SELECT id FROM subscriber WHERE email = :email)",
            status=status,
            email=f"{name}@example.com",
        )
    with stage.database.write() as connection:
        suppress(connection, "eve@example.com", EVERYTHING, Suppressed.BOUNCED, MONDAY)
    assert [one["email"][:3] for one in members(stage.database, "letters")] == ["ann", "bob", "cid"]
    assert [one["email"][:3] for one in members(stage.database, "letters", [EnrolmentStatus.PENDING])] == ["dan"]


def test_a_course_that_there_is_not_is_told_before_anyone_is_asked_for(stage: Stage) -> None:
    for listing in (everyone, members):
        with pytest.raises(NotFoundError, match="There is no published course `leters`"):
            listing(stage.database, "leters")


def test_a_long_list_is_never_held_in_memory(stage: Stage) -> None:
    stage.bring_in(people(3000))
    counted = {}
    for number in (1000, 3000):
        tracemalloc.start()
        listed = everyone(stage.database)
        count = sum(1 for _ in zip(range(number), listed, strict=False))
        assert count == number
        counted[number] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert counted[3000] < 1.3 * counted[1000]


def test_a_list_of_members_comes_back_as_it_was(stage: Stage) -> None:
    rows = [
        Row(2, {"email": "ann@example.com", "first_name": "=1+1", "note": "-5; =2", "timezone": "Europe/Berlin"}),
        Row(3, {"email": "+bob@example.com", "last_name": "O'Sample", "role": "'=x"}),
    ]
    stage.bring_in(rows)
    written = io.StringIO()
    assert write_roster(written, members(stage.database, "letters")) == 2
    stage.bring_in(written.getvalue(), "notes")
    assert list(members(stage.database, "notes")) == list(members(stage.database, "letters"))
    assert stage.rows("SELECT count(*) FROM subscriber") == [(2,)]
    [first, _] = read_roster(io.BytesIO(written.getvalue().encode()))
    assert first.fields["first_name"] == "=1+1"
