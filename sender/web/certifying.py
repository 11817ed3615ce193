"""The certificate of somebody who has had every lesson, to be printed; before that, how far they are."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import Response

from sender.certificate import certificate
from sender.web.pages import page
from sender.web.site import Site


def show(site: Site, delivery: int) -> Response:
    """The certificate of whoever got the email of a delivery, or the page that says what is left."""
    with site.database.read() as connection:
        found = certificate(connection, site.book, delivery)
    if found is None:
        raise HTTPException(404)
    if found.erased:
        raise HTTPException(410)
    so_far = found.progress
    if found.finished_on is None:
        return page("certificate-not-yet.html", found.edition, had=so_far.had, total=so_far.total)
    track = None if found.track is None else found.track.title
    on = found.finished_on
    return page("certificate.html", found.edition, name=found.name, track=track, lessons=so_far.total, on=on)
