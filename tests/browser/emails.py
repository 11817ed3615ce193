"""The emails of a course as readers get them, to be opened in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from playwright.sync_api import Page, Route

from course.check.variants import letters, variants
from course.folder import Files, load
from course.links import SAMPLE_LINKS, SAMPLE_SCHEDULE
from course.model import Course
from course.personal.placeholders import fill, tag_values
from course.personal.readers import Reader, reader_values
from course.personas import PERSONAS, Persona, persona_values
from course.pictures import Pictures
from course.render import Renderer, Variant

_SALT = "b0a7e50000"


@dataclass(frozen=True, slots=True)
class Shown:
    """An email that somebody gets: which it is and for whom, whether a lesson, and its HTML."""

    label: str
    is_lesson: bool
    html: str


def emails_of(files: Files, persona: Persona | None = None) -> Iterator[Shown]:
    """Every variant of every email on every track, filled for the persona, or for the first that it is meant for."""
    course = load(files)
    renderer = Renderer(course, files, _SALT)
    readers = dict(_readers(course, PERSONAS if persona is None else (persona,)))
    for letter in letters(course):
        slug = letter.lesson.slug if letter.lesson else letter.template
        for variant in variants(renderer, letter):
            found = _for_whom(variant, renderer, readers)
            if found is not None:
                who, reader = found
                html = fill(variant.email, tag_values(variant.email, renderer.expressions, reader)).html
                yield Shown(f"{slug} on {letter.track} for {who}", letter.template == "lesson", html)
            else:
                assert persona is not None, f"no persona gets one of the variants of {slug} on {letter.track}"


def _readers(course: Course, personas: tuple[Persona, ...]) -> Iterator[tuple[str, Reader]]:
    """Each persona with every value of the fields that declare their values, and with none of them."""
    asked = {name: ("", *field.values) for name, field in course.fields.items() if field.values}
    for persona, values in product(personas, product(*asked.values())):
        chosen = {name: value for name, value in zip(asked, values, strict=True) if value}
        raw = persona_values(persona, course.fields) | chosen
        label = ", ".join([persona.key, *(f"{name} {value}" for name, value in chosen.items())])
        yield label, Reader(reader_values(course.fields, raw), SAMPLE_LINKS, SAMPLE_SCHEDULE)


def _for_whom(variant: Variant, renderer: Renderer, readers: dict[str, Reader]) -> tuple[str, Reader] | None:
    expressions = renderer.expressions
    return next(((who, reader) for who, reader in readers.items() if variant.is_for(expressions, reader)), None)


def show_pictures(page: Page, files: Files) -> None:
    """Let a page find the course's pictures where emails with sample links have them."""
    pictures = {f"{SAMPLE_LINKS['assets']}/{picture.address}": picture for picture in Pictures(files).all()}

    def answer(route: Route) -> None:
        if route.request.url in pictures:
            route.fulfill(body=pictures[route.request.url].content)
        else:
            route.fallback()

    page.route(f"{SAMPLE_LINKS['assets']}/**", answer)


def too_wide(page: Page) -> list[str]:
    """The elements that make a page wider than its window, innermost last; none where nothing is."""
    found: list[str] = page.evaluate(
        """() => {
            const room = document.documentElement.clientWidth;
            if (document.scrollingElement.scrollWidth <= room) return [];
            const wide = [...document.querySelectorAll("body *")].filter(one => {
                const box = one.getBoundingClientRect();
                return box.right > room + 0.5 || box.left < -0.5;
            });
            const told = one => `${Math.round(one.getBoundingClientRect().width)} px: ${one.outerHTML.slice(0, 200)}`;
            return [`${document.scrollingElement.scrollWidth} px`, ...wide.map(told)];
        }"""
    )
    return found
