"""Parsed Markdown → plain text that reads well by itself: written from the Markdown, never from the HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from unicodedata import category, east_asian_width

from markdown_it.token import Token

from course.citations import Cited
from course.personal.tokens import in_address, replace_symbols, replace_values

_BREAKS = frozenset({"softbreak", "hardbreak"})
_SIGNS = {"h1": "-", "h2": "-"}  # `=` is the title's
_LONGEST_LINE = 60


def plain_text(tokens: Sequence[Token]) -> str:
    """The text of parsed Markdown, its blocks parted by blank lines; long lines are left to the reader's window."""
    return "\n\n".join(_blocks(list(tokens))).strip("\n") + "\n"


def _blocks(tokens: list[Token]) -> Iterator[str]:
    position = 0
    while position < len(tokens):
        end = _end_of(tokens, position)
        block = _block(tokens[position], tokens[position + 1 : end])
        if block:
            yield block
        position = end + 1


def _end_of(tokens: list[Token], start: int) -> int:
    """The index of the token that closes the one at `start`; `start` itself where it opens nothing."""
    depth = 0
    for index in range(start, len(tokens)):
        depth += tokens[index].nesting
        if depth == 0:
            return index
    return len(tokens) - 1


def _block(opening: Token, inner: list[Token]) -> str:
    match opening.type:
        case "heading_open":
            return underlined("".join(_inline(token) for token in inner), _SIGNS.get(opening.tag, "~"))
        case "bullet_list_open" | "ordered_list_open":
            return _list(opening, inner)
        case "blockquote_open":
            return _indented("\n\n".join(_blocks(inner)), "> ", "> ")
        case "fence" | "code_block":
            return _indented(opening.content.rstrip("\n"), "    ", "    ")
        case "table_open":
            return _table(inner)
        case "hr":
            return "* * *"
        case "inline":
            return _inline(opening)
        case _:
            return "\n\n".join(_blocks(inner))


def underlined(heading: str, sign: str) -> str:
    """A heading with a line of signs below it, as wide as it is read: a subscriber's value counts as a short name."""
    shown = replace_symbols(replace_values(heading, str), lambda *_: "a name")
    return f"{heading}\n{sign * min(max(map(_width, shown.split(chr(10)))), _LONGEST_LINE)}"


def _width(text: str) -> int:
    """How many columns a text takes: none for a mark on a letter, two for a sign as wide as high."""
    seen = (char for char in text if category(char) not in {"Mn", "Me", "Cf"})
    return sum(2 if east_asian_width(char) in {"W", "F"} else 1 for char in seen)


def _list(opening: Token, inner: list[Token]) -> str:
    start = opening.attrGet("start")
    number = 1 if start is None else int(start)
    own = (token for token in inner if token.type == "paragraph_open" and token.level == opening.level + 2)
    gap = "\n" if all(token.hidden for token in own) else "\n\n"
    items = []
    position = 0
    while position < len(inner):
        end = _end_of(inner, position)
        marker = f"{number}. " if opening.type == "ordered_list_open" else "- "
        items.append(_indented(gap.join(_blocks(inner[position + 1 : end])), marker, " " * len(marker)))
        number += 1
        position = end + 1
    return gap.join(items)


def _indented(text: str, first: str, others: str) -> str:
    lines = text.split("\n")
    rest = (f"{others}{line}".rstrip() for line in lines[1:])
    return "\n".join((f"{first}{lines[0]}".rstrip(), *rest))


def _table(inner: list[Token]) -> str:
    rows: list[list[str]] = []
    for token in inner:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(_inline(token))
    return "\n".join(" | ".join(row) for row in rows)


def _inline(token: Token) -> str:
    parts: list[str] = []
    starts: list[tuple[int, str]] = []
    for child in token.children or ():
        match child.type:
            case "text" | "code_inline":
                parts.append(child.content)
            case "softbreak":
                parts.append(" ")
            case "hardbreak":
                parts.append("\n")
            case "image":
                shown = "".join(" " if one.type in _BREAKS else one.content for one in child.children or ())
                parts.append(f"[{shown}]" if shown else "")
            case "link_open":
                starts.append((len(parts), str(child.attrGet("href") or "")))
            case "link_close":
                start, address = starts.pop()
                parts.append(_address_after("".join(parts[start:]), address))
            case "citation":
                cited = child.meta["cited"]
                assert isinstance(cited, Cited)
                parts.append(f"[{cited.short_label}]")
    return "".join(parts)


def _address_after(text: str, address: str) -> str:
    """What follows a link's text: its address, unless the text already is the address."""
    if not address or text in {address, address.removeprefix("mailto:")}:
        return ""
    return f" ({in_address(address)})"
