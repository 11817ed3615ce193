"""Subscribers' pages in every state, as a browser shows them: for everybody, in any light, on any screen, on paper."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import Literal

import pytest
from lxml import html
from playwright.sync_api import Browser, Page, Route
from pypdf import PdfReader

from tests.browser.axe import violations
from tests.browser.chromium import guarded
from tests.browser.courses import LANGUAGES
from tests.browser.emails import too_wide
from tests.browser.states import States, a_school_in, states_of
from tests.sender.web.hostile import attacked, pages
from tests.sender.web.sample import Answer

VIEWS: tuple[tuple[int, Literal["light", "dark"]], ...] = (
    (320, "light"),
    (320, "dark"),
    (700, "dark"),
    (1280, "light"),
)
REFUSALS = (400, 403, 404, 405, 409, 410, 413, 415, 422, 429, 503)
OF_NO_COURSE = ("problem.html", "leave-unknown.html", "leave-plain.html")
OF_EMAILS = ("welcome", "lesson as sent")


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> dict[str, States]:
    """Every state of every page, by language."""
    found = {}
    for language in LANGUAGES:
        with a_school_in(language, tmp_path_factory.mktemp(language)) as school:
            found[language] = states_of(school)
    return found


class Window:
    """A page of a browser that shows what a site answered, with its headers, as if it answered now."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._answer = Answer(200, {}, b"")
        page.route("**/*", self._give)

    def show(self, url: str, answer: Answer) -> None:
        """Show an answer; whatever can be opened in it is open."""
        self._answer = answer
        self.page.goto(url)
        self.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")

    def _give(self, route: Route) -> None:
        if route.request.is_navigation_request():
            answer = self._answer
            route.fulfill(status=answer.status, headers=dict(answer.headers), body=answer.content)
        else:
            route.fulfill(status=200, content_type="image/png", body=b"")


@pytest.fixture
def window(browser: Browser) -> Iterator[Window]:
    """One that takes refusals for what they are."""
    with guarded(browser, refusals=REFUSALS) as context:
        yield Window(context.new_page())


class _Look(HTMLParser):
    """What a page consists of: its elements, with what changes their looks."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.parts = set[tuple[str | None, ...]]()
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.parts.add((tag, found.get("class"), found.get("type"), found.get("aria-invalid")))


def of_each_look(states: States) -> set[str]:
    """One state for each look that pages have."""
    return set({frozenset(_Look(answer).parts): name for name, (_, answer) in states.seen.items()}.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_of_every_page_is_for_everybody_and_fits_its_window(
    window: Window, every: dict[str, States], language: str
) -> None:
    """Each look in English at all widths, in light and dark; all else as a small phone shows it."""
    states, found = every[language], {}
    of_own_look = of_each_look(states)
    assert len(of_own_look) > 25
    for name, (url, answer) in states.seen.items():
        window.show(url, answer)
        for width, scheme in VIEWS if language == "en" and name in of_own_look else VIEWS[:1]:
            window.page.set_viewport_size({"width": width, "height": 800})
            window.page.emulate_media(color_scheme=scheme)
            faults = violations(window.page) if language == "en" or name in of_own_look else []
            found[f"{name}, {width} pixels, {scheme}"] = [*too_wide(window.page), *faults]
    assert {state: told for state, told in found.items() if told} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_in_the_language_of_its_course_and_runs_its_way(every: dict[str, States], language: str) -> None:
    states, way = every[language], "rtl" if language == "ar" else "ltr"
    for name, (_, answer) in states.seen.items():
        if states.templates[name] not in OF_NO_COURSE and name not in OF_EMAILS:
            page = html.document_fromstring(answer.text)
            assert (page.get("lang"), page.get("dir")) == (language, way), name
            assert [len(page.findall(f".//{tag}")) for tag in ("h1", "main", "title")] == [1, 1, 1], name


def test_an_arabic_page_stands_from_right_to_left(window: Window, every: dict[str, States]) -> None:
    for name in ("sign up", "settings", "question", "certificate"):
        window.show(*every["ar"].seen[name])
        words = window.page.locator("h1, main p, label, legend, button, summary")
        assert set(words.evaluate_all("all => all.map(one => getComputedStyle(one).direction)")) == {"rtl"}, name
        sides = words.evaluate_all("all => all.map(one => getComputedStyle(one).textAlign)")
        assert not set(sides) & {"left", "-webkit-left"}, name


def test_every_template_of_a_page_is_seen_in_some_state(every: dict[str, States]) -> None:
    folder = resources.files("templates") / "web"
    whole = {
        one.name for one in folder.iterdir() if one.name.endswith(".html") and "{% extends" in one.read_text("utf-8")
    }
    assert whole - set(every["en"].templates.values()) == set()


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", ["certificate", "certificate without a name"])
def test_a_certificate_fits_a_sheet_of_paper(
    window: Window, every: dict[str, States], language: str, state: str, paper: str
) -> None:
    window.show(*every[language].seen[state])
    for landscape in (False, True):
        printed = PdfReader(BytesIO(window.page.pdf(format=paper, landscape=landscape, print_background=True))).pages
        assert len(printed) == 1
        if language == "en":
            words = " ".join(printed[0].extract_text().split())
            assert ("Sample 001" in words) is (state == "certificate")
            assert "has finished the email course" in words
            assert "print this page" not in words


def test_no_hostile_word_runs_or_makes_an_element_in_a_browser(window: Window, tmp_path: Path) -> None:
    raised: list[str] = []
    window.page.on("dialog", lambda dialog: raised.append(dialog.message))
    with attacked(tmp_path) as school:
        found = [(name, answer) for name, answer in pages(school) if answer.content]
    for number, (name, answer) in enumerate(found):
        window.show(f"http://127.0.0.1/{number}", answer)
        window.page.evaluate("document.querySelectorAll('a, button, input, select').forEach(one => one.focus())")
        made = window.page.locator("svg, img[src=x], [onerror], [onfocus], [onload], iframe, a[href^='javascript']")
        assert made.count() == 0, name
    assert raised == []
    assert len(found) > 40
