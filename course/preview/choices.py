"""What an author has chosen to look at, as the address of the page says it: every state of the page is an address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlencode

from course.personas import PERSONAS
from course.render import NOTICES

NOTICE_KEYS = {f"@{notice}": notice for notice in NOTICES}
"""What stands where a lesson's slug does for an email without a lesson: no slug begins with that sign."""

CONFIRMATION = next(iter(NOTICE_KEYS))
"""That of the email that asks to confirm."""

VALUE = "value."
"""What the names of a subscriber's edited values begin with."""

_LONGEST = 1_000
_MOST_VALUES = 100
_IS_OFF = "off"
E = TypeVar("E", bound=StrEnum)


class Mode(StrEnum):
    """In which colours an email is shown."""

    LIGHT = "light"
    DARK = "dark"
    INVERTED = "inverted"


class View(StrEnum):
    """In which form an email is shown."""

    EMAIL = "email"
    TEXT = "text"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Choices:
    """Which email for whom, when and how. An empty `lesson`, `track` or `zone` means the course's first, or own.

    `lesson` is a slug or one of `NOTICE_KEYS`. `values` are what the author wrote in place of the persona's, by field.
    """

    start: date
    lesson: str = ""
    track: str = ""
    persona: str = PERSONAS[0].key
    values: tuple[tuple[str, str], ...] = ()
    mode: Mode = Mode.LIGHT
    images: bool = True
    view: View = View.EMAIL
    zone: str = ""

    def but(self, **changes: Any) -> Choices:
        """The same with some changes."""
        return replace(self, **changes)

    def query(self, today: date) -> str:
        """The query of an address that says this, with what is usual left out."""
        usual = Choices(today)
        said = {
            "lesson": self.lesson,
            "track": self.track,
            "persona": "" if self.persona == usual.persona else self.persona,
            **{f"{VALUE}{name}": value for name, value in self.values},
            "mode": "" if self.mode is usual.mode else self.mode,
            "images": "" if self.images else _IS_OFF,
            "view": "" if self.view is usual.view else self.view,
            "start": "" if self.start == today else self.start.isoformat(),
            "zone": self.zone,
        }
        return urlencode({name: value for name, value in said.items() if value or name.startswith(VALUE)})


def choices_in(query: Iterable[tuple[str, str]], today: date) -> Choices:
    """The choices that an address's query makes; what it gets wrong is as if it were not there.

    A form that switches to another persona still holds the values of the one before, whose key it gives as `was`: such
    values are left out.
    """
    given = {name: value[:_LONGEST] for name, value in query}
    known = {persona.key for persona in PERSONAS}
    persona = given["persona"] if given.get("persona") in known else PERSONAS[0].key
    values = {name.removeprefix(VALUE): value for name, value in given.items() if name.startswith(VALUE)}
    if given.get("was", persona) != persona:
        values = {}
    return Choices(
        start=_day(given.get("start", "")) or today,
        lesson=given.get("lesson", ""),
        track=given.get("track", ""),
        persona=persona,
        values=tuple(sorted(values.items())[:_MOST_VALUES]),
        mode=_one_of(Mode, given.get("mode"), Mode.LIGHT),
        images=given.get("images") != _IS_OFF,
        view=_one_of(View, given.get("view"), View.EMAIL),
        zone=given.get("zone", "").strip(),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _one_of(kind: type[E], text: str | None, usual: E) -> E:
    return kind(text) if text in {one.value for one in kind} else usual
