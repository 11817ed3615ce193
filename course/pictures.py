"""The pictures of a course: which file of `assets/` a lesson shows, what is in it, and where it is served."""

from __future__ import annotations

import posixpath
import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from hashlib import sha256
from io import BytesIO
from unicodedata import normalize
from urllib.parse import unquote

import imagesize
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.image import image

from course.errors import CourseError, Place
from course.folder import Files
from course.model import Lesson
from course.personal.tokens import MARK, has_symbols, replace_values

ASSETS = "assets/"
SVG = "image/svg+xml"

_BEGINNINGS = {
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/gif": re.compile(rb"GIF8[79]a"),
    "image/webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
    SVG: re.compile(
        rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*|<!--.{0,2000}?-->\s*|<!DOCTYPE\s[^>]*>\s*){0,5}<svg[\s>]", re.DOTALL
    ),
}
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_ON_THE_WEB = re.compile(r"https?://", re.IGNORECASE)
_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")
_UNFIT_IN_ADDRESS = re.compile(r"[\s()<>\"]")
_ACCENT = re.compile("[\u0300-\u036f]")
_UNSAFE_IN_NAME = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a course, at `path` within it. Its size is in pixels as shown, or 0 × 0 for an SVG."""

    path: str
    content: bytes = field(repr=False)
    media_type: str
    width: int
    height: int

    @property
    def hash(self) -> str:
        """The SHA-256 of its content, in hexadecimal."""
        return sha256(self.content).hexdigest()

    @property
    def name(self) -> str:
        """Its file's name, in letters, digits and signs that mean nothing in an address or a header."""
        without_accents = _ACCENT.sub("", normalize("NFKD", posixpath.basename(self.path)))
        stem, ending = (_UNSAFE_IN_NAME.sub("-", part) for part in posixpath.splitext(without_accents))
        return (stem.lstrip(".-") or "picture") + ending

    @property
    def address(self) -> str:
        """Where it is served below `links.assets`. Another content has another address, so it may be kept for ever."""
        return f"{self.hash}/{self.name}"


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture as a lesson shows it: the address, percent-encoded; the words in its place; and where it stands.

    A picture that is `linked` stands within a link.
    """

    address: str
    alt: str
    place: Place
    linked: bool = False

    @property
    def computed(self) -> bool:
        """Whether Jinja has a part in the address, so that only rendering tells what it is."""
        return "%7B" in self.address


class Pictures:
    """Finds the pictures of a course, by its files."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._found: dict[str, Picture] = {}
        # An accent may be part of a letter or a sign of its own: some systems turn one into the other in file names.
        self._spelled = {normalize("NFC", path): path for path in files if path.startswith(ASSETS)}

    def all(self) -> Iterator[Picture]:
        """Every picture in `assets/`, used or not; files that are none are left out."""
        for path in sorted(path for path in self._files if path.startswith(ASSETS)):
            try:
                yield self._picture(path)
            except CourseError:
                continue

    def find(self, address: str, file: str) -> Picture | None:
        """The picture that `address` means in the course's file `file`; None for one that is on the web.

        An address is read as seen from that file (`../assets/desk.png`), and from the course's folder where nothing is
        there (`assets/desk.png`). Raises CourseError, without a place, where a mail program would find no picture.
        """
        address = replace_values(address, str)
        if _ON_THE_WEB.match(address) or address.startswith(MARK):
            return None
        if has_symbols(address):
            raise _missing(
                "A picture's file cannot depend on a value that is printed into its address.",
                "Ask for the value with {% if … %}, and name a picture for each answer.",
            )
        path = unquote(address)
        if not path or _SCHEME.match(path):
            raise _unreachable(address)
        seen_from = [posixpath.normpath(posixpath.join(start, path)) for start in (posixpath.dirname(file), "")]
        inside = [one for one in seen_from if one != ".." and not one.startswith("../")]
        if not inside:
            raise _missing(f"The picture `{path}` is outside the course.", "Put it into assets/.")
        assets = [one for one in inside if one.startswith(ASSETS)]
        if not assets:
            raise _unreachable(address)
        there = (self._as_spelled(one) for one in assets)
        return self._picture(next((one for one in there if one in self._files), assets[0]))

    def shown_by(self, lesson: Lesson) -> Callable[[str], Picture | None]:
        """As `find`, for the addresses in a lesson. Its errors name the line."""

        def found(address: str) -> Picture | None:
            try:
                return self.find(address, lesson.place.file)
            except CourseError as error:
                places = (shown.place for shown in pictures_in(lesson) if shown.address == address)
                place = next(places, Place(lesson.place.file, lesson.body_line))
                raise CourseError(error.message, fix=error.fix, place=place, rule=error.rule) from error

        return found

    def _as_spelled(self, path: str) -> str:
        return path if path in self._files else self._spelled.get(normalize("NFC", path), path)

    def _picture(self, path: str) -> Picture:
        if path not in self._files:
            names = [one.path.removeprefix(ASSETS) for one in self.all()]
            near = get_close_matches(path.removeprefix(ASSETS), names, n=1)
            fix = f"Did you mean `{ASSETS}{near[0]}`?" if near else "Put the picture there, or mend the address."
            raise _missing(f"There is no file {path}.", fix)
        if path not in self._found:
            content = self._files[path]
            kind = media_type(content)
            size = None if kind is None else _size(kind, content)
            if kind is None or size is None:
                raise _missing(f"The file {path} holds no picture, or a broken one.", "Save it as PNG, JPEG or GIF.")
            self._found[path] = Picture(path, content, kind, *size)
        return self._found[path]


def media_type(content: bytes) -> str | None:
    """What kind of picture a file's content is, whatever the file is called: `image/png`, say. None for any other."""
    return next((name for name, beginning in _BEGINNINGS.items() if beginning.match(content)), None)


def _size(kind: str, content: bytes) -> tuple[int, int] | None:
    """Width and height, or None for a broken file. An SVG has no pixels, and is not parsed."""
    if kind == SVG:
        return 0, 0
    try:
        width, height = imagesize.get(BytesIO(content))
    except (ValueError, struct.error, IndexError):
        return None
    return (int(width), int(height)) if width > 0 and height > 0 else None


def _missing(message: str, fix: str) -> CourseError:
    return CourseError(message, fix=fix, rule="missing-picture")


def _unreachable(address: str) -> CourseError:
    return CourseError(
        f"The picture `{unquote(address)}` has no address from which a mail program could fetch it.",
        fix="Put it into assets/ and write ../assets/NAME, or write its https:// address.",
        rule="unreachable-picture",
    )


def pictures_in(lesson: Lesson) -> Iterator[Shown]:
    """The pictures of a lesson, in order, on every path through it; what stands in code is none."""
    source = _JINJA.sub(lambda found: _UNFIT_IN_ADDRESS.sub("", found[0]), lesson.body)
    for block in _parser().parse(source):
        linked = False
        for token in block.children or ():
            if token.type in {"link_open", "link_close"}:
                linked = token.type == "link_open"
            if token.type == "image":
                line = lesson.body_line + (block.map[0] if block.map else 0) + token.meta["line"]
                place = Place(lesson.place.file, line)
                yield Shown(str(token.attrGet("src") or ""), token.content.strip(), place, linked)


class _AnyAddress(MarkdownIt):
    """A parser for which a picture is one whatever its address; for that of an email, one of `javascript:` is text."""

    def validateLink(self, url: str) -> bool:  # noqa: N802  # the parser's name for it
        return True


def _parser() -> MarkdownIt:
    def with_line(state: StateInline, silent: bool) -> bool:
        start = state.pos
        found = image(state, silent)
        if found and not silent:
            state.tokens[-1].meta["line"] = state.src.count("\n", 0, start)
        return found

    parser = _AnyAddress("commonmark", {"html": False})
    parser.inline.ruler.at("image", with_line)
    return parser
