"""How the elements of an email look by their inline styles: all that every mail program heeds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from lxml.html import HtmlElement

from course.check.colours import background_in, parsed_colour

_DECLARATION = re.compile(r"([\w-]+)\s*:\s*((?:[^;'\"(]|'[^']*'|\"[^\"]*\"|\([^)]*\))*)")
_LENGTH = re.compile(r"(-?[\d.]+)(px|pt|em|rem|%|)")
_FONT_SIZE = re.compile(r"([\d.]+(?:px|pt|em|rem|%))(?:\s*/\s*([\d.]+(?:px|pt|em|rem|%)?))?")
_NOTHING = re.compile(r"0+(?:\.0+)?(?:px|pt|em|rem|%)?")

_ROOT_SIZE, _LEADING = 16.0, 1.2
_LINK = "#0000ee"  # the usual colour of a link; HTML's own style sheet, 15.3.1
_SIZES_OF_TAGS = {
    "h1": 2.0, "h2": 1.5, "h3": 1.17, "h5": 0.83, "h6": 0.67, "small": 0.83, "sub": 0.83, "sup": 0.83, "big": 1.2,
}  # fmt: skip
_SIZES_OF_FONT = {"1": 10.0, "2": 13.0, "3": 16.0, "4": 18.0, "5": 24.0, "6": 32.0, "7": 48.0}
_NAMED_SIZES = {
    "xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0, "x-large": 24.0, "xx-large": 32.0,
}  # fmt: skip
_BOLD_TAGS = frozenset({"b", "strong", "th", "h1", "h2", "h3", "h4", "h5", "h6"})
_TELLING = frozenset({*_SIZES_OF_TAGS, *_BOLD_TAGS, "a", "font", "body", "table", "tr", "td"})


@dataclass(frozen=True, slots=True)
class Look:
    """How the text of an element looks.

    `colour` and `background` are `#rrggbb`, or None where they cannot be told, as over a picture. `size` is in pixels,
    `leading` the height of a line as a multiple of it. `own_background` is whether any style sets one.
    """

    colour: str | None = "#000000"
    background: str | None = "#ffffff"
    own_background: bool = False
    size: float = _ROOT_SIZE
    leading: float = _LEADING
    line: float | None = None
    bold: bool = False
    hidden: bool = False

    @property
    def line_height(self) -> float:
        """The height of a line, in pixels."""
        return self.leading * self.size if self.line is None else self.line


def looks(elements: Iterable[HtmlElement]) -> dict[HtmlElement, Look]:
    """The look of each of a document's elements, which come in its order."""
    found: dict[HtmlElement, Look] = {}
    usual = Look()
    for element in elements:
        parent = element.getparent()
        inherited = usual if parent is None else found.get(parent, usual)
        style, tag = element.get("style"), str(element.tag)
        if style is None and tag not in _TELLING and element.get("hidden") is None:
            found[element] = inherited
        else:
            found[element] = _look(inherited, tag, style or "", _attributes(element))
    return found


def _attributes(element: HtmlElement) -> tuple[tuple[str, str], ...]:
    names = ("href", "bgcolor", "background", "color", "size", "hidden")
    return tuple((name, str(value)) for name in names if (value := element.get(name)) is not None)


@lru_cache(maxsize=4096)
def _look(inherited: Look, tag: str, style: str, attributes: tuple[tuple[str, str], ...]) -> Look:
    given, declared = dict(attributes), parsed_style(style)
    look = _by_tag(inherited, tag, given)
    look = _sized(look, inherited, declared)
    for name, value in declared.items():
        match name:
            case "color":
                behind = look.background or "#ffffff"
                look = replace(look, colour=inherited.colour if value == "inherit" else parsed_colour(value, behind))
            case "background" | "background-color":
                look = _before(look, _background(value, inherited.background), value)
            case "background-image" if "none" not in value:
                look = _before(look, None, value)
            case "font-weight":
                look = replace(look, bold=_is_bold(value, inherited.bold))
            case "font":
                look = replace(look, bold=bool(re.search(r"\bbold\b|\b[6-9]00\b", value)))
    return replace(look, hidden=inherited.hidden or "hidden" in given or _hides(declared))


def _background(value: str, behind: str | None) -> str | None:
    """The colour that the value of `background` shows; None where a picture, here or behind it, shows through."""
    if behind is not None:
        return background_in(value, behind)
    on_white, on_black = background_in(value, "#ffffff"), background_in(value, "#000000")
    return on_white if on_white == on_black else None


def _before(look: Look, background: str | None, value: str) -> Look:
    if value in {"none", "inherit", "transparent", "initial"}:
        return look
    return replace(look, background=background, own_background=True)


def _by_tag(inherited: Look, tag: str, given: Mapping[str, str]) -> Look:
    """What an element's name and its attributes make of the look around it."""
    look = inherited
    if tag in _SIZES_OF_TAGS:
        look = replace(look, size=look.size * _SIZES_OF_TAGS[tag])
    if tag in _BOLD_TAGS:
        look = replace(look, bold=True)
    if tag == "a" and "href" in given:
        look = replace(look, colour=_LINK)
    if tag == "font":
        size = _SIZES_OF_FONT.get(given.get("size", ""), look.size)
        colour = parsed_colour(given["color"], "#ffffff") if "color" in given else look.colour
        look = replace(look, size=size, colour=colour)
    if "bgcolor" in given:
        colour = parsed_colour(given["bgcolor"], "#ffffff")
        look = replace(look, background=colour or look.background, own_background=True)
    if "background" in given:
        look = replace(look, background=None, own_background=True)
    return look


def _sized(look: Look, inherited: Look, declared: Mapping[str, str]) -> Look:
    """The look with the size of the type, and of its lines, that a style declares."""
    shorthand = _FONT_SIZE.search(declared.get("font", ""))
    size, leading = (shorthand[1], shorthand[2] or "normal") if shorthand else ("", "")
    pixels = _size(declared.get("font-size", size), inherited.size)
    if pixels is not None:
        look = replace(look, size=pixels)
    leading = declared.get("line-height", leading)
    if leading == "normal":
        return replace(look, leading=_LEADING, line=None)
    found = _LENGTH.fullmatch(leading)
    if found is None:
        return look
    if not found[2]:
        return replace(look, leading=float(found[1]), line=None)
    return replace(look, line=length(leading, look.size))


def _size(value: str, around: float) -> float | None:
    if value in _NAMED_SIZES:
        return _NAMED_SIZES[value]
    if value in {"smaller", "larger"}:
        return around / 1.2 if value == "smaller" else around * 1.2
    return length(value, around)


def length(value: str, size: float) -> float | None:
    """A length of a style in pixels, beside type of a `size` in pixels; None for one that cannot be told from here."""
    found = _LENGTH.fullmatch(value)
    if found is None or not (found[2] or found[1].strip("0.") == ""):
        return None
    try:
        number = float(found[1])
    except ValueError:
        return None
    return number * {"pt": 4 / 3, "em": size, "rem": _ROOT_SIZE, "%": size / 100}.get(found[2], 1.0)


def _is_bold(value: str, inherited: bool) -> bool:
    if value.isdecimal():
        return int(value) >= 600
    return inherited if value == "inherit" else value in {"bold", "bolder"}


def _hides(declared: Mapping[str, str]) -> bool:
    """Whether a style hides an element from everyone who looks; `mso-hide` hides it in Outlook alone."""
    if declared.get("display") == "none" or declared.get("visibility") in {"hidden", "collapse"}:
        return True
    if _NOTHING.fullmatch(declared.get("opacity", "")):
        return True
    cut_off = (declared.get(name, "") for name in ("height", "max-height", "width", "max-width"))
    return declared.get("overflow") == "hidden" and any(map(_NOTHING.fullmatch, cut_off))


def style_of(element: HtmlElement) -> Mapping[str, str]:
    """An element's inline style: each property in lower case, and its value, without `!important`."""
    return parsed_style(element.get("style") or "")


@lru_cache(maxsize=4096)
def parsed_style(text: str) -> Mapping[str, str]:
    """An inline style as `style_of` gives it; nobody changes it, so that it can be read once."""
    found = _DECLARATION.findall(text)
    return {name.lower(): re.sub(r"\s*!\s*important", "", value).strip() for name, value in found}
