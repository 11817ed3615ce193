"""Watching a course's folder: telling that something in it has changed, however an editor writes its files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from pathlib import Path

from watchfiles import awatch

FOLDERS = ("lessons", "sources", "assets", "theme")
"""The folders that belong to a course; in its own folder, only files that stand there directly do."""

_STEP_MS = 10
_DEBOUNCE_MS = 100
_LOOK_MS = 1_000


async def watch(folder: Path, changed: Callable[[], None]) -> None:
    """Call `changed` whenever something may have changed in the course in `folder`, or in dripcourse's templates.

    It goes on where the folder, or a part of it, is taken away, and comes back. Never returns; to be cancelled.
    """
    parts = [*(folder / name for name in FOLDERS), *own_templates()]
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_watch([folder], changed, deep=False))
        tasks.create_task(_watch(parts, changed, deep=True))


def own_templates() -> list[Path]:
    """The folders of the templates that come with dripcourse, and of their words."""
    templates = Path(str(resources.files("templates")))
    return [templates / "email", templates / "locale"]


async def _watch(paths: Sequence[Path], changed: Callable[[], None], *, deep: bool) -> None:
    polling: bool | None = None
    while True:
        known = _identities(paths)
        try:
            if known:
                await _watch_these(paths, known, changed, deep=deep, polling=polling)
        except FileNotFoundError:
            pass  # taken away just now
        except (OSError, RuntimeError):
            polling = True  # the system watches no more files, or not such ones
        await asyncio.sleep(0 if known else _LOOK_MS / 1_000)
        changed()


async def _watch_these(
    paths: Sequence[Path],
    known: Mapping[Path, object],
    changed: Callable[[], None],
    *,
    deep: bool,
    polling: bool | None,
) -> None:
    """Watch what is `known` of these until it is others: what watches a folder follows it when it is moved away.

    `changed` is called at the first look as well: something may have come while the watch was being set up.
    """
    first = True
    async for found in awatch(
        *known, watch_filter=None, debounce=_DEBOUNCE_MS, step=_STEP_MS, rust_timeout=_LOOK_MS, yield_on_timeout=True,
        recursive=deep, force_polling=polling, ignore_permission_denied=True,
    ):  # fmt: skip
        if found or first:
            changed()
        first = False
        if _identities(paths) != known:
            return


def _identities(paths: Sequence[Path]) -> dict[Path, tuple[int, int]]:
    """What is at each path, by device and number; a path where nothing is, is left out."""
    found = {}
    for path in paths:
        try:
            at = path.stat()
        except OSError:
            continue
        found[path] = (at.st_dev, at.st_ino)
    return found
