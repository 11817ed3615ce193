"""The journal: on disk before the answer, whole after a kill, cheap to read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.standin.addresses import Recipient
from tests.standin.journal import Entry, Journal, read_journal, times_taken


def entry(number: int, *, taken: bool = True, delivery: str = "1") -> Entry:
    return Entry(
        number=number,
        at="2027-01-05T08:00:00+00:00",
        status=202 if taken else 400,
        taken=taken,
        message_id="m" if taken else None,
        errors=() if taken else ({"message": "Bad Request", "field": None, "help": None},),
        recipients=(Recipient("sample001@example.com", {"drip_delivery": delivery}),),
    )


def test_an_entry_is_in_the_file_when_write_returns(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    journal = Journal(path)
    journal.write(entry(1))
    assert list(read_journal(path)) == [entry(1)]
    journal.close()


@pytest.mark.parametrize("in_a_file", [True, False])
def test_entries_come_back_as_they_were_written(tmp_path: Path, in_a_file: bool) -> None:
    journal = Journal(tmp_path / "journal.jsonl" if in_a_file else None, fsync=False)
    journal.write(entry(1))
    journal.write(entry(2, taken=False))
    assert list(journal.entries()) == [entry(1), entry(2, taken=False)]
    journal.clear()
    assert list(journal.entries()) == []
    journal.write(entry(3))
    assert list(journal.entries()) == [entry(3)]
    journal.close()


def test_a_body_of_several_lines_stays_on_one(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    journal = Journal(path)
    journal.write(entry(1), b'{\r\n"subject":\n"a\\nb"\n}')
    journal.write(entry(2))
    journal.close()
    first, second = read_journal(path)
    assert first.payload == {"subject": "a\nb"}
    assert second.payload is None


def test_each_entry_reaches_the_disk_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    counts = []
    for fsync in (True, False):
        journal = Journal(tmp_path / "journal.jsonl", fsync=fsync)
        journal.write(entry(1))
        journal.close()
        counts.append(len(synced))
    assert counts == [1, 1]


def test_an_unfinished_last_line_is_left_out_and_then_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    journal = Journal(path)
    journal.write(entry(1))
    journal.close()
    with path.open("ab") as file:
        file.write(b'{"number":2,"at":"20')
    assert list(read_journal(path)) == [entry(1)]
    journal = Journal(path)
    assert journal.last_number() == 1
    journal.write(entry(2))
    journal.close()
    assert [each.number for each in read_journal(path)] == [1, 2]


def test_what_was_taken_twice_is_counted_and_what_was_refused_is_not() -> None:
    entries = [entry(1, delivery="a"), entry(2, delivery="b", taken=False), entry(3, delivery="a")]
    assert times_taken(entries, "drip_delivery") == {"a": 2}
    assert times_taken(entries, "other") == {"": 2}
