"""Asking for a course: a form or JSON, counted, read, and answered alike whatever is known of the address."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sender.editions import Edition
from sender.errors import EditionError, StoreError
from sender.joining import Consent, Fault, How, WishError, join, read_wish
from sender.web.pages import headers, problem, words_of
from sender.web.peers import network_of
from sender.web.signing_up import UNSEEN, FormAnswers, live_edition, show_form, show_page
from sender.web.site import Site
from sender.web.token_pages import FORM, body_of, form_in

_log = logging.getLogger(__name__)
_JSON = "application/json"
_RETRY_SECONDS = "30"
_ANY_SITE = {"Access-Control-Allow-Origin": "*"}
_PREFLIGHT = {
    **_ANY_SITE,
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "Content-Type",
    "Access-Control-Max-Age": "86400",
}
_REFUSALS = {
    400: "This is no JSON in UTF-8.",
    404: "There is no such course.",
    413: "The request brought more than 64 kB.",
    429: "Too many requests came from this network, or for this address. See Retry-After.",
    503: "The records of this course cannot be reached right now. Please try again in a minute.",
}


def joining_routes(site: Site) -> list[Route]:
    """`GET /courses/SLUG` and `/courses/SLUG/form`, and `POST /courses/SLUG/join`."""

    async def signing_up(request: Request) -> Response:
        return await run_in_threadpool(show_page, site, request.path_params["slug"])

    async def embedded(request: Request) -> Response:
        return await run_in_threadpool(show_form, site, request.path_params["slug"])

    async def joining(request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={**headers(), **_PREFLIGHT})
        response = await _joining(site, request)
        response.headers.update(_ANY_SITE)
        return response

    return [
        Route("/courses/{slug}", signing_up, methods=["GET"], name="course"),
        Route("/courses/{slug}/form", embedded, methods=["GET"], name="form"),
        Route("/courses/{slug}/join", joining, methods=["POST", "OPTIONS"], name="join"),
    ]


@dataclass(frozen=True, slots=True)
class JsonAnswers:
    """Answers to a program. `fields` are what it sent."""

    fields: Mapping[str, object]

    strict = True
    """A program that spells a field wrong is told so."""

    trapped = False

    def consent(self, _edition: Edition) -> Consent:
        """How whoever sent it agreed: to words that only the program knows."""
        return Consent(How.PROGRAM, UNSEEN)

    def asked(self, edition: Edition) -> Response:
        """The same whatever is known of the address."""
        return _document(202, {"status": "pending", "message": words_of("join-message.html", edition)})

    def wrong(self, edition: Edition, faults: Mapping[str, Fault]) -> Response:
        """What is wrong, by field."""
        words = {name: words_of("join-fault.html", edition, fault=fault) for name, fault in faults.items()}
        return _document(422, {"errors": words})

    def later(self, _edition: Edition, seconds: int) -> Response:
        """When to ask again."""
        return self.refused(429, {"Retry-After": str(seconds)})

    def unknown(self) -> Response:
        """There is no such course."""
        return self.refused(404)

    def refused(self, status: int, headers: Mapping[str, str] | None = None) -> Response:
        """Why it cannot be read, or not now."""
        return _document(status, {"errors": {"request": _REFUSALS[status]}}, headers)


Answers = FormAnswers | JsonAnswers


async def _joining(site: Site, request: Request) -> Response:
    began = monotonic()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in {FORM, _JSON}:
        return problem(415, {"Accept-Post": f"{_JSON}, {FORM}"})
    answers = await (_program(request) if kind == _JSON else _form(request))
    if isinstance(answers, Response):
        return answers
    slug, network = request.path_params["slug"], network_of(request, site.proxies)
    try:
        response, asked = await run_in_threadpool(_answered, site, slug, answers, network)
    except (StoreError, EditionError) as error:
        _log.warning("nobody could join: %s", error)
        return answers.refused(503, {"Retry-After": _RETRY_SECONDS})
    if asked:
        await asyncio.sleep(max(0.0, site.gate.least_seconds - (monotonic() - began)))
    return response


async def _form(request: Request) -> FormAnswers:
    return FormAnswers(form_in(request, await body_of(request)))


async def _program(request: Request) -> JsonAnswers | Response:
    """What a program sent, or why that cannot be read."""
    unread = JsonAnswers({})
    try:
        found = json.loads((await body_of(request)).decode(), parse_constant=_refuse)
    except HTTPException as error:
        return unread.refused(error.status_code)
    except (ValueError, RecursionError):
        return unread.refused(400)
    if not isinstance(found, dict):
        return _document(422, {"errors": {"request": "This is no JSON object."}})
    return JsonAnswers(found)


def _refuse(constant: str) -> None:
    """JSON has no NaN and no infinity (RFC 8259, section 6)."""
    raise ValueError(constant)


def _answered(site: Site, slug: str, answers: Answers, network: str) -> tuple[Response, bool]:
    """The answer, and whether it is the one that must take the same time for everybody."""
    edition = live_edition(site, slug)
    if edition is None:
        return answers.unknown(), False
    if seconds := site.gate.turns_away_network(network):
        return answers.later(edition, seconds), False
    try:
        wish = read_wish(edition.course, answers.fields, strict=answers.strict)
    except WishError as error:
        return answers.wrong(edition, error.faults), False
    if seconds := site.gate.turns_away_address(wish.key):
        return answers.later(edition, seconds), False
    if answers.trapped:
        _log.info("a form was filled in by a program")
    else:
        joined = join(site.database, edition, wish, answers.consent(edition), site.clock())
        _log.info("the course %s was asked for: %s", edition.course.slug, joined)
    return answers.asked(edition), True


def _document(status: int, document: Mapping[str, object], more: Mapping[str, str] | None = None) -> Response:
    """JSON in ASCII: a name of a field may hold what no encoding has."""
    return Response(json.dumps(document), status, media_type=_JSON, headers={**headers(), **(more or {})})
