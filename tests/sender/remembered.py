"""What many tests make anew of the same course: its emails, which are rendered once in each process that runs tests."""

from __future__ import annotations

from typing import Final

from course.folder import Files
from course.model import Course
from course.personal.readers import Reader
from course.render import Letter, Renderer, Variant

_MOST: Final = 200
_renderers: dict[tuple[str, frozenset[tuple[str, bytes]]], _Remembering] = {}


def remembered(course: Course, files: Files, salt: str) -> Renderer:
    """The renderer of an edition: the same for all editions of one salt that hold the same files."""
    if len(_renderers) > _MOST:
        _renderers.clear()
    key = (salt, frozenset(files.items()))
    if key not in _renderers:
        _renderers[key] = _Remembering(course, files, salt)
    return _renderers[key]


class _Remembering(Renderer):
    """A renderer that renders an email once for each reader. What fails is tried again."""

    def __init__(self, course: Course, files: Files, salt: str) -> None:
        super().__init__(course, files, salt)
        self._variants: dict[tuple[str, ...], Variant] = {}

    def _variant(self, letter: Letter, reader: Reader) -> Variant:
        key = (letter.track, letter.template, "" if letter.lesson is None else letter.lesson.slug, repr(reader))
        if key not in self._variants:
            self._variants[key] = super()._variant(letter, reader)
        return self._variants[key]
