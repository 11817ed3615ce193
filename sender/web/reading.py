"""Reading an email in the browser: the one that was sent, with what it says of its reader as that is now."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from course.personal.placeholders import fill, tag_values
from sender.arrivals import schedule_since
from sender.membership import reading
from sender.model import DeliveryKind
from sender.web.pages import headers
from sender.web.site import Site


def show(site: Site, delivery: int) -> Response:
    """The email of a delivery as HTML."""
    with site.database.read() as connection:
        found = reading(connection, delivery)
        if found is None:
            raise HTTPException(404)
        if found.erased:
            raise HTTPException(410)
        edition, _, _, email = site.book.email(connection, found.variant)
        live, language = site.book.edition(connection, found.edition), edition.course.language
        schedule = schedule_since(connection, live, language, found.ahead, delivery, site.clock())
    reader = edition.reader(found.fields, site.signer.links(delivery, DeliveryKind.LESSON), schedule)
    filled = fill(email, tag_values(email, edition.renderer.expressions, reader))
    # An email's styles stand in its elements. Nothing in it can run, and nothing but pictures is fetched.
    return HTMLResponse(filled.html, headers=headers(style_src="'unsafe-inline'", img_src="'self' https: data:"))
