"""What runs in the confined child cannot harm its parent: it ends in time, in words, and another takes its place."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from operator import add, mul
from pathlib import Path

import pytest

from course.confined import Confined
from course.errors import CourseError, CourseErrors, Place
from course.limits import RULE
from tests.architecture.source import ROOT
from tests.course.confined import calls


@pytest.fixture
def confined() -> Iterator[Confined]:
    with Confined(memory=200_000_000) as confined:
        yield confined


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """A pipe with a name: who reads it to its end has waited until every writer is gone."""
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


def refusal(confined: Confined, function: object, *args: object, seconds: float = 30) -> CourseError:
    assert callable(function)
    with pytest.raises(CourseError) as caught:
        confined.call(function, *args, seconds=seconds)
    assert caught.value.rule == RULE
    assert caught.value.fix
    return caught.value


def test_a_call_returns_what_the_function_does_and_the_child_stays(confined: Confined) -> None:
    assert confined.call(add, "ab", "c") == "abc"
    assert confined.call(os.getpid) == confined.call(os.getpid) != os.getpid()


def test_large_arguments_and_results_come_through(confined: Confined) -> None:
    assert confined.call(mul, b"x" * 1_000_000, 3) == b"x" * 3_000_000


def test_nothing_that_the_child_says_is_seen(confined: Confined, capfd: pytest.CaptureFixture[str]) -> None:
    confined.call(calls.chatter)
    assert capfd.readouterr() == ("", "")


def test_an_error_comes_back_whole(confined: Confined) -> None:
    with pytest.raises(CourseError) as caught:
        confined.call(calls.raise_one)
    assert vars(caught.value) == vars(calls.MISTAKE)
    assert (str(caught.value), caught.value.args) == (str(calls.MISTAKE), calls.MISTAKE.args)


def test_several_errors_come_back_whole(confined: Confined) -> None:
    with pytest.raises(CourseErrors) as caught:
        confined.call(calls.raise_several)
    assert [vars(error) for error in caught.value.errors] == [vars(calls.MISTAKE), vars(calls.OTHER)]
    assert str(caught.value) == f"{calls.MISTAKE}\n{calls.OTHER}"


def test_an_error_of_another_kind_comes_back_as_that_kind(confined: Confined) -> None:
    with pytest.raises(calls.OtherError) as caught:
        confined.call(calls.raise_another)
    assert vars(caught.value) == vars(calls.OtherError(7))


@pytest.mark.parametrize(("function", "args"), [(add, (1, "x")), (calls.leave, (3,)), (open, (os.devnull,))])
def test_what_else_goes_wrong_is_reported_with_its_traceback(
    confined: Confined, function: object, args: tuple[object, ...]
) -> None:
    assert callable(function)
    with pytest.raises(RuntimeError, match=r'(?s)Traceback .*File ".*child\.py"'):
        confined.call(function, *args)
    assert confined.call(add, 1, 2) == 3


@pytest.mark.parametrize("function", [calls.loop, calls.loop_where_signals_are_swallowed])
def test_what_takes_too_long_is_stopped_and_the_child_goes_on(confined: Confined, function: object) -> None:
    child = confined.call(os.getpid)
    assert "too long" in refusal(confined, function, seconds=0.1).message
    assert confined.call(os.getpid) == child


def test_emails_that_never_end_take_less_and_less_time() -> None:
    with Confined(seconds_for_email=0.3) as confined:
        first, second, third = confined.call(calls.loop_in_emails, 3)
        assert first > 0.3 > second > 0.15 > third
        assert confined.call(calls.loop_in_emails, 1)[0] > 0.3  # with the next call it begins anew


def test_each_call_has_its_own_time(confined: Confined) -> None:
    child = confined.call(os.getpid)
    assert [confined.call(calls.compute, 0.1, seconds=0.2) for _ in range(3)] == [child] * 3


def test_what_heeds_no_signal_is_ended_with_its_email_told_and_another_child_takes_over() -> None:
    with Confined(seconds_for_email=0.1) as confined:
        child = confined.call(os.getpid)
        error = refusal(confined, calls.loop_deeply_for, "lessons/01-soil.md")
        assert "too long" in error.message
        assert str(error.place) == "lessons/01-soil.md"
        assert confined.call(os.getpid) != child


def test_what_needs_too_much_memory_is_refused_and_the_child_goes_on(confined: Confined) -> None:
    child = confined.call(os.getpid)
    for _ in range(2):
        assert "memory" in refusal(confined, calls.hoard).message
    assert "memory" in refusal(confined, mul, "x", 10**12).message
    assert confined.call(os.getpid) == child


def test_memory_is_watched_where_the_system_does_not_limit_it(confined: Confined) -> None:
    child = confined.call(os.getpid)
    assert "memory" in refusal(confined, calls.hoard_unhindered).message
    assert confined.call(os.getpid) == child


def test_a_child_that_dies_is_told_with_the_email_it_was_at(confined: Confined) -> None:
    error = refusal(confined, calls.die_rendering, "lessons/01-soil.md", signal.SIGSEGV)
    assert "SIGSEGV" in error.message
    assert str(error.place) == "lessons/01-soil.md"
    assert confined.call(add, 1, 2) == 3


@pytest.mark.parametrize("function", [calls.loop_for, calls.hoard_for])
def test_a_call_that_is_stopped_is_told_with_the_email_it_was_at(confined: Confined, function: object) -> None:
    for lesson in ("lessons/01-soil.md", "lessons/02-light.md"):
        assert str(refusal(confined, function, lesson, seconds=0.5).place) == lesson
    assert refusal(confined, calls.loop, seconds=0.1).place is None
    assert refusal(confined, calls.hoard).place is None


@pytest.mark.parametrize("end", [calls.loop, calls.hoard, os.abort])
def test_an_email_that_is_looked_over_is_blamed_although_it_was_rendered(confined: Confined, end: object) -> None:
    error = refusal(confined, calls.looking_over, "lessons/01-soil.md", end, seconds=0.5)
    assert str(error.place) == "lessons/01-soil.md"
    error = refusal(confined, calls.die_when_looked_over, "lessons/01-soil.md", signal.SIGSEGV)
    assert error.place == Place("course.toml")


def test_an_email_that_is_done_is_not_blamed(confined: Confined) -> None:
    error = refusal(confined, calls.die_after_rendering, "lessons/01-soil.md", signal.SIGSEGV)
    assert error.place == Place("course.toml")
    assert "course" in error.message


def test_a_child_that_is_killed_between_calls_is_not_missed(confined: Confined) -> None:
    child = confined.call(os.getpid)
    os.kill(child, signal.SIGKILL)
    assert confined.call(os.getpid) != child


def test_a_child_that_is_killed_in_a_call_is_told(confined: Confined, pipe: Path) -> None:
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(refusal, confined, calls.wait, pipe)
        with pipe.open() as told:
            os.kill(int(told.readline()), signal.SIGKILL)
        assert "SIGKILL" in waiting.result().message
    assert confined.call(add, 1, 2) == 3


def test_a_child_that_neither_answers_nor_computes_is_ended() -> None:
    with Confined(grace=0.1) as confined:
        assert "too long" in refusal(confined, signal.pause, seconds=0.1).message
        assert confined.call(add, 1, 2, seconds=30) == 3


def test_a_keyboard_interrupt_is_left_to_the_parent(confined: Confined) -> None:
    child = confined.call(os.getpid)
    os.kill(child, signal.SIGINT)
    assert confined.call(os.getpid) == child


def test_threads_take_turns(confined: Confined) -> None:
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(confined.call, [add] * 50, range(50), range(50))) == [2 * n for n in range(50)]


def test_closing_ends_a_call_that_another_thread_waits_for(confined: Confined, pipe: Path) -> None:
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(confined.call, calls.wait, pipe)
        with pipe.open() as told:
            assert told.readline()
            confined.close()
            assert told.read() == ""
        with pytest.raises(RuntimeError, match="closed"):
            waiting.result()


def test_nothing_is_called_once_it_is_closed(confined: Confined) -> None:
    confined.close()
    confined.close()
    with pytest.raises(RuntimeError, match="closed"):
        confined.call(add, 1, 2)


def test_modules_are_imported_ahead(confined: Confined) -> None:
    assert not confined.call(calls.knows, "course.simulate")
    confined.start("course.simulate", "course.no_such_module")
    assert confined.call(calls.knows, "course.simulate")


PARENT = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from course.confined import Confined
from tests.course.confined import calls
confined = Confined()
confined.call(getattr(calls, sys.argv[2]), Path(sys.argv[3]))
sys.stdin.read()
"""


WITHOUT_INPUT = """
import sys
sys.path.insert(0, sys.argv[1])
from course.confined import Confined
with Confined() as confined:
    print(confined.call(abs, -3))
"""


@pytest.mark.parametrize("busy", [False, True])
def test_a_child_whose_parent_is_killed_ends_too(pipe: Path, busy: bool) -> None:
    function = "hold_and_loop" if busy else "hold"
    command = [sys.executable, "-c", PARENT, str(ROOT), function, str(pipe)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as parent, pipe.open() as told:
        assert int(told.readline()) != parent.pid
        parent.kill()
        assert told.read() == ""  # at last: nothing holds the pipe any more


def test_a_module_in_the_working_folder_is_not_taken_for_another(tmp_path: Path, confined: Confined) -> None:
    (tmp_path / "pickle.py").write_text("raise SystemExit\n")
    (tmp_path / "course.py").write_text("raise SystemExit\n")
    assert confined.call(add, 1, 2) == 3


def test_a_child_starts_where_standard_input_is_closed() -> None:
    command = ["sh", "-c", 'exec "$@" <&-', "sh", sys.executable, "-c", WITHOUT_INPUT, str(ROOT)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "3\n"
