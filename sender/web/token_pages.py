"""Pages whose address holds a token: GET shows, POST acts, and a token that was not made for them opens nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sender.tokens import Purpose, sign, verify
from sender.web.site import Site

LARGEST_BODY = 64 * 1024
"""The most bytes that a POST may bring."""

_READ_AT_MOST = 16 * LARGEST_BODY
_MOST_FIELDS = 100
FORM = "application/x-www-form-urlencoded"
"""The type of a form as pages send one."""


Form = Mapping[str, str]
"""The fields of a form by name; of a name that stands twice, the last one."""

Answer = Callable[..., Response]
"""Answers a request to a site about a delivery, by its id; runs in a thread, since it waits for the database.

What else the address gives follows in its order, as texts. What acts is also given the form that was sent, as `form`.
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
        form = form_in(request, await body_of(request))
        return await run_in_threadpool(act, site, delivery, *spot, form=form)

    methods = ["GET"] if act is None else ["GET", "POST"]
    return Route(path, answer, methods=methods, name=path.split("/")[1])


def learn_token(site: Site, delivery: int) -> str:
    """The token by which the pages that belong to a delivery lead to each other: that of the links in its email."""
    return sign(Purpose.LEARN, delivery, site.secrets[0])


async def body_of(request: Request) -> bytes:
    """A body, read to its end.

    Raises HTTPException 413 for one that is too large. A good deal more than is allowed is read all
    the same: whoever is cut off while sending does not see the answer.
    """
    size, parts = 0, []
    async for part in request.stream():
        size += len(part)
        if size <= LARGEST_BODY:
            parts.append(part)
        if size > _READ_AT_MOST:
            break
    if size > LARGEST_BODY:
        raise HTTPException(413)
    return b"".join(parts)


def form_in(request: Request, body: bytes) -> Form:
    """The fields of a form that was sent as pages send one; of any other body, none.

    That suits a mail program's one click, which may send its field in another way: that it is a POST says all
    (RFC 8058, section 3.2). Raises HTTPException 400 for more fields than any page has.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM:
        return {}
    try:
        fields = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise HTTPException(400) from error
    return dict(fields)
