"""The scheduler runs the tick at once and again and again, one at a time, and waits for the last one."""

from __future__ import annotations

from threading import Event, Lock, Timer

import pytest

from sender import scheduler
from sender.scheduler import ticking

PATIENCE = 20.0


def test_the_first_tick_runs_at_once() -> None:
    ran = Event()
    with ticking(ran.set):
        assert ran.wait(scheduler.TICK_SECONDS / 2)


def test_ending_waits_for_the_tick_under_way() -> None:
    begun, may_end, ended = Event(), Event(), Event()

    def tick() -> None:
        begun.set()
        may_end.wait(PATIENCE)
        ended.set()

    with ticking(tick):
        assert begun.wait(PATIENCE)
        Timer(0.1, may_end.set).start()
    assert ended.is_set()


def test_no_tick_begins_after_the_end() -> None:
    counted: list[int] = []
    first = Event()

    def tick() -> None:
        counted.append(1)
        first.set()

    with ticking(tick):
        assert first.wait(PATIENCE)
    assert len(counted) == 1


def test_a_tick_that_raises_is_logged_and_the_next_one_runs(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(scheduler, "TICK_SECONDS", 0.02)
    ran: list[int] = []
    third = Event()

    def tick() -> None:
        ran.append(1)
        if len(ran) == 3:
            third.set()
        if len(ran) == 1:
            raise ZeroDivisionError

    with ticking(tick):
        assert third.wait(PATIENCE)
    assert "ZeroDivisionError" in caplog.text


def test_ticks_do_not_overlap(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(scheduler, "TICK_SECONDS", 0.01)
    running, overlapped, told = Lock(), Event(), Event()

    def tick() -> None:
        if not running.acquire(blocking=False):
            overlapped.set()
            told.set()
            return
        while not told.wait(0.01):
            if "maximum number of running instances" in caplog.text:
                told.set()
        running.release()

    with ticking(tick):
        assert told.wait(PATIENCE)
    assert not overlapped.is_set()
