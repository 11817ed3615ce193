"""An email as one made-up reader gets it, parsed: what the rules for emails look at."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from lxml import html
from lxml.html import HtmlElement

from course.check.looks import Look, looks
from course.errors import Place
from course.marks import ATTRIBUTE, number_in
from course.model import Course
from course.personal.placeholders import Email, Placeholder, Where
from course.render import Letter, Variant

_BLOCKS = frozenset(
    {"address", "article", "blockquote", "body", "caption", "center", "dd", "div", "dl", "dt", "fieldset", "figcaption",
     "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "nav", "ol",
     "p", "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"}
)  # fmt: skip
_SILENT = frozenset({"style", "script", "title", "head"})
_LONGEST_QUOTE = 60


@dataclass(frozen=True, slots=True)
class Text:
    """Words that stand directly in an element, and not in one within it; they can be seen."""

    element: HtmlElement
    words: str


@dataclass(frozen=True)
class Page:
    """One email for one persona.

    `email` is what would be sent, filled; `preheader` what an inbox shows after the subject; `places` what the marks in
    `marked`, the same HTML with marks, stand for; `templates` the place of each template that the email is made with,
    by its ending. `variant` is the same email before it was filled; `missing` are those of its placeholders that come
    out empty for a reader of whom no more is known than what leads to the variant. `printed_texts` are texts of the
    course that its templates print, such as its title, each line with its place.
    """

    course: Course
    letter: Letter
    email: Email
    preheader: str
    marked: str
    places: Sequence[Place]
    templates: Mapping[str, Place]
    variant: Variant
    missing: Sequence[Placeholder] = ()
    printed_texts: Sequence[tuple[str, Place]] = ()

    @property
    def template(self) -> Place:
        """The place of the template that the HTML is made with."""
        return self.templates["mjml"]

    @property
    def language(self) -> str:
        """The language that the course is in, without its country: `pt` for `pt-BR`."""
        return self.course.language.partition("-")[0].lower()

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
        return _elements_of(self.root)

    @cached_property
    def _by_tag(self) -> dict[str, list[HtmlElement]]:
        found: dict[str, list[HtmlElement]] = {}
        for element in self.elements:
            found.setdefault(str(element.tag), []).append(element)
        return found

    @cached_property
    def _looks(self) -> dict[HtmlElement, Look]:
        return looks(self.elements)

    def look(self, element: HtmlElement) -> Look:
        """How the text of an element looks."""
        return self._looks[element]

    @cached_property
    def texts(self) -> list[Text]:
        """Whatever words can be seen, in the order of the elements that they stand directly in."""
        return list(self._texts())

    def _texts(self) -> Iterator[Text]:
        for element in self.elements:
            if element.tag not in _SILENT and not self._looks[element].hidden and self._looks[element].size >= 1:
                words = " ".join([element.text or "", *(child.tail or "" for child in element)])
                if has_words(words):
                    yield Text(element, " ".join(words.split()))

    @cached_property
    def links(self) -> list[HtmlElement]:
        """Every link that can be seen, in order."""
        return [link for link in self.all("a") if link.get("href") is not None and not self.look(link).hidden]

    @cached_property
    def beside(self) -> Mapping[HtmlElement, str]:
        """What stands in the same line of text as each link, and is not in a link itself."""
        found = dict.fromkeys(self.links, "")  # a link within another has nothing beside it
        for block in dict.fromkeys(block_of(link) for link in self.links):
            for line in _lines(block):
                words = " ".join(part for part in line if isinstance(part, str))
                found |= dict.fromkeys((part for part in line if not isinstance(part, str)), words)
        return found

    def place(self, element: HtmlElement) -> Place:
        """The line of a lesson, or of a template, that an element comes from; of its nearest parent that has one."""
        for one in (element, *element.iterancestors()):
            number = number_in(one.get(ATTRIBUTE), one.get("class"))
            if number is not None:
                return self._place_of_words(one, self.places[number])
        return self.template

    def is_of_a_lesson(self, element: HtmlElement) -> bool:
        """Whether an element is from a lesson, where its author writes Markdown, rather than from a template."""
        return self.place(element).file.startswith("lessons/")

    def _place_of_words(self, element: HtmlElement, place: Place) -> Place:
        """The place that an element is from, or of the lesson's title where a template shows it there."""
        lesson = self.letter.lesson
        if element.tag != "h1" or lesson is None or place.file == lesson.place.file or element is not self.all("h1")[0]:
            return place
        title = lesson.title if "title" in lesson.lines else self.email.subject
        shown = "{" in title or words_of(element) == " ".join(title.split())
        return self.line_of("title") if shown else place

    def line_of(self, setting: str) -> Place:
        """The place of a setting in the lesson's front matter, such as `subject`; the template where there is none."""
        lesson = self.letter.lesson
        if lesson is None:
            return self.templates.get(setting, self.template)
        return Place(lesson.place.file, lesson.lines.get(setting, lesson.lines.get("subject", 1)))

    @property
    def beginning(self) -> Place:
        """Where a lesson's text begins; the template of an email that is no lesson."""
        lesson = self.letter.lesson
        return self.template if lesson is None else Place(lesson.place.file, lesson.body_line)

    @property
    def placeholders(self) -> Sequence[Placeholder]:
        """All that is printed of a reader, the preheader's among it."""
        return self._proof.placeholders

    @cached_property
    def _expressions(self) -> Mapping[str, str]:
        """What was printed at each tag, as an author writes it."""
        return {one.tag: f"{{{{ {one.expression} }}}}" for one in self.placeholders}

    @property
    def _proof(self) -> Email:
        assert self.variant.proof is not None
        return self.variant.proof.email

    @cached_property
    def unfilled(self) -> list[HtmlElement]:
        """The elements of the same HTML before it was filled, in the same order."""
        return _elements_of(html.document_fromstring(self._proof.html))

    @cached_property
    def _numbers(self) -> Mapping[HtmlElement, int]:
        return {element: number for number, element in enumerate(self.elements)}

    def twin(self, element: HtmlElement) -> HtmlElement:
        """An element as it was before it was filled."""
        return self.unfilled[self._numbers[element]]

    def quoted(self, element: HtmlElement) -> str:
        """An element's words, shortened, the same for all readers: their values stand in them as expressions."""
        printed = any(one.where is Where.HTML for one in self.placeholders)
        words = self.written(words_of(self.twin(element))) if printed else words_of(element)
        return textwrap.shorten(words, _LONGEST_QUOTE, placeholder="…")

    def attribute(self, element: HtmlElement, name: str) -> str:
        """An element's attribute, the same for all readers, as `quoted` gives its words."""
        return self.written(self.twin(element).get(name) or "")

    def written(self, text: str) -> str:
        """A text that is not filled, with expressions in place of its tags."""
        if f"dc{self._proof.salt}" not in text:
            return text
        return re.sub(rf"dc{self._proof.salt}\d{{3}}[a-z]z", lambda tag: self._expressions.get(tag[0], tag[0]), text)


def _elements_of(root: HtmlElement) -> list[HtmlElement]:
    return [element for element in root.iter() if isinstance(element.tag, str)]


def block_of(element: HtmlElement) -> HtmlElement:
    """The element that the line of text belongs to in which an element, or the words in it, stand."""
    return next(one for one in (element, *element.iterancestors()) if one.tag in _BLOCKS)


def lines_of(block: HtmlElement) -> Iterator[str]:
    """The lines of a block as they read, but for what stands in blocks within it; they are as long as may be."""
    for line in _lines(block):
        yield " ".join("".join(part if isinstance(part, str) else words_of(part) for part in line).split())


def _lines(block: HtmlElement) -> Iterator[list[str | HtmlElement]]:
    """The lines of a block, each as the words beside links, and the links."""
    line: list[str | HtmlElement] = [block.text or ""]
    for part in _inline(block):
        if part is None:
            yield line
            line = []
        else:
            line.append(part)
    yield line


def _inline(element: HtmlElement) -> Iterator[str | HtmlElement | None]:
    """What follows in a line of text: words, links, and None for its end."""
    for child in element:
        if isinstance(child.tag, str):
            if child.tag == "br" or child.tag in _BLOCKS:
                yield None
            elif child.tag == "a" and child.get("href") is not None:
                yield child
            elif child.tag == "img":
                yield child.get("alt") or ""
            elif child.tag not in _SILENT:
                yield child.text or ""
                yield from _inline(child)
        yield child.tail or ""


def has_words(text: str) -> bool:
    """Whether a text holds a letter or a digit, of any script."""
    return any(map(str.isalnum, text))


def words_of(element: HtmlElement) -> str:
    """What an element says to a reader who sees no pictures: its text and alternative texts, white space made one."""
    return " ".join("".join(_said(element)).split())


def _said(element: HtmlElement) -> Iterator[str]:
    if element.tag == "img":
        yield element.get("alt") or ""
    elif isinstance(element.tag, str) and element.tag not in _SILENT:
        yield element.text or ""
        for child in element:
            around = " " if child.tag == "br" or child.tag in _BLOCKS else ""
            yield around
            yield from _said(child)
            yield around + (child.tail or "")
