"""What comes next for one person on a course: pure, from what they have had and the edition that is live."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from course.model import Course, Lesson
from sender.model import DeliveryKind


@dataclass(frozen=True, slots=True)
class Had:
    """What a person has been sent: lessons by permanent id, in the order in which they first fell due.

    `owed` are lessons that are still to be sent although a later one has gone out, the earliest first: of their emails
    nobody knew for a time whether they were taken.
    """

    lessons: tuple[int, ...] = ()
    welcome: bool = False
    finished: bool = False
    owed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """The next email of a course for one person; `lesson` is its file."""

    kind: DeliveryKind
    lesson: Lesson

    @property
    def is_numbered(self) -> bool:
        """Whether it is a lesson proper, which only goes out at the cadence's slots."""
        return self.kind is DeliveryKind.LESSON


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the lessons of their track that were or are to come a person has had."""

    had: int
    total: int

    @property
    def is_through(self) -> bool:
        """Whether there is no other lesson to come, and they have had each."""
        return 0 < self.had == self.total


class Spot(StrEnum):
    """Where a lesson of their track stands for a person.

    `UNSURE`: its email was to come, and is not known to have been taken. `PASSED_BY`: it was put in before their place,
    so that it is never sent to them.
    """

    HAD = "had"
    UNSURE = "unsure"
    PASSED_BY = "passed by"
    NEXT = "next"
    TO_COME = "to come"


def next_step(course: Course, track: str, ids: Mapping[str, int], had: Had) -> Step | None:
    """The next email, or None at the end of the course. `ids` gives each lesson's permanent id by slug.

    A person's place is the latest lesson they had that is still on the track. They go on to the
    first lesson after it that they have not had, so whatever an edit removes or moves, nobody
    gets a lesson twice and nobody is sent back. Only what they are owed comes before that.
    """
    if course.welcome is not None and not had.welcome and not had.lessons:
        return Step(DeliveryKind.WELCOME, course.welcome)
    for lesson in _to_come(course, track, ids, had):
        if ids[lesson.slug] not in had.lessons:
            return Step(DeliveryKind.LESSON, lesson)
    if course.closing is not None and not had.finished:
        return Step(DeliveryKind.FINISHED, course.closing)
    return None


def is_to_come(course: Course, track: str, ids: Mapping[str, int], had: Had, lesson: int) -> bool:
    """Whether a lesson, by its id, is still to be sent to a person."""
    return lesson not in had.lessons and any(ids[one.slug] == lesson for one in _to_come(course, track, ids, had))


def _to_come(course: Course, track: str, ids: Mapping[str, int], had: Had) -> Sequence[Lesson]:
    """The lessons of a track that a person is owed, and those after their place, had or not."""
    lessons = course.lessons_of(track)
    place = _place(lessons, ids, had.lessons)
    if not had.owed:
        return lessons[place:]
    return [*(one for one in lessons[:place] if ids[one.slug] in had.owed), *lessons[place:]]


def after(step: Step, had: Had, ids: Mapping[str, int]) -> Had:
    """What a person has had once `step` is on its way."""
    if step.kind is DeliveryKind.WELCOME:
        return Had(had.lessons, True, had.finished, had.owed)
    if step.kind is DeliveryKind.FINISHED:
        return Had(had.lessons, had.welcome, True, had.owed)
    lesson = ids[step.lesson.slug]
    lessons = (
        (lesson, *had.lessons) if lesson in had.owed else (*had.lessons, lesson)
    )  # what was owed moves nobody back
    return Had(lessons, had.welcome, had.finished, had.owed)


def progress(
    course: Course, track: str, ids: Mapping[str, int], had: Sequence[int], missed: Collection[int]
) -> Progress:
    """How far a person is who has had lessons, in that order, and `missed` others, which did not arrive.

    A lesson that was put in before their place, so that they are never sent it, does not count.
    """
    lessons = course.lessons_of(track)
    place = _place(lessons, ids, had)
    counted = [ids[one.slug] for index, one in enumerate(lessons) if index >= place or ids[one.slug] in {*had, *missed}]
    return Progress(sum(one in had for one in counted), len(counted))


def spots(
    course: Course, track: str, ids: Mapping[str, int], sent: Sequence[int], arrived: Collection[int]
) -> list[tuple[Lesson, Spot]]:
    """The lessons of a track, each with where it stands for a person to whom lessons were `sent`, in that order.

    Those of them that `arrived` are known to have been taken.
    """
    lessons = course.lessons_of(track)
    place = _place(lessons, ids, sent)
    found = [(one, _spot(ids[one.slug], sent, arrived, index < place)) for index, one in enumerate(lessons)]
    first = next((index for index, (_, spot) in enumerate(found) if spot is Spot.TO_COME), None)
    return [(lesson, Spot.NEXT if index == first else spot) for index, (lesson, spot) in enumerate(found)]


def _spot(lesson: int, sent: Sequence[int], arrived: Collection[int], before_place: bool) -> Spot:
    if lesson in arrived:
        return Spot.HAD
    if lesson in sent:
        return Spot.UNSURE
    return Spot.PASSED_BY if before_place else Spot.TO_COME


def _place(lessons: Sequence[Lesson], ids: Mapping[str, int], had: Sequence[int]) -> int:
    """How many lessons of the track stand before the person's place, that of the place included."""
    order = {ids[lesson.slug]: index for index, lesson in enumerate(lessons, start=1)}
    return next((order[lesson] for lesson in reversed(had) if lesson in order), 0)
