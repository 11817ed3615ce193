"""The preview's own pages: HTML from `templates/preview/`, with the headers that keep it safe."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, Response

_OWN = {"script_src": "'self'", "style_src": "'self'", "connect_src": "'self'", "img_src": "'self'"}
_FILES = {"preview.css": "text/css", "preview.js": "text/javascript", "icon.svg": "image/svg+xml"}
_CODE = re.compile(r"`([^`\n]+)`")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec")


def page(template: str, *, status: int = 200, **values: object) -> Response:
    """A page from a template."""
    html = _environment().get_template(template).render(**values)
    own = headers(**_OWN, frame_src="'self'", form_action="'self'")
    return HTMLResponse(html.encode("utf-8", "replace"), status, headers=own)


def email_page(html: str, *, status: int = 200) -> Response:
    """An email's own document: nothing in it runs, and nothing is fetched for it but pictures."""
    own = headers(
        sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox",
        style_src="'unsafe-inline'", img_src="'self' data: http: https:", frame_ancestors="'self'",
    )  # fmt: skip
    return HTMLResponse(html.encode("utf-8", "replace"), status, headers=own)


def static_file(name: str) -> Response | None:
    """One of the files that the pages need, or None for any other."""
    if name not in _FILES:
        return None
    content = (resources.files("templates") / "preview" / name).read_bytes()
    return Response(content, media_type=_FILES[name], headers=headers())


def headers(**allowed: str) -> dict[str, str]:
    """The headers of every answer. `allowed` opens what its policy shuts: `style_src="'self'"`, say."""
    policy = {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'none'"}
    policy |= {name.replace("_", "-"): sources for name, sources in allowed.items()}
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": "; ".join(f"{name} {sources}".strip() for name, sources in policy.items()),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("templates", "preview"), autoescape=True, undefined=StrictUndefined, auto_reload=True,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {"kilobytes": _kilobytes, "day": _day, "ticked": _ticked}
    return environment


def _kilobytes(size: int) -> str:
    return f"{size / 1_000:,.1f} kB"


def _ticked(text: str) -> Markup:
    """A message with what stands between backticks as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704  # escaped right here


def _day(moment: date) -> str:
    """A date as authors read it, in English: Tue 3 Mar."""
    return f"{_WEEKDAYS[moment.weekday()]} {moment.day} {_MONTHS[moment.month - 1]}"
