"""Chromium as tests start it, and what it may open: pages of this machine, and what a test hands it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, sync_playwright

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
_LOOPBACK: Final = ("127.0.0.1", "localhost")
_NO_REQUEST: Final = ("about", "blob", "data", "file")


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
