"""Courses whose emails show everything that the templates can, in three languages, and each of their emails."""

from __future__ import annotations

from functools import cache

from lxml import html
from lxml.html import HtmlElement

from course.folder import load
from course.links import SAMPLE_LINKS
from course.model import Course
from course.personal.placeholders import Email, fill, tag_values
from course.personal.readers import Reader, reader_values
from course.render import NOTICES, Letter, Renderer
from course.sample import sample_schedule
from tests.course.check.small import COURSE, small_course
from tests.course.drawn import a_png

LANGUAGES = ("en", "de", "ar")
LETTERS = ("welcome", "soil", "light", "closing", *NOTICES)
EXERCISE = {"en": "Exercise: dig", "de": "Übung: graben", "ar": "تمرين: احفر"}
_BODY = """\
Hello {{{{ subscriber.first_name }}}}, *soil* **holds** `water` [@talk#t-1], [a page on soil](https://example.com) says.

![A desk](../assets/desk.png)

## What soil is

> It is loose [@page#p-1].

### A table

| Kind | Water |
|---|---|
| Sand | little |

- One
  - Two

    code = "block"

---

## {exercise}

1. Dig.

| Kind | Water |
|---|---|
| Sand | little |

    code = "block"

## After it

Rest.
"""
_QUIZ = """\
quiz:
  id: soil
  question: What holds water?
  answers:
    - text: Soil, which is dark and loose, and in which there are more worms than anybody has ever cared to count
      explanation: Yes.
      right: true
    - text: Stones
      explanation: No.
"""
_TALK = (
    "---\ntitle: A talk\nauthor: Sample Speaker\ndate: 2024-03-05\nvideo: abcdefghijk\n---\n\n### t-1 · 51:54\n\nA.\n"
)
_PAGE = "---\ntitle: A page\nurl: https://example.com/page\n---\n\n## On soil\n\n### p-1\n\nA.\n"


@cache
def course_files(language: str, logo: bool = False) -> dict[str, bytes]:
    """The files of a course in a language, with a welcome, two lessons and a closing."""
    body = _BODY.format(exercise=EXERCISE[language])
    theme = '\n    [theme]\n    logo = "assets/logo.png"\n' if logo else ""
    files = small_course(
        {
            "course.toml": COURSE.replace('language = "en"', f'language = "{language}"') + theme,
            "lessons/01-soil.md": f"---\nsubject: Soil\npreheader: What is under you.\n{_QUIZ}---\n\n{body}",
            "sources/talk.md": _TALK,
            "sources/page.md": _PAGE,
        }
    )
    return {**files, "assets/desk.png": a_png(1000, 10), "assets/logo.png": a_png(320, 96)}


@cache
def room(language: str, logo: bool = False) -> Renderer:
    """The renderer of such a course."""
    files = course_files(language, logo)
    return Renderer(load(files), files, "0123456789abcdef")


def letter(course: Course, name: str) -> Letter:
    """The email of a lesson's slug, or a notice by its name, on the track that has both lessons."""
    if name in NOTICES:
        return Letter("field", None, name)
    return Letter("field", next(one for one in course.all_lessons if one.slug == name))


@cache
def email(language: str, name: str, logo: bool = False) -> Email:
    """An email as the sample reader gets it."""
    return sent(room(language, logo), letter(room(language).course, name))


def sent(renderer: Renderer, one: Letter) -> Email:
    """A letter as the sample reader gets it."""
    course = renderer.course
    reader = Reader(reader_values(course.fields, {}), SAMPLE_LINKS, sample_schedule(course, one))
    made = renderer.render(one, reader).email
    return fill(made, tag_values(made, renderer.expressions, reader))


@cache
def parsed(language: str, name: str, logo: bool = False) -> HtmlElement:
    """The `html` element of an email."""
    return html.document_fromstring(email(language, name, logo).html)


def style_of(element: HtmlElement) -> dict[str, str]:
    """What an element's own style sets."""
    settings = (one.partition(":") for one in (element.get("style") or "").split(";") if one.strip())
    return {name.strip(): value.strip() for name, _, value in settings}
