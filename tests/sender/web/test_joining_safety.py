"""What nobody can find out by asking for a course, and how often anybody may ask."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from time import monotonic

import pytest

from sender.model import Suppressed
from sender.store.suppressions import EVERYTHING, suppress
from sender.web.gate import Gate
from sender.web.signing_up import TRAP
from tests.sender.web.asking import PAGE, errors, send, send_json, the_words
from tests.sender.web.sample import School, a_school, policy_of, served


def make(school: School, state: str) -> None:
    """Bring sample001 into a state."""
    if state == "erased":
        school.enrol(1)
        school.ask("UPDATE subscriber SET email = '', email_key = NULL, erased_at = 1")
    elif state in set(Suppressed):
        with school.database.write() as connection:
            suppress(connection, "sample001@example.com", EVERYTHING, Suppressed(state), school.now)
    elif state != "unknown":
        school.enrol(1, confirmed=state != "pending")
        school.tick()
        if state not in {"pending", "active"}:
            school.ask(f"UPDATE enrolment SET status = '{state}'")  # noqa: S608


STATES = ["unknown", "pending", "active", "paused", "finished", "ended", "erased", *Suppressed]


@pytest.mark.parametrize("state", STATES)
def test_the_answer_is_the_same_whatever_is_known_of_the_address(school: School, state: str) -> None:
    make(school, state)
    form = send(school, {**PAGE, "email": "sample001@example.com"})
    program = send_json(school, {"email": "sample001@example.com"})
    found = [(one.status, {**one.headers, "date": ""}, one.text) for one in (form, program)]
    other = School(school.folder, school.database, school.book, school.base_url)
    wish = {"email": "sample777@example.com"}
    fresh = [send(other, {**PAGE, **wish}), send_json(other, wish)]
    same = [(one.status, {**one.headers, "date": ""}, one.text.replace("sample777", "sample001")) for one in fresh]
    assert found == same


def test_an_answer_takes_the_same_time_whatever_is_done(tmp_path: Path) -> None:
    with a_school(tmp_path) as school:
        school.gate = Gate(least_seconds=0.4)
        school.enrol(1, confirmed=True)
        with served(school):
            for name, trap in (("sample001", ""), ("sample002", ""), ("sample003", "x")):
                began = monotonic()
                assert send(school, {**PAGE, "email": f"{name}@example.com", TRAP: trap}).status == 200
                assert monotonic() - began >= 0.4


def test_no_log_tells_an_address(school: School, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        send(school, {**PAGE, "email": "sample001@example.com", "first_name": "Samplename"})
        send(school, {**PAGE, "email": "sample001@example.com", TRAP: "x"})
        send_json(school, {"email": "sample001@"})
    assert "the course product-path was asked for" in caplog.text
    assert "sample001" not in caplog.text
    assert "Samplename" not in caplog.text


# How often.


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[School]:
    """A school that lets a network in four times an hour, and an address twice; it believes its own machine."""
    with a_school(tmp_path) as school:
        school.gate = Gate(per_network=4, per_address=2, least_seconds=0.0)
        school.proxies = (ip_network("127.0.0.1"),)
        with served(school):
            yield school


def test_an_address_is_turned_away_after_its_share(strict: School) -> None:
    fields = {**PAGE, "email": "sample001@example.com"}
    assert [send(strict, fields).status for _ in range(3)] == [200, 200, 429]
    answer = send(strict, {**fields, "email": "SAMPLE001@example.com"})
    assert answer.status == 429
    assert 0 < int(answer.headers["retry-after"]) <= 3600
    assert "It can be sent again in 60 minutes." in the_words(answer)
    assert policy_of(answer)["frame-ancestors"] == "'none'"


def test_a_network_is_turned_away_after_its_share_and_another_is_not(strict: School) -> None:
    for number in range(4):
        assert send_json(strict, {"email": f"sample00{number}@example.com"}).status == 202
    answer = send_json(strict, {"email": "sample005@example.com"})
    assert answer.status == 429
    assert 0 < int(answer.headers["retry-after"]) <= 3600
    assert list(errors(answer)) == ["request"]
    other = send_json(strict, {"email": "sample005@example.com"}, **{"X-Forwarded-For": "198.51.100.1"})
    assert other.status == 202
    made_up = {"X-Forwarded-For": "203.0.113.9, 127.0.0.1"}
    assert send_json(strict, {"email": "sample006@example.com"}, **made_up).status == 202


def test_wrong_forms_count_for_the_network_and_not_for_the_address(strict: School) -> None:
    assert [send(strict, {"email": "no"}).status for _ in range(5)] == [422, 422, 422, 422, 429]


def test_whoever_is_turned_away_changes_nothing(strict: School) -> None:
    for _ in range(4):
        send(strict, {"email": "no"})
    before = strict.everything()
    assert send(strict, {**PAGE, "email": "sample001@example.com"}).status == 429
    assert strict.everything() == before
