"""MJML → HTML: what the engine does not check is checked first, and what it would corrupt is kept out of its way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser

from mjml import mjml2html

from course.errors import CourseError, Place

_CONTENT = frozenset(
    {"mj-text", "mj-button", "mj-raw", "mj-table", "mj-style", "mj-title", "mj-preview", "mj-navbar-link",
     "mj-accordion-title", "mj-accordion-text", "mj-social-element"}
)  # fmt: skip
_IN_COLUMN = frozenset(
    {"mj-text", "mj-button", "mj-image", "mj-divider", "mj-spacer", "mj-table", "mj-raw", "mj-social", "mj-navbar",
     "mj-accordion", "mj-carousel"}
)  # fmt: skip
_IN_BODY = frozenset({"mj-section", "mj-wrapper", "mj-hero", "mj-raw"})
_CHILDREN: dict[str, frozenset[str]] = {
    "": frozenset({"mjml"}),
    "mjml": frozenset({"mj-head", "mj-body"}),
    "mj-head": frozenset(
        {"mj-attributes", "mj-breakpoint", "mj-font", "mj-preview", "mj-style", "mj-title", "mj-raw"}
    ),
    "mj-body": _IN_BODY,
    "mj-wrapper": frozenset({"mj-section", "mj-hero", "mj-raw"}),
    "mj-section": frozenset({"mj-column", "mj-group", "mj-raw"}),
    "mj-group": frozenset({"mj-column", "mj-raw"}),
    "mj-column": _IN_COLUMN,
    "mj-hero": _IN_COLUMN,
    "mj-social": frozenset({"mj-social-element", "mj-raw"}),
    "mj-navbar": frozenset({"mj-navbar-link", "mj-raw"}),
    "mj-accordion": frozenset({"mj-accordion-element", "mj-raw"}),
    "mj-accordion-element": frozenset({"mj-accordion-title", "mj-accordion-text", "mj-raw"}),
    "mj-carousel": frozenset({"mj-carousel-image"}),
}
_KNOWN = frozenset().union(*_CHILDREN.values(), _CHILDREN)
_REFERENCE = re.compile(r"&#(\d+);")
_POSITION = re.compile(r"position (\d+):\d+")


def compile_mjml(source: str, place_of: Callable[[int], Place]) -> str:
    """The HTML of an MJML document.

    `place_of` tells, for a line of `source` counted from 1, the template's file and line. Raises
    CourseError for the first tag that is unknown, misplaced or not closed, and for what the engine
    itself refuses.
    """
    for line, message, fix in _mistakes(source):
        raise CourseError(message, fix=fix, place=place_of(line), rule="mjml")
    sheltered = source.encode("ascii", "xmlcharrefreplace").decode()
    try:
        html = mjml2html(sheltered, fonts={}, disable_comments=True)
    except ValueError as error:
        found = _POSITION.search(str(error))
        line = source.count("\n", 0, int(found[1])) + 1 if found else 1
        fix = "Look for an attribute without quotes, or a `<` or `&` that should be `&lt;` or `&amp;`."
        raise CourseError(f"The MJML engine refuses it: {error}.", fix=fix, place=place_of(line), rule="mjml") from error
    return _REFERENCE.sub(_restored, html)


def _restored(found: re.Match[str]) -> str:
    number = int(found[1])
    return chr(number) if number > 0xA0 else found[0]


def _mistakes(source: str) -> Iterator[tuple[int, str, str]]:
    scan = _Scan()
    scan.feed(source)
    scan.close()
    yield from scan.mistakes
    for name, line in reversed(scan.open):
        yield line, f"`<{name}>` is never closed.", f"Add `</{name}>`."


class _Scan(HTMLParser):
    """Walks the tags of an MJML document; HTML inside the elements that hold content is left alone."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.open: list[tuple[str, int]] = []
        self.mistakes: list[tuple[int, str, str]] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._opened(tag)
        if not self._inside_content() or tag.startswith("mj"):
            self.open.append((tag, self.getpos()[0]))

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self._opened(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._inside_content() and not tag.startswith("mj"):
            return
        line = self.getpos()[0]
        if self.open and self.open[-1][0] == tag:
            self.open.pop()
        elif self.open:
            name = self.open[-1][0]
            fix = f"Close `<{name}>` first, or take `</{tag}>` away."
            self._mistake(line, f"`</{tag}>` closes nothing here: `<{name}>` is open.", fix)
        else:
            self._mistake(line, f"`</{tag}>` closes nothing.", "Take it away.")

    def _opened(self, tag: str) -> None:
        parent = self.open[-1][0] if self.open else ""
        line = self.getpos()[0]
        if self._inside_content():
            if tag.startswith("mj-"):
                self._mistake(line, f"`<{tag}>` cannot stand inside `<{parent}>`.", f"Close `<{parent}>` first.")
            return
        if parent == "mj-attributes":
            return
        if tag not in _KNOWN:
            self._mistake(line, f"`<{tag}>` is not an MJML element.", "Check its spelling, or put HTML into <mj-text>.")
        elif tag not in _CHILDREN.get(parent, frozenset()):
            where = f"inside `<{parent}>`" if parent else "outside `<mjml>`"
            fix = f"There may stand: {', '.join(sorted(_CHILDREN.get(parent, frozenset()))) or 'nothing'}."
            self._mistake(line, f"`<{tag}>` cannot stand {where}.", fix)

    def _inside_content(self) -> bool:
        return any(name in _CONTENT for name, _ in self.open)

    def _mistake(self, line: int, message: str, fix: str) -> None:
        self.mistakes.append((line, message, fix))
