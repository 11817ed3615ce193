"""Chromium as tests start it, and what it may open: pages of this machine, and what a test hands it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Route, sync_playwright

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
_LOOPBACK: Final = ("127.0.0.1", "localhost")
_NO_REQUEST: Final = ("about", "blob", "data", "file")
_SANDBOX: Final = "because the document's frame is sandboxed"  # where a test looks into a frame without scripts

PATIENCE: Final = 20_000
"""How many milliseconds a page has to come to what a test expects of it, on a busy machine."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running Chromium. Until it is gone, Playwright's event loop is this thread's, and no other can run in it."""
    path = _find()
    arguments = [] if os.geteuid() else ["--no-sandbox"]  # Chromium's own sandbox does not start as root
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


def _find() -> str:
    """The path of Chromium. Without one the test is skipped, and fails in CI, where install.sh has seen to it."""
    found = next((path for path in map(shutil.which, _NAMES) if path), None)
    if found is None and os.environ.get("CI"):
        pytest.fail("no Chromium: see test_packages in requirements/install.sh", pytrace=False)
    if found is None:
        pytest.skip("no Chromium: sudo apt-get install chromium")
    return found


def is_of_this_machine(address: str) -> bool:
    """Whether a page may ask for the address: nothing leaves the machine."""
    parts = urlsplit(address)
    return parts.scheme in _NO_REQUEST or parts.hostname in _LOOPBACK


@contextmanager
def guarded(browser: Browser, *, refusals: tuple[int, ...] = (422,), **options: Any) -> Iterator[BrowserContext]:
    """A browser as new, with Playwright's options for one.

    What is left raises AssertionError where a page asked for something beyond this machine or raised an error, such as
    for what its policy does not allow, or was answered with another status of an error than `refusals`.
    """
    faults: list[str] = []
    context = browser.new_context(**{"viewport": {"width": 700, "height": 900}, "service_workers": "block", **options})
    context.set_default_timeout(PATIENCE)

    def guard(route: Route) -> None:
        if is_of_this_machine(route.request.url):
            route.continue_()
        else:
            faults.append(f"asked for {route.request.url}")
            route.abort()

    no_faults = (_SANDBOX, *(f"the server responded with a status of {status}" for status in refusals))

    def hear(line: ConsoleMessage) -> None:
        if line.type == "error" and not any(words in line.text for words in no_faults):
            faults.append(line.text)

    context.route("**/*", guard)
    context.on("weberror", lambda error: faults.append(str(error.error)))
    context.on("console", hear)
    try:
        yield context
    finally:
        context.close()
    assert faults == [], faults
