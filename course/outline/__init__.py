"""Source notes → drafts of lessons: what no lesson cites yet, grouped, spread over weeks and written down."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from pathlib import Path

from course.cadence import Cadence
from course.errors import CourseError
from course.folder import Files, load, read_files
from course.folder.course_file import FILE
from course.model import Course
from course.outline.days import DAY_NAMES, more_days, with_days
from course.outline.drafts import Draft, drafts
from course.outline.grouping import Groupings
from course.outline.passages import uncited
from course.outline.spreading import MOST_PER_WEEK, MOST_WEEKS, Calendar, filled, spread
from course.outline.writing import write_drafts

__all__ = ["MOST_PER_WEEK", "MOST_WEEKS", "Draft", "Outline", "outline", "planned"]


@dataclass(frozen=True, slots=True)
class Outline:
    """Drafts, in order; the names of the days that the cadence needs besides its own; and `course.toml` with them."""

    drafts: tuple[Draft, ...] = ()
    added_days: tuple[str, ...] = ()
    course_file: bytes | None = None

    def as_data(self) -> dict[str, object]:
        """The outline as `outline --format json` prints it."""
        return {"drafts": [draft.as_data() for draft in self.drafts], "added_days": list(self.added_days)}

    def as_text(self) -> str:
        """A table of the drafts for a person, and whether `course.toml` was changed."""
        if not self.drafts:
            return "Nothing to outline: the lessons cite every passage of the sources."
        head = ("number", "week", "lesson", "minutes", "passages")
        rows = [head, *(_row(draft) for draft in self.drafts)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
        lines = (
            "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
        )
        count = "1 draft" if len(self.drafts) == 1 else f"{len(self.drafts)} drafts"
        parts = [f"Wrote {count} to lessons/.\n", *lines]
        if self.added_days:
            parts.append(f"\nAdded {' and '.join(self.added_days)} to the cadence's days in {FILE}.")
        return "\n".join(parts)


def outline(folder: Path, *, weeks: int | None = None, per_week: int | None = None) -> Outline:
    """Write drafts of lessons, for what the course in `folder` does not cite yet, into it, and say what they are.

    There are none where everything is cited. `weeks` is how long the whole course shall last, by default as long as the
    lessons need; `per_week` how many come in each, by default one on each day of the cadence. Raises CourseError,
    having written nothing, where a file cannot be read, there are no sources, or the lessons do not fit.
    """
    files = read_files(folder)
    found = planned(files, weeks=weeks, per_week=per_week)
    if found is None:
        message = f"The course in {folder} has no sources to make lessons from."
        raise CourseError(message, fix=f"Run `dripcourse import FILE --course {shlex.quote(str(folder))}` first.")
    changed = None if found.course_file is None else (files[FILE], found.course_file)
    if found.drafts:
        write_drafts(folder, {draft.file: draft.text.encode() for draft in found.drafts}, changed)
    return found


def planned(files: Files, *, weeks: int | None = None, per_week: int | None = None) -> Outline | None:
    """What `outline` would write for the course that `files` describe; None where its sources hold no passage.

    The same files give the same bytes. Raises CourseError.
    """
    course = load(files, unfinished=True)
    if not any(source.passages for source in course.sources.values()):
        return None
    left = uncited(course)
    if not left:
        return Outline()
    days = course.cadence.days
    added = more_days(days, per_week or 0)
    course_file = with_days(files[FILE], added) if added else None
    if course_file is not None:
        course = load({**files, FILE: course_file}, unfinished=True)
    calendar = _calendar(course, course.cadence, per_week or len(days))
    groupings = Groupings(left)
    if weeks is None:
        groups = groupings.lessons(groupings.usual)
        spots = filled(calendar, len(groups))
    else:
        room = sum(calendar.room(week) for week in range(weeks))
        if groupings.fewest > room:
            raise _too_many(groupings.fewest, room, course, weeks, per_week or len(days))
        groups = groupings.lessons(room)
        spots = spread(calendar, len(groups), weeks)
    return Outline(drafts(course, files, groups, spots), tuple(DAY_NAMES[day] for day in added), course_file)


def _row(draft: Draft) -> tuple[str, ...]:
    cited = (f"{sum(one.source.slug == source for one in draft.passages)} of {source}" for source in draft.sources)
    return (str(draft.number), str(draft.week), draft.slug, f"{draft.minutes:.1f}", ", ".join(cited))


def _calendar(course: Course, cadence: Cadence, per_week: int) -> Calendar:
    return Calendar(cadence, course.lessons_of(course.tracks[0].slug), per_week)


def _too_many(fewest: int, room: int, course: Course, weeks: int, per_week: int) -> CourseError:
    """The error of more lessons than slots, with the options that would do."""
    options = []
    longer = _calendar(course, course.cadence, per_week).weeks_for(fewest)
    if longer is not None:
        options.append(f"--weeks {longer}")
    for more in range(per_week + 1, MOST_PER_WEEK + 1):
        days = (*course.cadence.days, *more_days(course.cadence.days, more))
        calendar = _calendar(course, replace(course.cadence, days=days), more)
        if sum(calendar.room(week) for week in range(weeks)) >= fewest:
            options.append(f"--per-week {more}")
            break
    there = f" after the {len(course.lessons)} that there are" if course.lessons else ""
    made = "1 lesson" if fewest == 1 else f"at least {fewest} lessons"
    asked = f"{'1 week' if weeks == 1 else f'{weeks} weeks'} of {per_week} a week"
    message = f"The sources make {made} of five minutes; {asked} have room for {room or 'none'}{there}."
    fix = f"Use {' or '.join(options)}." if options else "Make a second course of some of the sources."
    return CourseError(message, fix=fix)
