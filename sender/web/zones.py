"""The time zones that a form offers, in groups that people find theirs in; `zones.html` writes them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from zoneinfo import available_timezones

from course.cadence import NOT_PLACES

_AREAS = (
    "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Zone:
    """A time zone: its IANA name, and the words to find it by: "Buenos Aires (Argentina)"."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Area:
    """The zones of a part of the world, by their labels. `name` is its IANA name, empty for what lies in none."""

    name: str
    zones: tuple[Zone, ...]


@cache
def areas() -> tuple[Area, ...]:
    """Every zone that `course.cadence.is_zone` takes, old aliases too: a browser may know its own by one of them."""
    found: dict[str, list[Zone]] = {area: [] for area in (*_AREAS, "")}
    for name in available_timezones() - NOT_PLACES:
        area, _, place = name.partition("/")
        if area in _AREAS:
            found[area].append(Zone(name, _label(place)))
        else:
            found[""].append(Zone(name, name.replace("_", " ")))
    return tuple(Area(area, tuple(sorted(zones, key=lambda one: one.label))) for area, zones in found.items())


def _label(place: str) -> str:
    *region, city = place.replace("_", " ").split("/")
    return f"{city} ({', '.join(region)})" if region else city
