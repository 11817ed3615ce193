"""Parsed Markdown → the HTML of an email's body, every style inline (many clients drop style sheets)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape

from markdown_it import MarkdownIt
from markdown_it.token import Token

from course.citations import Cited
from course.marks import ATTRIBUTE
from course.personal.placeholders import ALLOWED_SCHEMES
from course.personal.tokens import MARK, replace_values, symbol_token
from course.pictures import Picture

_BODY = "font-size:17px;line-height:1.6"
_PADDING = 2 * 44  # of the sheet that a lesson stands on, in layout.mjml, both sides, in pixels
_MONOSPACE = "font-family:Menlo,Consolas,'Courier New',monospace"


def email_html(
    parser: MarkdownIt,
    tokens: Sequence[Token],
    theme: Mapping[str, str],
    picture: Callable[[str], Picture | None],
    mark: Callable[[int], int] | None = None,
) -> str:
    """The HTML of parsed Markdown. `theme` gives colours and fonts; see `course.theme`.

    `picture` says which of the course's pictures an address means, or None for one that is shown as it stands. `mark`
    gives the number that marks what comes from a line of the Markdown, counted from 0; see `course.marks`.
    """
    if mark is not None:
        _mark(tokens, mark)
    styles = _styles(theme)
    room = int(theme["width"].removesuffix("px")) - _PADDING
    for token in tokens:
        for one in (token, *(token.children or ())):
            _style(one, styles)
            if one.type == "image" and (found := picture(str(one.attrGet("src") or ""))):
                _place(one, found, room)
        _disarm(token.children or [])
    parser.add_render_rule("citation", _citation)
    parser.add_render_rule("fence", _code)
    parser.add_render_rule("code_block", _code)
    return str(parser.renderer.render(tokens, parser.options, {}))


def _mark(tokens: Sequence[Token], mark: Callable[[int], int]) -> None:
    for block in tokens:
        line = block.map[0] if block.map else 0
        if block.nesting >= 0 and block.map and block.type != "inline":
            block.attrSet(ATTRIBUTE, str(mark(line)))
        for token in block.children or ():
            if token.nesting >= 0 and token.tag not in {"", "br"} and token.type != "text":
                token.attrSet(ATTRIBUTE, str(mark(line)))
            line += token.type in {"softbreak", "hardbreak"}


def _styles(theme: Mapping[str, str]) -> dict[str, str]:
    text, font = f"color:{theme['text']}", f"font-family:{theme['font']}"
    prose = f"{font};{_BODY};{text}"
    cell = f"padding:6px 10px;border-bottom:1px solid {theme['line']};text-align:start;{prose}"
    return {
        "p": f"margin:0 0 16px;{prose}",
        "h2": f"margin:32px 0 10px;{font};font-size:22px;line-height:1.3;font-weight:bold;{text}",
        "h3": f"margin:24px 0 8px;{font};font-size:18px;line-height:1.35;font-weight:bold;{text}",
        "h4": f"margin:20px 0 8px;{font};font-size:17px;line-height:1.35;font-weight:bold;{text}",
        "ul": "margin:0 0 16px;padding:0 0 0 26px",
        "ol": "margin:0 0 16px;padding:0 0 0 26px",
        "li": f"margin:0 0 8px;{prose}",
        "a": f"color:{theme['accent']};text-decoration:underline",
        "blockquote": f"margin:0 0 16px;padding:2px 0 2px 16px;border-left:3px solid {theme['accent']}",
        "code": f"{_MONOSPACE};font-size:15px",
        "pre": f"margin:0 0 16px;padding:12px 14px;white-space:pre-wrap;background:{theme['background']};"
        f"color:{theme['text']};{_MONOSPACE};font-size:14px;line-height:1.5",
        "table": "margin:0 0 16px;border-collapse:collapse",
        "th": f"{cell};font-weight:bold",
        "td": cell,
        "hr": f"margin:28px 0;border:0;border-top:1px solid {theme['line']}",
        "img": "max-width:100%;height:auto;border:0",
    }


def _style(token: Token, styles: Mapping[str, str]) -> None:
    tag = "pre" if token.type in {"fence", "code_block"} else token.tag
    if token.type == "citation":
        token.attrSet("style", styles["a"])
    elif token.nesting >= 0 and tag in styles:
        token.attrSet("style", styles[tag])
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
    return not start or start.partition(":")[0].lower() in ALLOWED_SCHEMES


def _code(_renderer: object, tokens: Sequence[Token], index: int, _options: object, _env: object) -> str:
    """A block of code, its style on the `pre` (the parser would put it on the `code` within)."""
    style, number = (str(tokens[index].attrGet(name) or "") for name in ("style", ATTRIBUTE))
    mark = f' {ATTRIBUTE}="{number}"' if number else ""
    return f'<pre style="{escape(style)}"{mark}><code>{escape(tokens[index].content)}</code></pre>\n'


def _citation(_renderer: object, tokens: Sequence[Token], index: int, _options: object, _env: object) -> str:
    cited = tokens[index].meta["cited"]
    assert isinstance(cited, Cited)
    return citation_html(cited, str(tokens[index].attrGet("style") or ""))


def citation_html(cited: Cited, style: str) -> str:
    """`(source 1, 51:54)`, linked where the source has an address."""
    label = escape(cited.label)
    if not cited.address:
        return f"({label})"
    return f'(<a href="{escape(cited.address)}" style="{escape(style)}">{label}</a>)'
