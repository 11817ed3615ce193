"""The rule `left-over-tag`: no sign of a template reaches a reader."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from course.check.page import Page
from course.check.report import Severity
from course.check.rule import Fault, Rule
from course.check.shown_text import shown_source
from course.errors import Place
from course.personal.tokens import MARK

_LONGEST = 60
_STARRED = r"\*\|[\w:]+\|\*"
_OURS = rf"{MARK}\w*|dc[0-9a-zA-Z]{{10}}\d{{3}}[a-z]z"
_TAG = re.compile(
    rf"\{{\{{.*?(?:\}}\}}|$)|\{{%.*?(?:%\}}|$)|\{{#.*?(?:#\}}|$)|%7B%7B.*?(?:%7D%7D|$)|%7B%25.*?(?:%25%7D|$)|"
    rf"{_STARRED}|%%\w+%%|<%=?.*?%>|{_OURS}",
    re.IGNORECASE | re.MULTILINE,
)
"""Of Jinja and of dripcourse; and of programs from which courses are moved: `*|FNAME|*`, `%%name%%`, `<%= name %>`."""

_MADE_EMPHASIS = re.compile(_STARRED)
"""What Markdown takes for stars around words, so that the email no longer shows it as it is written."""

_CODE = frozenset({"pre", "code", "kbd", "samp"})
_ATTRIBUTES = ("alt", "title", "href", "src", "aria-label", "summary", "placeholder", "value")

_FIX = "Look for a brace too many, and for a value that holds braces itself."
_FIX_OF_ANOTHERS = "Where it is from another program, write a field as `{{ subscriber.first_name }}`."


def left_over_tags(page: Page) -> Iterator[Fault]:
    """A tag of a template in the subject, the preheader, the HTML or the plain text; code may show them."""
    told: set[str] = set()
    for one in _tags(page, told):
        told.add(one[0])
        found, place = _origin(page, *one)
        short = f"{found[:_LONGEST]}…" if len(found) > _LONGEST else found
        yield Fault(
            f"`{short}` reaches readers as it stands.",
            f"{_FIX if found.startswith(('{', '%7')) else _FIX_OF_ANOTHERS} To show the sign, put it in code.",
            place,
        )


def _tags(page: Page, told: set[str]) -> Iterator[tuple[str, Place]]:
    """Each tag once in the part that is read first; the HTML's title and hidden preheader repeat what inboxes show."""
    for setting, text in (("subject", page.email.subject), ("preheader", page.preheader)):
        yield from ((found, page.line_of(setting)) for found in _in(text))
    yield from _in_markdown(page)
    if _TAG.search(page.email.html):
        repeated = frozenset(told)
        yield from (one for one in _in_html(page) if one[0] not in repeated and not _is_anothers(page, *one))
    said = page.email.text
    if not told and _TAG.search(said):  # what the HTML shows as well is mended there, and may read otherwise here
        for line in _shown_as_code(page):
            said = said.replace(line, "")
        place = page.templates["txt"]
        yield from ((found, place) for found in _in(said) if found not in told and not _is_anothers(page, found, place))


def _in_markdown(page: Page) -> Iterator[tuple[str, Place]]:
    """What a lesson's source says and its email no longer does."""
    lesson = page.letter.lesson
    for first, text in shown_source(lesson.body) if lesson is not None and "*|" in lesson.body else ():
        for found in _MADE_EMPHASIS.finditer(text):
            line = page.beginning.line or 1
            yield found[0], Place(page.beginning.file, line + first + text.count("\n", 0, found.start()))


def _origin(page: Page, found: str, place: Place) -> tuple[str, Place]:
    """A tag and its place; where it comes with a text that templates print, such as the course's title, the text's.

    A tag without an end goes on to the end of what stands around it, so that only its beginning is the text's.
    """
    lesson = page.letter.lesson
    texts = () if lesson is None else (lesson.subject, lesson.preheader, lesson.title, lesson.body)
    if place.file.startswith("lessons/") and any(found in text for text in texts):
        return found, place
    for text, its_place in page.printed_texts:
        tag = next((tag for tag in _in(text) if found.startswith(tag)), None)
        if tag is not None:
            return tag, its_place
    return found, place


def _in_html(page: Page) -> Iterator[tuple[str, Place]]:
    for element in page.elements:
        if element.tag not in {"style", "script"} and not _is_in_code(element):
            texts = (element.text, *(child.tail for child in element))
            for text in (*texts, *(element.get(name) for name in _ATTRIBUTES)):
                if text:
                    yield from ((found, page.place(element)) for found in _in(text))


def _is_anothers(page: Page, found: str, place: Place) -> bool:
    """Whether a template shows it with another lesson's title, whose own email tells it."""
    others = (lesson for lesson in page.course.all_lessons if lesson is not page.letter.lesson)
    return not place.file.startswith("lessons/") and any(found in lesson.title for lesson in others)


def _in(text: str) -> Iterator[str]:
    return (found[0] for found in _TAG.finditer(text))


def _is_in_code(element: HtmlElement) -> bool:
    return element.tag in _CODE or next(element.iterancestors(*_CODE), None) is not None


def _shown_as_code(page: Page) -> Iterator[str]:
    """The lines of code that hold a tag; plain text does not say what is code."""
    for code in page.all(*_CODE):
        yield from (line.strip() for line in str(code.text_content()).split("\n") if _TAG.search(line))


RULE = Rule(
    "left-over-tag",
    Severity.ERROR,
    "Readers see at once that a machine wrote to them, and that it went wrong.",
    in_email=left_over_tags,
)
