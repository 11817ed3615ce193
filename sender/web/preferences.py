"""The preferences of whoever got an email: how they stand on its course, and what they change about that."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.responses import Response

from course.day import weekdays_in_words
from sender import leaving as partings
from sender import preferences as choices
from sender import privacy
from sender.errors import ChoiceError, NotPossibleError
from sender.learning import learning
from sender.model import EnrolmentStatus
from sender.preferences import Preferences
from sender.privacy import Asked, Told
from sender.standing import Standing, pause_days
from sender.web import leaving
from sender.web.pages import page
from sender.web.pausing import Done, at_own_pace, go_on, pause
from sender.web.site import Site
from sender.web.token_pages import Form, learn_token
from sender.web.zones import areas

_log = logging.getLogger(__name__)
_AT_ONCE = timedelta(minutes=1)
_SOON = timedelta(days=300)  # a day up to then is told without its year
_TOLD = {Told.SENT: 200, Told.ALREADY: 429, Told.NO_ADDRESS: 422, Told.SAME: 422}
_LEAVING = frozenset({"leave", "everything", "return"})


def show(site: Site, delivery: int) -> Response:
    """How somebody stands, with a form for each thing that they can do about it."""
    return _page(site, delivery, _found(site, delivery))


def act(site: Site, delivery: int, form: Form) -> Response:
    """Do what the form says, and show what was done beside how things stand now.

    What is not possible any more changes nothing and says so (409), as does a choice that there is not (422).
    """
    name = form.get("act", "")
    found = _found(site, delivery)
    if name in _LEAVING:
        return leaving.part(site, delivery, name)
    if name in _ASKING:
        return _told(site, delivery, form, name)
    if name not in _ACTS:
        raise HTTPException(400)
    try:
        done = _ACTS[name](site, delivery, form)
    except NotPossibleError:
        return _page(site, delivery, _found(site, delivery), status=409, problem=name)
    except ChoiceError as error:
        return _page(site, delivery, found, status=422, faulty=error.field, typed=form)
    _log.info("enrolment %d: %s", found.standing.id, name)
    return _page(site, delivery, _found(site, delivery), done=done)


def _found(site: Site, delivery: int) -> Preferences:
    """How somebody stands. Raises HTTPException 404 where there is no such email, 410 where its person was erased."""
    found = choices.preferences(site.database, site.book, delivery, site.clock())
    if found is None:
        raise HTTPException(404)
    if found.erased:
        raise HTTPException(410)
    return found


def _set_pace(site: Site, delivery: int, form: Form) -> Done:
    days = _chosen(form, "days")
    before = choices.set_pace(site.database, site.book, delivery, days, site.clock())
    return Done("pace", _undo(days, before.overrides.get("days", ""), act="pace", name="days"))


def _set_hour(site: Site, delivery: int, form: Form) -> Done:
    at = _chosen(form, "at")
    before = choices.set_hour(site.database, site.book, delivery, at, site.clock())
    own = f"{_found(site, delivery).course.cadence.at:%H:%M}"
    return Done("time", _undo(at or own, before.overrides.get("at", own), act="time", name="at"))


def _set_zone(site: Site, delivery: int, form: Form) -> Done:
    zone = _chosen(form, "zone")
    before = choices.set_zone(site.database, site.book, delivery, zone, site.clock())
    return Done("zone", _undo(zone, before.zone, act="zone", name="zone"))


def _set_track(site: Site, delivery: int, form: Form) -> Done:
    track = _chosen(form, "track")
    before = choices.set_track(site.database, site.book, delivery, track, site.clock())
    known = _found(site, delivery).course.track(before.track) is not None
    return Done("track", _undo(track, before.track, act="track", name="track") if known else None)


def _chosen(form: Form, name: str) -> str:
    """What a form chooses. Raises ChoiceError where it says nothing of it; empty is as the course has it."""
    if name not in form:
        raise ChoiceError(name, "Nothing is chosen.", fix="Choose one.")
    return form[name]


def _undo(chosen: str, former: str, *, act: str, name: str) -> Mapping[str, str] | None:
    return None if chosen == former else {"act": act, name: former}


def _send_next(site: Site, delivery: int, form: Form) -> Done:  # noqa: ARG001  # the act says all
    choices.send_next(site.database, site.book, delivery, site.clock())
    return Done("now", {"act": "not-now"})


def _take_back(site: Site, delivery: int, form: Form) -> Done:  # noqa: ARG001  # as above
    choices.take_back(site.database, site.book, delivery, site.clock())
    return Done("not-now")


_ACTS: Mapping[str, Callable[[Site, int, Form], Done]] = {
    "pause": pause, "own-pace": at_own_pace, "resume": go_on, "pace": _set_pace, "time": _set_hour, "zone": _set_zone,
    "track": _set_track, "now": _send_next, "not-now": _take_back,
}  # fmt: skip


def _ask_access(site: Site, delivery: int, form: Form) -> Asked:  # noqa: ARG001  # as above
    return privacy.ask_access(site.database, site.book, delivery, site.clock())


def _ask_address(site: Site, delivery: int, form: Form) -> Asked:
    return privacy.ask_address_change(site.database, site.book, delivery, form.get("email", ""), site.clock())


_ASKING: Mapping[str, Callable[[Site, int, Form], Asked]] = {"access": _ask_access, "change-address": _ask_address}


def _told(site: Site, delivery: int, form: Form, name: str) -> Response:
    """Ask for an email about somebody's own data or address, and say what came of it."""
    asked = _ASKING[name](site, delivery, form)
    found, status = _found(site, delivery), _TOLD.get(asked.told, 409)
    if asked.told is Told.SENT:
        _log.info("enrolment %d: %s", found.standing.id, name)
        return _page(site, delivery, found, done=Done(name), address=asked.address)
    if status == 422:
        return _page(site, delivery, found, status=status, faulty="email", typed=form, told=asked.told.value)
    return _page(site, delivery, found, status=status, problem=name, told=asked.told.value)


def _page(
    site: Site, delivery: int, found: Preferences, *, status: int = 200, done: Done | None = None, problem: str = "",
    faulty: str = "", typed: Form | None = None, told: str = "", address: str = "",
) -> Response:  # fmt: skip
    now, one, zone = site.clock(), found.standing, ZoneInfo(found.zone)
    with site.database.read() as connection:
        so_far = learning(connection, site.book, delivery)
    ended = found.status is EnrolmentStatus.ENDED
    parting = partings.parting(site.database, site.book, delivery, now) if ended else None
    today = now.astimezone(zone).date()
    first, last = pause_days(today)
    return page(
        "preferences.html", found.edition, status=status, done=done, problem=problem, faulty=faulty, typed=typed or {},
        told=told, address=address, found=found, one=one, so_far=so_far, parting=parting,
        token=learn_token(site, delivery),
        next_at=None if found.next_at is None else found.next_at.astimezone(zone), at_once=_is_at_once(found, now),
        again_at=None if found.ask_again_at is None else found.ask_again_at.astimezone(zone),
        first=first, last=last, soon=today + _SOON, paces=_paces(found, one), days=one.overrides.get("days", ""),
        at=one.overrides.get("at", f"{found.course.cadence.at:%H:%M}"), areas=areas(),
    )  # fmt: skip


def _is_at_once(found: Preferences, now: datetime) -> bool:
    return found.next_at is not None and found.next_at <= now + _AT_ONCE


def _paces(found: Preferences, one: Standing) -> list[tuple[str, str, str]]:
    """The paces to choose from: what each is, the days as a form sends them, and as the page says them."""
    offered, language = choices.paces(found.course, one.overrides), found.edition.words.language
    named = (("course", offered.course), ("slower", offered.slower), ("faster", offered.faster), ("own", offered.own))
    return [
        (name, "" if name == "course" else "".join(map(str, days)), weekdays_in_words(days, language))
        for name, days in named
        if days is not None
    ]
