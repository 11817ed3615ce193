"""Rate, warm-up and breaker end to end: settings, `send` as from cron, and the stand-in at the far end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.sender.operator import Operator
from tests.sender.stage import a_course, written
from tests.standin import SendGridStandin, script

ARG = "dripcourse_delivery"
TUESDAY = "2026-03-03T08:00"


@pytest.fixture
def standin() -> Iterator[SendGridStandin]:
    with SendGridStandin() as running:
        yield running


@pytest.fixture
def operator(standin: SendGridStandin, tmp_path: Path) -> Operator:
    """An operator who has published a course of two lessons; the mailer is the stand-in."""
    operator = Operator(tmp_path, {"SENDGRID_API_KEY": standin.key, "DRIPCOURSE_SENDGRID_HOST": standin.url})
    operator.run("publish", str(written(tmp_path / "letters", a_course("one", "two"))), "--yes")
    return operator


def bring_in(operator: Operator, size: int) -> None:
    rows = [f"sample{number:04d}@example.com" for number in range(size)]
    (operator.folder / "people.csv").write_text("\n".join(("email", *rows)))
    importing = ("subscribers", "import", "people.csv", "--course", "letters", "--confirmed", "--start", "2026-03-02")
    operator.run(*importing)


def test_a_rate_holds_in_real_time(operator: Operator, standin: SendGridStandin) -> None:
    bring_in(operator, 9)
    paced = Operator(operator.folder, {**operator.settings, "DRIPCOURSE_RATE": "10"})
    assert paced.json("send", "--now", TUESDAY)["accepted"] == 9
    begun = sorted(datetime.fromisoformat(entry.at) for entry in standin.entries())
    assert begun[-1] - begun[0] >= timedelta(seconds=0.7)


def test_a_warm_up_is_gone_through_from_moment_to_moment(operator: Operator, standin: SendGridStandin) -> None:
    bring_in(operator, 5)
    warming = Operator(operator.folder, {**operator.settings, "DRIPCOURSE_WARM_UP": "2:1d"})
    assert "2 would be sent" in warming.run("send", "--now", TUESDAY, "--dry-run").stdout
    first = warming.run("send", "--now", TUESDAY)
    assert "2 accepted" in first.stdout
    assert "next at 2026-03-04 00:00 UTC" in first.stdout
    assert "The warm-up allows no more than the 2 recipients of today" in first.stderr
    done = warming.send_everything("2026-03-03T09:00")
    assert [tick["accepted"] for tick in done[:3]] == [0, 0, 5]
    assert done[1]["moved"] == 3
    assert set(standin.times_taken(ARG).values()) == {1}
    assert len(standin.times_taken(ARG)) == 10


def test_an_outage_is_remembered_from_one_process_to_the_next(operator: Operator, standin: SendGridStandin) -> None:
    standin.script(default=script.broken(503))
    for size in (1, 2, 3):
        bring_in(operator, size)
        assert operator.json("send", "--now", TUESDAY)["requests"] == 1
    bring_in(operator, 4)
    meanwhile = operator.run("send", "--now", "2026-03-03T08:00:30", "--format", "json")
    tally = json.loads(meanwhile.stdout)
    assert (tally["requests"], tally["claimed"], tally["retry"], standin.requests) == (0, 0, 0, 3)
    assert "No request is made until 2026-03-03 08:01" in meanwhile.stderr
    assert "SendGrid is out of order" in meanwhile.stderr
    standin.script()
    again = operator.json("send", "--now", "2026-03-03T08:05")
    assert (again["accepted"], again["claimed"]) == (4, 1)
    assert set(standin.times_taken(ARG).values()) == {1}


def test_a_wrong_setting_is_told_by_its_name(operator: Operator) -> None:
    for name, value in (("DRIPCOURSE_RATE", "fast"), ("DRIPCOURSE_WARM_UP", "500")):
        told = Operator(operator.folder, {**operator.settings, name: value}).run("send", status=1).stderr
        assert f"{name} is `{value}`" in told
