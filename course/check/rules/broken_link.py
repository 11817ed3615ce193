"""The rule `broken-link`: every link of a lesson leads somewhere from within an email."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from difflib import get_close_matches
from urllib.parse import unquote

from course.check.linked import Linked, links_in
from course.check.report import Severity
from course.check.rule import Checked, Fault, Rule
from course.check.shown_text import shown_text
from course.errors import Place
from course.model import Lesson
from course.personal.placeholders import ALLOWED_SCHEMES
from course.pictures import ASSETS

_COMPUTED = re.compile(r"%7B(?:%7B|%25)", re.IGNORECASE)
_SCHEME = re.compile(r"([a-z][a-z0-9+-]*):", re.IGNORECASE)
_HOST = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?", re.IGNORECASE)
_FILES = frozenset(
    {"md", "html", "htm", "pdf", "txt", "png", "jpg", "jpeg", "gif", "svg", "webp", "zip", "docx", "csv"}
)
_SPACED = re.compile(r"(?<!!)\[[^\[\]]+\]\([^()<>\s]+(?:[ \t]+[^()<>\s]+)+\)")
_UNDEFINED = re.compile(r"(?<!!)\[([^\[\]@]+)\]\[([^\[\]@]*)\]")

_Said = tuple[str, str]
"""What is wrong, and what to do."""


def broken_links(checked: Checked) -> Iterator[Fault]:
    """A link to another file of the course, to a heading, to nothing; or one that is none to Markdown.

    An email keeps the words of such a link, and drops the link.
    """
    for lesson in checked.course.all_lessons:
        for place, (message, fix) in (*_leading_nowhere(checked, lesson), *_shown_as_text(lesson)):
            yield Fault(message, fix, place)


def _leading_nowhere(checked: Checked, lesson: Lesson) -> Iterator[tuple[Place, _Said]]:
    for one in links_in(lesson):
        said = _wrong_with(checked, one)
        if said is not None:
            yield one.place, said


def _wrong_with(checked: Checked, link: Linked) -> _Said | None:
    address = link.address
    shown = unquote(address)
    scheme = _SCHEME.match(address)
    if not address:
        return "This link has no address.", "Write one in the round brackets, or take the square ones away."
    if _COMPUTED.match(address):
        return None  # what Jinja makes of it is looked at when it is rendered
    if address.startswith("#"):
        message = f"`{shown}` leads to a part of this text, which few mail programs do."
        return message, "Say in words where it stands, such as “in the exercise below”."
    if scheme and not _HOST.match(address):
        return _wrong_with_scheme(shown, scheme[1].lower(), address)
    if address.startswith("//") or _is_host(checked, link):
        return f"`{shown}` has no https:// in front.", f"Write https://{shown.lstrip('/')}."
    return _wrong_with_path(checked, link)


def _wrong_with_scheme(shown: str, scheme: str, address: str) -> _Said | None:
    if scheme not in ALLOWED_SCHEMES:
        message = f"`{shown}` is no address that an email links to."
        return (
            message,
            f"Emails link to {', '.join(sorted(ALLOWED_SCHEMES))}: write one of these, or leave words alone.",
        )
    rest = address[len(scheme) + 1 :]
    if scheme.startswith("http") or rest:
        return None  # that a site is named is looked at as each reader gets it, by another rule
    return f"`{shown}` is only the beginning of an address.", "Write the whole of it."


def _is_host(checked: Checked, link: Linked) -> bool:
    """Whether an address begins with the name of a site rather than that of a file."""
    first, slash, _ = link.address.partition("/")
    if not _HOST.fullmatch(first) or any(path in checked.files for path in _paths(link)):
        return False
    return bool(slash) or first.startswith("www.") or first.rpartition(".")[2].lower() not in _FILES


def _wrong_with_path(checked: Checked, link: Linked) -> _Said:
    shown, paths = unquote(link.address), _paths(link)
    lessons = {lesson.place.file: lesson for lesson in checked.course.all_lessons}
    named = next((path for path in paths if path in checked.files), paths[0])
    if named in lessons:
        message = f"`{shown}` leads to a lesson's file, which readers do not have."
        return message, f"Name it in words: “{lessons[named].title}”. Or link to the page that it has on the web."
    if named.startswith("sources/") and named in checked.files:
        message = f"`{shown}` leads to a source note, which readers do not have."
        return message, f"Cite a passage of it: [@{posixpath.basename(named).removesuffix('.md')}#passage]."
    if named in checked.files:
        picture = "A picture is shown with `!` in front. " if named.startswith(ASSETS) else ""
        message = f"`{shown}` leads to a file of the course, which readers do not have."
        return message, f"{picture}Put it on the web, and link to its https:// address."
    near = get_close_matches(named, lessons, n=1)
    meant = ""
    if near and near[0] != link.place.file:  # hardly a lesson links to itself
        meant = f"Did you mean {near[0]}? Readers do not have that either: name the lesson in words."
    message = f"`{shown}` leads nowhere: an email has no files around it."
    return message, meant or "Write a whole address, with https:// in front, or leave the words alone."


def _paths(link: Linked) -> list[str]:
    """What a relative address may mean: as seen from the lesson's file, and from the course's folder."""
    path = unquote(re.split("[?#]", link.address)[0])
    seen = posixpath.normpath(posixpath.join(posixpath.dirname(link.place.file), path))
    return [seen, posixpath.normpath(path).lstrip("/")]


def _shown_as_text(lesson: Lesson) -> Iterator[tuple[Place, _Said]]:
    """What was meant to be a link, and stands in the email as it is written."""
    for line, text in shown_text(lesson.body):
        place = Place(lesson.place.file, lesson.body_line + line)
        for found in _SPACED.finditer(text):
            message = f"`{found[0]}` is no link, because of the space in its address."
            yield place, (message, "Write the space as %20, or put the address in <…>.")
        for found in _UNDEFINED.finditer(text):
            name = found[2] or found[1]
            message = f"`{found[0]}` is no link: nothing says where `{name}` leads."
            yield place, (message, f"Add a line `[{name}]: https://…`, or put the address in round brackets.")


RULE = Rule(
    "broken-link",
    Severity.ERROR,
    "An email is read by itself, with no files around it: of such a link readers get the words, and nothing to follow.",
    in_course=broken_links,
)
