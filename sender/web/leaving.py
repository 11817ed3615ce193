"""Leaving: by the mail program's own button (RFC 8058), or by those on the page, where a pause is offered beside it."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from functools import lru_cache
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.responses import Response

from sender import leaving
from sender.editions import Edition
from sender.errors import ChoiceError, EditionError, NotPossibleError
from sender.leaving import Parting
from sender.preferences import preferences
from sender.web.pages import page
from sender.web.pausing import Done, at_own_pace, go_on, pause
from sender.web.site import Site
from sender.web.token_pages import Form

_log = logging.getLogger(__name__)
_PAUSING = {"pause": pause, "own-pace": at_own_pace, "resume": go_on}
_PARTING = {"leave": leaving.leave, "everything": leaving.leave_everything, "return": leaving.come_back}
_HAPPENED = {"leave": "was left", "everything": "was left, with all others", "return": "was taken up again"}


def show(site: Site, delivery: int) -> Response:
    """The page with the button, for whoever is on the course. Looking changes nothing: scanners fetch every link."""
    try:
        return _told(leaving.parting(site.database, site.book, delivery, site.clock()))
    except EditionError as error:
        return _plain(error)


def act(site: Site, delivery: int, form: Form) -> Response:
    """Leave the course, which is what a POST without an `act` asks for; or what else the page offers.

    Whoever has left already is told the same, and an email that is not on record is no error.
    """
    name = form.get("act", "leave")
    if name in _PAUSING:
        return _paused(site, delivery, form, name)
    if name not in _PARTING:
        raise HTTPException(400)
    return part(site, delivery, name)


def part(site: Site, delivery: int, name: str) -> Response:
    """Leave the course, or everything, or take that back; the page that says so."""
    try:
        after = _PARTING[name](site.database, site.book, delivery, site.clock())
    except NotPossibleError:
        return _told(leaving.parting(site.database, site.book, delivery, site.clock()), status=409, problem=name)
    except EditionError as error:
        if name == "return":
            raise
        return _plain(error, left=True, everything=name == "everything")
    if after is None:
        _log.warning("delivery %d, of which there is no record, was used to leave", delivery)
    elif after.changed:
        _log.info("enrolment %d %s", after.enrolment, _HAPPENED[name])
    return _told(after, returned=name == "return")


def _plain(error: EditionError, *, left: bool = False, everything: bool = False) -> Response:
    """The page without a word of the course, whose edition cannot be read: nobody has to stay because of that."""
    _log.warning("a page about leaving is plain: %s", error)
    return page("leave-plain.html", left=left, everything=everything)


def _paused(site: Site, delivery: int, form: Form, name: str) -> Response:
    """Pause instead of leaving, or take that back."""
    try:
        done = _PAUSING[name](site, delivery, form)
    except (NotPossibleError, ChoiceError) as error:
        status = 422 if isinstance(error, ChoiceError) else 409
        return _told(leaving.parting(site.database, site.book, delivery, site.clock()), status=status, problem=name)
    return _rests(site, delivery, done)


def _rests(site: Site, delivery: int, done: Done) -> Response:
    found = preferences(site.database, site.book, delivery, site.clock())
    assert found is not None
    _log.info("enrolment %d: %s", found.standing.id, done.name)
    next_at = None if found.next_at is None else found.next_at.astimezone(ZoneInfo(found.zone))
    return page("leave-paused.html", found.edition, done=done, one=found.standing, next_at=next_at)


@dataclass(frozen=True, slots=True)
class _Told:
    """All that a page about leaving says. It names nobody, so it is the same for everyone of whom this is true.

    `course` is the hash of the course's edition.
    """

    course: str
    edition: Edition = field(compare=False)
    takes_part: bool
    everything: bool
    may_pause: bool
    may_return: bool
    status: int
    problem: str
    returned: bool


def _told(found: Parting | None, *, status: int = 200, problem: str = "", returned: bool = False) -> Response:
    if found is None:
        return page("leave-unknown.html")
    stands = (found.takes_part, found.everything, found.may_pause, found.may_return)
    return _page(_Told(found.edition.hash, found.edition, *stands, status, problem, returned))


@lru_cache(maxsize=256)
def _page(told: _Told) -> Response:
    """The page, made once: mail programs may send thousands of clicks at a time, and nobody sees what they get."""
    template = "leave.html" if told.takes_part else "left.html"
    return page(template, told.edition, status=told.status, found=told, problem=told.problem, returned=told.returned)
