"""Pausing a course from a page, and going on with it: what the forms for that say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sender import pausing
from sender.errors import ChoiceError
from sender.model import EnrolmentStatus
from sender.preferences import preferences
from sender.standing import Standing
from sender.web.site import Site
from sender.web.token_pages import Form

WEEKS = {"1": 1, "2": 2, "4": 4}
"""The pauses that have a button of their own, as forms send them."""


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, by the name of the act, and the form that takes it back: None where that cannot be."""

    name: str
    undo: Mapping[str, str] | None = None


def pause(site: Site, delivery: int, form: Form) -> Done:
    """Pause for so many `weeks`, or `until` a day. Errors as of `sender.pausing.pause`."""
    until = _in_weeks(site, delivery, form["weeks"]) if "weeks" in form else _day(form.get("until", ""))
    before = pausing.pause(site.database, site.book, delivery, until, site.clock())
    return Done("pause", _as_before(before))


def at_own_pace(site: Site, delivery: int, form: Form) -> Done:  # noqa: ARG001  # the act says all
    """Pause without an end, for whoever reads the rest on our pages."""
    before = pausing.pause(site.database, site.book, delivery, None, site.clock())
    return Done("own-pace", _as_before(before))


def go_on(site: Site, delivery: int, form: Form) -> Done:  # noqa: ARG001  # as above
    """End a pause. Errors as of `sender.pausing.resume`."""
    before = pausing.resume(site.database, site.book, delivery, site.clock())
    return Done("resume", _as_before(before))


def _as_before(before: Standing) -> Mapping[str, str]:
    """The form that brings back how things stood."""
    if before.status is not EnrolmentStatus.PAUSED:
        return {"act": "resume"}
    return {"act": "own-pace"} if before.resume_on is None else {"act": "pause", "until": before.resume_on.isoformat()}


def _in_weeks(site: Site, delivery: int, weeks: str) -> date | None:
    found = preferences(site.database, site.book, delivery, site.clock())
    if weeks not in WEEKS or found is None:
        raise _no_day()
    return site.clock().astimezone(ZoneInfo(found.zone)).date() + timedelta(weeks=WEEKS[weeks])


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise _no_day() from error


def _no_day() -> ChoiceError:
    return ChoiceError("until", "That is no day.", fix="Choose one such as 2027-01-31.")
