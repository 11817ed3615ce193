"""Our own pages: HTML from `templates/web/` in the colours of a course, with the headers that keep it safe."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from functools import cache, lru_cache
from hashlib import sha256
from html import unescape
from http import HTTPStatus
from importlib import resources

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from course.catalogue import ENGLISH
from course.day import date_in_words, day_in_words
from course.direction import direction_of
from course.theme import DEFAULT_THEME
from sender.editions import Edition

_ARCHIVE = "archive/"
_PROBLEMS = {
    400: ("This cannot be read", "Go back and send the form again."),
    404: ("There is nothing here", "If you came from an email, check that you used the whole link."),
    405: ("That cannot be done here", "This address does not take such a request."),
    410: ("This is no longer kept", "The data of the person that this email went to has been erased."),
    413: ("That is too much", "The request brought more than 64 kB."),
    415: ("This cannot be read", "It is neither a form nor JSON."),
    500: ("Something went wrong", "It is in the log of this site. Please try again later."),
    503: ("Please try again in a minute", "The records of this course cannot be reached right now."),
}


def page(
    template: str, edition: Edition | None = None, *, status: int = 200, script: str = "", style: str = "",
    **values: object,
) -> Response:  # fmt: skip
    """A page from a template; where it belongs to a course, in its colours and its language.

    `script` names a file of ours beside the templates, which the page runs, and no other. `style` is a style sheet in
    place of that of our pages; the page may then show pictures of ours.
    """
    course = None if edition is None else edition.course
    pictures = {"img_src": "'self'"} if style else {}
    style = style or _style(tuple(sorted((DEFAULT_THEME if course is None else course.theme).items())))
    code = _script(script) if script else ""
    html = (
        _environment()
        .get_template(template)
        .render(
            {
                "course": course,
                "style": Markup(style),  # noqa: S704  # our own style sheet
                "script": Markup(code),  # noqa: S704  # our own script
                **_spoken(edition),
                **values,
            }
        )
    )
    allowed = {"form_action": "'self'", "style_src": f"'{_hash(style)}'", **pictures}
    allowed |= {"script_src": f"'{_hash(code)}'"} if code else {}
    return HTMLResponse(html, status, headers=headers(**allowed))


def words_of(template: str, edition: Edition, **values: object) -> str:
    """What a template that holds nothing but words says, as plain text on one line."""
    html = _environment().get_template(template).render(course=edition.course, **_spoken(edition), **values)
    return " ".join(unescape(html).split())


def _spoken(edition: Edition | None) -> dict[str, object]:
    """What a template says things with: `_` and `ngettext`, as templates of emails have them, and days in words."""
    words = ENGLISH if edition is None else edition.words
    return {
        "_": words.gettext,
        "ngettext": words.ngettext,
        "date_in_words": lambda day: date_in_words(day, words.language),
        "day_in_words": lambda day: day_in_words(day, words.language),
        "language": words.language,
        "direction": direction_of(words.language),
    }


def headers(**allowed: str) -> dict[str, str]:
    """The headers of every answer. `allowed` opens what its policy shuts: `style_src="'self'"`, say."""
    policy = {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'none'"}
    policy |= {name.replace("_", "-"): sources for name, sources in allowed.items()}
    return {
        "Cache-Control": "no-store",  # an address is a key here, and what it opens changes
        "Content-Security-Policy": "; ".join(f"{name} {sources}".strip() for name, sources in policy.items()),
        "Referrer-Policy": "no-referrer",  # a link that is followed must not tell where it stood: that was a key
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
    }


def problem(status: int, more: Mapping[str, str] | None = None) -> Response:
    """A page that says in a sentence why there is no other; `more` are headers."""
    title, sentence = _PROBLEMS.get(status) or (HTTPStatus(status).phrase, "This request cannot be answered.")
    response = page("problem.html", status=status, title=title, sentence=sentence)
    response.headers.update(more or {})
    return response


@cache
def _environment() -> Environment:
    return _Environment(
        loader=FunctionLoader(_source), autoescape=True, undefined=StrictUndefined, auto_reload=False, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip


class _Environment(Environment):
    """Finds, besides our templates, those of archives below `archive/`, where they find each other."""

    def join_path(self, template: str, parent: str) -> str:
        """What `parent` means by the name of a template."""
        return f"{_ARCHIVE}{template}" if parent.startswith(_ARCHIVE) else template


def _source(name: str) -> tuple[str, str, None] | None:
    path = resources.files("templates") / (name if name.startswith(_ARCHIVE) else f"web/{name}")
    return (path.read_text("utf-8"), str(path), None) if path.is_file() else None


@cache
def _script(name: str) -> str:
    return (resources.files("templates") / "web" / name).read_text("utf-8")


@cache
def _style(theme: tuple[tuple[str, str], ...]) -> str:
    """The style sheet for a theme, whose values a course file can only give as colours, fonts and pixels."""
    values = "".join(f"--{name.replace('_', '-')}:{value};" for name, value in theme)
    sheet = (resources.files("templates") / "web" / "pages.css").read_text("utf-8")
    return f":root{{{values}}}\n{sheet}"


@lru_cache(maxsize=64)
def _hash(text: str) -> str:
    """The source expression that allows one inline style or script (Content Security Policy Level 3, section 2.3.1)."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
