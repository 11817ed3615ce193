"""Whoever asks has all that is held about them, and whoever is erased leaves nothing but figures."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from sender.editions import EditionBook
from sender.errors import NotFoundError
from sender.leaving import leave
from sender.model import Answer, Suppressed, Verdict
from sender.privacy import Told, ask_access, ask_address_change, erase, export
from sender.store.suppressions import EVERYTHING, suppress
from sender.store.tables import metadata
from tests.sender.stage import MONDAY, SLOTS, Stage, a_course, a_lesson, seconds

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = SLOTS[0] + HOUR
FIELDS = '[fields]\nfirst_name = { type = "text" }\nrole = { type = "text" }\n'
OWN = ("ann@example.com", "zebedee", "quillworthy", "gardener", "lisbon", "newplace")
"""Words that stand for Ann alone, and for nobody and nothing else in these tests."""


@pytest.fixture
def room(stage: Stage) -> Stage:
    """Ann and Ben on a course, after its first lesson; of Ann, there is all that can be kept of anybody."""
    lesson = a_lesson("one").replace("About one", "'{{ subscriber.first_name }}, about one'")
    stage.publish(a_course("one", "two", tables=FIELDS, files={"lessons/01-one.md": lesson}))
    stage.enrol(
        "ann", first_name="Zebedee", last_name="Quillworthy", timezone="Europe/Lisbon", role="gardener", nick="zebedee"
    )
    stage.enrol("ben")
    stage.tick(SLOTS[0])
    stage.change("INSERT INTO event (id, delivery_id, type, at) VALUES ('e1', 1, 'opened', 1), ('e2', 2, 'opened', 1)")
    stage.change("UPDATE delivery SET seen = 'opened'")
    stage.change(
        "INSERT INTO quiz_answer (enrolment_id, quiz, answer, at) VALUES (1, 'why', 'b', 5), (2, 'why', 'a', 5)"
    )
    stage.change("INSERT INTO wording (hash, text) VALUES ('abc', 'I want it.')")
    stage.change("INSERT INTO consent (enrolment_id, at, how, wording) VALUES (1, 7, 'confirmation email', 'abc')")
    stage.change("UPDATE enrolment SET overrides = :choices WHERE id = 1", choices='{"at": "09:00"}')
    ask_address_change(stage.database, EditionBook(), 1, "Newplace@example.net", NOW)
    return stage


def all_rows(stage: Stage) -> dict[str, list[tuple[object, ...]]]:
    return {name: stage.rows(f'SELECT * FROM "{name}"') for name in metadata.tables}  # noqa: S608


def person(stage: Stage, number: int = 1) -> tuple[object, ...]:
    (row,) = stage.rows("SELECT email, email_key, first_name, last_name, zone, attributes, erased_at FROM subscriber"
                        " WHERE id = :id", id=number)  # fmt: skip
    return row


def test_an_export_holds_all_that_is_kept(room: Stage) -> None:
    document = json.loads(json.dumps(export(room.database, 1)))
    assert document["subscriber"] == {
        "id": 1, "email": "ann@example.com", "first_name": "Zebedee", "last_name": "Quillworthy",
        "timezone": "Europe/Lisbon", "attributes": {"role": "gardener", "nick": "zebedee"},
        "created_at": MONDAY.isoformat(), "erased_at": None,
    }  # fmt: skip
    (place,) = document["enrolments"]
    assert (place["course"], place["title"], place["status"]) == ("letters", "Letters", "active")
    assert place["choices"] == {"at": "09:00"}
    assert place["quiz_answers"] == [{"quiz": "why", "answer": "b", "at": "1970-01-01T00:00:05+00:00"}]
    assert place["consents"] == [
        {"at": "1970-01-01T00:00:07+00:00", "how": "confirmation email", "wording_hash": "abc", "wording": "I want it."}
    ]
    assert [(one["kind"], one["lesson"], one["state"], one["seen"]) for one in place["emails"]] == [
        ("lesson", "one", "accepted", "opened"), ("address", None, "retry", None),
    ]  # fmt: skip
    assert place["emails"][0]["events"] == [{"id": "e1", "type": "opened", "at": "1970-01-01T00:00:01+00:00"}]
    assert [(one["address"], one["done_at"]) for one in document["address_changes"]] == [("Newplace@example.net", None)]


def test_subjects_are_those_that_the_person_had(room: Stage) -> None:
    (place,) = json.loads(json.dumps(export(room.database, 1)))["enrolments"]
    assert [one["subject"] for one in place["emails"]] == ["Zebedee, about one", "Is this your address? Letters"]


def test_an_export_says_which_courses_may_not_write(room: Stage) -> None:
    assert export(room.database, 1)["suppressions"] == []
    leave(room.database, EditionBook(), 1, NOW)
    at = NOW.isoformat()
    assert export(room.database, 1)["suppressions"] == [{"course": "letters", "reason": "unsubscribed", "at": at}]


def test_an_export_holds_nothing_of_anybody_else(room: Stage) -> None:
    document = json.dumps(export(room.database, 2))
    assert "ben@example.com" in document
    assert not any(word in document.lower() for word in OWN)


def test_who_is_not_there_has_no_data(room: Stage) -> None:
    with pytest.raises(NotFoundError, match="no subscriber 99"):
        export(room.database, 99)


KEPT_APART = {
    "key": "secrets of this installation",
    "course": "the course's", "content": "the course's", "edition": "the course's", "edition_file": "the course's",
    "lesson": "the course's", "lesson_alias": "the course's", "variant": "many people's, and tags for what is theirs",
    "batch": "many people's",
    "subscriber": {"email_key": "the address in another form"},
    "enrolment": {"subscriber_id": "known", "course_id": "the slug", "due_since": "bookkeeping",
                  "batch_id": "bookkeeping", "ended_from": "bookkeeping"},
    "delivery": {"lesson_id": "the slug", "occasion": "bookkeeping", "slot_on": "the day of its slot",
                 "batch_id": "bookkeeping", "left_batch_id": "bookkeeping", "outcome": "the state",
                 "resent": "bookkeeping"},
    "event": {"delivery_id": "where it stands"},
    "suppression": {"address_hash": "the address in another form"},
    "consent": {"id": "bookkeeping", "enrolment_id": "where it stands"},
    "address_change": {"email_key": "the address in another form"},
    "quiz_answer": {"enrolment_id": "where it stands", "edition_id": "bookkeeping"},
    "traffic": "how a mailer is asked, and nobody",
    "import_run": "how far an import came, by the hash of its file",
}  # fmt: skip
"""What an export leaves out, and why: whole tables, or columns."""

EXPORTED = {
    "subscriber": {"id", "email", "first_name", "last_name", "zone", "attributes", "created_at", "erased_at"},
    "enrolment": {"id", "track", "status", "ended_reason", "overrides", "start_at", "next_due_at", "created_at",
                  "ended_at", "resume_on", "asked_at", "afresh"},
    "delivery": {"id", "enrolment_id", "kind", "slot_at", "reason", "seen"},
    "event": {"id", "type", "at"},
    "suppression": {"scope", "reason", "at"},
    "consent": {"at", "how", "wording"},
    "wording": {"hash", "text"},
    "address_change": {"delivery_id", "email", "asked_at", "done_at"},
    "quiz_answer": {"quiz", "answer", "at"},
}  # fmt: skip


def test_every_column_is_in_an_export_or_left_out_for_a_reason(kind: str) -> None:
    for name, table in metadata.tables.items():
        apart = KEPT_APART.get(name, {})
        if isinstance(apart, dict):
            assert {column.name for column in table.columns} == EXPORTED[name] | set(apart), name


def test_erasing_leaves_nothing_of_the_person_in_any_table(room: Stage) -> None:
    assert any("zebedee" in repr(rows).lower() for rows in all_rows(room).values())
    assert erase(room.database, 1, NOW)
    everything = {name: repr(rows).lower() for name, rows in all_rows(room).items() if name != "content"}
    found = [(name, word) for name, rows in everything.items() for word in OWN if word in rows]
    assert found == []
    assert person(room)[:5] == ("", None, "", "", "")
    assert person(room)[6] == seconds(NOW)


def test_erasing_keeps_the_figures(room: Stage) -> None:
    def figures() -> list[list[tuple[object, ...]]]:
        counts = ("subscriber", "enrolment", "delivery", "batch", "consent")
        seen = room.rows("SELECT id, kind, lesson_id, slot_at, seen FROM delivery ORDER BY id")
        return [seen, *(room.rows(f"SELECT count(*) FROM {name}") for name in counts)]  # noqa: S608

    before = figures()
    erase(room.database, 1, NOW)
    assert figures() == before
    assert room.rows("SELECT state FROM batch WHERE id = 1") == [("accepted",)]


def test_erasing_leaves_everybody_else_alone(room: Stage) -> None:
    before = person(room, 2), room.rows("SELECT * FROM enrolment WHERE id = 2")
    erase(room.database, 1, NOW)
    assert (person(room, 2), room.rows("SELECT * FROM enrolment WHERE id = 2")) == before
    assert room.rows("SELECT id, delivery_id FROM event") == [("e2", 2)]
    assert room.rows("SELECT enrolment_id, answer FROM quiz_answer") == [(2, "a")]
    room.tick(SLOTS[1])
    assert room.mailer.sent[-1] == ("ben@example.com", "two")
    assert len(room.mailer.sent) == 3


def test_erasing_ends_what_they_are_on_and_says_what_they_were(room: Stage) -> None:
    erase(room.database, 1, NOW)
    found = room.rows(
        "SELECT status, ended_reason, ended_from, ended_at, next_due_at, overrides FROM enrolment WHERE id = 1"
    )
    *rest, overrides = found[0]
    assert rest == ["ended", "erased", "active", seconds(NOW), None]
    assert overrides in ({}, "{}")


def test_erasing_cancels_what_waits_and_closes_what_was_theirs_alone(room: Stage) -> None:
    room.mailer.answers = [Answer(Verdict.HELD, "no: ann@example.com")] * 2
    room.tick(SLOTS[1])
    assert room.rows("SELECT state FROM batch ORDER BY id") == [("accepted",), ("held",), ("held",)]
    erase(room.database, 1, SLOTS[1])
    found = room.rows("SELECT kind, outcome, reason FROM delivery WHERE enrolment_id = 1 ORDER BY id")
    assert found == [("lesson", None, ""), ("address", "cancelled", "erased"), ("lesson", "cancelled", "erased")]
    assert sorted(room.rows("SELECT state, reason FROM batch")) == [
        ("accepted", ""), ("cancelled", "no: (erased)"), ("held", "no: (erased)"),
    ]  # fmt: skip


def test_a_refusal_that_names_somebody_is_forgotten_with_them(room: Stage) -> None:
    room.change("UPDATE delivery SET outcome = 'failed', reason = 'no such mailbox: Zebedee' WHERE id = 1")
    erase(room.database, 1, NOW)
    assert room.rows("SELECT outcome, reason FROM delivery WHERE id = 1") == [("failed", "(erased)")]


def test_another_persons_wish_for_the_same_address_is_forgotten_too(room: Stage) -> None:
    ask_address_change(room.database, EditionBook(), 2, "ANN@example.com", NOW)
    erase(room.database, 1, NOW)
    assert room.rows("SELECT * FROM address_change") == []


def test_what_is_claimed_already_is_not_sent_to_who_was_erased(room: Stage) -> None:
    room.claim(SLOTS[1])
    erase(room.database, 1, SLOTS[1])
    room.clock = lambda: SLOTS[1] + HOUR
    room.tick(SLOTS[1])
    assert [to for to, label in room.mailer.sent if label != "one"] == ["ben@example.com"]


def test_no_import_brings_an_erased_person_back(room: Stage) -> None:
    erase(room.database, 1, NOW)
    summary, _ = room.bring_in("email\nann@example.com\n", now=NOW + DAY)
    assert (summary.added, summary.updated, summary.suppressed) == (0, 0, 1)
    assert room.rows("SELECT scope, reason FROM suppression") == [(0, "unsubscribed")]


def test_erasing_twice_changes_nothing_more(room: Stage) -> None:
    assert erase(room.database, 1, NOW)
    before = all_rows(room)
    assert not erase(room.database, 1, NOW + DAY)
    assert not erase(room.database, 99, NOW)
    assert all_rows(room) == before


def test_a_complaint_stays_the_reason_when_its_person_is_erased(room: Stage) -> None:
    with room.database.write() as connection:
        suppress(connection, "ann@example.com", EVERYTHING, Suppressed.COMPLAINED, MONDAY)
    erase(room.database, 1, NOW)
    assert room.rows("SELECT reason, at FROM suppression") == [("complained", seconds(MONDAY))]


def test_nobody_erased_gets_a_link(room: Stage) -> None:
    erase(room.database, 1, NOW)
    assert ask_access(room.database, EditionBook(), 1, NOW).told is Told.IMPOSSIBLE
    assert ask_address_change(room.database, EditionBook(), 1, "new@example.com", NOW).told is Told.IMPOSSIBLE
    assert export(room.database, 1)["suppressions"] == []
