"""Markdown → the body of an email, as HTML with its styles inline and as plain text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

from course.citations import CITATION, Bibliography
from course.prose.html import email_html
from course.prose.plain import plain_text
from course.personal.tokens import replace_values

__all__ = ["Prose", "render_prose"]


@dataclass(frozen=True, slots=True)
class Prose:
    """A text as HTML and as plain text; both still hold the tokens of a subscriber's values."""

    html: str
    text: str


def render_prose(markdown: str, theme: Mapping[str, str], bibliography: Bibliography) -> Prose:
    """Render Markdown from which Jinja has gone; citations are noted in `bibliography`.

    Raw HTML is shown as text, addresses other than http, https, mailto and tel are not linked, and
    values that Jinja printed appear as they are: they are never read as Markdown.
    """
    parser = _parser()
    tokens = parser.parse(markdown, {"bibliography": bibliography})
    html = replace_values(email_html(parser, tokens, theme), escape)
    return Prose(html, replace_values(plain_text(tokens), str))


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "xhtmlOut": True, "linkify": False}).enable("table")
    parser.inline.ruler.before("link", "citation", _citation)
    return parser


def _citation(state: StateInline, silent: bool) -> bool:
    """A rule of the parser: `[@source#passage]` becomes a token that holds the resolved citation."""
    found = CITATION.match(state.src, state.pos)
    if found is None:
        return False
    cited = state.env["bibliography"].cite(found["source"], found["passage"])
    if cited is None:
        return False
    if not silent:
        state.push("citation", "", 0).meta["cited"] = cited
    state.pos = found.end()
    return True
