"""An email as one made-up reader gets it, parsed: what the rules for emails look at."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from lxml import html
from lxml.html import HtmlElement

from course.errors import Place
from course.marks import ATTRIBUTE, number_in
from course.model import Course
from course.personal.placeholders import Email
from course.render import Letter

_DECLARATION = re.compile(r"([\w-]+)\s*:\s*((?:[^;'\"(]|'[^']*'|\"[^\"]*\"|\([^)]*\))*)")
_HIDDEN = re.compile(r"display:\s*none|visibility:\s*hidden|mso-hide:\s*all", re.IGNORECASE)


@dataclass(frozen=True)
class Page:
    """One email for one persona.

    `email` is what would be sent, filled; `preheader` what an inbox shows after the subject; `places` what the marks in
    `marked`, the same HTML with marks, stand for; `template` the place of the template that the email is made with.
    """

    course: Course
    letter: Letter
    email: Email
    preheader: str
    marked: str
    places: Sequence[Place]
    template: Place

    @cached_property
    def root(self) -> HtmlElement:
        """The `html` element. Conditional comments, and what stands in them, are comments."""
        return html.document_fromstring(self.marked)

    @cached_property
    def body(self) -> HtmlElement:
        """The `body` element."""
        return self.root.body

    def all(self, *tags: str) -> list[HtmlElement]:
        """The elements of these names, wherever they are, in the order of the document."""
        if len(tags) == 1:
            return self._by_tag.get(tags[0], [])
        wanted = frozenset(tags)
        return [element for element in self.elements if element.tag in wanted]

    @cached_property
    def elements(self) -> list[HtmlElement]:
        """Every element, in the order of the document; comments are none."""
        return [element for element in self.root.iter() if isinstance(element.tag, str)]

    @cached_property
    def _by_tag(self) -> dict[str, list[HtmlElement]]:
        found: dict[str, list[HtmlElement]] = {}
        for element in self.elements:
            found.setdefault(str(element.tag), []).append(element)
        return found

    def place(self, element: HtmlElement) -> Place:
        """The line of a lesson, or of a template, that an element comes from; of its nearest parent that has one."""
        for one in (element, *element.iterancestors()):
            number = number_in(one.get(ATTRIBUTE), one.get("class"))
            if number is not None:
                return self.places[number]
        return self.template

    def line_of(self, setting: str) -> Place:
        """The place of a setting in the lesson's front matter, such as `subject`; the template where there is none."""
        lesson = self.letter.lesson
        if lesson is None:
            return Place(self.template.file.removesuffix(".mjml") + f".{setting}", 1)
        return Place(lesson.place.file, lesson.lines.get(setting, lesson.lines.get("subject", 1)))


def words_of(element: HtmlElement) -> str:
    """What an element says to a reader who sees no pictures: its text and alternative texts, white space made one."""
    return " ".join("".join(_said(element)).split())


def _said(element: HtmlElement) -> Iterator[str]:
    if element.tag == "img":
        yield element.get("alt") or ""
    elif isinstance(element.tag, str) and element.tag not in {"style", "script", "title"}:
        yield element.text or ""
        for child in element:
            yield from _said(child)
            yield child.tail or ""


def style_of(element: HtmlElement) -> Mapping[str, str]:
    """An element's inline style: each property in lower case, and its value, without `!important`."""
    found = _DECLARATION.findall(element.get("style") or "")
    return {name.lower(): value.replace("!important", "").strip() for name, value in found}


def is_hidden(element: HtmlElement) -> bool:
    """Whether an element, or one around it, is hidden from everyone by its inline style."""
    return any(_HIDDEN.search(one.get("style") or "") for one in (element, *element.iterancestors()))
