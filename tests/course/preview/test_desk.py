"""The newest state of a course: read again when told, made once for all who ask, and news for all who listen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

import pytest

from course.check import Report
from course.errors import CourseError
from course.preview.choices import Choices
from course.preview.desk import Desk, News
from course.render import email_templates
from tests.course.check.small import a_lesson, small_course, written
from tests.course.preview.served import SECONDS, TODAY, Direct

T = TypeVar("T")


class Counting(Direct):
    """A worker that says what it was asked for, and can be made to wait in the middle."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.begun, self.go_on = Event(), Event()
        self.go_on.set()

    def call(self, function: Callable[..., T], *args: object) -> T:
        self.asked.append(function.__name__)
        self.begun.set()
        assert self.go_on.wait(SECONDS)
        return super().call(function, *args)


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(asyncio.wait_for(work, SECONDS))


def a_desk(folder: Path, worker: Direct | None = None, checker: Direct | None = None) -> Desk:
    return Desk(written(folder, small_course()), worker or Direct(), checker or Direct())


def save(desk: Desk, text: str) -> None:
    written(desk.folder, {path: content.encode() for path, content in a_lesson(text).items()})


def test_what_is_saved_is_shown_once_it_has_been_read(tmp_path: Path) -> None:
    async def story() -> list[bool]:
        desk = a_desk(tmp_path)
        found = []
        for text in ("First.", "Second."):
            save(desk, text)
            await desk.read()
            found.append(text in (await desk.email(Choices(TODAY))).html)
        return found

    assert run(story()) == [True, True]


def test_only_other_files_are_news(tmp_path: Path) -> None:
    async def story() -> tuple[list[News | None], int]:
        desk = a_desk(tmp_path)
        with desk.listening() as news:
            await desk.read()
            await desk.read()
            save(desk, "Other.")
            (tmp_path / "notes.txt").write_text("no part of the course")
            await desk.read()
            await desk.read()
            return [news.get_nowait() for _ in range(news.qsize())], desk.state.version

    assert run(story()) == ([News("changed", 1), News("changed", 2)], 2)


def test_what_many_ask_for_at_once_is_made_once(tmp_path: Path) -> None:
    async def story() -> list[str]:
        worker = Counting()
        desk = a_desk(tmp_path, worker)
        await desk.read()
        other = desk.email(Choices(TODAY, persona="nobody"))
        await asyncio.gather(*(desk.email(Choices(TODAY)) for _ in range(5)), other)
        return worker.asked

    assert run(story()) == ["shown_email", "shown_email"]


def test_an_error_is_told_to_everyone_who_asks_and_gone_with_the_next_save(tmp_path: Path) -> None:
    async def story() -> None:
        desk = a_desk(tmp_path)
        save(desk, "{% if %}")
        await desk.read()
        for _ in range(2):
            with pytest.raises(CourseError, match="not valid Jinja"):
                await desk.email(Choices(TODAY))
        assert (await desk.course(Choices(TODAY))).title == "Gardens"
        save(desk, "Well.")
        await desk.read()
        assert "Well." in (await desk.email(Choices(TODAY))).html

    run(story())


def test_files_that_cannot_be_read_are_an_error_and_the_next_reading_mends_it(tmp_path: Path) -> None:
    async def story() -> None:
        desk = a_desk(tmp_path)
        settings = (tmp_path / "course.toml").read_bytes()
        (tmp_path / "course.toml").unlink()
        await desk.read()
        with pytest.raises(CourseError, match="no course"):
            await desk.course(Choices(TODAY))
        (tmp_path / "course.toml").write_bytes(settings)
        await desk.read()
        assert (await desk.course(Choices(TODAY))).title == "Gardens"

    run(story())


def test_a_subject_that_never_ends_leaves_the_calendar_with_subjects_as_written(tmp_path: Path) -> None:
    class Tired(Direct):
        def call(self, function: Callable[..., T], *args: object) -> T:
            if args[-1] is False:
                return super().call(function, *args)
            raise CourseError("Too slow.", fix="Less.", rule="render-limit")

    async def story() -> list[str]:
        desk = a_desk(tmp_path, Tired())
        await desk.read()
        return [stop.subject for stop in (await desk.course(Choices(TODAY, track="field"))).calendar.stops]

    assert "Light for {{ subscriber.first_name }}" in run(story())


def test_a_report_is_on_the_newest_files_however_fast_they_come(tmp_path: Path) -> None:
    async def story() -> tuple[Report | None, list[str]]:
        checker = Counting()
        checker.go_on.clear()
        desk = a_desk(tmp_path, checker=checker)
        work = asyncio.create_task(desk.run())
        with desk.listening() as news:
            await desk.read()
            assert await asyncio.to_thread(checker.begun.wait, SECONDS)
            save(desk, "![](../assets/none.png)")
            await desk.read()
            checker.go_on.set()
            while (await news.get()) != News("findings", 2):
                assert desk.report is None
        work.cancel()
        return desk.report, checker.asked

    report, asked = run(story())
    assert report is not None
    assert "missing-picture" in {finding.rule for finding in report.findings}
    assert asked == ["checked_behind", "checked_behind"]


def test_a_check_that_fails_as_a_whole_is_one_finding(tmp_path: Path) -> None:
    class Tired(Direct):
        def call(self, function: Callable[..., T], *args: object) -> T:
            raise CourseError("Too slow.", fix="Less.", rule="render-limit")

    async def story() -> Report | None:
        desk = a_desk(tmp_path, checker=Tired())
        work = asyncio.create_task(desk.run())
        with desk.listening() as news:
            while (await news.get()) != News("findings", 1):
                pass
        work.cancel()
        return desk.report

    report = run(story())
    assert report is not None
    assert [finding.rule for finding in report.findings] == ["render-limit"]


def test_a_defect_of_ours_is_told_and_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Direct):
        def call(self, function: Callable[..., T], *args: object) -> T:
            raise RuntimeError("ZeroDivisionError in a rule")

    async def story() -> Report | None:
        desk = a_desk(tmp_path, Broken(), Broken())
        work = asyncio.create_task(desk.run())
        with desk.listening() as news:
            for version in (1, 2):
                while (await news.get()) != News("findings", version):
                    pass
                with pytest.raises(CourseError, match="defect of dripcourse"):
                    await desk.email(Choices(TODAY))
                save(desk, f"Version {version}.")
        work.cancel()
        return desk.report

    report = run(story())
    assert report is not None
    assert [finding.rule for finding in report.findings] == ["defect"]
    assert "ZeroDivisionError in a rule" in caplog.text


def test_templates_that_come_with_dripcourse_are_followed_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = written(tmp_path, dict(email_templates())) / "templates"
    monkeypatch.setattr("course.preview.desk.own_templates", lambda: [ours / "email", ours / "locale"])

    async def story() -> None:
        desk = a_desk(tmp_path / "course")
        await desk.read()
        assert not [path for path in desk.state.files if path.startswith("templates/")]
        (ours / "email/lesson.txt").write_text("Another template.")
        await desk.read()
        assert (await desk.email(Choices(TODAY))).email.text == "Another template.\n"

    run(story())


def test_whoever_listens_is_let_go_at_the_end_and_so_is_who_comes_later(tmp_path: Path) -> None:
    async def story() -> list[News | None]:
        desk = a_desk(tmp_path)
        with desk.listening() as early:
            desk.stop()
            with desk.listening() as late:
                return [await early.get(), await late.get()]

    assert run(story()) == [None, None]
