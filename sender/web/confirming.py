"""Confirming a sign-up: the link shows a button, and only the button confirms, since scanners follow links."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.responses import Response

from sender import membership
from sender.membership import Membership
from sender.model import EnrolmentStatus
from sender.web.pages import page
from sender.web.site import Site
from sender.web.token_pages import Form

_log = logging.getLogger(__name__)
_AT_ONCE = timedelta(minutes=1)


def show(site: Site, delivery: int) -> Response:
    """The page with the button; or how things stand, where there is nothing left to confirm."""
    found = membership.membership(site.database, site.book, delivery)
    if found is not None and found.may_confirm(site.clock()):
        back = membership.returns(site.database, site.book, found)
        return page("confirm.html", found.edition, back=back)
    return _told(found, changed=False, now=site.clock())


def act(site: Site, delivery: int, form: Form) -> Response:
    """Confirm, and say when the first email comes. Who had lessons before may choose to begin `afresh`."""
    now, afresh = site.clock(), "afresh" in form
    found = membership.membership(site.database, site.book, delivery)
    back = None if found is None or afresh else membership.returns(site.database, site.book, found)
    change = membership.confirm(site.database, site.book, delivery, now, afresh=afresh)
    if change.changed and change.membership is not None:
        _log.info("enrolment %d was confirmed", change.membership.enrolment)
    return _told(change.membership, changed=change.changed, now=now, back=back is not None)


def _told(found: Membership | None, *, changed: bool, now: datetime, back: bool = False) -> Response:
    if found is None:
        raise HTTPException(404)
    if found.erased or found.status in {EnrolmentStatus.ENDED, EnrolmentStatus.PENDING}:
        return page("confirm-ended.html", found.edition, status=410)
    return page("confirmed.html", found.edition, changed=changed, first=_first_email(found, now), back=back)


def _first_email(found: Membership, now: datetime) -> datetime | None:
    """When the first email comes, by the person's own clock, or None where that is at once."""
    due = found.next_due_at
    return None if due is None or due <= now + _AT_ONCE else due.astimezone(ZoneInfo(found.zone))
