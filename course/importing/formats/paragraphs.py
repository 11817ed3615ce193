"""Lines as they stand on printed pages → paragraphs, without what every page repeats."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence

from course.importing.credits import credit

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_NUMBERS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"[-–—|]?\s*(?:page|p\.|seite|página|página)?\s*[-–—|]?\s*(?:\d{1,4}|[ivxlc]{1,7})(?:\s*(?:/|of|von|de)\s*\d{1,4})?\s*[-–—|]?",
    re.IGNORECASE,
)
_BULLET = re.compile(r"[-*+•●○◦▪▫■‣▸►]\s|\(?\d{1,3}[.)]\s")
_END = re.compile(r"[.!?:;…][\"'”’)\]]*$")
_AT_EACH_END = 3
_FEWEST_PAGES = 3
_FEWEST_LINES = 4
_FEWEST_WORDS = 2
_LONGEST_NUMBER = 6
_FULL = 0.85
_SHORT = 0.6


def paragraphs(pages: Sequence[str], title: str = "") -> str:
    """The text of a document's pages, a blank line between paragraphs; words broken at a line's end are joined.

    What the pages repeat is left out, but for a `title` where it stands first.
    """
    lines = _lines(pages)
    repeated = _repeated(lines)
    kept = [list(_without_repeated(page, repeated, number)) for number, page in enumerate(lines)]
    if lines and (first := next(filter(None, lines[0]), "")) not in kept[0] and _is_title(first, title, lines, kept):
        kept[0].insert(0, first)
    whole = [line for page in kept for line in page]
    full = [len(line) for line in whole if _END.search(line) is None and line] or [1]
    width = statistics.quantiles(full, n=10)[-1] if len(full) > 1 else full[0]
    return "\n\n".join(_joined(whole, width)) + "\n"


def running_lines(pages: Sequence[str]) -> list[str]:
    """The lines of the first page that the others repeat: headers and footers."""
    lines = _lines(pages)
    repeated = _repeated(lines)
    kept = set(_without_repeated(lines[0], repeated, 0)) if lines else set()
    return [line for line in lines[0] if line and line not in kept] if lines else []


def _lines(pages: Sequence[str]) -> list[list[str]]:
    return [[line.strip() for line in _UNFIT.sub("", page).split("\n")] for page in pages]


def _is_title(line: str, title: str, pages: Sequence[Sequence[str]], kept: Sequence[Sequence[str]]) -> bool:
    """Whether the line above all pages is the document's title: it is stated as that, stands on the first page once
    more, or a byline or whole lines follow it."""
    if not line or title:
        return bool(line) and line.casefold() == title.casefold()
    below = next(filter(None, kept[0]), "")
    longest = max((len(line) for page in kept for line in page), default=0)
    return pages[0].count(line) > 1 or len(below) > _FULL * longest or credit(below) is not None


def _repeated(pages: Sequence[Sequence[str]]) -> frozenset[str]:
    """Lines at the top or the bottom that stand on most pages, whatever the numbers in them.

    On two pages, it is the outermost line alone, and its numbers count on with the pages, if they change.
    """
    counts: Counter[str] = Counter()
    outermost: Counter[str] = Counter()
    for number, page in enumerate(pages):
        counts.update({_NUMBERS.sub("#", line) for line in _ends(page)})
        filled = [line for line in page if line]
        if len(filled) > _FEWEST_LINES:
            ends = (filled[0], filled[-1])
            outermost.update({*ends, *(_counted(line, number) for line in ends if len(line.split()) > _FEWEST_WORDS)})
    enough = max(_FEWEST_PAGES, len(pages) // 2)
    found = {line for line, count in counts.items() if line and count >= enough}
    return frozenset(found | {line for line, count in outermost.items() if count >= max(2, len(pages) // 2)})


def _counted(line: str, page: int) -> str:
    """The line with its numbers as seen from the page on which it stands: those of pages are then the same on all."""
    return _NUMBERS.sub(lambda found: f"#{int(found[0]) - page}" if len(found[0]) <= _LONGEST_NUMBER else "#", line)


def _ends(page: Sequence[str]) -> list[str]:
    filled = [line for line in page if line]
    return filled[:_AT_EACH_END] + filled[max(_AT_EACH_END, len(filled) - _AT_EACH_END) :]


def _without_repeated(page: Sequence[str], repeated: frozenset[str], page_number: int) -> Iterator[str]:
    filled = [place for place, line in enumerate(page) if line]
    ends = {*filled[:_AT_EACH_END], *filled[-_AT_EACH_END:]}
    outermost = {*filled[:1], *filled[-1:]}
    for place, line in enumerate(page):
        number = place in outermost and len(filled) > 1 and _PAGE_NUMBER.fullmatch(line) is not None
        again = place in ends and _NUMBERS.sub("#", line) in repeated
        again = again or (place in outermost and (line in repeated or _counted(line, page_number) in repeated))
        if not number and not again:
            yield line


def _joined(lines: Sequence[str], width: float) -> Iterator[str]:
    """Paragraphs of lines: one ends at a blank line, before a bullet, and at a line that was broken before it was full.

    A line that is broken early and ends no sentence is a heading or an item, unless a small letter follows.
    """
    open_ = ""
    for line, following, after in zip(lines, [*lines, ""][1:], [*lines, "", ""][2:], strict=True):
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
        if (early and (_END.search(line) or not goes_on)) or (_END.search(line) and _heads(following, after, width)):
            yield open_
            open_ = ""
    if open_:
        yield open_


def _heads(line: str, below: str, width: float) -> bool:
    """Whether a line below the end of a sentence is a heading: it is short, and no sentence, and one begins below."""
    begins = line[:1].isupper() or line[:1].isdigit()
    return begins and len(line) < _SHORT * width and not _END.search(line) and below[:1].isupper()


def _with_line(text: str, line: str) -> str:
    if not text:
        return line
    if text.endswith("\u00ad") or (re.search(r"[^\W\d_]{2}-$", text) and line[0].islower()):
        return text[:-1] + line
    return f"{text} {line}"
