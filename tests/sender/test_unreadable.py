"""A course whose edition cannot be read is left out, and told; all others go on, and so does it once it is mended."""

from __future__ import annotations

from datetime import timedelta

import pytest

from course.folder import Files, load
from sender import editions
from sender.editions import EditionBook
from sender.errors import EditionError, StoreError
from sender.model import Answer, Verdict
from sender.publishing import plan
from sender.store import ledger
from sender.tick import foreseen, tick
from tests.sender.stage import SLOTS, Recorder, Stage, a_course, seconds

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

HOUR = timedelta(hours=1)
FILES = a_course("one", "two")


def damage(stage: Stage, content: bytes = b'slug = "letters"\n') -> None:
    """What `letters` was published with is no longer what it was."""
    stage.change(
        "UPDATE content SET bytes = :text WHERE hash = (SELECT f.hash FROM edition_file f JOIN course c"
        " ON c.edition_id = f.edition_id WHERE f.path = 'course.toml' AND c.slug = 'letters')",
        text=content,
    )


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """Ann is due a lesson of `letters`, and bob one of `others`."""
    stage.publish(FILES)
    stage.publish(a_course("else", slug="others"))
    stage.enrol("ann")
    stage.enrol("bob", course="others")
    return stage


def test_everybody_else_gets_their_lesson_and_an_operator_is_told(stage: Stage) -> None:
    damage(stage)
    tally = stage.tick(SLOTS[0])
    assert (tally.claimed, tally.accepted) == (1, 1)
    assert stage.mailer.sent == [("bob@example.com", "else")]
    (said,) = stage.said
    hash_ = str(stage.rows("SELECT hash FROM edition ORDER BY id")[0][0])
    assert said.startswith(f"The course `letters` cannot be sent or shown: its edition {hash_[:12]} cannot be read (")
    assert said.endswith("Publish the course again, or install the version of dripcourse that published it.")


def test_its_people_stay_due_and_nothing_is_foreseen_for_them(stage: Stage) -> None:
    before = stage.enrolment("ann")
    damage(stage)
    assert stage.tick(SLOTS[0]).next_due_at is None
    assert stage.enrolment("ann") == before
    assert foreseen(stage.sender(), SLOTS[0], 100).claimed == 0
    assert foreseen(stage.sender(), SLOTS[0], 100).next_due_at is None


@pytest.mark.parametrize("files", [FILES, a_course("one", "two", "three")], ids=["the same", "another edition"])
def test_once_it_is_published_again_its_people_come_as_usual(stage: Stage, files: dict[str, bytes]) -> None:
    damage(stage)
    stage.tick(SLOTS[0])
    assert plan(stage.database, files).unreadable
    stage.publish(files, SLOTS[0] + HOUR)
    assert not plan(stage.database, files).unreadable
    assert stage.tick(SLOTS[0] + HOUR).accepted == 1
    assert stage.mailer.labels("ann@example.com") == ["one"]
    assert stage.enrolment("ann")[1] == seconds(SLOTS[1])
    assert stage.said == []


def test_whoever_was_to_get_nothing_more_gets_the_lesson_that_is_published_then_and_nobody_else_is_moved(
    stage: Stage,
) -> None:
    stage.enrol("cid", now=SLOTS[0] + HOUR)
    stage.tick(SLOTS[0])
    stage.mailer.answers = [Answer(Verdict.UNCERTAIN, "no answer came back")]
    stage.tick(SLOTS[1], limit=1)
    assert stage.enrolment("ann")[:2] == ("active", None)
    stage.change("UPDATE enrolment SET next_due_at = next_due_at + 60 WHERE next_due_at IS NOT NULL")
    cid = stage.enrolment("cid")
    damage(stage)
    stage.publish(FILES, SLOTS[1] + HOUR)
    assert stage.enrolment("ann")[:2] == ("active", None)
    damage(stage)
    stage.publish(a_course("one", "two", "three"), SLOTS[1] + HOUR)
    assert stage.enrolment("ann")[:2] == ("active", seconds(SLOTS[2]))
    assert stage.enrolment("cid") == cid
    assert cid[1] is not None


def test_a_process_that_goes_on_finds_it_mended(stage: Stage) -> None:
    damage(stage)
    sender = stage.sender()
    tick(sender, SLOTS[0])
    assert sender.unreadable
    stage.publish(FILES, SLOTS[0] + HOUR)
    assert tick(sender, SLOTS[0] + HOUR).accepted == 1
    assert not sender.unreadable


def test_many_of_its_people_keep_nobody_else_waiting(stage: Stage) -> None:
    stage.enrol("cid", "dee", "eve")
    damage(stage)
    assert stage.tick(SLOTS[0], limit=1).accepted == 1
    assert stage.mailer.sent == [("bob@example.com", "else")]


def test_a_pause_that_is_over_does_not_end_before_the_course_can_be_read(stage: Stage) -> None:
    stage.change("UPDATE enrolment SET status = 'paused' WHERE id = 1")
    damage(stage)
    stage.tick(SLOTS[0])
    assert stage.enrolment("ann")[0] == "paused"


def test_a_batch_that_was_claimed_is_held_and_goes_out_once_it_is_mended_and_released(stage: Stage) -> None:
    stage.claim(SLOTS[0], owner=str(stage.sender().owner))
    damage(stage)
    tally = stage.tick(SLOTS[0])
    assert (tally.accepted, tally.held, tally.requests) == (1, 1, 1)
    assert stage.rows("SELECT attempt, reason LIKE '%cannot be read%' FROM batch WHERE state = 'held'") == [(0, True)]
    assert stage.tick(SLOTS[0]).held == 0
    stage.publish(FILES, SLOTS[0] + HOUR)
    with stage.database.write() as connection:
        ledger.release(connection, "letters")
    assert stage.tick(SLOTS[0] + HOUR).accepted == 1
    assert sorted(stage.mailer.sent) == [("ann@example.com", "one"), ("bob@example.com", "else")]


def test_a_batch_that_is_to_be_tried_again_is_held(stage: Stage) -> None:
    stage.mailer = Recorder(Answer(Verdict.WAIT, "Not now."), Answer(Verdict.WAIT, "Not now."))
    stage.tick(SLOTS[0])
    damage(stage)
    tally = stage.tick(SLOTS[0] + HOUR)
    assert (tally.accepted, tally.next_due_at) == (1, None)
    assert stage.deliveries("ann")[0][2] == "held"
    assert [one for one in stage.said if "`letters`" in one]


def test_whatever_goes_wrong_with_one_course_is_a_fault_of_that_course(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(files: Files) -> object:
        if b'slug = "letters"' in files["course.toml"]:
            raise TypeError("a format of years to come")
        return load(files)

    monkeypatch.setattr(editions, "load", broken)
    assert stage.tick(SLOTS[0]).accepted == 1
    assert "TypeError: a format of years to come" in stage.said[0]


def test_an_email_that_was_rendered_and_is_damaged_is_a_fault_of_its_course_alone(stage: Stage) -> None:
    stage.claim(SLOTS[0], owner=str(stage.sender().owner))
    stage.change("UPDATE variant SET placeholders = '[[1]]' WHERE edition_id = 1")
    tally = stage.tick(SLOTS[0])
    assert (tally.accepted, tally.held) == (1, 1)


def test_what_the_email_looks_at_is_damaged_and_the_others_go_on(stage: Stage) -> None:
    stage.change("UPDATE variant SET outcomes = '[[1]]' WHERE edition_id = 1")
    tally = stage.tick(SLOTS[0])
    assert tally.accepted == 1
    assert stage.enrolment("ann")[1] == seconds(SLOTS[0])


def test_an_edition_that_is_not_there_is_no_less_a_fault_of_its_course(stage: Stage) -> None:
    stage.change("UPDATE course SET edition_id = 77 WHERE slug = 'letters'")
    assert stage.tick(SLOTS[0]).accepted == 1
    assert stage.said == ["There is no edition 77 of the course `letters`. Publish the course again."]
    with stage.database.read() as connection, pytest.raises(EditionError):
        EditionBook().edition(connection, 77)
    stage.publish(FILES)
    assert stage.tick(SLOTS[0]).accepted == 1


def test_a_disk_that_fails_is_no_fault_of_a_course(stage: Stage) -> None:
    stage.change("ALTER TABLE variant RENAME COLUMN outcomes TO elsewhere")
    try:
        with pytest.raises(Exception, match="outcomes") as raised:
            stage.tick(SLOTS[0])
    finally:
        stage.change("ALTER TABLE variant RENAME COLUMN elsewhere TO outcomes")
    assert isinstance(raised.value, StoreError) or type(raised.value).__name__ == "ProgrammingError"
