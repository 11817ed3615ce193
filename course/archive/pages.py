"""The pages of an archive: HTML from `templates/archive/` in the words of the course's language, and their look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from course.catalogue import Catalogue
from course.day import date_in_words
from course.direction import direction_of
from course.logo import Logo
from course.model import Course
from course.pictures import ASSETS

INDEX = "index.html"
STYLE = "style.css"
MARK = b'<meta name="generator" content="dripcourse archive">'
"""What every page has among its first thousand bytes, so that a later build knows it for one of its own."""


@dataclass(frozen=True, slots=True)
class Beside:
    """The lesson before or after the one on a page."""

    slug: str
    title: str


def page_name(slug: str) -> str:
    """What the page of a lesson is called."""
    return f"{slug}.html"


class Pages:
    """Makes the pages of one course; `logo` is the course's, as it is shown in their head; `sign_up` may be empty."""

    def __init__(self, course: Course, words: Catalogue, logo: Logo | None, sign_up: str = "") -> None:
        self._shared = {
            "course": course,
            "direction": direction_of(course.language),
            "logo": logo,
            "sign_up": sign_up,
            "mark": Markup(MARK.decode()),  # noqa: S704  # ours
            "index": INDEX,
            "style": STYLE,
            "assets": ASSETS,
            "page_name": page_name,
            "date_in_words": lambda day: date_in_words(day, course.language),
            "_": words.gettext,
            "ngettext": words.ngettext,
        }

    def page(self, template: str, **values: object) -> bytes:
        """A page from a template, in UTF-8."""
        return _environment().get_template(template).render(self._shared | values).encode("utf-8", "replace")


def style_sheet(theme: Mapping[str, str]) -> bytes:
    """The style sheet in a theme's colours, font and width, which a course file can only give as such."""
    used = sorted(name for name in theme if name != "logo")
    values = "".join(f"  --{name.replace('_', '-')}: {theme[name]};\n" for name in used)
    return f":root {{\n{values}}}\n{_sheet()}".encode()


@cache
def _sheet() -> str:
    return (resources.files("templates") / "archive" / STYLE).read_text("utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("templates", "archive"), autoescape=True, undefined=StrictUndefined, auto_reload=False,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
