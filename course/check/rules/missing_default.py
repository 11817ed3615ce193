"""The rule `missing-default`: an email reads well to somebody of whom nothing is known."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from lxml.html import HtmlElement

from course.check.names import name_of
from course.check.page import Page, block_of, lines_of
from course.check.report import Severity
from course.check.rule import Fault, Rule
from course.errors import Place
from course.model import FieldKind
from course.personal.placeholders import Where
from course.personal.readers import fields_in

_AFTER = re.compile(r"\s*[,.;:!?…)\]”’»،؛؟。、！？，：；）」』]|[-–—/%'\"]")
_OPENING = frozenset("([“‘«„「『（¿¡\"'")
_FORESEEN = re.compile(r" (?:if|or) |\| default\(")
_MOST_WORDS = 4
_WORDS = frozenset({Where.HTML, Where.TEXT})


@dataclass(frozen=True, slots=True)
class _Hole:
    """What is printed where nothing comes out, and what a reader sees of the sentence.

    `earlier` is how often the same field is printed before it in the same block of text.
    """

    expression: str
    seen: str
    earlier: int


def holes(page: Page) -> Iterator[Fault]:
    """A value that is printed and missing for such a reader, where the sentence shows it."""
    told: set[str] = set()
    known = set()
    for hole, place, where in _found(page, told):
        told.add(hole.expression)
        place = _line_of(page, place, hole)
        # One that is missing twice in a line is mended in one go; without a line, what is read tells them apart.
        once = (place, fields_in(hole.expression) or hole.expression, None if place.line else hole.seen)
        if once not in known:
            known.add(once)
            yield _fault(page, hole, place, where)


def _found(page: Page, told: set[str]) -> Iterator[tuple[_Hole, Place, str]]:
    if not page.missing:
        return
    assert page.variant.proof is not None
    subject, preheader = page.variant.email.subject, page.variant.proof.email.subject
    for setting, text in (("subject", subject), ("preheader", preheader)):
        yield from ((hole, page.line_of(setting), setting) for hole in _holes_in(text, page))
    in_subject = frozenset(told)
    for line, before, element in _lines_with_holes(page):
        for hole in _holes_in(line, page, before):
            place = _place_of(page, page.place(element), hole, in_subject)
            if place is not None:
                yield hole, place, "email"
    nameless = _in_nameless_links(page)
    for paragraph in page.variant.email.text.split("\n\n"):
        for hole in _holes_in(" ".join(paragraph.split()), page):
            place = _place_of(page, page.templates["txt"], hole, in_subject)
            if hole.expression not in told | nameless and place is not None:  # else it says again what the HTML says
                yield hole, place, "email"


def _place_of(page: Page, place: Place, hole: _Hole, in_subject: Collection[str]) -> Place | None:
    """The place of a hole in a text that a template shows, which may be the title of this lesson or of another.

    None where its own email, or the subject, tells it already.
    """
    lesson = page.letter.lesson
    names = fields_in(hole.expression)
    if lesson is None or not names or (place.file == lesson.place.file and (place.line or 0) >= lesson.body_line):
        return place
    if _prints(lesson.title, names):
        return page.line_of("title") if "title" in lesson.lines or hole.expression not in in_subject else None
    return None if any(_prints(other.title, names) for other in page.course.all_lessons) else place


def _prints(title: str, names: Sequence[str]) -> bool:
    return any(re.search(rf"""subscriber(?:\.|\[['"]){name}\b""", title) for name in names)


def _lines_with_holes(page: Page) -> Iterator[tuple[str, str, HtmlElement]]:
    """Each line of a block in which a missing value is printed, before it is filled, and the lines before it.

    And an element that a value stands in.
    """
    tags = [one.tag for one in page.missing if one.where is Where.HTML]
    known = set()
    for number, element in enumerate(page.unfilled if tags else ()):
        texts = (element.text, *(child.tail for child in element), element.get("alt"))
        if not any(tag in text for tag in tags for text in texts if text):
            continue
        now = page.elements[number]
        if element.tag == "title" or page.look(now).hidden or _is_in_nameless_link(page, element):
            continue
        block = block_of(element)
        if block not in known:
            known.add(block)
            lines = list(lines_of(block))
            yield from ((line, "".join(lines[:at]), now) for at, line in enumerate(lines))


def _is_in_nameless_link(page: Page, element: HtmlElement) -> bool:
    """Whether the link around an element, not yet filled, is left without words, which is another rule's finding."""
    links = (one for one in (element, *element.iterancestors("a")) if one.tag == "a")
    return any(not _seen(name_of(link), page).strip() for link in links)


def _in_nameless_links(page: Page) -> frozenset[str]:
    """What is printed as the words of a link and leaves it without any; plain text says it again."""
    tags = {one.tag: one.expression for one in page.missing if one.where is Where.HTML}
    links = (one for one in (page.unfilled if tags else ()) if one.tag == "a")
    names = [name for name in map(name_of, links) if not _seen(name, page).strip()]
    return frozenset(expression for tag, expression in tags.items() if any(tag in name for name in names))


def _holes_in(text: str, page: Page, before_text: str = "") -> Iterator[_Hole]:
    for placeholder in page.missing:
        # An address that is missing is another rule's finding.
        parts = text.split(placeholder.tag) if placeholder.where in _WORDS else ()
        for number in range(1, len(parts)):
            before = _seen("".join(parts[:number]), page)
            after = _seen("".join(parts[number:]), page)
            if _is_hole(before, after, bool(_FORESEEN.search(placeholder.expression))):
                so_far = before_text + placeholder.tag.join(parts[:number])
                earlier = sum(so_far.count(tag) for tag in _tags_of(fields_in(placeholder.expression), page))
                yield _Hole(placeholder.expression, _excerpt(before, after), earlier)


def _tags_of(fields: Sequence[str], page: Page) -> Iterator[str]:
    return (one.tag for one in page.missing if fields_in(one.expression) == fields)


def _seen(text: str, page: Page) -> str:
    """A text as the reader sees it; of what others may see, the expression."""
    for placeholder in page.missing:
        text = text.replace(placeholder.tag, "")
    return page.written(text)


def _is_hole(before: str, after: str, foreseen: bool) -> bool:
    """Whether it shows between two parts of a text that something is missing there.

    Where the author has said what comes in its place, if only nothing, a space too many is no fault.
    """
    begins = not before.strip() or before[-1].isspace() or before[-1] in _OPENING
    if not begins:
        return False
    if _AFTER.match(after):
        return True
    return not foreseen and (not after.strip() or after[0].isspace())


def _excerpt(before: str, after: str) -> str:
    start, end = before.split(), after.split()
    words = [*(["…"] if len(start) > _MOST_WORDS else []), *start[-_MOST_WORDS:]]
    shown = " ".join(words) + (" " if before[-1:].isspace() else "")
    rest = " ".join(end[:_MOST_WORDS]) + (" …" if len(end) > _MOST_WORDS else "")
    return f"{shown}{'' if shown.endswith(' ') or not after[:1].isspace() else ' '}{rest}".strip()


def _fault(page: Page, hole: _Hole, place: Place, where: str) -> Fault:
    names = fields_in(hole.expression)
    seen = f"reads “{hole.seen}”" if hole.seen else "shows an empty line"
    if not names:
        fix = f"Ask first whether there is one: `{{% if {hole.expression} %}}…{{% endif %}}`."
        return Fault(f"Where there is no `{hole.expression}`, the {where} {seen}.", fix, place)
    known = " and no ".join(f"`{name}`" for name in names)
    declared = page.course.fields.get(names[0])
    write = f"Write `{{{{ subscriber.{names[0]} | default('there') }}}}` with a word that fits"
    if declared is not None and declared.kind is not FieldKind.TEXT:  # in place of a number a word seldom fits
        write = f"Ask first whether it is known: `{{% if subscriber.{names[0]} is defined %}}…{{% endif %}}`"
    fix = f"{write}, or give `{names[0]}` a `default` in [fields]."
    return Fault(f"To whoever has no {known}, the {where} {seen}.", fix, place)


def _line_of(page: Page, place: Place, hole: _Hole) -> Place:
    """The line of a lesson, from a paragraph's first on, in which what is missing is printed."""
    lesson = page.letter.lesson
    if lesson is None or place.file != lesson.place.file or place.line is None or place.line < lesson.body_line:
        return place
    name = "|".join(rf"\b{field}\b" for field in fields_in(hole.expression)) or r"schedule"
    lines = lesson.body.split("\n")[place.line - lesson.body_line :]
    paragraph = "\n".join(takewhile(str.strip, lines))
    printed = [paragraph.count("\n", 0, found.end()) for found in re.finditer(rf"\{{\{{[^}}]*?(?:{name})", paragraph)]
    if printed:
        return Place(place.file, place.line + printed[min(hole.earlier, len(printed) - 1)])
    offset = next((number for number, line in enumerate(lines) if re.search(name, line)), 0)
    return Place(place.file, place.line + offset)


RULE = Rule(
    "missing-default",
    Severity.WARNING,
    "People join without giving a name, and an email that begins “Hello ,” tells them that a machine wrote it.",
    in_email=holes,
)
