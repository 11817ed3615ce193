"""A tree of HTML → its pieces as Markdown, in order: what a reader sees, without scripts and controls."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

_INVISIBLE = frozenset(
    {
        "script", "style", "noscript", "template", "head", "svg", "math", "iframe", "frame", "object", "embed",
        "applet", "canvas", "audio", "video", "map", "select", "option", "datalist", "button", "input", "textarea",
        "progress", "meter", "dialog", "link", "meta", "base", "param", "source", "track", "area", "picture", "img",
        "rp",
    }
)  # fmt: skip
_FURNITURE = frozenset({"nav", "aside", "footer", "menu"})
_FURNITURE_ROLES = frozenset(
    {
        "navigation", "banner", "contentinfo", "search", "complementary", "dialog", "alert", "menu", "toolbar",
    }
)  # fmt: skip
_FURNITURE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|sidebar|footer|breadcrumbs?|comments?|disqus|respond|share|sharing|social|"
    r"related|recommended|newsletter|subscribe|cookies?|consent|advert|ads?|promo|popup|modal|pagination|skip-link|cta|"
    r"call-to-action)(?=$|[\s_-])"
)
_BOX_NAMES = re.compile(r"(?:^|[\s_-])(?:cookies?|consent|cta|call-to-action|share|sharing)(?=$|[\s_-])")
_BUTTON_NAMES = re.compile(r"(?:^|[\s_-])(?:btn|button)(?=$|[\s_-])")
_LONGEST_BUTTON = 40
# What stands between two links, or two spans, in a line of them: set as a row, so that they are not read as one.
_OPENS, _CLOSES = "\x1d", "\x1e"
_BESIDE = re.compile(f"{_CLOSES}+ *{_OPENS}+")
_BOLD, _LIGHT = "\x11", "\x12"
_EDGES = re.compile(f"[{_OPENS}{_CLOSES}]")
_WEIGHTS = re.compile(f"[{_BOLD}{_LIGHT}]")
_ALL_BOLD = re.compile(f"{_BOLD}+[^{_BOLD}{_LIGHT}]{{2,100}}{_LIGHT}+")
_SIGNS = {
    **dict.fromkeys(["a", "span"], (_OPENS, _CLOSES)),
    **dict.fromkeys(["b", "strong"], (_BOLD, _LIGHT)),
}
_PERMALINK = re.compile(r"\s*[¶#§🔗]\s*")
_SENTENCE_END = re.compile(r"[.!?:;,…][\"'”’)]*(?:\s|$)")
_MOST_WORDS_IN_A_ROW = 20
_BLOCKS = frozenset(
    {
        "address", "article", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt",
        "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "html", "legend", "li",
        "main", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
    }
)  # fmt: skip
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_OF_LAYOUT = ("table", "ul", "ol", "blockquote", "pre", *_HEADINGS)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_TIME = re.compile(r"[\[(]?((?:\d{1,2}:)?\d{1,3}:[0-5]\d)[\])]?")
_SPECIAL = re.compile(r"[\\`*_<>&~|]|\[(?!\s?\d{1,3}:[0-5]\d)")
_AT_THE_START = re.compile(r"^(\s*)([-+=#]|\d{1,9}(?=[.)]))", re.MULTILINE)
_SPACES = re.compile(r"[ \t\r\n\f]+")


class Node(Protocol):
    """As much as is used here of an element of lxml, which publishes no types."""

    tag: object
    text: str | None
    tail: str | None

    def __iter__(self) -> Iterator[Node]: ...
    def get(self, key: str, default: str = ...) -> str: ...
    def iter(self, *tags: str) -> Iterator[Node]: ...


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that stand together, as Markdown; `level` is that of a heading, 0 for anything else.

    `linked` is the share, from 0 to 1, of the letters that are links; `marginal` whether it stands in navigation, a
    margin, a footer or their like, or is hidden, and `boxed` whether in a box that is never of an article.
    """

    markdown: str
    text: str
    level: int = 0
    linked: float = 0.0
    marginal: bool = False
    boxed: bool = False


def pieces(root: Node) -> list[Piece]:
    """The pieces of the tree, in order."""
    writer = _Writer()
    # Elements to enter, and to leave: a page may be nested more deeply than functions can call each other.
    waiting: list[tuple[Node, bool]] = [(root, True)]
    while waiting:
        node, entering = waiting.pop()
        if not entering:
            writer.leave(node)
            writer.words(node.tail)
        elif not isinstance(node.tag, str) or node.tag in _INVISIBLE or _is_button(node):
            writer.words(node.tail)
        elif node.tag == "pre":
            writer.code("".join(_letters(node)))
            writer.words(node.tail)
        else:
            writer.enter(node)
            writer.words(node.text)
            waiting.append((node, False))
            waiting.extend((child, True) for child in reversed(list(node)))
    writer.flush()
    return writer.done


def as_markdown(found: Iterable[Piece]) -> str:
    """Pieces as one text, a blank line between any two but the rows of a table."""
    lines: list[str] = []
    for piece in found:
        in_table = piece.markdown.startswith("| ") and bool(lines) and lines[-1].startswith("|")
        if lines and not in_table:
            lines.append("")
        lines.append(piece.markdown)
        if piece.markdown.startswith("| ") and not in_table:
            lines.append("|" + "---|" * max(1, len(re.findall(r"(?<!\\)\|", piece.markdown)) - 1))
    return "\n".join(lines) + "\n"


def _is_marginal(node: Node, *, in_article: bool) -> bool:
    tag = str(node.tag)
    if tag == "header" and not in_article and next(node.iter("h1"), None) is None:
        return True
    if tag in {"html", "body", "main", "article"}:
        return False
    names = f"{node.get('class', '')} {node.get('id', '')}".lower()
    return (
        tag in _FURNITURE
        or node.get("hidden", "-") != "-"
        or node.get("role", "").lower() in _FURNITURE_ROLES
        or _HIDDEN.search(node.get("style", "")) is not None
        or (tag not in _HEADINGS and _FURNITURE_NAMES.search(names) is not None)
    )


def _is_button(node: Node) -> bool:
    """Whether a link is set as a button, or marks the place where it stands; a long one would be words."""
    if node.tag == "a" and _PERMALINK.fullmatch(node.text or ""):
        return True
    if node.tag != "a" or not _BUTTON_NAMES.search(node.get("class", "").lower()):
        return False
    return len("".join(_letters(node)).strip()) <= _LONGEST_BUTTON


def _letters(node: Node) -> Iterator[str]:
    """The text within `pre`, with its line breaks."""
    for part in node.iter():
        if part.tag == "br":
            yield "\n"
        if isinstance(part.tag, str) and part.tag not in _INVISIBLE:
            yield part.text or ""
        if part is not node:
            yield part.tail or ""


@dataclass(slots=True)
class _Writer:
    """Pieces written so far, and the words of the one that is open."""

    done: list[Piece] = field(default_factory=list)
    open_: list[str] = field(default_factory=list)
    level: int = 0
    lists: list[int | None] = field(default_factory=list)
    marker: str = ""
    quotes: int = 0
    cells: list[list[str]] = field(default_factory=list)
    links: int = 0
    linked: int = 0
    margins: list[bool] = field(default_factory=list)
    boxes: list[bool] = field(default_factory=list)
    articles: int = 0

    def words(self, text: str | None) -> None:
        """Take words up; white space counts as one space."""
        if text:
            self.open_.append(_SPACES.sub(" ", text))
            if self.links:
                self.linked += len(text.strip())

    def enter(self, node: Node) -> None:
        """An element begins."""
        tag = str(node.tag)
        marginal = _is_marginal(node, in_article=self.articles > 0)
        if marginal:
            self.flush()
        self.margins.append(marginal)
        self.boxes.append(
            marginal and _BOX_NAMES.search(f"{node.get('class', '')} {node.get('id', '')}".lower()) is not None
        )
        if sign := _SIGNS.get(tag):
            self.open_.append(sign[0])
        self.articles += tag in {"article", "main"}
        if tag == "br":
            self.open_.append("\n")
        elif tag == "a":
            self.links += 1
            if time := _TIME.fullmatch((node.text or "").strip()):
                node.text = f"[{time[1]}]"
        elif tag in {"td", "th"} and self.cells and not _sets_out(node):
            pass
        elif tag == "tr" and not any(_sets_out(cell) for cell in node):
            self.flush()
            self.cells.append([])
        elif tag in _BLOCKS or tag in _HEADINGS:
            self._block(tag, node)

    def _block(self, tag: str, node: Node) -> None:
        if self.cells:  # a paragraph within a cell
            self.open_.append(" ")
            return
        self.flush()
        if tag in _HEADINGS:
            self.level = _HEADINGS[tag]
        elif tag in {"ul", "ol"}:
            start = node.get("start", "1")
            self.lists.append(int(start) if tag == "ol" and start.isdecimal() and len(start) < 9 else None)
            if tag == "ol" and self.lists[-1] is None:
                self.lists[-1] = 1
        elif tag == "li":
            number = self.lists[-1] if self.lists else None
            self.marker = "- " if number is None else f"{number}. "
            if number is not None:
                self.lists[-1] = number + 1
        elif tag == "blockquote":
            self.quotes += 1

    def leave(self, node: Node) -> None:
        """An element ends."""
        tag = str(node.tag)
        if sign := _SIGNS.get(tag):
            self.open_.append(sign[1])
        self._leave(tag)
        self.articles -= tag in {"article", "main"}
        if self.margins[-1]:
            self.flush()
        self.margins.pop()
        self.boxes.pop()

    def _leave(self, tag: str) -> None:
        if tag == "a":
            self.links = max(0, self.links - 1)
        elif tag in {"td", "th"} and self.cells:
            self.cells[-1].append(self._taken())
        elif tag == "tr" and self.cells:
            self._row(self.cells.pop())
        elif self.cells and (tag in _BLOCKS or tag in _HEADINGS):
            self.open_.append(" ")
        elif tag in _BLOCKS or tag in _HEADINGS:
            self.flush()
            if tag in {"ul", "ol"} and self.lists:
                self.lists.pop()
            elif tag == "blockquote":
                self.quotes = max(0, self.quotes - 1)
            self.level, self.marker = 0, "" if tag == "li" else self.marker

    def code(self, text: str) -> None:
        """A block whose line breaks and spaces are kept."""
        self.flush()
        if text.strip():
            fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 3)
            self._add(f"{fence}\n{text.strip(chr(10))}\n{fence}", text)

    def flush(self) -> None:
        """End the open piece; one without words leaves nothing behind."""
        for text in re.split(r"\n[ ]*\n\s*", self._taken(breaks=True)):
            bold = self._is_bold(text)
            text = "\n".join(" ".join(line.split()) for line in _WEIGHTS.sub("", text).split("\n"))
            flat = " ".join(text.split())
            if bold:
                self._add(f"**{_escaped(flat)}**", flat)
                continue
            if self.level:
                self._add(f"{'#' * self.level} {_escaped(flat)}", flat)
                continue
            indent = "  " * max(0, len(self.lists) - 1)
            before = "> " * min(self.quotes, 3) + (f"{indent}{self.marker}" if self.marker else "  " * len(self.lists))
            self._add(before + ("\n" + " " * len(before)).join(_escaped(text).split("\n")), flat)
            self.marker = "" if flat else self.marker
        self.linked = 0

    def _is_bold(self, text: str) -> bool:
        """Whether a line is bold as a whole, and set as a heading may be: in no list, and no sentence."""
        if self.level or self.lists or self.marker or self.quotes or not _ALL_BOLD.fullmatch(text.strip()):
            return False
        return _SENTENCE_END.search(_WEIGHTS.sub("", text)) is None

    def _row(self, cells: list[str]) -> None:
        self._add(f"| {' | '.join(map(_escaped, cells))} |", " ".join(filter(None, cells)))
        self.linked = 0

    def _add(self, markdown: str, text: str) -> None:
        if text.strip():
            share = min(1.0, self.linked / len(text))
            self.done.append(Piece(markdown, text, self.level, share, any(self.margins), any(self.boxes)))

    def _taken(self, *, breaks: bool = False) -> str:
        """The words of the open piece, its spaces folded; `breaks` keeps those between lines."""
        text = "".join(self.open_)
        self.open_.clear()
        in_row = breaks and self.linked and not self.level and len(text.split()) <= _MOST_WORDS_IN_A_ROW
        if in_row and not _SENTENCE_END.search(_EDGES.sub("", text)):
            text = _BESIDE.sub(" · ", text)
        text = _EDGES.sub("", text)
        if not breaks:
            return " ".join(_WEIGHTS.sub("", text).split())
        return "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()


def _sets_out(cell: Node) -> bool:
    """Whether a table's cell holds what a data cell does not: the table sets the page out."""
    paragraphs = 0
    for node in cell.iter(*_OF_LAYOUT, "p", "div"):
        paragraphs += node.tag in {"p", "div"}
        if node.tag in _OF_LAYOUT or paragraphs > 1:
            return True
    return False


def _escaped(text: str) -> str:
    """Words that Markdown would read as marks, so that it reads them as words."""
    return _AT_THE_START.sub(_guard, _SPECIAL.sub(r"\\\g<0>", text))


def _guard(start: re.Match[str]) -> str:
    return f"{start[1]}{start[2]}\\" if start[2][0].isdigit() else f"{start[1]}\\{start[2]}"
