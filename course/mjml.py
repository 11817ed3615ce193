"""MJML → HTML: what the engine does not check is checked first, and what it would corrupt is kept out of its way."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from mjml import mjml2html

from course.errors import CourseError, Place
from course.marks import Marks

_CONTENT = frozenset(
    {"mj-text", "mj-button", "mj-raw", "mj-table", "mj-style", "mj-title", "mj-preview", "mj-navbar-link",
     "mj-accordion-title", "mj-accordion-text", "mj-social-element"}
)  # fmt: skip
_IN_COLUMN = frozenset(
    {"mj-text", "mj-button", "mj-image", "mj-divider", "mj-spacer", "mj-table", "mj-raw", "mj-social", "mj-navbar",
     "mj-accordion", "mj-carousel"}
)  # fmt: skip
_IN_BODY = frozenset({"mj-section", "mj-wrapper", "mj-hero", "mj-raw"})
_DEFAULTS = frozenset({"mj-all", "mj-class"})
_CHILDREN: dict[str, frozenset[str]] = {
    "": frozenset({"mjml"}),
    "mjml": frozenset({"mj-head", "mj-body"}),
    "mj-head": frozenset({"mj-attributes", "mj-breakpoint", "mj-font", "mj-preview", "mj-style", "mj-title", "mj-raw"}),
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
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)  # fmt: skip
_PICTURES = frozenset({"mj-image", "mj-carousel-image", "img"})
_RAW = frozenset({"style", "script", "mj-style"})
_DEEPEST = 60
"""How many elements may stand inside each other. The engine ends the whole process at about 9,000."""

# A lesson's body is put in after compiling, so the variants of a lesson mostly share their MJML.
_MOST_KNOWN = 128
_KNOWN_HTML: dict[str, str] = {}

_NAME = r"[A-Za-z_][\w:.-]*"
_QUOTED = r""""[^"<]*"|'[^'<]*'"""
_PART = re.compile(
    rf"""<!--(?:(?!--).)*-->|</(?P<closed>{_NAME})\s*>|"""
    rf"""<(?P<opened>{_NAME})(?P<attributes>(?:\s+{_NAME}(?:\s*=\s*(?:{_QUOTED}))?)*)\s*(?P<empty>/?)>""",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(rf"({_NAME})(?:\s*=\s*({_QUOTED}))?")
_BARE = re.compile(r"&(?!#\d+;|#[xX][0-9a-fA-F]+;|\w+;)")
_REFERENCE = re.compile(r"&#(\d+);")
_POSITION = re.compile(r"position (\d+):\d+")


def compile_mjml(source: str, place_of: Callable[[int], Place], marks: Marks | None = None) -> str:
    """The HTML of an MJML document.

    `place_of` tells, for a line of `source` counted from 1, the template's file and line. With `marks`, elements of
    the HTML carry them; see `course.marks`. Raises CourseError for the first tag that is unknown, misplaced, not closed
    or not well written, for what the engine would get wrong without a word, and for what it refuses itself.
    """
    if marks is None and (known := _KNOWN_HTML.get(source)) is not None:
        return known
    sheltered = _Reading(source, place_of, marks).sheltered()
    try:
        html = _REFERENCE.sub(_restored, mjml2html(sheltered, fonts={}, disable_comments=True))
    except ValueError as error:
        found = _POSITION.search(str(error))
        line = sheltered.count("\n", 0, int(found[1])) + 1 if found else 1
        fix = "Compare that part with a theme that works."
        message = f"The MJML engine refuses it: {str(error).rstrip('.')}."
        raise CourseError(message, fix=fix, place=place_of(line), rule="mjml") from error
    if marks is None:
        while len(_KNOWN_HTML) >= _MOST_KNOWN:
            _KNOWN_HTML.pop(next(iter(_KNOWN_HTML)), None)
        _KNOWN_HTML[source] = html
    return html


def _restored(found: re.Match[str]) -> str:
    number = int(found[1]) if len(found[1]) <= len("1114111") else 0
    return chr(number) if 0xA0 < number < 0xD800 or 0xDFFF < number <= 0x10FFFF else found[0]


@dataclass(frozen=True, slots=True)
class _Element:
    name: str
    line: int
    holds_content: bool


class _Reading:
    """Reads an MJML document once: refuses its mistakes, and writes it so that the engine does not corrupt it."""

    def __init__(self, source: str, place_of: Callable[[int], Place], marks: Marks | None) -> None:
        self._source = source
        self._place_of = place_of
        self._marks = marks
        self._open: list[_Element] = []
        self._line = 1

    def sheltered(self) -> str:
        """The document in ASCII and with as many lines, its attributes and white space safe from the engine."""
        written: list[str] = []
        position = 0
        while position < len(self._source):
            start = self._source.find("<", position)
            start = len(self._source) if start < 0 else start
            written.append(self._text(self._source[position:start]))
            if start == len(self._source):
                break
            part = _PART.match(self._source, start)
            if part is None:
                raise self._malformed(start)
            written.append(self._tag(part))
            self._line += part[0].count("\n")
            position = part.end()
            if part["opened"] in _RAW and not part["empty"]:
                position = self._skip(position, part["opened"], written)
        if self._open:
            element = self._open[-1]
            raise self._mistake(f"`<{element.name}>` is never closed.", f"Add `</{element.name}>`.", element.line)
        return "".join(written).encode("ascii", "xmlcharrefreplace").decode()

    def _skip(self, position: int, name: str, written: list[str]) -> int:
        """Take what stands in a style or script as it is, up to its closing tag."""
        end = self._source.find(f"</{name}", position)
        end = len(self._source) if end < 0 else end
        # Values that Jinja printed there are escaped for text, which CSS does not know.
        written.append(self._source[position:end].replace("&#x27;", "'").replace("&quot;", '"'))
        self._line += self._source.count("\n", position, end)
        return end

    def _text(self, text: str) -> str:
        bare = _BARE.search(text)
        if bare is not None:
            line = self._line + text.count("\n", 0, bare.start())
            raise self._mistake("A `&` stands here by itself.", "Write it as `&amp;`.", line)
        blank = not text.strip()
        if not blank and not self._in_content():
            line = self._line + text[: len(text) - len(text.lstrip())].count("\n")
            raise self._mistake("This text stands in no element that holds text.", "Put it into <mj-text>.", line)
        self._line += text.count("\n")
        # Between two inline tags the engine drops white space, but only where that begins with a line break.
        return f" {text}" if blank and text.startswith("\n") and self._in_content() else text

    def _tag(self, part: re.Match[str]) -> str:
        if part["closed"]:
            self._close(part["closed"])
            return part[0]
        if not part["opened"]:
            return part[0]
        name, content = part["opened"], self._in_content()
        if content:
            self._refuse_within_content(name)
        else:
            self._refuse_misplaced(name)
        attributes = self._attributes(name, part["attributes"])
        if self._marks is not None:
            attributes = self._marked(name, attributes, content, self._marks)
        if not part["empty"] and not (content and name.lower() in _VOID):
            self._open.append(_Element(name, self._line, content or name in _CONTENT))
            if len(self._open) > _DEEPEST:
                raise self._mistake(f"More than {_DEEPEST} elements stand inside each other here.", "Nest fewer.")
        return f"<{name}{attributes}{part['empty']}>"

    def _attributes(self, name: str, text: str) -> str:
        given = {found[1]: found[2] for found in _ATTRIBUTE.finditer(text)}
        if name in _PICTURES and "alt" not in given:
            fix = 'Add alt="…" that says what it shows, or alt="" where it is only for looks.'
            raise self._mistake(f"`<{name}>` has no `alt`.", fix)
        if name == "mj-style" and "inline" in given:
            raise self._mistake("The engine does not apply `inline` styles.", "Leave `inline` out.")
        written = (f" {key}" if value is None else f" {key}={self._quoted(value)}" for key, value in given.items())
        return "".join(written) + "\n" * text.count("\n")

    def _marked(self, name: str, attributes: str, content: bool, marks: Marks) -> str:
        """An element's attributes with its mark: what stands in MJML's head makes no element, and has none."""
        place = self._place_of(self._line)
        if content:
            return attributes if name == "br" else f"{attributes}{marks.attribute(place)}"
        if any(element.name == "mj-head" for element in self._open) or name in {"mjml", "mj-head", "mj-raw"}:
            return attributes
        if 'css-class="' in attributes:
            return attributes.replace('css-class="', f'css-class="{marks.css_class(place)} ', 1)
        return f'{attributes} css-class="{marks.css_class(place)}"'

    def _quoted(self, value: str) -> str:
        if _BARE.search(value):
            raise self._mistake("A `&` stands by itself in an attribute.", "Write it as `&amp;`.")
        for sign, reference in (('"', "&quot;"), ("\\", "&#92;"), ("\n", "&#10;"), ("\t", "&#9;")):
            value = value[0] + value[1:-1].replace(sign, reference) + value[-1]
        return f'"{value[1:-1]}"'

    def _close(self, name: str) -> None:
        if not self._open:
            raise self._mistake(f"`</{name}>` closes nothing.", "Take it away.")
        element = self._open.pop()
        if name != element.name:
            fix = f"Close `<{element.name}>` first, or take `</{name}>` away."
            raise self._mistake(f"`</{name}>` closes nothing here: `<{element.name}>` is open.", fix)

    def _refuse_within_content(self, name: str) -> None:
        if name.startswith("mj-"):
            outer = next(element.name for element in self._open if element.holds_content)
            raise self._mistake(f"`<{name}>` cannot stand inside `<{outer}>`.", f"Close `<{outer}>` first.")

    def _refuse_misplaced(self, name: str) -> None:
        parent = self._open[-1].name if self._open else ""
        if name not in _KNOWN and not (parent == "mj-attributes" and name in _DEFAULTS):
            fix = "Check its spelling, or put HTML into <mj-text>."
            raise self._mistake(f"`<{name}>` is not an MJML element.", fix)
        children = _CHILDREN.get(parent, frozenset())
        if parent != "mj-attributes" and name not in children:
            where = f"inside `<{parent}>`" if parent else "outside `<mjml>`"
            fix = f"There may stand: {', '.join(sorted(children)) or 'nothing'}."
            raise self._mistake(f"`<{name}>` cannot stand {where}.", fix)

    def _in_content(self) -> bool:
        return bool(self._open) and self._open[-1].holds_content

    def _malformed(self, start: int) -> CourseError:
        tag = re.compile(rf"</?{_NAME}").match(self._source, start)
        if tag is None:
            fix = "Write it as `&lt;`; a comment is `<!-- … -->`, without `--` in it."
            return self._mistake("A `<` begins no tag here.", fix)
        fix = 'Write each attribute as name="value", a `<` in it as `&lt;`, and end the tag with `>`.'
        return self._mistake(f"The tag `{tag[0]}` is not well written.", fix)

    def _mistake(self, message: str, fix: str, line: int | None = None) -> CourseError:
        return CourseError(message, fix=fix, place=self._place_of(line or self._line), rule="mjml")
