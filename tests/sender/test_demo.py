"""`demo`: the bundled course to sample people in several time zones, week after week in seconds."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from course.folder import load
from sender.demo import ZONES, bundled, run_demo
from sender.errors import SenderError

EMAILS = len(load(bundled()).all_lessons)
"""How many each person gets: the first track has all lessons, and there is no confirmation."""


def machine_clock() -> datetime:
    return datetime.now(UTC)


def messages(out: Path) -> list[EmailMessage]:
    return [message_from_bytes(file.read_bytes(), policy=default) for file in sorted(out.glob("*.eml"))]


def zone_of(message: EmailMessage) -> ZoneInfo:
    number = int(str(message["To"]).partition("@")[0].rpartition("sample")[2])
    return ZoneInfo(ZONES[number % len(ZONES)])


def is_lesson(message: EmailMessage) -> bool:
    body = message.get_body(("plain",))
    assert body is not None
    return "· Lesson " in body.get_content().partition("\n")[0]


def test_everyone_gets_every_email_once(tmp_path: Path) -> None:
    run_demo(12, tmp_path / "out", machine_clock)
    got = Counter((str(one["To"]), str(one["Subject"])) for one in messages(tmp_path / "out"))
    assert len(got) == 12 * EMAILS
    assert set(got.values()) == {1}


def test_every_lesson_arrives_at_eight_in_the_morning_wherever_one_lives(tmp_path: Path) -> None:
    run_demo(12, tmp_path / "out", machine_clock)
    lessons = [one for one in messages(tmp_path / "out") if is_lesson(one)]
    local = [
        datetime.strptime(str(one["Date"]), "%a, %d %b %Y %H:%M:%S %z").astimezone(zone_of(one)) for one in lessons
    ]
    assert {moment.time() for moment in local} == {time(8)}
    assert {moment.strftime("%A") for moment in local} == {"Tuesday", "Thursday"}


def test_a_clock_change_falls_within_the_weeks_and_one_zone_is_on_a_half_hour(tmp_path: Path) -> None:
    run_demo(12, tmp_path / "out", machine_clock)
    sent = [datetime.strptime(str(one["Date"]), "%a, %d %b %Y %H:%M:%S %z") for one in messages(tmp_path / "out")]
    berlin = {moment.astimezone(ZoneInfo("Europe/Berlin")).utcoffset() for moment in sent}
    assert len(berlin) == 2
    assert any(moment.minute == 30 for moment in sent)
    assert len(ZONES) >= 5


def test_it_says_where_the_emails_are_and_which_to_open(tmp_path: Path) -> None:
    told = "\n".join(run_demo(2, tmp_path / "out", machine_clock))
    assert str(tmp_path / "out") in told
    assert Path(told.rpartition("such as ")[2]).is_file()


def test_it_can_be_shown_again(tmp_path: Path) -> None:
    run_demo(3, tmp_path / "out", machine_clock)
    run_demo(2, tmp_path / "out", machine_clock)
    assert len(messages(tmp_path / "out")) == 2 * EMAILS


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("years of work")
    with pytest.raises(SenderError, match="Name another folder"):
        run_demo(2, tmp_path / "out", machine_clock)
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["thesis.txt"]


def test_a_shorter_course_is_shown_as_well(tmp_path: Path) -> None:
    left_out = ("lessons/03", "lessons/05", "lessons/06", "lessons/07", "lessons/1")
    files = {path: content for path, content in bundled().items() if not path.startswith(left_out)}
    run_demo(6, tmp_path / "out", machine_clock, files)
    assert len(messages(tmp_path / "out")) == 6 * (EMAILS - 11)
