"""Sending the email on the page to a few addresses, as a test: what the form's button does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import date
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from course.errors import CourseError
from course.preview.choices import Choices, choices_in
from course.preview.desk import Desk
from course.preview.guard import is_own, same
from course.preview.pages import page
from course.preview.posting import Post, Posted
from course.preview.recipients import recipients_in

LARGEST_FORM = 16 * 1024
"""The most bytes that the form may bring."""


def send_route(desk: Desk, post: Post | None, token: str, port: int, today: Callable[[], date]) -> Route:
    """`POST /send-test`: a form of `addresses`, the `query` of the page, and the `token` that the page holds."""

    async def send_test(request: Request) -> Response:
        if not is_own(request.headers, port):
            raise HTTPException(403)
        form = dict(parse_qsl((await _body(request)).decode("utf-8", "replace")))
        if not same(token, form.get("token", "")):
            raise HTTPException(403)
        query = form.get("query", "")
        choices = choices_in(parse_qsl(query, keep_blank_values=True), today())
        try:
            posted = await _posted(desk, post, choices, form.get("addresses", ""))
        except CourseError as error:
            return page("sent.html", status=422, posted=(), error=error, query=query)
        return page("sent.html", posted=posted, error=None, query=query)

    return Route("/send-test", send_test, methods=["POST"], name="send-test")


async def _posted(desk: Desk, post: Post | None, choices: Choices, addresses: str) -> Sequence[Posted]:
    if post is None:
        raise CourseError("This preview cannot send.", fix="Start it with `dripcourse preview`.")
    to = recipients_in(addresses)
    test = await desk.test(choices)
    return await asyncio.to_thread(post, test.course, test.label, test.email, to)


async def _body(request: Request) -> bytes:
    """The body. Raises HTTPException 413 for one that is too large."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_FORM:
            raise HTTPException(413)
    return body
