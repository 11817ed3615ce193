"""Zones, dates on which their clocks change, cadences, and a slow reference to hold slots against."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st

from course.cadence import Cadence, Slot, local_moment, slot_of

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)
EVERY_DAY = tuple(range(7))
BERLIN = "Europe/Berlin"
NOON = time(12)

# A zone and a local date near which its clocks do something that a simple rule gets wrong.
CHANGES = [
    ("Europe/Berlin", date(2024, 3, 31)),
    ("Europe/Berlin", date(2024, 10, 27)),
    ("America/New_York", date(2024, 3, 10)),
    ("America/New_York", date(2024, 11, 3)),
    ("America/St_Johns", date(2010, 3, 14)),  # at 00:01
    ("America/St_Johns", date(2010, 11, 7)),  # at 00:01, back to the day before
    ("Australia/Lord_Howe", date(2024, 4, 7)),  # half an hour
    ("Australia/Lord_Howe", date(2024, 10, 6)),
    ("Pacific/Apia", date(2011, 12, 30)),  # no such day
    ("Pacific/Kwajalein", date(1993, 8, 21)),  # no such day
    ("Pacific/Kiritimati", date(1994, 12, 31)),  # no such day
    ("Pacific/Kwajalein", date(1969, 9, 30)),  # nearly a day twice
    ("Africa/Cairo", date(2024, 4, 26)),  # no midnight
    ("Asia/Beirut", date(2024, 3, 31)),  # no midnight
    ("America/Havana", date(2024, 11, 3)),  # midnight twice
    ("America/Nuuk", date(2024, 3, 30)),  # no last hour
    ("America/Nuuk", date(2024, 10, 26)),
    ("Antarctica/Troll", date(2024, 3, 31)),  # two hours
    ("Antarctica/Troll", date(2024, 10, 27)),
    ("Africa/Casablanca", date(2024, 3, 10)),
    ("Africa/Casablanca", date(2024, 4, 14)),
    ("Europe/Dublin", date(2024, 3, 31)),
]
ZONES = sorted({zone for zone, _ in CHANGES} | {"UTC", "Asia/Kolkata", "Asia/Kathmandu", "America/Los_Angeles"})


def utc(text: str) -> datetime:
    """A moment."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(slot: Slot, zone: str) -> str:
    """A slot, as the clocks of a zone show it."""
    return slot.at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def sent(local_time: str, zone: str = BERLIN) -> Slot:
    """The slot of a lesson that went out at a local date and time."""
    wall = datetime.fromisoformat(local_time)
    return slot_of(local_moment(wall.date(), wall.time(), zone), zone)


def weekly(*days: int, at: time = time(8), zone: str = BERLIN, skip: frozenset[date] = frozenset()) -> Cadence:
    """A cadence of these weekdays, or of all."""
    return Cadence(days or EVERY_DAY, at, zone, skip)


def span(first: date, days: int) -> frozenset[date]:
    """So many dates from the first on."""
    return frozenset(first + timedelta(step) for step in range(days))


def first_minute_at_or_past(on: date, at: time, zone: str) -> datetime:
    """An independent reference: walks the minutes and looks at the clock."""
    wall = datetime.combine(on, at)
    moment = wall.replace(tzinfo=UTC) - timedelta(hours=26)
    tz = ZoneInfo(zone)
    while moment.astimezone(tz).replace(tzinfo=None) < wall:
        moment += timedelta(minutes=1)
    return moment


def exists(on: date, zone: str) -> bool:
    """Whether a zone has had that date."""
    return first_minute_at_or_past(on, time.min, zone).astimezone(ZoneInfo(zone)).date() == on


def allowed_slots(cadence: Cadence, zone: str, first: date, last: date) -> Iterator[Slot]:
    """Every slot of the dates from `first` to `last`, worked out the slow way."""
    for step in range((last - first).days + 1):
        day = first + timedelta(step)
        if day.weekday() not in cadence.days or day in cadence.skip or not exists(day, zone):
            continue
        at = first_minute_at_or_past(day, cadence.at, zone)
        on = at.astimezone(ZoneInfo(zone)).date()
        if on not in cadence.skip:
            yield Slot(at, on)


# No deadline: a busy machine is no defect.
examples = settings(deadline=None)

# Half of them where clocks change: around midnight, or between one and three.
times = st.builds(time, st.integers(0, 23) | st.sampled_from([0, 1, 2, 23]), st.integers(0, 59))
zones = st.sampled_from(ZONES)
near_changes = st.builds(
    lambda change, step: (change[0], change[1] + timedelta(step)), st.sampled_from(CHANGES), st.integers(-4, 4)
)
places = st.one_of(near_changes, st.tuples(zones, st.dates(date(1991, 1, 1), date(2037, 12, 31))))
day_choices = st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days)))
waits = st.none() | st.builds(timedelta, days=st.integers(0, 9), hours=st.sampled_from([0, 0, 1, 12, 23]))


@st.composite
def cadences(draw: st.DrawFn, around: date) -> Cadence:
    """Cadences that skip some dates near one."""
    skip = draw(st.frozensets(st.integers(-4, 12).map(lambda step: around + timedelta(step)), max_size=6))
    return Cadence(draw(day_choices), draw(times), BERLIN, skip)
