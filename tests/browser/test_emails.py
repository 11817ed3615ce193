"""Every email is for everybody: nothing in it offends against WCAG, in light and in dark, and it fits a small phone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import pytest
from playwright.sync_api import Page

from course.folder import load
from course.personas import PERSONAS, Persona
from course.sample import Samples
from sender.demo import bundled
from tests.browser.axe import violations
from tests.browser.courses import LANGUAGES, course_in
from tests.browser.emails import Shown, emails_of, show_pictures, too_wide
from tests.course.check.small import COURSE, a_lesson, small_course

LARGEST = 60_000
"""Bytes of a lesson's HTML: Gmail cuts an email off at 102 kB, and a phone on a train loads slowly."""

NARROWEST = 320
"""Pixels of the smallest phone, and of any window that is enlarged fourfold (WCAG 2.2, 1.4.10)."""


@pytest.fixture(scope="module")
def of_bundled() -> list[Shown]:
    """Every variant of every email of the bundled course."""
    return list(emails_of(bundled()))


def offences(page: Page, emails: Iterable[Shown]) -> dict[str, list[str]]:
    """What axe finds in each email; those in which it finds nothing are left out."""
    found = {}
    for email in emails:
        page.set_content(email.html)
        found[email.label] = violations(page)
    assert len(found) >= 4  # a course has a confirmation, a welcome, a lesson and a closing at least
    return {label: told for label, told in found.items() if told}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_email_of_the_bundled_course_keeps_anyone_out(
    page: Page, of_bundled: list[Shown], scheme: Literal["light", "dark"]
) -> None:
    show_pictures(page, bundled())
    page.emulate_media(color_scheme=scheme)
    assert offences(page, of_bundled) == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_email_of_any_language_keeps_anyone_out(page: Page, language: str, scheme: Literal["light", "dark"]) -> None:
    show_pictures(page, course_in(language))
    page.emulate_media(color_scheme=scheme)
    assert offences(page, emails_of(course_in(language))) == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_sees_what_keeps_people_out(page: Page, scheme: Literal["light", "dark"]) -> None:
    faint = "p { color: #ccc } @media (prefers-color-scheme: dark) { body { background: #000 } p { color: #333 } }"
    page.emulate_media(color_scheme=scheme)
    page.set_content(f"<html lang=en><title>Soil</title><style>{faint}</style><img src='data:,'><p>What soil is</p>")
    assert [told.partition(":")[0] for told in violations(page)] == ["color-contrast", "image-alt"]


def test_every_lesson_of_the_bundled_course_is_small(of_bundled: list[Shown]) -> None:
    sizes = {email.label: len(email.html.encode()) for email in of_bundled if email.is_lesson}
    assert {label: size for label, size in sizes.items() if size >= LARGEST} == {}
    assert sizes


def those_too_wide(page: Page, emails: Iterable[Shown]) -> dict[str, list[str]]:
    """What makes emails wider than the screen of a small phone, by the email."""
    page.set_viewport_size({"width": NARROWEST, "height": 640})
    wide = {}
    for email in emails:
        page.set_content(email.html)
        wide[email.label] = too_wide(page)
    assert wide
    return {label: told for label, told in wide.items() if told}


@pytest.mark.parametrize("persona", PERSONAS, ids=lambda persona: persona.key)
def test_no_email_of_the_bundled_course_is_wider_than_a_small_phone(page: Page, persona: Persona) -> None:
    show_pictures(page, bundled())
    assert those_too_wide(page, emails_of(bundled(), persona)) == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_email_of_any_language_is_wider_than_a_small_phone(page: Page, language: str) -> None:
    show_pictures(page, course_in(language))
    assert those_too_wide(page, emails_of(course_in(language))) == {}


TABLE = """\
| Column one | Column two | Column three | Column four | Column five |
|---|---|---|---|---|
| loose soil | water held | something else | interesting | five |
"""


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_wide_table_scrolls_by_itself_and_breaks_no_word(page: Page, language: str) -> None:
    files = small_course(a_lesson(TABLE) | {"course.toml": COURSE.replace('"en"', f'"{language}"')})
    course = load(files)
    page.set_viewport_size({"width": NARROWEST, "height": 640})
    page.set_content(Samples(course, files).email(course.lessons[0]).html)
    assert too_wide(page) == []
    cut = """all => all.filter(one => {
        const range = document.createRange();
        const text = one.firstChild;
        return [...text.data.matchAll(/\\S+/g)].some(word => {
            range.setStart(text, word.index);
            range.setEnd(text, word.index + word[0].length);
            return range.getClientRects().length > 1;
        });
    }).map(one => one.textContent)"""
    cells = page.locator(".table th, .table td")
    assert cells.count() == 10
    assert cells.evaluate_all(cut) == []


def test_an_email_in_arabic_reads_from_right_to_left(page: Page) -> None:
    show_pictures(page, course_in("ar"))
    [lesson] = [email for email in emails_of(course_in("ar"), PERSONAS[0]) if email.label.startswith("soil")]
    page.set_content(lesson.html)
    assert page.locator("html").get_attribute("dir") == "rtl"
    words = page.locator("h1, h2, p, li")
    assert set(words.evaluate_all("all => all.map(one => getComputedStyle(one).direction)")) == {"rtl"}
    sides = set(words.evaluate_all("all => all.map(one => getComputedStyle(one).textAlign)"))
    assert not sides & {"left", "-webkit-left", "end"}
