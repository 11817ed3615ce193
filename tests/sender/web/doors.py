"""Every page that acts, the forms that each takes, and a school with people for whom all of them are open."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Final

from starlette.routing import Route

from sender.editions import EditionBook
from sender.model import DeliveryKind
from sender.moving import move
from sender.privacy import ask_access, ask_address_change
from sender.store.database import open_database
from sender.tokens import Purpose, sign
from sender.web import create_app
from tests.course.drawn import a_png
from tests.sender.stage import a_course, a_lesson
from tests.sender.web.sample import NOW, SECRET, School, post, served

QUIZ: Final = """\
quiz:
  id: first
  question: Which comes first?
  answers:
    - text: A
      right: true
      explanation: It does.
    - text: B
      explanation: It comes second.
"""
PICTURE: Final = "../assets/spade.png"
TRACKS: Final = '[tracks.all]\ntitle = "All of it"\n\n[tracks.short]\ntitle = "The short way"\n'
LATER: Final = NOW + timedelta(days=1)
"""The Tuesday on which the first lesson has gone out, and on which tests begin."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form, as a browser sends it. `after` are those that must have been sent before for it to do anything."""

    sent: str
    after: tuple[str, ...] = ()
    changes: bool = True


@dataclass(frozen=True, slots=True)
class Door:
    """A page that acts: its path in the application, the purpose of its token, and whose email brings it.

    `spots` are what else its path names.
    """

    path: str
    purpose: Purpose
    kind: DeliveryKind
    forms: tuple[Form, ...]
    spots: tuple[tuple[str, str], ...] = ()

    def url(self, school: School, token: str) -> str:
        """Its address with a token."""
        return school.base_url + self.path.format(token=token, **dict(self.spots))

    def __str__(self) -> str:
        words = [part for part in self.path.split("/") if part and "{" not in part]
        return "-".join([*words, self.kind])


_PAUSING: Final = (
    Form("act=pause&weeks=2"), Form("act=pause&until=2026-04-01"), Form("act=own-pace"),
    Form("act=resume", after=("act=own-pace",)),
)  # fmt: skip
_LEAVING: Final = (Form("act=leave"), Form("act=everything"), Form("act=return", after=("act=everything",)))
_CHOOSING: Final = (
    Form("act=pace&days=0"), Form("act=time&at=19%3A30"), Form("act=zone&zone=Asia%2FTokyo"),
    Form("act=track&track=short"), Form("act=now"), Form("act=not-now", after=("act=now",)), Form("act=access"),
    Form("act=change-address&email=another%40example.com"),
)  # fmt: skip
_ANSWERING: Final = (("quiz", "first"), ("answer", "a"))

DOORS: Final = (
    Door("/confirm/{token}", Purpose.CONFIRM, DeliveryKind.CONFIRM, (Form(""), Form("afresh=yes"))),
    Door(
        "/privacy/{token}", Purpose.ACCESS, DeliveryKind.ACCESS,
        (Form("act=erase&sure=yes"), Form("act=again"), Form("act=download", changes=False)),
    ),
    Door("/address/{token}", Purpose.ADDRESS, DeliveryKind.ADDRESS, (Form(""),)),
    Door("/address/{token}", Purpose.ADDRESS, DeliveryKind.MOVED, (Form(""),)),
    Door(
        "/unsubscribe/{token}", Purpose.LEAVE, DeliveryKind.LESSON,
        (Form("List-Unsubscribe=One-Click"), Form(""), *_PAUSING, *_LEAVING),
    ),
    Door("/preferences/{token}", Purpose.LEARN, DeliveryKind.LESSON, (*_PAUSING, *_CHOOSING, *_LEAVING)),
    Door(
        "/quiz/{token}/{quiz}/{answer}", Purpose.LEARN, DeliveryKind.LESSON, (Form(""), Form("answer=b")), _ANSWERING
    ),
)  # fmt: skip
WINDOWS: Final = (
    Door("/lessons/{token}", Purpose.LEARN, DeliveryKind.LESSON, ()),
    Door("/lessons/{token}/all", Purpose.LEARN, DeliveryKind.LESSON, ()),
    Door("/lessons/{token}/read/{lesson}", Purpose.LEARN, DeliveryKind.LESSON, (), (("lesson", "one"),)),
    Door("/certificate/{token}", Purpose.LEARN, DeliveryKind.LESSON, ()),
)
"""The pages behind a token that show, and do nothing."""

OPEN_TO_ALL: Final = {"/courses/{slug}/join", "/webhooks/sendgrid"}
"""What takes a POST without a token: a form that anybody may send, and events that are signed as a whole."""


def routes_of(school: School) -> list[Route]:
    """The routes of the application."""
    return [route for route in create_app(school.site).routes if isinstance(route, Route)]


@dataclass
class Open:
    """A served school in which every door is open to two people: `own` and `other` are the deliveries of each."""

    school: School
    own: Mapping[DeliveryKind, int]
    other: Mapping[DeliveryKind, int]

    def token(self, door: Door, *, of_other: bool = False) -> str:
        """The token that the email for a door brings."""
        return sign(door.purpose, (self.other if of_other else self.own)[door.kind], SECRET)

    def send(self, door: Door, form: Form, token: str) -> int:
        """Send what must come before a form, then the form; the status of the answer."""
        for before in form.after:
            assert post(door.url(self.school, token), before.encode()).status == 200
        return post(door.url(self.school, token), form.sent.encode()).status


@contextmanager
def opened(folder: Path) -> Iterator[Open]:
    """The school, on pages of its own."""
    (folder / "school.db").write_bytes(_peopled())
    database = open_database(f"sqlite:///{folder}/school.db")
    school = School(folder, database, EditionBook(), now=LATER)
    try:
        with served(school):
            yield Open(school, _deliveries(school, (1, 3, 5)), _deliveries(school, (2, 4, 6)))
    finally:
        database.close()


def small_course() -> dict[str, bytes]:
    """Three lessons on two tracks, of which the first asks a question and shows a picture; a public course."""
    files = {"lessons/01-one.md": a_lesson("one", f"![A spade]({PICTURE})", QUIZ)}
    course = a_course("one", "two", "three", welcome=True, closing=True, tables=TRACKS, files=files)
    toml = b"public_archive = true\n" + course["course.toml"]
    return {**course, "course.toml": toml, "assets/spade.png": a_png()}


@cache
def _peopled() -> bytes:
    """The database of a school in which 1 and 2 have yet to confirm, 3 and 4 take the course, 5 and 6 have moved."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/school.db")
        try:
            school = School(Path(folder), database, EditionBook())
            school.publish(small_course())
            bring_in(school, 1)
        finally:
            database.close()
        return (Path(folder) / "school.db").read_bytes()


def bring_in(school: School, first: int, *, days: int = 1) -> None:
    """Bring in six people from that number on: two are to confirm, two take the course, two have moved.

    Within so many days they get an email of each kind. The number is also the id of the next subscriber.
    """
    taking, moving = range(first + 2, first + 6), range(first + 4, first + 6)
    school.enrol(first, first + 1, course="letters")
    school.enrol(*taking, course="letters", confirmed=True)
    school.tick()
    school.now += timedelta(days=days)
    school.tick()
    for person in taking:
        lesson = _deliveries(school, (person,))[DeliveryKind.LESSON]
        ask_access(school.database, school.book, lesson, school.now)
        ask_address_change(school.database, school.book, lesson, f"new{person}@example.com", school.now)
    school.tick()
    for person in moving:
        asked = _deliveries(school, (person,))[DeliveryKind.ADDRESS]
        assert move(school.database, school.book, asked, school.now)
    school.tick()


def _deliveries(school: School, people: tuple[int, ...]) -> dict[DeliveryKind, int]:
    """The delivery of each kind that somebody of these got; what the first of them got counts."""
    found: dict[DeliveryKind, int] = {}
    for person in people:
        rows = school.ask(
            "SELECT delivery.kind, delivery.id FROM delivery JOIN enrolment ON enrolment.id = delivery.enrolment_id"
            " WHERE enrolment.subscriber_id = ? ORDER BY delivery.id",
            person,
        )
        for kind, id_ in rows:
            found.setdefault(DeliveryKind(str(kind)), int(str(id_)))
    return found


def links_of(school: School, kind: DeliveryKind, person: int) -> dict[str, str]:
    """The links in the latest email of a kind that a person got."""
    of_them = "enrolment_id IN (SELECT id FROM enrolment WHERE subscriber_id = ?)"
    [(found,)] = school.ask(f"SELECT max(id) FROM delivery WHERE kind = ? AND {of_them}", kind, person)  # noqa: S608
    return school.links(int(str(found)))


def rows_about(school: School, deliveries: Mapping[DeliveryKind, int]) -> dict[str, list[tuple[object, ...]]]:
    """All that the database holds about whoever got these deliveries."""
    enrolments = [
        str(id_)
        for delivery in deliveries.values()
        for (id_,) in school.ask("SELECT enrolment_id FROM delivery WHERE id = ?", delivery)
    ]
    of_them = f"({', '.join(sorted(set(enrolments)))})"
    return {
        "subscriber": school.ask(
            f"SELECT * FROM subscriber WHERE id IN (SELECT subscriber_id FROM enrolment WHERE id IN {of_them})"  # noqa: S608
        ),
        "enrolment": school.ask(f"SELECT * FROM enrolment WHERE id IN {of_them}"),  # noqa: S608
        **{
            table: school.ask(f"SELECT * FROM {table} WHERE enrolment_id IN {of_them} ORDER BY 1, 2")  # noqa: S608
            for table in ("delivery", "consent", "quiz_answer")
        },
    }
