"""What an archive lists: the lessons of a course by track and week, in the order in which they arrive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from course.model import Course, Lesson, Track
from course.weeks import weeks_of


@dataclass(frozen=True, slots=True)
class Entry:
    """A lesson on a track: the track's week in which it arrives, if that can be told, and which it is of how many.

    `also_in` are the other tracks that chose it, which is to say that they do not take every lesson there is.
    """

    lesson: Lesson
    track: Track
    week: int | None
    number: int
    total: int
    also_in: tuple[Track, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A track with the lessons that it takes, of which there is at least one."""

    track: Track
    entries: tuple[Entry, ...]

    @property
    def weeks(self) -> tuple[tuple[int | None, tuple[Entry, ...]], ...]:
        """The lessons of each week that has any."""
        return tuple((week, tuple(entries)) for week, entries in groupby(self.entries, lambda entry: entry.week))

    @property
    def last_week(self) -> int | None:
        """The week in which the track ends."""
        return self.entries[-1].week


def all_tracks(course: Course) -> tuple[Chapter, ...]:
    """Every track that takes a lesson."""
    chapters = (Chapter(track, tuple(_entries(course, track))) for track in course.tracks)
    return tuple(chapter for chapter in chapters if chapter.entries)


def chapters(course: Course) -> tuple[Chapter, ...]:
    """What the list consists of: the first track that takes all lessons or, where none does, every track."""
    tracks = all_tracks(course)
    whole = next((one for one in tracks if len(one.entries) == len(course.lessons)), None)
    return tracks if whole is None else (whole,)


def in_order(course: Course) -> tuple[Entry, ...]:
    """Every numbered lesson once, where it first stands in the list."""
    found: dict[str, Entry] = {}
    for chapter in chapters(course):
        for entry in chapter.entries:
            found.setdefault(entry.lesson.slug, entry)
    return tuple(found.values())


def _entries(course: Course, track: Track) -> Iterator[Entry]:
    lessons = course.lessons_of(track.slug)
    partial = [one for one in course.tracks if one != track and len(course.lessons_of(one.slug)) < len(course.lessons)]
    for number, (lesson, week) in enumerate(zip(lessons, weeks_of(course, lessons), strict=True), start=1):
        also_in = tuple(one for one in partial if lesson in course.lessons_of(one.slug))
        yield Entry(lesson, track, week, number, len(lessons), also_in)
