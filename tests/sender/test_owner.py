"""An owner is gone only where that can be told for certain."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from sender import owner
from sender.owner import Owner, is_gone, this_process

needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are not shown under /proc")

TOLD_BY_ITSELF = "from sender.owner import this_process; print(this_process(), flush=True); input()"


@pytest.fixture
def other() -> subprocess.Popen[str]:
    """Another process, which has told its name and waits for a line."""
    root = Path(__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, "-c", TOLD_BY_ITSELF], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def test_this_process_is_not_gone() -> None:
    assert not is_gone(str(this_process()), this_process())


def test_a_process_has_one_name_however_often_it_is_asked() -> None:
    assert this_process() == this_process()
    assert this_process().pid == os.getpid()


@needs_proc
def test_a_process_is_gone_once_it_has_ended_and_not_before(other: subprocess.Popen[str]) -> None:
    with other:
        assert other.stdout is not None
        name = other.stdout.readline().strip()
        running = is_gone(name, this_process())
        other.communicate("\n")
    assert not running
    assert is_gone(name, this_process())


@needs_proc
def test_a_process_that_has_ended_but_was_not_waited_for_is_gone(other: subprocess.Popen[str]) -> None:
    with other:
        assert other.stdout is not None
        name = other.stdout.readline().strip()
        os.kill(other.pid, 9)
        os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and stays in the table
        gone = is_gone(name, this_process())
    assert gone


@needs_proc
def test_a_number_that_another_process_has_now_is_gone() -> None:
    here = this_process()
    assert is_gone(str(replace(here, began="1")), here)


@needs_proc
def test_a_number_that_no_process_has_is_gone() -> None:
    here = this_process()
    assert is_gone(str(replace(here, pid=2**22 + 1)), here)


def test_of_another_machine_it_cannot_be_told() -> None:
    here = this_process()
    assert not is_gone(str(replace(here, machine="elsewhere/boot/pid:[1]", pid=2**22 + 1)), here)


def test_after_a_restart_of_the_machine_it_cannot_be_told_from_numbers() -> None:
    here = Owner("machine/boot-two/pid:[1]", 10, "5")
    assert not is_gone("machine/boot-one/pid:[1] 10 4", here)


def test_where_processes_are_not_shown_it_cannot_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner, "_began", lambda pid: None)
    here = this_process()
    assert here.began == "?"
    assert not is_gone(str(replace(here, pid=2**22 + 1)), here)


@pytest.mark.parametrize("name", ["", " ", "  ", "a", "a b", "a b c", "a -1 2", "a 1 2 3", "\0 \0 \0", "9" * 1000])
def test_a_name_that_is_none_is_not_gone(name: str) -> None:
    assert not is_gone(name, this_process())


def test_a_machine_s_name_holds_no_space_that_would_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "two words")
    here = this_process()
    assert " " not in here.machine
    assert not is_gone(str(here), here)
