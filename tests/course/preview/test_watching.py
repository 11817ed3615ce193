"""A change is noticed however an editor writes its files, and whatever becomes of the folder meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TypeAlias

import pytest

from course.preview.watching import watch
from tests.course.check.small import small_course, written
from tests.course.preview.served import SECONDS

Noticed: TypeAlias = Callable[[Callable[[], object]], Awaitable[None]]


def watched(folder: Path, story: Callable[[Noticed], Awaitable[None]]) -> None:
    """Run a story whose `noticed` does something and waits until a change is noticed after it."""

    async def all_of_it() -> None:
        changed = asyncio.Event()
        task = asyncio.create_task(watch(folder, changed.set))

        async def noticed(act: Callable[[], object]) -> None:
            changed.clear()
            act()
            await asyncio.wait_for(changed.wait(), SECONDS)

        try:
            await asyncio.wait_for(changed.wait(), SECONDS)  # the watch stands
            await story(noticed)
        finally:
            task.cancel()

    asyncio.run(all_of_it())


def replace(path: Path, text: str) -> None:
    """Write a file as many editors do: a new one beside it, which takes its name."""
    beside = path.with_suffix(".tmp")
    beside.write_text(text)
    beside.replace(path)


@pytest.mark.parametrize("path", ["course.toml", "lessons/01-soil.md", "lessons/09-new.md", "sources/on-soil.md"])
@pytest.mark.parametrize("write", [Path.write_text, replace])
def test_a_saved_file_is_noticed(tmp_path: Path, path: str, write: Callable[[Path, str], object]) -> None:
    folder = written(tmp_path / "course", small_course())

    async def story(noticed: Noticed) -> None:
        for text in ("one", "two"):
            await noticed(partial(write, folder / path, text))

    watched(folder, story)


def test_a_file_that_is_taken_away_is_noticed(tmp_path: Path) -> None:
    folder = written(tmp_path / "course", small_course())

    async def story(noticed: Noticed) -> None:
        await noticed((folder / "lessons/01-soil.md").unlink)

    watched(folder, story)


def test_a_folder_that_comes_later_is_watched_like_the_others(tmp_path: Path) -> None:
    folder = written(tmp_path / "course", small_course())

    async def story(noticed: Noticed) -> None:
        await noticed((folder / "theme").mkdir)
        while not (folder / "theme/layout.txt").exists():
            await noticed(partial((folder / "theme/layout.txt").write_text, "x"))
        await noticed(partial((folder / "theme/layout.txt").write_text, "y"))

    watched(folder, story)


def test_a_course_that_is_away_for_a_moment_is_noticed_when_it_is_back_and_from_then_on(tmp_path: Path) -> None:
    folder = written(tmp_path / "course", small_course())

    async def story(noticed: Noticed) -> None:
        await noticed(partial(folder.rename, tmp_path / "away"))
        await noticed(partial(written, folder, small_course()))
        for text in ("one", "two", "three"):
            await noticed(partial((folder / "lessons/01-soil.md").write_text, text))

    watched(folder, story)
