"""The pictures in docs/ that the README shows: a lesson of the bundled course, light and dark, and the preview of it.

Run by `make screenshots`. Chromium draws text with the fonts of the machine, so another machine gives other bytes.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from playwright.sync_api import Browser, expect

from course.personas import PERSONAS
from sender.demo import bundled
from tests.browser.chromium import chromium
from tests.browser.emails import emails_of
from tests.browser.previewing import frame, previewing

DOCS: Final = Path(__file__).parents[2] / "docs"
LESSON: Final = "say-it-or-wait"
A_TUESDAY: Final = "2026-11-03"


def take_lesson(browser: Browser) -> None:
    """`lesson-light.png` and `lesson-dark.png`: the upper part of the lesson, as a mail program shows it."""
    email = next(email for email in emails_of(bundled(), PERSONAS[0]) if email.label.startswith(LESSON))
    page = browser.new_page(viewport={"width": 700, "height": 1100})
    page.set_content(email.html)
    page.emulate_media(color_scheme="light")
    page.screenshot(path=DOCS / "lesson-light.png")
    page.emulate_media(color_scheme="dark")
    page.screenshot(path=DOCS / "lesson-dark.png")


def take_preview(browser: Browser) -> None:
    """`preview.png`: the lesson on an author's screen, when the course has been checked."""
    with TemporaryDirectory() as folder, previewing(Path(folder) / "product-path", bundled()) as preview:
        page = browser.new_page(viewport={"width": 1360, "height": 900})
        page.goto(f"{preview.address}?lesson={LESSON}&start={A_TUESDAY}")
        expect(frame(page).get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_text("Checking the course…")).to_have_count(0, timeout=60_000)
        page.screenshot(path=DOCS / "preview.png")


if __name__ == "__main__":
    with chromium() as running:
        take_lesson(running)
        take_preview(running)
