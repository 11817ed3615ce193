"""A person's own data, by the fresh link of an email: to be taken away as a file, or erased."""

from __future__ import annotations

import json
import logging

from starlette.exceptions import HTTPException
from starlette.responses import Response

from sender import privacy
from sender.privacy import Access, Told
from sender.web.pages import headers, page
from sender.web.site import Site
from sender.web.token_pages import Form

_log = logging.getLogger(__name__)
_FILE = "my-data.json"


def show(site: Site, delivery: int) -> Response:
    """The page with what can be done; of a link that is too old, how to get another."""
    found = _found(site, delivery)
    return _offered(found) if found.good else page("privacy-expired.html", found.edition, status=410, told=None)


def act(site: Site, delivery: int, form: Form) -> Response:
    """Give the data as a file, erase it once that was confirmed on the page, or send another link."""
    found = _found(site, delivery, erased=form.get("act") == "erase")
    if found.erased:
        return page("privacy-erased.html", found.edition)
    match form.get("act"):
        case "again":
            return _again(site, found, delivery)
        case _ if not found.good:
            return page("privacy-expired.html", found.edition, status=410, told=None)
        case "download":
            return _file(site, found)
        case "erase" if form.get("sure") == "yes":
            return _erased(site, found)
        case "erase":
            return _offered(found, unsure=True)
    raise HTTPException(400)


def _found(site: Site, delivery: int, *, erased: bool = False) -> Access:
    """What the link leads to. Raises HTTPException 404 for none, and 410 for erased data unless that is `erased`."""
    found = privacy.access(site.database, site.book, delivery, site.clock())
    if found is None:
        raise HTTPException(404)
    if found.erased and not erased:
        raise HTTPException(410)
    return found


def _offered(found: Access, *, unsure: bool = False) -> Response:
    status = 422 if unsure else 200
    return page("privacy.html", found.edition, status=status, address=found.address, until=found.until, unsure=unsure)


def _again(site: Site, found: Access, delivery: int) -> Response:
    told = privacy.ask_access(site.database, site.book, delivery, site.clock()).told
    status = {Told.SENT: 200, Told.ALREADY: 429}.get(told, 409)
    return page("privacy-expired.html", found.edition, status=status, told=told.value)


def _file(site: Site, found: Access) -> Response:
    document = privacy.export(site.database, found.subscriber, site.book)
    _log.info("subscriber %d took their data away", found.subscriber)
    content = json.dumps(document, ensure_ascii=False, indent=2)
    own = {**headers(), "Content-Disposition": f'attachment; filename="{_FILE}"'}
    return Response(content, media_type="application/json", headers=own)


def _erased(site: Site, found: Access) -> Response:
    if privacy.erase(site.database, found.subscriber, site.clock()):
        _log.info("subscriber %d was erased", found.subscriber)
    return page("privacy-erased.html", found.edition)
