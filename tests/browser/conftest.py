"""One Chromium for the folder, and for each test a page in it that fails the test for errors and strayed requests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route, expect

from tests.browser.chromium import chromium, is_of_this_machine

PATIENCE = 20_000
"""How many milliseconds a page has to come to what a test expects of it, on a busy machine."""

NO_FAULTS = (
    "the server responded with a status of 422",  # the answer for a lesson that is broken
    "because the document's frame is sandboxed",  # where a test looks into a frame in which no script may run
)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Gone before the tests of the next folder run, some of which need the thread for an event loop of their own."""
    expect.set_options(timeout=PATIENCE)
    with chromium() as running:
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser as new. The test fails where a page asks for something beyond this machine, or raises an error."""
    faults: list[str] = []
    context = browser.new_context(viewport={"width": 700, "height": 900}, service_workers="block")
    context.set_default_timeout(PATIENCE)

    def guard(route: Route) -> None:
        if is_of_this_machine(route.request.url):
            route.continue_()
        else:
            faults.append(f"asked for {route.request.url}")
            route.abort()

    context.route("**/*", guard)
    context.on("weberror", lambda error: faults.append(str(error.error)))
    context.on("console", lambda line: faults.append(line.text) if _is_fault(line) else None)
    yield context
    context.close()
    assert faults == []


def _is_fault(line: ConsoleMessage) -> bool:
    """Whether a line of the console is an error, and none of those that are as they should be."""
    return line.type == "error" and not any(words in line.text for words in NO_FAULTS)


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
