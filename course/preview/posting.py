"""How the preview sends a test: a function that whoever starts the preview hands in, since a course sends nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from course.model import Course
from course.personal.placeholders import Email


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of a test to one address; `error` is a sentence where it was not sent, and empty where it was."""

    address: str
    error: str = ""


Post = Callable[[Course, str, Email, Sequence[str]], Sequence[Posted]]
"""Sends a test: the course, a label such as the lesson's slug, the email, filled, and the addresses.

Gives one answer an address, in their order. It runs in a thread of its own, and may take its time.
"""
