"""Telling open pages what is new, as server-sent events (HTML Standard, section 9.2)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from course.preview.desk import Desk
from course.preview.pages import headers

_STILL_HERE_SECONDS = 15.0
_AGAIN_MS = 500


def events_route(desk: Desk, run: str) -> Route:
    """`GET /events`: `hello` at first, with what is newest, then `changed` and `findings` as they come.

    `run` names this run of the preview: a page of an earlier one has to be loaded anew.
    """

    async def events(_request: Request) -> Response:
        return StreamingResponse(_stream(desk, run), media_type="text/event-stream", headers=headers())

    return Route("/events", events, methods=["GET"], name="events")


async def _stream(desk: Desk, run: str) -> AsyncIterator[str]:
    with desk.listening() as news:
        yield f"retry: {_AGAIN_MS}\n\n"
        yield _event("hello", run=run, version=desk.state.version, checked=desk.checked)
        while True:
            try:
                one = await asyncio.wait_for(news.get(), _STILL_HERE_SECONDS)
            except TimeoutError:
                yield ": still here\n\n"  # a connection that has gone is noticed by writing to it
                continue
            if one is None:
                return
            yield _event(one.kind, version=one.version, checked=desk.checked)


def _event(kind: str, **data: int | str) -> str:
    return f"event: {kind}\ndata: {json.dumps(data)}\n\n"
