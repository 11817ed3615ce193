"""What holds for every test: none sees the settings, the database or the outbox of whoever runs it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from course.confined import Confined

settings.register_profile("dripcourse", deadline=None)  # a busy machine is no failure
settings.load_profile("dripcourse")


@pytest.fixture(autouse=True)
def an_empty_place_to_work_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs each test in its own empty folder, with no setting of ours or SendGrid's in the environment.

    The working folder is where `.env` and `dripcourse.db` are looked for: a developer's may hold a key that works.
    """
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith(("DRIPCOURSE_", "SENDGRID_")):
            monkeypatch.delenv(name)


class _Brisk:
    """`asyncio` for uvicorn's server, which sleeps a tenth of a second before each look whether it is to stop."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / 20)


@pytest.fixture(scope="session", autouse=True)
def servers_that_stop_at_once() -> Iterator[None]:
    """Lets no test wait for a server to notice that it is to stop, which takes longer than most tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("uvicorn.server.asyncio", _Brisk())
        yield


@pytest.fixture(scope="session")
def a_child_for_all() -> Iterator[Confined]:
    with Confined() as confined:
        yield confined


@pytest.fixture
def one_child(a_child_for_all: Confined, monkeypatch: pytest.MonkeyPatch) -> None:
    """Has all commands render in one child process, where each would start its own, which takes a moment."""
    monkeypatch.setattr("course.confined.Confined", lambda: nullcontext(a_child_for_all))
