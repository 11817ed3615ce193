"""Lines as they stand on printed pages → paragraphs, without what every page repeats."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_NUMBERS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"(?:page|p\.|seite|página|página)?\s*[-–—|]?\s*(?:\d{1,4}|[ivxlc]{1,7})(?:\s*(?:/|of|von|de)\s*\d{1,4})?\s*[-–—|]?",
    re.IGNORECASE,
)
_BULLET = re.compile(r"[-*+•●○◦▪▫■‣▸►]\s|\(?\d{1,3}[.)]\s")
_END = re.compile(r"[.!?:;…][\"'”’)\]]*$")
_AT_EACH_END = 3
_FEWEST_PAGES = 3
_FULL = 0.85


def paragraphs(pages: Sequence[str]) -> str:
    """The text of a document's pages, a blank line between paragraphs; words broken at a line's end are joined."""
    lines = [[line.strip() for line in _UNFIT.sub("", page).split("\n")] for page in pages]
    kept = [list(_without_repeated(page, _repeated(lines))) for page in lines]
    whole = [line for page in kept for line in page]
    full = [len(line) for line in whole if _END.search(line) is None and line] or [1]
    width = statistics.quantiles(full, n=10)[-1] if len(full) > 1 else full[0]
    return "\n\n".join(_joined(whole, width)) + "\n"


def _repeated(pages: Sequence[Sequence[str]]) -> frozenset[str]:
    """Lines at the top or the bottom that stand on most pages, whatever the numbers in them."""
    counts: Counter[str] = Counter()
    for page in pages:
        counts.update({_NUMBERS.sub("#", line) for line in _ends(page)})
    enough = max(_FEWEST_PAGES, len(pages) // 2)
    return frozenset(line for line, count in counts.items() if line and count >= enough)


def _ends(page: Sequence[str]) -> list[str]:
    filled = [line for line in page if line]
    return filled[:_AT_EACH_END] + filled[max(_AT_EACH_END, len(filled) - _AT_EACH_END) :]


def _without_repeated(page: Sequence[str], repeated: frozenset[str]) -> Iterator[str]:
    filled = [place for place, line in enumerate(page) if line]
    ends = {*filled[:_AT_EACH_END], *filled[-_AT_EACH_END:]}
    outermost = {*filled[:1], *filled[-1:]}
    for place, line in enumerate(page):
        number = place in outermost and len(filled) > 1 and _PAGE_NUMBER.fullmatch(line) is not None
        if not number and not (place in ends and _NUMBERS.sub("#", line) in repeated):
            yield line


def _joined(lines: Sequence[str], width: float) -> Iterator[str]:
    """Paragraphs of lines: one ends at a blank line, before a bullet, and at a line that was broken before it was full.

    A line that is broken early and ends no sentence is a heading or an item, unless a small letter follows.
    """
    open_ = ""
    for line, following in zip(lines, [*lines, ""][1:], strict=True):
        if not line:
            # A page may end within a sentence.
            if open_ and (_END.search(open_) or not following or not following[0].islower()):
                yield open_
                open_ = ""
            continue
        if open_ and _BULLET.match(line):
            yield open_
            open_ = ""
        open_ = _with_line(open_, line)
        goes_on = following[:1].islower() or line.endswith((",", "-"))
        early = bool(following) and len(line) + 1 + len(following.split()[0]) < _FULL * width
        if early and (_END.search(line) or not goes_on):
            yield open_
            open_ = ""
    if open_:
        yield open_


def _with_line(text: str, line: str) -> str:
    if not text:
        return line
    if text.endswith("\u00ad") or (re.search(r"[^\W\d_]{2}-$", text) and line[0].islower()):
        return text[:-1] + line
    return f"{text} {line}"
