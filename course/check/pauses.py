"""The stretches of time in which a cadence sends nobody anything, because it skips their dates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time

from course.cadence import ONE_DAY, Cadence, NoSlotError, first_slot, local_moment


@dataclass(frozen=True, slots=True)
class Pause:
    """Local dates from the first that is skipped to the next on which a lesson goes out.

    `before` is the last date before it on which one may go out. `after` is None where none does in the two years that a
    slot is looked for.
    """

    before: date
    first: date
    after: date | None


def pauses(cadence: Cadence) -> Iterator[Pause]:
    """Every stretch, in order, for whoever lives in the cadence's zone. What day it is today makes no difference."""
    over = date.min
    for first in sorted(day for day in cadence.skip if day.weekday() in cadence.days):
        if first < over:
            continue
        pause = Pause(_last_before(cadence, first), first, _next_on(cadence, first))
        yield pause
        if pause.after is None:
            return  # whoever comes so far gets no further
        over = pause.after


def _last_before(cadence: Cadence, day: date) -> date:
    while day > date.min:
        day -= ONE_DAY
        if day.weekday() in cadence.days and day not in cadence.skip:
            break
    return day


def _next_on(cadence: Cadence, day: date) -> date | None:
    try:
        return first_slot(cadence, cadence.zone, local_moment(day, time.min, cadence.zone)).on
    except NoSlotError:
        return None
