"""How long it takes from a saved lesson to the repainted email: a real process, a real browser, the bundled course."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from time import time

from playwright.sync_api import Page, expect

from sender.demo import bundled
from tests.benchmarks.figures import told
from tests.browser.chromium import chromium
from tests.browser.previewing import Preview, previewing

SAVES = 30
LESSON = "lessons/03-say-it-or-wait.md"
SENTENCE = "Do you give it?"
# Looks once a frame; what has been found there is painted when the next one begins.
WATCH = """text => {
    window.repainted = new Promise(resolve => {
        const look = () => {
            const frames = [...document.querySelectorAll("iframe")];
            const painted = () => resolve(performance.timeOrigin + performance.now());
            const there = frames.every(one => one.contentDocument?.body?.textContent.includes(text));
            requestAnimationFrame(there ? painted : look);
        };
        look();
    });
}"""


def saved_and_repainted(page: Page, preview: Preview, before: str, after: str) -> float:
    """Milliseconds from before the file is written until every frame has painted what is new in it."""
    page.evaluate(WATCH, after)
    began = time() * 1000
    preview.edit(LESSON, before, after)
    return float(page.evaluate("window.repainted")) - began


def test_from_a_save_to_the_repainted_email(tmp_path: Path) -> None:
    """Prints milliseconds; the aim is a median under 250. It judges nothing but that every save was painted."""
    sentences = [SENTENCE, *(f"Do you give it, for the {number}th time?" for number in range(2 * SAVES))]
    figures: list[float] = []
    with previewing(tmp_path / "product-path", bundled()) as preview, chromium() as browser:
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.goto(f"{preview.address}?lesson=say-it-or-wait")
        expect(page.locator("iframe")).to_have_count(4)
        for before, after in pairwise(sentences):
            if len(figures) < SAVES:  # an author who reads before the next save, and then one who does not
                expect(page.get_by_text("Checking the course…")).to_have_count(0, timeout=60_000)
            figures.append(saved_and_repainted(page, preview, before, after))
    print(f"\npreview, from a save to the repainted email: {told(figures[:SAVES])}")
    print(f"  while the save before is still being checked: {told(figures[SAVES:])}")
    assert len(figures) == 2 * SAVES
