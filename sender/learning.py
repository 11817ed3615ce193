"""How far somebody is on a course: the lessons that they had and have to come, and the questions that they answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from course.model import Answer, Lesson
from sender.editions import Edition, EditionBook
from sender.model import BatchState, DeliveryKind, EnrolmentStatus
from sender.progress import Progress, Spot, progress, spots
from sender.quizzes import answers_given
from sender.store import lives, memberships
from sender.store.enrolments import Ahead
from sender.store.lives import Life, Sent


@dataclass(frozen=True, slots=True)
class Listed:
    """A lesson, or an end of the course, as it stands for a person. `number` is its number on the track, if it has one.

    They may read it on our pages where it `is_open`.
    """

    lesson: Lesson
    spot: Spot
    number: int | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class Questions:
    """How many questions the lessons of a person's track ask, and how many of them they answered, and answered right.

    Of two answers to the same question the later one counts.
    """

    total: int
    answered: int
    right: int


@dataclass(frozen=True, slots=True)
class Learning:
    """How far a person is on a course, by its live `edition` and by all that counts of their time on it.

    `listed` has the lessons of their track in order, between its ends; a lesson that they will never be sent is there
    only where they may read it. `at_own_pace` is whether they asked for the rest to read, in place of emails; `given`
    are their latest answers, by question; `ahead` is what their latest enrolment goes on with.
    """

    edition: Edition
    status: EnrolmentStatus
    ahead: Ahead
    progress: Progress
    questions: Questions
    listed: tuple[Listed, ...]
    at_own_pace: bool
    given: Mapping[str, Answer]
    fields: Mapping[str, str] = field(repr=False)
    erased: bool

    def named(self, slug: str) -> Listed | None:
        """The lesson of that slug, or of that earlier slug, if it is listed."""
        return next((one for one in self.listed if slug in {one.lesson.slug, *one.lesson.aliases}), None)


def learning(connection: Connection, book: EditionBook, delivery_id: int) -> Learning | None:
    """How far whoever got that email is on the course that it was of; None where there is no such delivery.

    Lessons that they had before they left and came back count, and so do answers, unless they chose to start again.
    Whoever has finished, or asked for the rest to read at their own pace, may read every lesson of their track; anybody
    else those that were sent to them, also after they have left.
    """
    row = memberships.membership(connection, delivery_id)
    if row is None:
        return None
    edition = book.edition(connection, row.edition)
    life = lives.life_of(connection, row.ahead.enrolment)
    sent = lives.sent(connection, life.enrolments)
    listed = _listed(edition, life, sent)
    given = answers_given(connection, book, life.enrolments, row.edition)
    return Learning(
        edition,
        life.latest.status,
        lives.ahead(connection, life.latest.enrolment),
        progress_by(edition, life.latest.track, sent),
        _questions(listed, given),
        tuple(listed),
        _is_at_own_pace(life),
        given,
        row.fields,
        row.email_key is None,
    )


def progress_by(edition: Edition, track: str, sent: Sequence[Sent]) -> Progress:
    """How far somebody is on a track who was sent this, by an edition."""
    arrived = _arrived(sent)
    had = [one for one in _in_order(sent) if one in arrived]
    missed = {one.lesson for one in sent if one.lesson is not None}.difference(had)
    return progress(edition.course, track, edition.lesson_ids, had, missed)


def _arrived(sent: Sequence[Sent]) -> set[int]:
    return {one.lesson for one in sent if one.lesson is not None and one.accepted}


def _in_order(sent: Sequence[Sent]) -> list[int]:
    """The lessons that went out, in the order in which they first did: a further copy moves nobody back."""
    regular = (one for one in sent if not one.resent and one.state is not BatchState.CANCELLED)
    return [one.lesson for one in regular if one.lesson is not None]


def _is_at_own_pace(life: Life) -> bool:
    """A pause that has no end is what asking for the rest to read makes."""
    return life.latest.status is EnrolmentStatus.PAUSED and life.latest.resume_on is None


def _listed(edition: Edition, life: Life, sent: Sequence[Sent]) -> list[Listed]:
    course, reads_on = edition.course, _is_at_own_pace(life) or life.latest.status is EnrolmentStatus.FINISHED
    ends = [one for one in sent if one.lesson is None and one.state is not BatchState.CANCELLED]
    kinds = {one.kind: _end(one) for one in sorted(ends, key=lambda one: one.accepted)}
    found = spots(course, life.latest.track, edition.lesson_ids, _in_order(sent), _arrived(sent))
    lessons = [
        Listed(lesson, spot, number, reads_on or spot in {Spot.HAD, Spot.UNSURE})
        for number, (lesson, spot) in enumerate(found, start=1)
        if reads_on or spot is not Spot.PASSED_BY
    ]
    if course.welcome is not None and DeliveryKind.WELCOME in kinds:
        lessons.insert(0, Listed(course.welcome, kinds[DeliveryKind.WELCOME], None, is_open=True))
    if course.closing is not None and (reads_on or DeliveryKind.FINISHED in kinds):
        spot = kinds.get(DeliveryKind.FINISHED, Spot.TO_COME)
        lessons.append(Listed(course.closing, spot, None, is_open=True))
    return lessons


def _end(one: Sent) -> Spot:
    return Spot.HAD if one.accepted else Spot.UNSURE


def _questions(listed: Sequence[Listed], given: Mapping[str, Answer]) -> Questions:
    asked = {one.lesson.quiz.id for one in listed if one.lesson.quiz is not None}
    answers = [given[one] for one in asked if one in given]
    return Questions(len(asked), len(answers), sum(one.right for one in answers))
