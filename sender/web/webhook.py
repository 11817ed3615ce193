"""SendGrid's Event Webhook: a signed body of events, taken whole and checked before anything in it is believed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from hashlib import sha256
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Self

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from sender.errors import StoreError
from sender.events import BodyError, record, things_in
from sender.signature import is_fresh
from sender.web.pages import headers
from sender.web.site import Site

LARGEST_BODY = 16 * 1024 * 1024
"""The most bytes that a body of events may have."""

_IN_MEMORY = 1024 * 1024
_READ_AT_MOST = 2 * LARGEST_BODY
_SECONDS = 60.0
_MOST_AT_ONCE = 16
"""How many bodies are taken at a time, so that strangers cannot fill the disk with what will be refused in the end."""

_RETRY_AFTER = {"Retry-After": "30"}
_SIGNATURE = "x-twilio-email-event-webhook-signature"
_TIMESTAMP = "x-twilio-email-event-webhook-timestamp"
_log = logging.getLogger(__name__)


class _Body:
    """A body as it comes in: its SHA-256 after the timestamp's bytes, its size, and its bytes, if `keep`.

    Up to a megabyte stays in memory, the rest goes into a file without a name, and nothing is kept beyond the largest
    size. It is read on to its end all the same, or at least a good deal: whoever is cut off while sending does not
    see the answer.
    """

    def __init__(self, timestamp: bytes, *, keep: bool) -> None:
        self._hash = sha256(timestamp)
        self._keep = keep
        self.file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  # closed with this
        self.size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()

    async def take(self, parts: AsyncIterator[bytes]) -> None:
        """Take it in. Raises TimeoutError where that takes too long, OSError where there is no room for it."""
        async with asyncio.timeout(_SECONDS):
            async for part in parts:
                self.size += len(part)
                if self._keep and self.size <= LARGEST_BODY:
                    self._hash.update(part)
                    self.file.write(part)
                elif self.size > _READ_AT_MOST:
                    break

    @property
    def digest(self) -> bytes:
        """What is signed."""
        return self._hash.digest()


def webhook_route(site: Site) -> Route:
    """`POST /webhooks/sendgrid`: 200 with counts when all events are recorded. SendGrid repeats whatever else it gets.

    Without a key, with a wrong signature and with an old one it answers 403; 415 and 400 for what is no JSON array, 413
    beyond 16 MB, 503 while the database is locked.
    """
    under_way = 0

    async def webhook(request: Request) -> Response:
        nonlocal under_way
        if under_way >= _MOST_AT_ONCE:
            return _refused(503, "Too many bodies are under way. Please repeat this one in half a minute.")
        under_way += 1
        try:
            return await _answer(site, request)
        finally:
            under_way -= 1

    return Route("/webhooks/sendgrid", webhook, methods=["POST"], name="webhook")


async def _answer(site: Site, request: Request) -> Response:
    key = site.webhook_key
    timestamp = request.headers.get(_TIMESTAMP, "")
    refusal = _unwelcome(site, request, timestamp)
    try:
        with _Body(timestamp.encode("latin-1"), keep=refusal is None) as body:
            await body.take(request.stream())
            if refusal is not None:
                return refusal
            if body.size > LARGEST_BODY:
                return _refused(413, "The body has more than 16 MB.")
            signature = request.headers.get(_SIGNATURE, "")
            if key is None or not key.signed(signature, body.digest):
                return _refused(403, "The signature is not SendGrid's over this body.")
            return await run_in_threadpool(_recorded, site, body)
    except TimeoutError:
        return _refused(408, "The body did not come in time.")
    except OSError as error:
        _log.warning("a body of events could not be kept: %s", error.strerror)
        return _refused(503, "There is no room to take the body. Please repeat it later.")


def _unwelcome(site: Site, request: Request, timestamp: str) -> Response | None:
    """Why a request is refused whatever its body holds, or None."""
    if site.webhook_key is None:
        return _refused(403, "This site takes no events: DRIPCOURSE_WEBHOOK_KEY is not set.")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return _refused(415, "Events come as application/json.")
    if not timestamp or _SIGNATURE not in request.headers:
        return _refused(403, "The request is not signed. Switch on the Signed Event Webhook at SendGrid.")
    if not is_fresh(timestamp, site.clock()):
        return _refused(403, "The request was signed too long ago, or in the future. Check this machine's clock.")
    return None


def _recorded(site: Site, body: _Body) -> Response:
    """Record the events of a body whose signature holds. Runs in a thread."""
    try:
        recorded = record(site.database, things_in(body.file), site.clock())
    except BodyError as error:
        return _refused(400, str(error))
    except StoreError as error:
        _log.warning("events could not be recorded: %s", error)
        return _refused(503, "The records cannot be reached right now. Please repeat the body in half a minute.")
    if recorded.odd:
        _log.warning("the webhook brought %d things that are no events", recorded.odd)
    _log.info("the webhook brought %d events, %d of them new", recorded.events, recorded.new)
    return JSONResponse({"events": recorded.events, "new": recorded.new}, headers=headers())


def _refused(status: int, sentence: str) -> Response:
    _log.warning("a request to the webhook was refused (%d): %s", status, sentence)
    retry = _RETRY_AFTER if status == 503 else {}
    return PlainTextResponse(f"{sentence}\n", status, headers=headers() | retry)
