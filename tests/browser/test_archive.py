"""The archive of a course, as a browser shows it: for everybody, on any screen, on paper, and with no dead end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Literal
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from course.build import build
from course.folder import load
from sender.demo import bundled
from tests.browser.axe import violations
from tests.browser.courses import LANGUAGES, course_in
from tests.browser.emails import too_wide
from tests.browser.serving import serving
from tests.course.check.small import written

COURSES = ("bundled", *LANGUAGES)


@dataclass(frozen=True, slots=True)
class Archive:
    """The archive of a course on a site: its folder, and its address."""

    folder: Path
    address: str

    @property
    def pages(self) -> list[str]:
        """The address of each page."""
        return [f"{self.address}{path.name}" for path in sorted(self.folder.glob("*.html"))]


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Archive]]:
    """The archive of each course."""
    place = tmp_path_factory.mktemp("archives")
    for name in COURSES:
        files = bundled() if name == "bundled" else course_in(name)
        build(written(place / name, dict(files)), place / f"{name}-built")
    with serving(place) as address:
        archive = {name: f"{name}-built/archive/" for name in COURSES}
        yield {name: Archive(place / path, f"{address}{path}") for name, path in archive.items()}


@pytest.fixture
def archive(archives: dict[str, Archive]) -> Archive:
    """That of the small English course."""
    return archives["en"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", COURSES)
def test_no_page_keeps_anyone_out(
    page: Page, archives: dict[str, Archive], name: str, scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=scheme)
    found = {}
    for address in archives[name].pages:
        page.goto(address)
        page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true; })")
        found[address] = violations(page)
    assert {address: told for address, told in found.items() if told} == {}


@pytest.mark.parametrize("name", COURSES)
def test_no_page_is_wider_than_a_small_phone(page: Page, archives: dict[str, Archive], name: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    wide = {}
    for address in archives[name].pages:
        page.goto(address)
        wide[address] = too_wide(page)
    assert {address: told for address, told in wide.items() if told} == {}


@pytest.mark.parametrize("name", COURSES)
def test_every_link_leads_to_a_page_of_the_archive_or_to_the_web(
    page: Page, archives: dict[str, Archive], name: str
) -> None:
    spots, links = set(), set()
    for address in archives[name].pages:
        page.goto(address)
        ids = page.locator("[id]").evaluate_all("all => all.map(one => one.id)")
        spots |= {address, *(f"{address}#{spot}" for spot in ids)}
        written_as = page.locator("a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
        links |= {urljoin(address, href) for href in written_as}
    ours = {link for link in links if link.startswith(archives[name].address)}
    assert {link for link in links - ours if urlsplit(link).scheme != "https"} == set()
    assert ours - spots == set()
    assert ours


def test_a_picture_is_shown_from_the_archive_itself(page: Page, archive: Archive) -> None:
    page.goto(f"{archive.address}soil.html")
    picture = page.get_by_role("img", name="A spade that stands in a bed")
    assert picture.evaluate("one => one.complete && one.naturalWidth") == 640
    assert picture.evaluate("one => one.src").startswith(archive.address)


def test_whoever_reads_on_comes_through_all_lessons_and_back_to_the_list(
    page: Page, archives: dict[str, Archive]
) -> None:
    course = load(bundled())
    page.goto(f"{archives['bundled'].address}index.html")
    page.get_by_role("main").get_by_role("listitem").first.get_by_role("link").first.click()
    seen = [page.get_by_role("heading", level=1).inner_text()]
    while page.locator("a[rel=next]").count():
        page.locator("a[rel=next]").click()
        seen.append(page.get_by_role("heading", level=1).inner_text())
    assert len(seen) == len(set(seen)) == len(course.lessons_of(course.tracks[0].slug))
    page.get_by_role("navigation").get_by_role("link").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(course.title)


def test_a_reader_without_a_mouse_skips_to_the_text_and_opens_an_answer(page: Page, archive: Archive) -> None:
    page.goto(f"{archive.address}soil.html")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the text")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    reason = page.get_by_text("They make room for air and water.").first
    expect(reason).not_to_be_visible()
    for _ in range(page.locator("main a, main summary").count()):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "SUMMARY":
            break
    page.keyboard.press("Enter")
    expect(reason).to_be_visible()


def test_on_paper_stands_the_lesson_with_its_answers_and_nothing_to_click(page: Page, archive: Archive) -> None:
    page.goto(f"{archive.address}soil.html")
    printed = " ".join(one.extract_text() for one in PdfReader(BytesIO(page.pdf())).pages)
    words = " ".join(printed.split())
    assert "What soil is made of" in words
    assert words.count("They make room for air and water.") == 2
    assert "All lessons" not in words
    assert "Skip to the text" not in words


def test_an_archive_in_arabic_reads_from_right_to_left(page: Page, archives: dict[str, Archive]) -> None:
    page.goto(f"{archives['ar'].address}soil.html")
    words = page.locator("h1, h2, main p, main li")
    assert set(words.evaluate_all("all => all.map(one => getComputedStyle(one).direction)")) == {"rtl"}
    assert page.evaluate("document.documentElement.lang") == "ar"
