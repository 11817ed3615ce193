"""Leaving a course: by the mail program's own button (RFC 8058), or by the one on the page."""

from __future__ import annotations

import logging

from starlette.responses import Response

from sender import membership
from sender.web.pages import page
from sender.web.site import Site
from sender.web.token_pages import Form

_log = logging.getLogger(__name__)


def show(site: Site, delivery: int) -> Response:
    """The page with the button, for whoever is on the course. Looking changes nothing: scanners fetch every link."""
    found = membership.membership(site.database, site.book, delivery)
    if found is None:
        return page("leave-unknown.html")
    return page("leave.html" if found.takes_part else "left.html", found.edition)


def act(site: Site, delivery: int, form: Form) -> Response:  # noqa: ARG001  # a POST says all
    """Leave. Whoever has left already is told the same, and an email that is not on record is no error."""
    change = membership.leave(site.database, site.book, delivery, site.clock())
    if change.membership is None:
        _log.warning("delivery %d, of which there is no record, was used to leave", delivery)
        return page("leave-unknown.html")
    if change.changed:
        _log.info("enrolment %d was left", change.membership.enrolment)
    return page("left.html", change.membership.edition)
