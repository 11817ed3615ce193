"""What MJML elements hold, such as the HTML in <mj-text>: it is checked here, and goes around the engine as it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate

from course.mjml_tags import NAME, VOID, Tag, bare_ampersand, tag_at

_WORDS_ALONE = frozenset({"mj-title", "mj-preview"})
_DEEPEST = 60
"""How many elements may stand inside each other."""

_READ_OTHERWISE = _WORDS_ALONE | {"mj-style"}
_MARKUP = re.compile(r'[<&"]')
_REMARK = re.compile(r"(<(style|script|mj-style)[\s>].*?(?:</\2|\Z))|<!--(?!\[if|<!\[)(?:(?!--).)*-->", re.DOTALL)
_CONDITION = re.compile(r"!--(?:\[if|<!\[)")
_BEGINNING = re.compile(f"/?{NAME}")
# A tag of HTML as most people write it: its name, with the `/` before it, and the one behind its attributes.
_PLAIN_TAG = re.compile(
    r"""<(/[a-z0-9]++(?=>)|(?!img|script|style)[a-z][a-z0-9]*+)(?:\s+[a-z][a-z-]*+="[^"]*+")*+\s*+(/?)>"""
)
_STYLE = re.compile(r"""<style(?:\s+[a-z][a-z-]*+="[^"<]*+")*+>[^<]*+</style>""")
_FEW_TAGS = 30
_DEEPEST_LINE = 10
_BETWEEN_TAGS = "<br>"  # where this stands within a tag, the tag is not plain


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong, what to do about it, and how many lines below the beginning of what was looked at."""

    message: str
    fix: str
    lines: int = 0


class MistakeError(Exception):
    """A mistake has been found."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake.message)
        self.mistake = mistake


class UnclosedError(Exception):
    """An element is still open at the end, which was opened so many lines below the beginning."""

    def __init__(self, name: str, lines: int) -> None:
        super().__init__(name)
        self.name = name
        self.lines = lines


def without_remarks(source: str) -> str:
    """MJML without comments, which are nobody's to read; conditions for Outlook stay. Lines stay where they are."""
    if "<!--" not in source:
        return source
    return _REMARK.sub(lambda found: found[1] or "\n" * found[0].count("\n"), source)


def held(holder: str, content: str, mark: Callable[[int], str] | None = None) -> str:
    """What an MJML element holds, as it stands in the HTML.

    `mark` gives the attribute that an element gets which stands so many lines below the beginning. Raises MistakeError,
    and UnclosedError where it ends within an element.
    """
    return content if mark is None and is_plain(holder, content) else _Content(holder, content, mark).html()


def is_plain(holder: str, content: str) -> bool:
    """Whether what an element holds is well written, and plain enough to stand in the HTML as it is written.

    Most is. What is not may be well written all the same, and is looked at closely by `held`.
    """
    if holder in _READ_OTHERWISE:
        return _MARKUP.search(content) is None
    if content.count("<") > _FEW_TAGS:
        content = _without_repeated(content.split("\n"))
    texts = _STYLE.split(content) if holder == "mj-raw" and "&" not in content else (content,)
    return _is_nested(texts, _DEEPEST - _DEEPEST_LINE)


def _is_nested(texts: Iterable[str], most: int) -> bool:
    """Whether there are no tags but plain ones, which close what they open, at most so many elements in each other."""
    closing: list[str] = []
    for text in texts:
        if "&" in text and bare_ampersand(text) is not None:
            return False
        tags = _PLAIN_TAG.findall(text)
        if len(tags) != text.count("<"):  # one begins no plain tag, or stands within one
            return False
        for name, closes_itself in tags:
            if name[0] == "/":
                if not closing or closing.pop() != name:
                    return False
            elif name not in VOID:
                closing.append(f"/{name}")
                if closes_itself or len(closing) > most:
                    return False
    return not closing


def _without_repeated(lines: Sequence[str]) -> str:
    """Lines of a table or list, each of which opens and closes the same however often it stands there, without them.

    They stay where that would spare fewer than half. What is left is plain only where all that was there is.
    """
    different = set(lines)
    if len(different) > len(lines) / 2:
        return "\n".join(lines)
    nested = {line for line in different if _is_nested_line(line)}
    return _BETWEEN_TAGS.join([line for line in lines if line not in nested])


@lru_cache(maxsize=500)
def _is_nested_line(line: str) -> bool:
    return _is_nested((line,), _DEEPEST_LINE)


def stray(words: str, parent: str) -> Mistake:
    """What is wrong with the first thing in words that stand where only MJML elements may, in `parent`."""
    text, _, piece = words.partition("<")
    if text.strip():
        bare = bare_ampersand(text)
        if bare is not None:
            return _lone_ampersand(text.count("\n", 0, bare))
        lines = text.count("\n", 0, len(text) - len(text.lstrip()))
        return Mistake("This text stands in no element that holds text.", "Put it into <mj-text>.", lines)
    lines = text.count("\n")
    tag, _ = tag_at(piece)
    if tag is None and _CONDITION.match(piece):
        message = "A condition for Outlook stands in no element that holds HTML."
        return Mistake(message, "Put it into <mj-raw>.", lines)
    if tag is None:
        return malformed(piece, lines)
    if tag.closes:
        return closing_nothing(tag.name, parent, lines)
    return unknown(tag.name, lines)


def malformed(piece: str, lines: int = 0) -> Mistake:
    """What is said of a `<` where no tag follows, or none that is well written."""
    tag = _BEGINNING.match(piece)
    if tag is None:
        fix = "Write it as `&lt;`; a comment is `<!-- … -->`, without `--` in it."
        return Mistake("A `<` begins no tag here.", fix, lines)
    fix = 'Write each attribute as name="value", a `<` in it as `&lt;`, and end the tag with `>`.'
    return Mistake(f"The tag `<{tag[0]}` is not well written.", fix, lines)


def unknown(name: str, lines: int = 0) -> Mistake:
    """What is said of an element that MJML does not have."""
    return Mistake(f"`<{name}>` is not an MJML element.", "Check its spelling, or put HTML into <mj-text>.", lines)


def closing_nothing(name: str, opened: str, lines: int = 0) -> Mistake:
    """What is said of a closing tag where another element is open, or none."""
    if not opened:
        return Mistake(f"`</{name}>` closes nothing.", "Take it away.", lines)
    fix = f"Close `<{opened}>` first, or take `</{name}>` away."
    return Mistake(f"`</{name}>` closes nothing here: `<{opened}>` is open.", fix, lines)


def never_closed(name: str, lines: int = 0) -> Mistake:
    """What is said of an element that is open at the document's end."""
    return Mistake(f"`<{name}>` is never closed.", f"Add `</{name}>`.", lines)


def misplaced(name: str, holder: str) -> Mistake:
    """What is said of an MJML element among what another holds."""
    return Mistake(f"`<{name}>` cannot stand inside `<{holder}>`.", f"Close `<{holder}>` first.")


def without_alt(name: str, lines: int = 0) -> Mistake:
    """What is said of a picture that has no `alt`."""
    fix = 'Add alt="…" that says what it shows, or alt="" where it is only for looks.'
    return Mistake(f"`<{name}>` has no `alt`.", fix, lines)


def _lone_ampersand(lines: int) -> Mistake:
    return Mistake("A `&` stands here by itself.", "Write it as `&amp;`.", lines)


class _Content:
    """Reads what an element holds, once.

    A `<` stands only where a tag or a condition begins, or in a style, so it is read in the pieces between them. `at`
    is the number of one; `words` are what stands in it behind the tag.
    """

    def __init__(self, holder: str, content: str, mark: Callable[[int], str] | None) -> None:
        self._holder = holder
        self._pieces = content.split("<")
        self._has_lone_ampersand = bare_ampersand(content) is not None
        self._mark = mark
        self._open: list[tuple[str, int]] = []

    def html(self) -> str:
        """The content as it stands in the HTML."""
        if self._holder == "mj-style":
            return _as_css("<".join(self._pieces))
        if self._holder in _WORDS_ALONE:
            return self._words_alone().replace('"', "&quot;")  # a title becomes an attribute as well
        self._read()
        return "<".join(self._pieces)

    def _words_alone(self) -> str:
        words, *others = self._pieces
        self._refuse_lone_ampersand(words, 0)
        if others:
            tag, _ = tag_at(others[0])
            if tag is None:
                raise MistakeError(malformed(others[0], self._lines(1)))
            message = f"`<{tag.name}>` cannot stand inside `<{self._holder}>`."
            raise MistakeError(Mistake(message, "Write words alone there.", self._lines(1)))
        return words

    def _read(self) -> None:
        pieces, opened = self._pieces, self._open
        at, words = 0, pieces[0]
        while True:
            if self._has_lone_ampersand:
                self._refuse_lone_ampersand(words, at)
            at += 1
            if at == len(pieces):
                break
            tag, words = tag_at(pieces[at])
            if tag is None:
                at, words = self._condition(at)
            elif tag.closes:
                name = opened.pop()[0] if opened else self._holder
                if name != tag.name:
                    raise MistakeError(closing_nothing(tag.name, name, self._lines(at)))
            else:
                self._look_at(tag, words, at)
                if tag.opens:
                    opened.append((tag.name, at))
                if tag.raw:
                    at, words = self._raw(tag.name, words, at), ""
                elif len(opened) > _DEEPEST:
                    message = f"More than {_DEEPEST} elements stand inside each other here."
                    raise MistakeError(Mistake(message, "Nest fewer.", self._lines(at)))
        if opened:
            name, at = opened[-1]
            raise UnclosedError(name, self._lines(at))

    def _look_at(self, tag: Tag, words: str, at: int) -> None:
        """Refuse what is wrong with a tag, and write it with its mark; HTML knows none that closes itself."""
        if tag.lacks_alt:
            raise MistakeError(without_alt(tag.name, self._lines(at)))
        if tag.mistake:
            raise MistakeError(Mistake(*tag.mistake, self._lines(at)))
        if self._mark is None and (tag.opens or tag.void):
            return
        written = self._pieces[at].removesuffix(f">{words}")
        attributes = written.removesuffix("/").rstrip()
        mark = "" if self._mark is None or tag.name == "br" else self._mark(self._lines(at))
        end = f"{written[len(attributes) :]}>"
        if not (tag.opens or tag.void):
            end = end.replace("/>", f"></{tag.name}>")
        self._pieces[at] = f"{attributes}{mark}{end}{words}"

    def _raw(self, name: str, words: str, at: int) -> int:
        """Take a style or script as it is, up to its closing tag; the last piece of it."""
        pieces, first = self._pieces, at
        while at + 1 < len(pieces) and not pieces[at + 1].startswith(f"/{name}"):
            at += 1
        pieces[first] = pieces[first].removesuffix(words) + _as_css(words)
        pieces[first + 1 : at + 1] = map(_as_css, pieces[first + 1 : at + 1])
        return at

    def _condition(self, at: int) -> tuple[int, str]:
        """Pass over a condition for Outlook: the last piece of it, and the words behind it."""
        first, piece = at, self._pieces[at]
        words = piece.removeprefix("!--")
        while "--" not in words and at + 1 < len(self._pieces):
            at += 1
            words = self._pieces[at]
        words = words.partition("--")[2]
        if not piece.startswith("!--") or not words.startswith(">"):
            raise MistakeError(malformed(piece, self._lines(first)))
        return at, words.removeprefix(">")

    def _refuse_lone_ampersand(self, words: str, at: int) -> None:
        lone = bare_ampersand(words)
        if lone is not None:
            before = self._pieces[at].removesuffix(words[lone:])
            raise MistakeError(_lone_ampersand(self._lines(at) + before.count("\n")))

    def _lines(self, at: int) -> int:
        """How many lines below the beginning a piece begins."""
        if self._mark is not None:
            return self._each_line[at]
        return sum(piece.count("\n") for piece in self._pieces[:at])

    @cached_property
    def _each_line(self) -> list[int]:
        return list(accumulate((piece.count("\n") for piece in self._pieces), initial=0))


def _as_css(text: str) -> str:
    """What stands in a style: values that Jinja printed there are escaped for text, which CSS does not know."""
    return text.replace("&#x27;", "'").replace("&quot;", '"')
