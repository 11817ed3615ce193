"""A change of address: the link in an email to the new one shows a button, and so does that in one to the former."""

from __future__ import annotations

import logging

from starlette.exceptions import HTTPException
from starlette.responses import Response

from sender import moving
from sender.moving import Moved, Moving
from sender.web.pages import page
from sender.web.site import Site
from sender.web.token_pages import Form

_log = logging.getLogger(__name__)
_STATUS = {Moved.IMPOSSIBLE: 409, Moved.EXPIRED: 410}


def show(site: Site, delivery: int) -> Response:
    """The page with the button; or how things stand, where there is nothing left to confirm."""
    return _told(moving.moving(site.database, site.book, delivery, site.clock()))


def act(site: Site, delivery: int, form: Form) -> Response:  # noqa: ARG001  # a POST says all
    """Have the emails come to the address from now on, where that can be."""
    found = moving.move(site.database, site.book, delivery, site.clock())
    if found is not None and found.how is Moved.NOW:
        _log.info("the address of enrolment %d was changed", found.enrolment)
    return _told(found)


def _told(found: Moving | None) -> Response:
    if found is None:
        raise HTTPException(404)
    if found.how is Moved.ERASED:
        raise HTTPException(410)
    status = _STATUS.get(found.how, 200)
    template = "address.html" if found.how is Moved.OPEN else f"address-{found.how}.html"
    return page(template, found.edition, status=status, address=found.email, back=found.back)
