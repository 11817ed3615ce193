"""Markdown → the body of an email, as HTML with its styles inline and as plain text; or the HTML of a web page."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from course.citations import Bibliography, citing_parser
from course.personal.tokens import replace_values
from course.prose.html import EmailFrame, email_html
from course.prose.page import PageFrame, page_html
from course.prose.plain import plain_text

__all__ = ["EmailFrame", "PageFrame", "Prose", "render_page", "render_prose"]


@dataclass(frozen=True, slots=True)
class Prose:
    """A text as HTML and as plain text; both still hold the tokens of a subscriber's values."""

    html: str
    text: str


def render_prose(markdown: str, bibliography: Bibliography, frame: EmailFrame) -> Prose:
    """Render Markdown from which Jinja has gone; citations are noted in `bibliography`.

    Raw HTML is shown as text, addresses other than http, https, mailto and tel are not linked, and
    values that Jinja printed appear as they are: they are never read as Markdown.
    """
    parser = citing_parser(bibliography.cite)
    tokens = parser.parse(markdown)
    html = replace_values(email_html(parser, tokens, frame), escape)
    return Prose(html, replace_values(plain_text(tokens), str))


def render_page(markdown: str, bibliography: Bibliography, frame: PageFrame) -> str:
    """Render Markdown as `render_prose` does, for one reader and as the HTML of a web page; see `page_html`."""
    parser = citing_parser(bibliography.cite)
    return page_html(parser, parser.parse(markdown), frame)
