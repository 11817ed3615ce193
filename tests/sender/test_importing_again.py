"""An import that was cut off goes on where it stopped: nobody twice, nobody missing, and told as if it had been one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO

import pytest

from sender.entries import LONGEST_FIELD
from sender.errors import StoreError
from sender.people import KEPT, Imported, Importer, Joining, Rejected
from sender.roster import Row, read_roster
from tests.sender.stage import MONDAY, Stage, a_course

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

ROWS = 25
AT_ONCE = 4
CONTENT = "the hash of a file"
LETTERS = Joining("letters", confirmed=True)
TABLES = """
[tracks.short]
title = "Short"

[tracks.long]
title = "Long"
"""


@pytest.fixture
def stage(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr("sender.people.AT_ONCE", AT_ONCE)
    stage.publish(a_course("one", "two", tables=TABLES))
    return stage


def a_list(rows: int = ROWS) -> str:
    """So many people in lines 2 and on: the third of each ten is no address, and the seventh that of line 2."""
    addresses = {3: "nobody", 7: "SAMPLE2@example.com"}
    lines = (addresses.get(line % 10, f"sample{line}@example.com") for line in range(2, rows + 2))
    return "".join(f"{line}\n" for line in ("email", *lines))


WHOLE = Imported(added=20, rejected=5)
LEFT_OUT = [3, 7, 13, 17, 23]


class CutOffError(Exception):
    """What ends an import in these tests."""


def rows_of(text: str, until: int | None = None) -> Iterator[Row]:
    """The rows of a list; reading fails at a line."""
    for row in read_roster(BytesIO(text.encode())):
        if row.line == until:
            raise CutOffError
        yield row


def bring_in(
    stage: Stage, text: str, joining: Joining = LETTERS, *, until: int | None = None, content: str | None = CONTENT,
    now: timedelta = timedelta(0),
) -> tuple[Importer, list[Rejected]]:  # fmt: skip
    """Import a list, all of it or until a line, some time after `MONDAY`."""
    importer = Importer(stage.database, joining, MONDAY + now, content)
    rejected = []
    try:
        for one in importer.take(rows_of(text, until)):
            rejected.append(one)  # noqa: PERF402  # those from before the error count
    except CutOffError:
        assert until is not None
    return importer, rejected


def people(stage: Stage) -> list[object]:
    return [row[0] for row in stage.rows("SELECT email FROM subscriber ORDER BY id")]


def runs(stage: Stage) -> list[tuple[object, ...]]:
    return stage.rows("SELECT line, added, updated, rejected, suppressed FROM import_run")


@pytest.mark.parametrize("until", range(2, ROWS + 2))
def test_cut_off_anywhere_it_goes_on_and_counts_and_tells_the_whole(stage: Stage, until: int) -> None:
    bring_in(stage, a_list(), until=until)
    importer, rejected = bring_in(stage, a_list())
    assert importer.summary == WHOLE
    assert [one.line for one in rejected] == LEFT_OUT
    assert rejected[1] == Rejected(7, "SAMPLE2@example.com", "the address already stands in line 2")
    assert people(stage) == [f"sample{line}@example.com" for line in range(2, ROWS + 2) if line not in LEFT_OUT]
    assert stage.rows("SELECT count(*), count(DISTINCT subscriber_id) FROM enrolment") == [(20, 20)]
    assert runs(stage) == []


def test_it_goes_on_after_the_last_rows_that_were_kept(stage: Stage) -> None:
    before, _ = bring_in(stage, a_list(), until=16)
    assert (before.line, before.is_noted) == (13, True)
    assert runs(stage) == [(13, 9, 0, 3, 0)]
    importer = Importer(stage.database, LETTERS, MONDAY, CONTENT)
    assert importer.cut_off is not None
    assert (importer.cut_off.line, importer.cut_off.at) == (13, MONDAY)


def test_it_can_be_cut_off_again_and_again(stage: Stage) -> None:
    for until in range(4, ROWS + 2, 3):
        bring_in(stage, a_list(), until=until)
    assert bring_in(stage, a_list())[0].summary == WHOLE


def test_rows_that_were_dealt_with_are_not_written_again(stage: Stage) -> None:
    bring_in(stage, a_list(), until=16)
    stage.change("UPDATE subscriber SET first_name = 'changed meanwhile'")
    stage.change("DELETE FROM enrolment WHERE subscriber_id = 1")
    bring_in(stage, a_list())
    assert stage.rows("SELECT count(*) FROM subscriber WHERE first_name = 'changed meanwhile'") == [(9,)]
    assert stage.rows("SELECT count(*) FROM enrolment") == [(19,)]


def test_nobody_who_left_meanwhile_is_brought_back(stage: Stage) -> None:
    bring_in(stage, a_list(), until=16)
    stage.change("UPDATE enrolment SET status = 'ended', ended_reason = 'unsubscribed', next_due_at = NULL")
    assert bring_in(stage, a_list())[0].summary == WHOLE
    assert stage.rows("SELECT status, count(*) FROM enrolment GROUP BY status ORDER BY status") == [
        ("active", 11), ("ended", 9),
    ]  # fmt: skip


def test_who_would_have_held_too_much_before_the_cut_is_told_again(stage: Stage) -> None:
    text = "x" * LONGEST_FIELD
    for part in "abcdefg":
        stage.bring_in(f"email,{part}\nsample4@example.com,{text}\n")
    wide = "".join(f"{line}{',h' if line == 'email' else f',{text}'}\n" for line in a_list().split())
    bring_in(stage, wide, until=16)
    importer, rejected = bring_in(stage, wide)
    assert importer.summary == Imported(added=19, rejected=6)
    assert [one.line for one in rejected] == sorted([*LEFT_OUT, 4])
    assert "over 8,000 bytes" in rejected[1].reason


def test_the_note_is_kept_with_its_rows_or_not_at_all(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    bring_in(stage, a_list(), until=8)

    def give_up(*_: object) -> None:
        raise StoreError("The disk is full.", fix="Make room.")

    with monkeypatch.context() as patched:
        patched.setattr("sender.people.imports.note", give_up)
        with pytest.raises(StoreError):
            bring_in(stage, a_list())
    assert runs(stage) == [(5, 3, 0, 1, 0)]
    assert len(people(stage)) == 3
    assert bring_in(stage, a_list())[0].summary == WHOLE


@pytest.mark.parametrize(
    ("joining", "content"),
    [
        (LETTERS, "the hash of another file"),
        (Joining("letters", track="long", confirmed=True), CONTENT),
        (Joining("letters", start=date(2026, 3, 24), confirmed=True), CONTENT),
        (Joining("letters"), CONTENT),
        (Joining("other", confirmed=True), CONTENT),
        (Joining("letters", confirmed=True, dry_run=True), CONTENT),
        (LETTERS, None),
    ],
    ids=["another file", "another track", "another day", "to be confirmed", "another course", "a dry run", "a pipe"],
)
def test_another_import_begins_at_the_beginning(stage: Stage, joining: Joining, content: str | None) -> None:
    stage.publish(a_course("one", slug="other", tables=TABLES))
    bring_in(stage, a_list(), until=16)
    importer, _ = bring_in(stage, a_list(), joining, content=content)
    assert importer.cut_off is None
    assert importer.summary == Imported(added=11, updated=9, rejected=5)
    assert runs(stage) == [(13, 9, 0, 3, 0)]


def test_the_track_that_people_get_anyway_may_be_named(stage: Stage) -> None:
    bring_in(stage, a_list(), until=16)
    assert bring_in(stage, a_list(), Joining("letters", track="short", confirmed=True))[0].cut_off is not None


def test_once_the_course_is_published_anew_it_begins_at_the_beginning(stage: Stage) -> None:
    """Rows that were left out may be good now, and the reverse."""
    bring_in(stage, a_list(), until=16)
    stage.publish(a_course("one", "two", "three", tables=TABLES))
    assert bring_in(stage, a_list())[0].summary == Imported(added=11, updated=9, rejected=5)


def test_a_dry_run_and_a_pipe_that_are_cut_off_leave_no_trace(stage: Stage) -> None:
    bring_in(stage, a_list(), Joining("letters", dry_run=True), until=16)
    bring_in(stage, a_list(), until=16, content=None)
    assert runs(stage) == []


def test_what_is_one_transaction_leaves_no_trace(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def give_up(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("sender.people.imports.note", give_up)
    assert bring_in(stage, a_list(2))[0].summary == Imported(added=1, rejected=1)


def test_after_a_month_it_begins_at_the_beginning_and_what_was_noted_goes(stage: Stage) -> None:
    bring_in(stage, a_list(), until=16)
    bring_in(stage, a_list(2), content="another", now=KEPT)
    assert len(runs(stage)) == 1
    late = KEPT + timedelta(seconds=1)
    assert Importer(stage.database, LETTERS, MONDAY + late, CONTENT).cut_off is None
    bring_in(stage, a_list(2), content="another", now=late)
    assert runs(stage) == []


def test_no_address_is_noted(stage: Stage) -> None:
    bring_in(stage, a_list(), until=16)
    assert "sample" not in str(stage.rows("SELECT * FROM import_run")).lower()


def test_rows_of_an_older_version_s_larger_transactions_are_told_apart(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it goes on need not be where one of its own transactions ends."""
    with monkeypatch.context() as patched:
        patched.setattr("sender.people.AT_ONCE", 9)
        bring_in(stage, a_list(), until=16)
    assert runs(stage) == [(10, 7, 0, 2, 0)]
    importer, rejected = bring_in(stage, a_list())
    assert importer.summary == WHOLE
    assert [one.line for one in rejected] == LEFT_OUT
