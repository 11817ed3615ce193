"""The courses' pictures, each under the hash of its content: for emails, wherever they are read, and for the pages."""

from __future__ import annotations

import re

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from course.pictures import media_type
from sender.store.editions import content_of
from sender.web.pages import headers
from sender.web.site import Site

_HASH = re.compile(r"[0-9a-f]{64}")  # nothing else is asked for: PostgreSQL takes no NUL, for one


def assets_route(site: Site) -> Route:
    """`GET /assets/HASH/NAME`: a picture of any edition that was ever published, since old emails go on showing it.

    Editions keep their files by hash, so the address leads straight to it, and whatever is no picture (lessons and
    notes are kept the same way) is not found. NAME is for people, and may be any.
    """

    async def asset(request: Request) -> Response:
        wanted = str(request.path_params["hash"])
        content = await run_in_threadpool(_content, site, wanted) if _HASH.fullmatch(wanted) else None
        kind = None if content is None else media_type(content)
        if kind is None:
            raise HTTPException(404)
        tag = f'"{wanted}"'
        # An SVG is a document when it is opened by itself: in a sandbox, no script in it runs.
        own = headers(sandbox="", style_src="'unsafe-inline'")
        own |= {"Cache-Control": "public, max-age=31536000, immutable", "ETag": tag}
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=own)
        return Response(content, media_type=kind, headers=own)

    return Route("/assets/{hash}/{name}", asset, methods=["GET"], name="assets")


def _content(site: Site, hash_: str) -> bytes | None:
    with site.database.read() as connection:
        return content_of(connection, hash_)
