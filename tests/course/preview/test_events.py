"""Open pages hear of what is new."""

from __future__ import annotations

from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.course.check.small import a_lesson
from tests.course.preview.served import SECONDS, Served, events, served


def save(preview: Served, text: str) -> None:
    for path, content in a_lesson(text).items():
        preview.save(path, content)


def test_a_save_is_told_and_then_what_a_check_finds_in_it(preview: Served) -> None:
    with events(preview) as told:
        save(preview, "![A desk](../assets/none.png)")
        changed = told.next("changed")
        while "assets/none.png" not in preview.get("/").text:
            changed = told.next("changed")
        while told.next("findings").data["version"] != changed.data["version"]:
            pass
    assert "missing-picture" in preview.get("/").text


def test_one_who_comes_late_hears_what_is_newest(preview: Served) -> None:
    with events(preview) as told:
        save(preview, "Other.")
        version = int(told.next("changed").data["version"])
    with events(preview) as told:
        save(preview, "Again.")
        assert int(told.next("changed").data["version"]) > version


def test_a_page_can_tell_whether_the_preview_was_started_anew(tmp_path: Path) -> None:
    runs = []
    for _ in range(2):
        with served(tmp_path) as preview, events(preview) as told:
            run = told.hello.data["run"]
            assert f'data-run="{run}"' in preview.get("/").text
            assert f'data-run="{run}"' in preview.get("/source/course.toml").text
            runs.append(run)
    assert len(set(runs)) == 2


def test_all_open_pages_hear_of_it(preview: Served) -> None:
    with events(preview) as first, events(preview) as second:
        save(preview, "Other.")
        assert first.next("changed") == second.next("changed")


def test_events_are_events_and_are_not_kept(preview: Served) -> None:
    connection = HTTPConnection("127.0.0.1", preview.port, timeout=SECONDS)
    connection.request("GET", "/events")
    answer = connection.getresponse()
    assert answer.getheader("content-type") == "text/event-stream; charset=utf-8"
    assert answer.getheader("cache-control") == "no-store"
    assert answer.readline() == b"retry: 500\n"
    answer.close()
    connection.close()


def test_the_preview_stops_at_once_though_somebody_listens(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with ExitStack() as stack:
        with served(tmp_path) as preview:
            told = stack.enter_context(events(preview))
        assert told.ended()
    assert "timeout graceful shutdown exceeded" not in caplog.text
