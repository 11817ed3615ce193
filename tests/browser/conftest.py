"""One Chromium for the folder, and for each test a page in it that fails the test for errors and strayed requests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.chromium import PATIENCE, chromium, guarded


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Gone before the tests of the next folder run, some of which need the thread for an event loop of their own."""
    expect.set_options(timeout=PATIENCE)
    with chromium() as running:
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser as new. The test fails where a page asks for something beyond this machine, or raises an error."""
    with guarded(browser) as found:
        yield found


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
