"""Parsed Markdown → the HTML of an email's body, every style inline (many clients drop style sheets)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from course.citations import Cited
from course.marks import ATTRIBUTE
from course.personal.placeholders import ALLOWED_SCHEMES
from course.personal.tokens import MARK, replace_values, symbol_token
from course.pictures import Picture
from course.prose.exercises import CLOSE, OPEN, with_exercises

_BODY = "font-size:17px;line-height:1.6"
_PADDING = 2 * 44  # of the sheet that a lesson stands on, in layout.mjml, both sides, in pixels
_BOX_PADDING = 24  # of an exercise's box, each side, in pixels
_BROKEN = "word-break:normal;overflow-wrap:break-word"  # between words, and within one that is wider than the screen
_MONOSPACE = "font-family:Menlo,Consolas,'Courier New',monospace"


def _elsewhere(_address: str) -> Picture | None:
    return None


@dataclass(frozen=True, slots=True)
class EmailFrame:
    """What an email gives the text that stands in it.

    `theme` gives colours and fonts; see `course.theme`. `picture` says which of the course's pictures an address means,
    or None for one that is shown as it stands. `mark` gives the number that marks what comes from a line of the
    Markdown, counted from 0; see `course.marks`. `direction` is `ltr` or `rtl`; `exercise` are the words with one of
    which the heading of an exercise begins.
    """

    theme: Mapping[str, str]
    picture: Callable[[str], Picture | None] = _elsewhere
    mark: Callable[[int], int] | None = None
    direction: str = "ltr"
    exercise: Sequence[str] = ("Exercise",)


def email_html(parser: MarkdownIt, tokens: Sequence[Token], frame: EmailFrame) -> str:
    """The HTML of parsed Markdown; headings begin at the second level.

    What dark mode changes has an element or a class that `layout.mjml` names: `exercise`, and `cite` for a citation. On
    small screens it makes a `table` narrower.
    """
    if frame.mark is not None:
        _mark(tokens, frame.mark)
    styles = _styles(frame.theme, frame.direction)
    room = int(frame.theme["width"].removesuffix("px")) - _PADDING
    boxed = list(_dressed(tokens, frame, styles))
    for token in boxed:
        room += {OPEN: -2, CLOSE: 2}.get(token.type, 0) * _BOX_PADDING
        for one in token.children or ():
            if one.type == "image" and (found := frame.picture(str(one.attrGet("src") or ""))):
                _place(one, found, room)
        _disarm(token.children or [])
    for name, rule in _rules(styles).items():
        parser.add_render_rule(name, rule)
    return str(parser.renderer.render(boxed, parser.options, {}))


def _mark(tokens: Sequence[Token], mark: Callable[[int], int]) -> None:
    for block in tokens:
        line = block.map[0] if block.map else 0
        if block.nesting >= 0 and block.map and block.type != "inline":
            block.attrSet(ATTRIBUTE, str(mark(line)))
        for token in block.children or ():
            if token.nesting >= 0 and token.tag not in {"", "br"} and token.type != "text":
                token.attrSet(ATTRIBUTE, str(mark(line)))
            line += token.type in {"softbreak", "hardbreak"}


def _styles(theme: Mapping[str, str], direction: str) -> dict[str, str]:
    start = "right" if direction == "rtl" else "left"
    indent = "padding:0 26px 0 0" if direction == "rtl" else "padding:0 0 0 26px"
    text, font = f"color:{theme['text']}", f"font-family:{theme['font']}"
    prose = f"{font};{_BODY};{text}"
    heading = f"{font};font-weight:bold"
    cell = f"padding:8px 10px;border-bottom:1px solid {theme['line']};{prose};text-align:{start};{_BROKEN}"
    quiet = f"color:{theme['muted']};font-size:15px"
    return {
        "p": f"margin:0 0 18px;{prose}",
        "h2": f"margin:38px 0 12px;{heading};font-size:22px;line-height:1.3;{text}",
        "h3": f"margin:28px 0 8px;{heading};font-size:18px;line-height:1.35;{text}",
        **dict.fromkeys(("h4", "h5", "h6"), f"margin:24px 0 8px;{heading};font-size:17px;line-height:1.35;{text}"),
        "ul": f"margin:0 0 18px;{indent}",
        "ol": f"margin:0 0 18px;{indent}",
        "inner list": f"margin:8px 0 0;{indent}",
        "li": f"margin:0 0 8px;{prose}",
        "a": f"color:{theme['accent']};text-decoration:underline",
        "cite": quiet,
        "citing a": f"{quiet};text-decoration:underline",
        "blockquote": f"margin:24px 0;padding:2px 20px 1px;border-{start}:3px solid {theme['accent']}",
        "code": f"{_MONOSPACE};font-size:15px",
        "pre": f"margin:0 0 18px;padding:14px 16px;white-space:pre-wrap;background:{theme['background']};"
        f"color:{theme['text']};border:1px solid {theme['line']};border-radius:4px;{_MONOSPACE};font-size:14px;"
        "line-height:1.5;text-align:left",
        "table": "border-collapse:collapse",
        "table frame": "margin:0 0 18px;table-layout:fixed;width:100%",
        "th": f"{cell};font-weight:bold",
        "td": cell,
        "hr": f"margin:32px 0;border:0;border-top:1px solid {theme['line']}",
        "img": "max-width:100%;height:auto;border:0",
        "exercise table": "margin:38px 0;border-collapse:separate",
        "exercise": f"padding:26px {_BOX_PADDING}px 8px;background:{theme['background']};border-radius:6px;"
        f"text-align:{start}",
        "exercise h2": f"margin:0 0 14px;{heading};font-size:20px;line-height:1.3;color:{theme['accent']}",
    }


def _dressed(tokens: Sequence[Token], frame: EmailFrame, styles: Mapping[str, str]) -> Iterator[Token]:
    """The tokens with their styles, and with a box around each exercise."""
    opened, items = False, 0
    last = _last_of_quotes(tokens)
    for token in with_exercises(tokens, frame.exercise):
        if token.tag == "h1":
            token.tag = "h2"  # the email's title stands above the text
        _style(token, styles)
        for one in token.children or ():
            _style(one, styles)
            if one.type == "code_inline" and frame.direction == "rtl":
                one.attrSet("dir", "ltr")
        if token.type in {"fence", "code_block"} and frame.direction == "rtl":
            token.attrSet("dir", "ltr")
        if id(token) in last:
            token.attrSet("style", f"{token.attrGet('style') or ''};margin-bottom:0")
        if opened and token.nesting > 0:
            token.attrSet("style", styles["exercise h2"])
        if items and token.tag in {"ul", "ol"} and token.nesting > 0:
            token.attrSet("style", styles["inner list"])
        opened = token.type == OPEN
        items += token.nesting if token.tag == "li" else 0
        yield token


def _last_of_quotes(tokens: Sequence[Token]) -> set[int]:
    """The `id` of each token that opens the last block of a quote, below which its line would run on."""
    last, open_ones, closed = set(), list[Token](), None
    for token in tokens:
        if token.nesting > 0:
            open_ones.append(token)
        elif token.type == "blockquote_close" and closed is not None:
            last.add(id(closed))
        if token.nesting < 0:
            closed = open_ones.pop()
        elif token.nesting == 0 and token.type != "inline":
            closed = token
    return last


def _style(token: Token, styles: Mapping[str, str]) -> None:
    tag = "pre" if token.type in {"fence", "code_block"} else token.tag
    if token.nesting >= 0 and tag in styles:
        aligned = token.attrGet("style")  # of a table's cell, as its Markdown says
        token.attrSet("style", f"{styles[tag]};{aligned}" if aligned else styles[tag])
    if token.type == "th_open":
        token.attrSet("scope", "col")


def _place(token: Token, picture: Picture, room: int) -> None:
    """Show a picture of the course, from where it is served. Its width is for programs that heed no style."""
    token.attrSet("src", f"{symbol_token('links.assets')}/{picture.address}")
    if picture.width:
        token.attrSet("width", str(min(picture.width, room)))


def _disarm(tokens: Sequence[Token]) -> None:
    """Leave the words of a link without the link where its address is not one that emails may link to."""
    linked = True
    for token in tokens:
        if token.type == "link_open":
            linked = _may_link(replace_values(str(token.attrGet("href") or ""), str))
        if token.type in {"link_open", "link_close"} and not linked:
            token.type, token.content = "text", ""


def _may_link(address: str) -> bool:
    """Whether an address begins with an allowed scheme, or with a value, whose scheme is looked at for each reader."""
    start = address.partition(MARK)[0].strip()
    return MARK in address if not start else start.partition(":")[0].lower() in ALLOWED_SCHEMES


Rule = Callable[[Any, Sequence[Token], int, Any, object], str]


def _rules(styles: Mapping[str, str]) -> dict[str, Rule]:
    def citation(_renderer: object, tokens: Sequence[Token], index: int, _options: object, _env: object) -> str:
        cited = tokens[index].meta["cited"]
        assert isinstance(cited, Cited)
        return _citation(cited, styles)

    def table(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: object) -> str:
        return framing + str(renderer.renderToken(tokens, index, options, env))

    # A table whose words need more than a small screen scrolls by itself. It is in another, of fixed columns, since
    # the email's own tables would grow with it.
    framing = (
        f'<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="{styles["table frame"]}">'
        '<tr><td><div class="table" style="overflow-x:auto">\n'
    )
    # A table, since Outlook heeds no padding of anything but its cells.
    box = (
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"'
        f' style="{escape(styles["exercise table"])}"><tr><td class="exercise" style="{escape(styles["exercise"])}">\n'
    )
    return {
        "citation": citation,
        "fence": _code,
        "code_block": _code,
        "table_open": table,
        "table_close": lambda *_: "</table>\n</div></td></tr></table>\n",
        OPEN: lambda *_: box,
        CLOSE: lambda *_: "</td></tr></table>\n",
    }


def _citation(cited: Cited, styles: Mapping[str, str]) -> str:
    """`(source 1, 51:54)`, linked where the source has an address."""
    label = escape(cited.label)
    if cited.address:
        label = f'<a href="{escape(cited.address)}" style="{escape(styles["citing a"])}">{label}</a>'
    return f'<span class="cite" style="{escape(styles["cite"])}">({label})</span>'


def _code(_renderer: object, tokens: Sequence[Token], index: int, _options: object, _env: object) -> str:
    """A block of code, its attributes on the `pre` (the parser would put them on the `code` within)."""
    given = ((name, tokens[index].attrGet(name)) for name in ("style", "dir", ATTRIBUTE))
    attributes = "".join(f' {name}="{escape(str(value))}"' for name, value in given if value)
    return f"<pre{attributes}><code>{escape(tokens[index].content)}</code></pre>\n"
