"""The stand-in's suppression lists page as SendGrid's do."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.standin import DEFAULT_KEY, SendGridStandin, StandinProcess
from tests.standin.suppressions import LISTS
from tests.standin.wire import Answer


def get(url: str, path: str, *, key: str = DEFAULT_KEY) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    try:
        connection.request("GET", f"/v3/suppression/{path}", headers={"Authorization": f"Bearer {key}"})
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


@pytest.mark.parametrize("name", LISTS)
def test_a_list_gives_its_addresses_the_newest_first(standin: SendGridStandin, name: str) -> None:
    standin.suppressions.add(name, "ann@example.com", "bob@example.com")
    status, page = get(standin.url, name)
    assert status == 200
    assert [entry["email"] for entry in page] == ["bob@example.com", "ann@example.com"]
    assert page[0]["created"] > page[1]["created"]


def test_limit_and_offset_cut_a_page_out(standin: SendGridStandin) -> None:
    standin.suppressions.add("bounces", *(f"sample{number}@example.com" for number in range(5)))
    _, page = get(standin.url, "bounces?limit=2&offset=1")
    assert [entry["email"] for entry in page] == ["sample3@example.com", "sample2@example.com"]
    assert get(standin.url, "bounces?limit=2&offset=5") == (200, [])
    assert standin.suppressions.asked == [("bounces", 2, 1), ("bounces", 2, 5)]


@pytest.mark.parametrize("query", ["limit=501", "limit=0", "limit=x", "offset=-1"])
def test_a_page_without_measure_is_refused(standin: SendGridStandin, query: str) -> None:
    assert get(standin.url, f"bounces?{query}")[0] == 400


def test_a_wrong_key_and_an_unknown_list_are_refused(standin: SendGridStandin) -> None:
    assert get(standin.url, "bounces", key="SG.other")[0] == 401
    assert get(standin.url, "nothing")[0] == 404


def test_other_answers_can_be_asked_for_in_turn(standin: SendGridStandin) -> None:
    standin.suppressions.refuse(None, Answer(429, b"{}"))
    assert [get(standin.url, "bounces")[0] for _ in range(3)] == [200, 429, 200]


def test_a_reset_empties_the_lists(standin: SendGridStandin) -> None:
    standin.suppressions.add("bounces", "ann@example.com")
    standin.suppressions.refuse(Answer(429, b"{}"))
    standin.reset()
    assert get(standin.url, "bounces") == (200, [])


def test_a_process_is_told_who_is_suppressed(process: StandinProcess) -> None:
    process.suppress("unsubscribes", "ann@example.com")
    assert [entry["email"] for entry in get(process.url, "unsubscribes")[1]] == ["ann@example.com"]
