"""When the next lesson falls due: pure rules over dates, local times and IANA time zones.

A cadence names weekdays and a local time of day; a slot is one moment it allows. Four decisions hold everywhere:

- A local time that a clock change skips moves forward to the first that exists; one that occurs twice is the first.
- A local date that does not exist at all (30 December 2011 in Apia) has no slot.
- A slot belongs to the local date on which it arrives, so it can be told from its moment and a zone alone. That is the
  cadence's own date, but where the clocks skip the end of a day (23:30 in Nuuk on 30 March 2024 arrives on the 31st).
- No two slots of one enrolment share a local date, and nothing goes out on a date in `skip`, nor late on its behalf.

Every moment that comes in is aware; every moment that goes out is UTC.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

ONE_DAY = timedelta(days=1)
SEARCH = timedelta(days=731)
"""How far ahead a slot is looked for: two years, leap day included. A longer gap is a mistake in the course."""

NOT_PLACES = frozenset({"Factory", "localtime", "posixrules"})
"""Files that lie among the zones, but mean "nothing set" or whatever the machine is set to."""

DURATION = re.compile(r"(?:([0-9]{1,5})w)?(?:([0-9]{1,5})d)?(?:([0-9]{1,5})h)?(?:([0-9]{1,5})m)?")


class NoSlotError(ValueError):
    """The cadence allows no slot within two years, or only beyond the calendar's end; the message is for the author."""


def _weekdays(days: Sequence[int]) -> tuple[int, ...]:
    """Weekdays (0 = Monday) in order and each once. ValueError where there is none or one is not 0 to 6."""
    if not days or not all(0 <= day <= 6 for day in days):
        raise ValueError("A cadence needs at least one weekday, each from 0 (Monday) to 6 (Sunday).")
    return tuple(sorted(set(days)))


def _time_of_day(at: time) -> time:
    """A local time of day that may stand in a cadence. ValueError where it carries a zone of its own."""
    if at.tzinfo is not None:
        raise ValueError("A cadence's time of day is local: it has no zone of its own.")
    return at.replace(fold=0)


@dataclass(frozen=True, slots=True)
class Cadence:
    """The rule for when lessons go out.

    `days` are weekdays, 0 = Monday, kept sorted; `at` is the local time of day, naive; `zone` is the IANA name for
    whoever has none of their own; on the local dates in `skip` nothing goes out; a slot missed by more than `grace`
    is not made up for. ValueError where one of them cannot be; whether `zone` exists is for `is_zone` to say.
    """

    days: tuple[int, ...]
    at: time
    zone: str
    skip: frozenset[date] = frozenset()
    grace: timedelta = timedelta(hours=6)

    def __post_init__(self) -> None:
        object.__setattr__(self, "days", _weekdays(self.days))
        object.__setattr__(self, "at", _time_of_day(self.at))
        if self.grace < timedelta(0):
            raise ValueError("A cadence's grace is never negative.")


@dataclass(frozen=True, slots=True)
class Overrides:
    """What an enrolment has chosen for itself; None means as the course says. ValueError as for `Cadence`."""

    days: tuple[int, ...] | None = None
    at: time | None = None

    def __post_init__(self) -> None:
        if self.days is not None:
            object.__setattr__(self, "days", _weekdays(self.days))
        if self.at is not None:
            object.__setattr__(self, "at", _time_of_day(self.at))


@dataclass(frozen=True, slots=True)
class Slot:
    """One moment that a cadence allows: `at` is aware, in UTC; `on` is the local date on which it arrives."""

    at: datetime
    on: date


def merged(cadence: Cadence, overrides: Overrides) -> Cadence:
    """The cadence as an enrolment has it."""
    if overrides.days is None and overrides.at is None:
        return cadence
    days = cadence.days if overrides.days is None else overrides.days
    at = cadence.at if overrides.at is None else overrides.at
    return replace(cadence, days=days, at=at)


def local_moment(on: date, at: time, zone: str) -> datetime:
    """The UTC moment of a local date and time: the first at which the clocks there show it, or are past it.

    So a time that occurs twice is the first, and a skipped one moves forward to the first that exists. ValueError
    where there is no such zone, or the moment lies outside the calendar.

    >>> local_moment(date(2024, 3, 31), time(2, 30), "Europe/Berlin").isoformat()  # the clocks go from 2:00 to 3:00
    '2024-03-31T01:00:00+00:00'
    """
    with _within_the_calendar():
        return _moment(on, at, _zone(zone))


def slot_of(moment: datetime, zone: str) -> Slot:
    """An aware moment as a slot in a zone: how a stored `slot_at`, or "send me the next one now", becomes one."""
    with _within_the_calendar():
        at = _utc(moment)
        return Slot(at, at.astimezone(_zone(zone)).date())


def first_slot(cadence: Cadence, zone: str, not_before: datetime) -> Slot:
    """The first slot at or after an aware moment, in a subscriber's zone.

    `NoSlotError` where there is none within two years; ValueError where there is no such zone.
    """
    with _within_the_calendar():
        return _search(cadence, _zone(zone), date.min, _utc(not_before))


def next_slot(
    cadence: Cadence, zone: str, last: Slot, *, wait: timedelta | None = None, not_before: datetime | None = None
) -> Slot:
    """The first slot that may follow `last`, in the zone where the subscriber now is.

    It is on a later local date than `last`, both as that was sent and as its moment reads in the present zone, and it
    is later in time: so changing zone or hour never repeats a date and never goes back.

    It is at least `wait` after `last`. Whole days count on the calendar (three days after a Tuesday is a Friday,
    whatever the clocks do and whatever the hour); the rest of `wait` is hours that pass. 24 hours are a whole day.

    It is not before `not_before` (an aware moment): after downtime, or a pause, that is now.

    `NoSlotError` where there is none within two years of all that; ValueError where there is no such zone.
    """
    with _within_the_calendar():
        tz = _zone(zone)
        at = _utc(last.at)
        seen = at.astimezone(tz)
        day = max(last.on, seen.date())
        floor = at + timedelta.resolution
        if wait is None:
            day += ONE_DAY
        else:
            whole, rest = timedelta(wait.days), wait - timedelta(wait.days)
            day += max(whole, ONE_DAY)
            if rest:
                start = _moment(seen.date() + whole, seen.time(), tz) if whole else at
                floor = max(floor, start + rest)
        if not_before is not None:
            floor = max(floor, _utc(not_before))
        return _search(cadence, tz, day, floor)


def is_too_late(cadence: Cadence, slot_at: datetime, now: datetime) -> bool:
    """Whether more than the cadence's grace has passed since a slot, so that its lesson waits for the next one."""
    return _utc(now) - _utc(slot_at) > cadence.grace


def timetable(cadence: Cadence, zone: str, start: date, waits: Sequence[timedelta | None]) -> list[Slot]:
    """One slot a lesson for somebody who starts on a local date, where each lesson has its `wait` in `waits`.

    The first lesson goes at the first slot on or after `start`: its own wait is not counted, since nothing went
    before it. Errors as for `next_slot`.
    """
    slots: list[Slot] = []
    for wait in waits:
        if slots:
            slots.append(next_slot(cadence, zone, slots[-1], wait=wait))
        else:
            slots.append(first_slot(cadence, zone, local_moment(start, time.min, zone)))
    return slots


def parse_duration(text: str) -> timedelta:
    """A length of time as an author writes it: weeks, days, hours and minutes, in that order, each at most once.

    ValueError, with a sentence for the author, for anything else; never negative.

    >>> parse_duration("1d12h")
    datetime.timedelta(days=1, seconds=43200)
    """
    match = DURATION.fullmatch(text)
    if not text or match is None:
        shown = text if len(text) <= 40 else text[:40] + "…"
        raise ValueError(f"{shown!r} is not a length of time. Write it as in '3d', '6h', '90m', '1w' or '1d12h'.")
    weeks, days, hours, minutes = (int(part or 0) for part in match.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)


def is_zone(name: str) -> bool:
    """Whether a name is an IANA time zone known here, exactly as the tz database spells it; old aliases count.

    Safe for any text: it is looked up in a list, never opened as a path. The first call reads that list from the
    disk (some 30 ms); a zone added to the system later is seen after a restart.
    """
    return name in _zone_names()


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones() - NOT_PLACES)


# zoneinfo holds on to the eight latest zones only, then reads their files again; only names that exist are kept here.
@cache
def _zone(name: str) -> ZoneInfo:
    if not is_zone(name):
        shown = name if len(name) <= 40 else name[:40] + "…"
        raise ValueError(f"There is no time zone {shown!r}. Write its IANA name, such as 'Europe/Berlin'.")
    return ZoneInfo(name)


def _utc(moment: datetime) -> datetime:
    # A naive moment would be read in the machine's own zone, and two moments in one zone subtract by the clock's hands.
    if moment.tzinfo is None:
        raise ValueError("A moment needs a time zone: without one it could be any of a day's.")
    return moment.astimezone(UTC)


@contextmanager
def _within_the_calendar() -> Iterator[None]:
    try:
        yield
    except OverflowError as error:
        raise NoSlotError("That date lies outside the calendar, which has the years 1 to 9999.") from error


def _moment(on: date, at: time, tz: ZoneInfo) -> datetime:
    local = datetime.combine(on, at, tz).replace(fold=0)
    moment = local.astimezone(UTC)
    if moment.astimezone(tz) == local:
        return moment
    # The clocks skip it. Read with the offset from after the change (fold 1) it lies before the change, and with the
    # one from before it (fold 0) after (PEP 495): the change is the first second between at which they are past it.
    early = local.replace(fold=1).astimezone(UTC).replace(microsecond=0)
    seconds = range(int((moment - early).total_seconds()) + 1)
    past = bisect_left(seconds, True, key=lambda second: (early + timedelta(seconds=second)).astimezone(tz) >= local)
    return early + timedelta(seconds=past)


def _search(cadence: Cadence, tz: ZoneInfo, first_day: date, floor: datetime) -> Slot:
    """The first slot that arrives on `first_day` or later and at `floor` (UTC) or later."""
    start = max(first_day, floor.astimezone(tz).date())
    # From the day before, since the slot of a day whose end is skipped arrives on the next.
    day, end = start - ONE_DAY, start + SEARCH
    while day <= end:
        if day.weekday() in cadence.days and day not in cadence.skip:
            slot = _slot_on(day, cadence, tz)
            if slot is not None and slot.at >= floor and slot.on >= first_day and slot.on not in cadence.skip:
                return slot
        day += ONE_DAY
    raise NoSlotError(
        f"No lesson could go out in the two years from {start}: every day that the cadence allows is one that it skips."
    )


def _slot_on(day: date, cadence: Cadence, tz: ZoneInfo) -> Slot | None:
    at = _moment(day, cadence.at, tz)
    on = at.astimezone(tz).date()
    if on != day and _moment(day, time.min, tz).astimezone(tz).date() != day:
        return None
    return Slot(at, on)
