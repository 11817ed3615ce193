"""The lessons of a course to read on our pages: a list of them, as they stand for one person, and a page for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from course.archive.pages import Beside, style_sheet
from course.archive.reading import Reading
from course.direction import direction_of
from course.model import Lesson
from course.render import Letter
from sender.arrivals import schedules
from sender.learning import Learning, Listed, learning
from sender.model import DeliveryKind, EnrolmentStatus
from sender.progress import Spot
from sender.quizzes import Question, question
from sender.web.pages import page
from sender.web.site import Site
from sender.web.token_pages import learn_token

_ROOT = "../../../"


def index(site: Site, delivery: int) -> Response:
    """The lessons of a person's track: those that they had, the next, and those to come."""
    with site.database.read() as connection:
        so_far = _learning(site, connection, delivery)
        schedule = _schedule(site, connection, so_far)
    reading = _reading(site, delivery, so_far, schedule)
    return page(
        "lessons.html", so_far.edition, so_far=so_far, token=learn_token(site, delivery),
        titles={one.lesson.slug: reading.title(_letter(so_far, one.lesson)) for one in so_far.listed},
        total=len(so_far.edition.course.lessons_of(so_far.ahead.track)),
        next_day=schedule.get("next_day", "") if _next_is_a_lesson(so_far) else "",
        has_finished=so_far.progress.is_through or so_far.status is EnrolmentStatus.FINISHED,
        has_left=so_far.status is EnrolmentStatus.ENDED, is_active=so_far.status is EnrolmentStatus.ACTIVE, spots=Spot,
    )  # fmt: skip


def read(site: Site, delivery: int, slug: str) -> Response:
    """One lesson as it reads for that person by now; of one that is not open to them, that it is to come."""
    with site.database.read() as connection:
        so_far = _learning(site, connection, delivery)
        found = so_far.named(slug)
        if found is None:
            raise HTTPException(404)
        schedule = _schedule(site, connection, so_far)
        quiz = found.lesson.quiz
        asked = None if quiz is None else question(connection, site.book, delivery, quiz.id)
    reading = _reading(site, delivery, so_far, schedule)
    if not found.is_open:
        title = reading.title(_letter(so_far, found.lesson))
        return page("lesson-not-yet.html", so_far.edition, status=403, lesson=title, token=learn_token(site, delivery))
    return _lesson_page(site, delivery, so_far, reading, found, asked)


@dataclass(frozen=True, slots=True)
class _Entry:
    """Where a lesson stands, as the page of an archive takes it. The weeks are those of nobody in particular."""

    number: int | None
    total: int
    week: None = None


def _lesson_page(
    site: Site, delivery: int, so_far: Learning, reading: Reading, found: Listed, asked: Question | None
) -> Response:
    course = so_far.edition.course
    readable = [one.lesson for one in so_far.listed if one.is_open]
    at = readable.index(found.lesson)
    around = [None, *readable, None]
    previous, following = (_beside(reading, so_far, one) for one in (around[at], around[at + 2]))
    return page(
        "lesson.html", so_far.edition, style=style_sheet(course.theme).decode(),
        entry=_Entry(found.number, len(course.lessons_of(so_far.ahead.track))),
        lesson=reading.shown(_letter(so_far, found.lesson)), previous=previous, following=following,
        asked=asked, answers=f"{_ROOT}quiz/{learn_token(site, delivery)}", logo=reading.logo, assets=f"{_ROOT}assets/",
        index="../all", page_name=str, mark="", sign_up="", direction=direction_of(course.language),
    )  # fmt: skip


def _beside(reading: Reading, so_far: Learning, lesson: Lesson | None) -> Beside | None:
    return None if lesson is None else Beside(lesson.slug, reading.title(_letter(so_far, lesson)))


def _learning(site: Site, connection: Connection, delivery: int) -> Learning:
    found = learning(connection, site.book, delivery)
    if found is None:
        raise HTTPException(404)
    if found.erased:
        raise HTTPException(410)
    return found


def _schedule(site: Site, connection: Connection, so_far: Learning) -> Mapping[str, str]:
    """When the next email comes to them, as lessons may say it: not to somebody whose emails have stopped."""
    if so_far.status is not EnrolmentStatus.ACTIVE:
        return {}
    live, ahead = so_far.edition, so_far.ahead
    return schedules(connection, live, live.course.language, [ahead], site.clock())[ahead.enrolment]


def _next_is_a_lesson(so_far: Learning) -> bool:
    """Whether the next email is that of a lesson, and not the welcome."""
    sent = any(one.spot in {Spot.HAD, Spot.UNSURE} for one in so_far.listed)
    return sent or so_far.edition.course.welcome is None


def _reading(site: Site, delivery: int, so_far: Learning, schedule: Mapping[str, str]) -> Reading:
    edition = so_far.edition
    links = site.signer.links(delivery, DeliveryKind.LESSON)
    reader = edition.reader(so_far.fields, links, schedule)
    return Reading(edition.renderer, edition.files, reader, assets=f"{_ROOT}assets/")


def _letter(so_far: Learning, lesson: Lesson) -> Letter:
    return Letter(so_far.ahead.track, lesson)
