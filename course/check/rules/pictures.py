"""The rules for pictures: each is there, shows in mail programs, is not too large, and has words in its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from course.check.rule import THEME, Checked, Fault, fault_of
from course.check.shown_text import shown_text
from course.errors import CourseError, Place
from course.pictures import SVG, Picture, Shown, pictures_in

LARGEST_BYTES, WIDEST = 1_000_000, 2_000
"""From what size on a picture is slow to come on a telephone: bytes, and pixels across (three times a usual email)."""

_SPACED = re.compile(r"!\[[^\]]*\]\([^()<>\s]+(?:[ \t]+[^()<>\s]+)+\)")
_SHOWN_EVERYWHERE = frozenset({"image/png", "image/jpeg", "image/gif"})
# https://www.caniemail.com/features/image-svg/ and /image-webp/: Gmail and Outlook show no SVG, and Outlook for Windows
# no WebP either.
_NAMES = {SVG: "an SVG", "image/webp": "a WebP"}


def missing_pictures(checked: Checked) -> Iterator[Fault]:
    """`missing-picture`, `unreachable-picture`: one that would be broken in every email.

    Rendering finds the same, but only the first in each email.
    """
    for shown in _shown(checked):
        try:
            _picture(checked, shown)
        except CourseError as error:
            yield fault_of(CourseError(error.message, fix=error.fix, place=shown.place, rule=error.rule))


def pictures_as_text(checked: Checked) -> Iterator[Fault]:
    """`unreachable-picture`: a picture whose address holds a space, which Markdown shows as the words that it is."""
    for lesson in checked.course.all_lessons:
        for line, text in shown_text(lesson.body):
            for found in _SPACED.finditer(text):
                message = f"`{found[0]}` shows no picture, because of the space in its address."
                fix = "Write the space as %20, or put the address in <…>."
                place = Place(lesson.place.file, lesson.body_line + line)
                yield fault_of(CourseError(message, fix=fix, place=place, rule="unreachable-picture"))


def pictures_without_alt(checked: Checked) -> Iterator[Fault]:
    """`picture-without-alt`: a picture without words in its place, for whoever does not see it."""
    for shown in _shown(checked):
        if not shown.alt:
            yield _warning(
                "picture-without-alt",
                shown.place,
                "The picture has no words for whoever does not see it: many programs show pictures only when asked.",
                "Say in the square brackets what it shows: ![A desk by a window](…).",
            )


def too_large_pictures(checked: Checked) -> Iterator[Fault]:
    """`picture-too-large`: a picture of the course that is slow to come, or wider than any screen shows it."""
    for shown, picture in _found(checked):
        if len(picture.content) > LARGEST_BYTES or picture.width > WIDEST:
            size = f"{len(picture.content) / 1_000_000:.1f} MB and {picture.width:,} pixels wide"
            yield _warning(
                "picture-too-large",
                shown.place,
                f"The picture {picture.path} is large: {size}.",
                f"Save it at most {WIDEST:,} pixels wide and {LARGEST_BYTES // 1_000_000} MB large.",
            )


def unusual_pictures(checked: Checked) -> Iterator[Fault]:
    """`picture-format`: a picture of the course in a format that many mail programs do not show."""
    for shown, picture in _found(checked):
        if picture.media_type not in _SHOWN_EVERYWHERE:
            yield _warning(
                "picture-format",
                shown.place,
                f"The picture {picture.path} is {_NAMES[picture.media_type]}, which many mail programs do not show.",
                "Save it as PNG, JPEG or GIF.",
            )


def unused_pictures(checked: Checked) -> Iterator[Fault]:
    """`unused-picture`: a picture in assets/ that no lesson shows, although it is published with the course.

    Nothing is said while an address leads nowhere, or where Jinja computes one: it may be meant for any picture.
    """
    shown = list(_shown(checked))
    try:
        used = {picture.path for one in shown if (picture := _picture(checked, one))}
    except CourseError:
        return
    if any(one.computed for one in shown):
        return
    for picture in checked.renderer.pictures.all():
        if picture.path not in used and not _named_in_theme(checked, picture):
            message = "No lesson shows this picture."
            yield _warning("unused-picture", Place(picture.path), message, "Show it, or take it away.")


def _named_in_theme(checked: Checked, picture: Picture) -> bool:
    """Whether a template of the course, which a lesson may include, mentions the picture's file."""
    name = PurePosixPath(picture.path).name.encode()
    return any(name in content for path, content in checked.files.items() if path.startswith(THEME))


def _shown(checked: Checked) -> Iterator[Shown]:
    return (shown for lesson in checked.course.all_lessons for shown in pictures_in(lesson))


def _picture(checked: Checked, shown: Shown) -> Picture | None:
    """The course's own picture. Raises CourseError where there is none, as there should be."""
    return None if shown.computed else checked.renderer.pictures.find(shown.address, shown.place.file)


def _found(checked: Checked) -> Iterator[tuple[Shown, Picture]]:
    """What lessons show of the course's own pictures; what is missing is another rule's finding."""
    for shown in _shown(checked):
        try:
            picture = _picture(checked, shown)
        except CourseError:
            continue
        if picture is not None:
            yield shown, picture


def _warning(rule: str, place: Place, message: str, fix: str) -> Fault:
    return fault_of(CourseError(message, fix=fix, place=place, rule=rule))
