"""Pages whose address holds a token: GET shows, POST acts, and a token that was not made for them opens nothing."""

from __future__ import annotations

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sender.tokens import Purpose, verify
from sender.web.site import Site

LARGEST_BODY = 64 * 1024
"""The most bytes that a POST may bring."""

_READ_AT_MOST = 16 * LARGEST_BODY

Answer = Callable[..., Response]
"""Answers a request to a site about a delivery, by its id; runs in a thread, since it waits for the database.

What else the address gives follows in its order, as texts.
"""


def token_page(site: Site, path: str, purpose: Purpose, show: Answer, act: Answer | None = None) -> Route:
    """A page at `path`, in which a `{token}` of that purpose stands first. Without `act` there is nothing to POST."""

    async def answer(request: Request) -> Response:
        token, *spot = (str(value) for value in request.path_params.values())
        delivery = verify(purpose, token, site.secrets)
        if delivery is None:
            raise HTTPException(404)
        if act is None or request.method != "POST":
            return await run_in_threadpool(show, site, delivery, *spot)
        await _take_body(request)
        return await run_in_threadpool(act, site, delivery, *spot)

    methods = ["GET"] if act is None else ["GET", "POST"]
    return Route(path, answer, methods=methods, name=path.split("/")[1])


async def _take_body(request: Request) -> None:
    """Read a body to its end, and leave it: that it is a POST says all (RFC 8058, section 3.2, or the page's button).

    Raises HTTPException 413 for one that is too large. A good deal more than is allowed is read all
    the same: whoever is cut off while sending does not see the answer.
    """
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > _READ_AT_MOST:
            break
    if size > LARGEST_BODY:
        raise HTTPException(413)
