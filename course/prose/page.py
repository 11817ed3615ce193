"""Parsed Markdown → the HTML of a web page: plain elements, which a style sheet can dress."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from markdown_it import MarkdownIt
from markdown_it.token import Token

from course.citations import Cited
from course.personal.placeholders import ALLOWED_SCHEMES
from course.personal.tokens import Spot, in_address, replace_symbols, replace_values
from course.pictures import ASSETS, Picture
from course.prose.exercises import with_exercises

Rule = Callable[[object, Sequence[Token], int, object, object], str]


@dataclass(frozen=True, slots=True)
class PageFrame:
    """What a page gives the text that stands on it.

    `picture` says which of the course's pictures an address means, or None for one that is elsewhere; `value` is what
    an expression over the reader comes to, safe to follow where it stands in an address; `exercise` are the words
    with one of which the heading of an exercise begins; `table` is the name of a table that may be wider than the page.
    `assets` is where the page finds the course's pictures.
    """

    picture: Callable[[str], Picture | None]
    value: Callable[[Spot, str], str]
    exercise: Sequence[str]
    table: str
    assets: str = ASSETS


def page_html(parser: MarkdownIt, tokens: Sequence[Token], frame: PageFrame) -> str:
    """The HTML of parsed Markdown as one reader sees it; headings begin at the second level.

    A picture of the course is shown from the frame's `assets`. One that is elsewhere is linked by its words, so that
    reading a page asks nobody else for anything. An address that comes out empty, or is of a kind that is not linked,
    leaves its words without a link. A citation without an address leads to `#source-NUMBER`.
    """
    inline = _Inline(frame)
    for token in tokens:
        if token.children is not None:
            token.children = list(inline.tokens(token.children))
        elif token.tag == "h1":
            token.tag = "h2"  # the title stands above the text
        elif token.tag in {"th", "td"} and token.nesting > 0:
            _set_cell(token)
    for name, rule in _rules(frame).items():
        parser.add_render_rule(name, rule)
    boxed = list(with_exercises(tokens, frame.exercise))
    html = replace_values(str(parser.renderer.render(boxed, parser.options, {})), escape)
    return replace_symbols(html, lambda spot, expression: escape(frame.value(spot, expression)))


def _set_cell(token: Token) -> None:
    """Say by a class how a cell is aligned, which the parser says by a style, and what a heading is for."""
    aligned = str(token.attrs.pop("style", ""))
    if aligned:
        token.attrSet("class", aligned.removeprefix("text-align:"))
    if token.tag == "th":
        token.attrSet("scope", "col")


class _Inline:
    """Brings what stands within a block in order: links, and pictures."""

    def __init__(self, frame: PageFrame) -> None:
        self._frame = frame

    def tokens(self, children: Sequence[Token]) -> Iterator[Token]:
        linked = False
        for token in children:
            if token.type == "link_open":
                linked = self._led_to(token, "href")
            if token.type == "image":
                yield from self._shown(token, linked)
            elif linked or token.type not in {"link_open", "link_close"}:
                yield token
            linked = linked and token.type != "link_close"

    def _led_to(self, token: Token, name: str) -> bool:
        """Whether the address of a token may be followed, which is then the reader's."""
        written = in_address(replace_values(str(token.attrGet(name) or ""), str))
        address = replace_symbols(written, self._frame.value)
        token.attrSet(name, address)
        return address.partition(":")[0].lower() in ALLOWED_SCHEMES

    def _shown(self, token: Token, linked: bool) -> Iterator[Token]:
        if found := self._frame.picture(str(token.attrGet("src") or "")):
            token.attrSet("src", f"{self._frame.assets}{found.address}")
            if found.width:
                token.attrSet("width", str(found.width))
                token.attrSet("height", str(found.height))
            yield token
            return
        words = "".join(" " if one.type in {"softbreak", "hardbreak"} else one.content for one in token.children or ())
        followed = self._led_to(token, "src") and not linked
        if followed and words.strip():
            yield Token("link_open", "a", 1, attrs={"href": str(token.attrGet("src"))})
        yield Token("text", "", 0, content=words)
        if followed and words.strip():
            yield Token("link_close", "a", -1)


def _rules(frame: PageFrame) -> dict[str, Rule]:
    # A table may be wider than a small screen: then it scrolls by itself, which keys must be able to do.
    region = f'<div class="table" role="region" aria-label="{escape(frame.table)}" tabindex="0">\n<table>\n'
    return {
        "citation": _citation,
        "table_open": lambda *_: region,
        "table_close": lambda *_: "</table>\n</div>\n",
        "fence": _code,
        "code_block": _code,
    }


def _code(_renderer: object, tokens: Sequence[Token], index: int, _options: object, _env: object) -> str:
    return f"<pre><code>{escape(tokens[index].content)}</code></pre>\n"


def _citation(_renderer: object, tokens: Sequence[Token], index: int, _options: object, _env: object) -> str:
    cited = tokens[index].meta["cited"]
    assert isinstance(cited, Cited)
    address = cited.address or f"#source-{cited.number}"
    return f'<span class="cite">(<a href="{escape(address)}">{escape(cited.label)}</a>)</span>'
