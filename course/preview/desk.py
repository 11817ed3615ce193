"""The newest state of a course: its files, what has been made of them, what a check finds, and who hears of news."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar, cast

from course.check import Finding, Report
from course.errors import CourseError
from course.folder import Files, read_files
from course.limits import RULE
from course.preview.checking import checked_behind
from course.preview.choices import Choices
from course.preview.showing import ShownCourse, ShownEmail, Test, shown_course, shown_email, test_email
from course.preview.watching import own_templates, watch
from course.render import email_templates

_log = logging.getLogger(__name__)
_MOST_KEPT = 50
_QUIET_SECONDS = 0.15
T = TypeVar("T")


class Worker(Protocol):
    """What runs a module's function elsewhere, within limits: `course.confined.Confined`."""

    def call(self, function: Callable[..., T], *args: object) -> T:
        """What the function returns. Raises CourseError as it does, and where a limit is passed."""

    def close(self) -> None:
        """End it."""


@dataclass(frozen=True, slots=True)
class State:
    """The files of the course as last read; `error` says why they could not be. `version` counts the states."""

    version: int = 0
    files: Files = field(default_factory=dict)
    error: CourseError | None = None


@dataclass(frozen=True, slots=True)
class News:
    """Something new: `kind` is `changed` for other files, and `findings` for a report on them."""

    kind: str
    version: int


class Desk:
    """Holds the newest state of the course in `folder`. All but its workers runs in one event loop.

    `shower` renders what is looked at, `checker` checks the whole course, which takes longer: the `report` is on the
    state whose version is `checked`, None and 0 before the first.
    """

    def __init__(self, folder: Path, shower: Worker, checker: Worker) -> None:
        self.folder = folder
        self.state = State()
        self.report: Report | None = None
        self.checked = 0
        self._shower, self._checker = shower, checker
        self._made: dict[Hashable, asyncio.Task[object]] = {}
        self._listeners: set[asyncio.Queue[News | None]] = set()
        self._touched, self._to_check = asyncio.Event(), asyncio.Event()
        self._stopped = False

    async def run(self) -> None:
        """Read, and go on reading and checking whenever something changes. Never returns; to be cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(watch(self.folder, self._touched.set))
            tasks.create_task(self._check_on())
            while True:
                await self._touched.wait()
                self._touched.clear()
                await self.read()

    async def read(self) -> None:
        """Read the files again; where they are others than before, they become the newest state, and that is news."""
        files: Files = {}
        error: CourseError | None = None
        try:
            files = await asyncio.to_thread(_files_in, self.folder)
        except CourseError as raised:
            error = raised
        old = self.state
        if old.version and files == old.files and str(error) == str(old.error):
            return
        self.state = State(old.version + 1, files, error)
        self._made.clear()
        self._to_check.set()
        self._tell("changed")

    async def email(self, choices: Choices) -> ShownEmail:
        """The email that is chosen. Raises CourseError where it cannot be shown."""
        return await self._once(shown_email, choices)

    async def course(self, choices: Choices) -> ShownCourse:
        """The course around it. Raises CourseError where it cannot be loaded."""
        try:
            return await self._once(shown_course, choices)
        except CourseError as error:
            if error.rule != RULE:
                raise
            return await self._once(shown_course, choices, False)

    async def test(self, choices: Choices) -> Test:
        """What is needed to send the email that is chosen. Raises CourseError as `email` does."""
        return await self._once(test_email, choices)

    @contextmanager
    def listening(self) -> Iterator[asyncio.Queue[News | None]]:
        """News, from now on; None when there will be no more."""
        queue: asyncio.Queue[News | None] = asyncio.Queue()
        self._listeners.add(queue)
        if self._stopped:
            queue.put_nowait(None)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)

    def stop(self) -> None:
        """Let whoever listens go."""
        self._stopped = True
        for queue in self._listeners:
            queue.put_nowait(None)

    def close(self) -> None:
        """End what the workers are at: a thread that waits for one keeps the process from ending."""
        self._shower.close()
        self._checker.close()

    async def _once(self, function: Callable[..., T], *args: object) -> T:
        """What the function makes of the newest files, which is worked out once for all who ask."""
        state = self.state
        if state.error is not None:
            raise state.error
        key = (function, args)
        if key not in self._made:
            while len(self._made) >= _MOST_KEPT:
                del self._made[next(iter(self._made))]
            work = self._answer(self._shower, function, state.files, *args)
            self._made[key] = asyncio.create_task(work)
            self._made[key].add_done_callback(_looked_at)
        return cast("T", await asyncio.shield(self._made[key]))

    async def _answer(self, worker: Worker, function: Callable[..., T], *args: object) -> T:
        """What a worker answers. What it should not raise is a defect of ours, and no reason to stop."""
        try:
            return await asyncio.to_thread(worker.call, function, *args)
        except RuntimeError as error:
            if not self._stopped:
                _log.error("a defect of dripcourse: %s", error)  # it says all, the child's lines included
            fix = "What went wrong is in the terminal where the preview runs. The next save is tried like any other."
            raise CourseError("This is a defect of dripcourse.", fix=fix, rule="defect") from error

    async def _check_on(self) -> None:
        while True:
            await self._to_check.wait()
            while self._to_check.is_set():  # until nothing has been saved for a moment
                self._to_check.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._to_check.wait(), _QUIET_SECONDS)
            state = self.state
            report = await self._checked(state)
            if self.state is state:
                self.report, self.checked = report, state.version
                self._tell("findings")

    async def _checked(self, state: State) -> Report:
        if state.error is not None:
            return Report()  # which is shown in the email's place
        try:
            return await self._answer(self._checker, checked_behind, state.files)
        except CourseError as error:
            return Report((Finding.of(error),))

    def _tell(self, kind: str) -> None:
        for queue in self._listeners:
            queue.put_nowait(News(kind, self.state.version))


def _looked_at(task: asyncio.Task[object]) -> None:
    """An error that nobody waits for any more is no defect."""
    if not task.cancelled():
        task.exception()


def _files_in(folder: Path) -> Files:
    """The course's files, and those of dripcourse's own templates that have changed since they were first read.

    Raises CourseError.
    """
    try:
        files = read_files(folder)
        known = email_templates()
        own = {path: content for path, content in _own_templates() if known.get(path) != content}
    except OSError as error:
        message = f"The course cannot be read: {error.strerror}."
        raise CourseError(message, fix="Mend that, and it is read again by itself.") from error
    return {**own, **files}


def _own_templates() -> Iterator[tuple[str, bytes]]:
    """Path, as among a course's files, and content of each."""
    for folder in own_templates():
        for path in folder.rglob("*"):
            if path.is_file():
                yield f"templates/{path.relative_to(folder.parent).as_posix()}", path.read_bytes()
