"""What Python says of a mistake in a template, in plain words."""

from __future__ import annotations

import re
from types import FrameType, TracebackType

from jinja2 import nodes
from jinja2.parser import Parser

from course.errors import CourseError, Place

_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "Markup": "a text",
    "bool": "yes or no",
    "NoneType": "nothing",
    "list": "a list",
    "tuple": "a list",
    "dict": "a table",
}
_KIND = r"['\"]?([\w.]+)['\"]?"
_SENTENCES = (
    (re.compile(rf"{_KIND} object is not iterable"), "{0} is nothing to go through"),
    (re.compile(rf"{_KIND} object is not callable"), "{0} is nothing to call"),
    (re.compile(rf"{_KIND} object is not subscriptable"), "{0} has no parts"),
    (re.compile(rf"object of type {_KIND} has no len\(\)"), "{0} has no length"),
    (re.compile(rf"unsupported operand type\(s\) for (\S+)(?: or pow\(\))?: {_KIND} and {_KIND}"),
     "`{0}` does not go with {1} and {2}"),
    (re.compile(rf"['\"](\S+?)['\"]? not supported between instances of {_KIND} and {_KIND}"),
     "`{0}` cannot compare {1} with {2}"),
    (re.compile(rf"can only concatenate {_KIND} \(not {_KIND}\) to \w+"), "`+` does not go with {0} and {1}"),
    (re.compile(r"(?:integer |float |decimal )*(?:division|modulo)(?: or modulo)?(?: by zero)?"),
     "something is divided by nothing"),
)  # fmt: skip
_FEW_FRAMES = 40
_WHOLE = {"root", "top-level template code"}  # as Jinja calls it, before and after it has rewritten a traceback


def in_words(error: Exception) -> str:
    """What an error says, for somebody who writes templates and no Python; as it stands where nothing better is known.

    >>> in_words(TypeError("'int' object is not iterable"))
    'a whole number is nothing to go through'
    """
    for pattern, sentence in _SENTENCES:
        if found := pattern.fullmatch(str(error)):
            return sentence.format(*(_KINDS.get(part, part) for part in found.groups()))
    return str(error) or "it is not known why"


def endless(error: Exception, place: Place) -> CourseError:
    """What is said where Python has gone too deep: templates that call each other, or one that is nested too deeply.

    `place` is that of the innermost template, or else of what was read.
    """
    frames = _frames(error.__traceback__)
    called = [frame.f_code for frame in frames if {"__jinja_template__", "__jinja_exception__"} & {*frame.f_globals}]
    if len(called) < _FEW_FRAMES:
        return CourseError(
            "Something here is nested too deeply.",
            fix="Put fewer brackets, conditions or loops into each other.",
            place=_read_at(error.__traceback__, place),
            rule="template",
        )
    if {code.co_name for code in called[-_FEW_FRAMES:]} & _WHOLE:
        message, fix = "The template never ends.", "Look for templates that include each other."
    else:
        message, fix = "Something here calls itself without end.", "Have it do so only under a condition that ends."
    return CourseError(message, fix=fix, place=place, rule="template")


def _read_at(traceback: TracebackType | None, place: Place) -> Place:
    """Where in a template's text its reader was."""
    file, line = place.file, place.line
    for frame in _frames(traceback):
        values = frame.f_locals
        file = values["filename"] if frame.f_code.co_name == "code" and "filename" in values else file
        reader, node = values.get("self"), values.get("node")
        if isinstance(reader, Parser):
            line = reader.stream.current.lineno
        elif isinstance(node, nodes.Node) and getattr(node, "lineno", None):
            line = node.lineno
    return Place(file, line)


def _frames(traceback: TracebackType | None) -> list[FrameType]:
    frames = []
    while traceback is not None:
        frames.append(traceback.tb_frame)
        traceback = traceback.tb_next
    return frames
