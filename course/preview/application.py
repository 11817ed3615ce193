"""Which address of the preview shows what."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import date
from functools import cache
from http import HTTPStatus
from secrets import token_hex, token_urlsafe
from zoneinfo import available_timezones

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from course.cadence import NOT_PLACES, is_zone
from course.check.rules.email_size import MANY, MOST
from course.errors import CourseError
from course.personas import PERSONAS
from course.pictures import Pictures, media_type
from course.preview.choices import choices_in
from course.preview.desk import Desk
from course.preview.events import events_route
from course.preview.excerpts import lines_of, problems_in
from course.preview.guard import OwnHost
from course.preview.pages import email_page, headers, page, static_file
from course.preview.posting import Post
from course.preview.recipients import MOST_RECIPIENTS
from course.preview.sending import send_route
from course.preview.showing import ASSETS
from course.preview.sight import counted, sight

_SENTENCES = {
    403: "Only the preview's own page can do this. Load it again.",
    404: "The preview has no such page, and the course no such file.",
    405: "This address does not take such a request.",
    413: "The form is larger than it may be.",
    500: "This is a defect of dripcourse. What went wrong is in the terminal where the preview runs.",
}


def create_app(desk: Desk, *, port: int, today: Callable[[], date], post: Post | None = None) -> Starlette:
    """The application that shows what is on a desk, and keeps it up to date while it runs."""
    token, run = token_urlsafe(), token_hex(8)

    @asynccontextmanager
    async def running(_application: Starlette) -> AsyncIterator[None]:
        await desk.read()
        working = asyncio.create_task(desk.run())
        yield
        working.cancel()
        desk.close()
        with suppress(asyncio.CancelledError):
            await working

    application = Starlette(
        routes=[
            _page_route(desk, today, token, run, can_send=post is not None),
            _email_route(desk, today),
            events_route(desk, run),
            _source_route(desk, run),
            _picture_route(desk),
            Route("/static/{name}", _static, methods=["GET"], name="static"),
            send_route(desk, post, token, port, today),
        ],
        exception_handlers={HTTPException: _refused, Exception: _failed},
        middleware=[Middleware(OwnHost, port=port)],
        lifespan=running,
    )
    application.router.redirect_slashes = False
    return application


def _page_route(desk: Desk, today: Callable[[], date], token: str, run: str, *, can_send: bool) -> Route:
    """`GET /`: the page, for the choices in its query."""

    async def show(request: Request) -> Response:
        choices = choices_in(request.query_params.multi_items(), today())
        return page(
            "page.html",
            sight=await sight(desk, choices, today()),
            personas=PERSONAS,
            zones=_zone_names(),
            unknown_zone="" if not choices.zone or is_zone(choices.zone) else choices.zone,
            can_send=can_send,
            most_recipients=MOST_RECIPIENTS,
            token=token,
            clipped=MOST,
            large=MANY,
            run=run,
            counted=counted,
        )

    return Route("/", show, methods=["GET"], name="page")


def _email_route(desk: Desk, today: Callable[[], date]) -> Route:
    """`GET /email`: the email alone, as a frame shows it; with status 422, why there is none."""

    async def email(request: Request) -> Response:
        choices = choices_in(request.query_params.multi_items(), today())
        version = desk.state.version
        try:
            response = email_page((await desk.email(choices)).html)
        except CourseError as error:
            response = page("problems.html", status=422, problems=problems_in(error, desk.state.files))
        response.headers["X-Version"] = str(version)
        return response

    return Route("/email", email, methods=["GET"], name="email")


def _source_route(desk: Desk, run: str) -> Route:
    """`GET /source/FILE`: a file of the course by lines, with what is found in each; a picture as it is."""

    async def source(request: Request) -> Response:
        file, files = str(request.path_params["file"]), desk.state.files
        lines = lines_of(file, files)
        if lines is None and media_type(files.get(file, b"")) is None:
            raise HTTPException(404)
        found = [one for one in desk.report.findings if one.file == file] if desk.report else []
        numbers = {line.number for line in lines or ()}
        return page(
            "source.html",
            version=desk.state.version,
            run=run,
            file=file,
            lines=lines or (),
            at={one.line: [other for other in found if other.line == one.line] for one in found if one.line in numbers},
            loose=[one for one in found if one.line not in numbers],
            picture=next((one for one in Pictures(files).all() if one.path == file), None) if lines is None else None,
        )

    return Route("/source/{file:path}", source, methods=["GET"], name="source")


def _picture_route(desk: Desk) -> Route:
    """`GET /assets/HASH/NAME`: a picture of the course."""

    async def picture(request: Request) -> Response:
        wanted = str(request.path_params["hash"])
        found = next((one for one in Pictures(desk.state.files).all() if one.hash == wanted), None)
        if found is None:
            raise HTTPException(404)
        # An SVG is a document when it is opened by itself: in a sandbox, no script in it runs.
        own = headers(sandbox="", style_src="'unsafe-inline'") | {"Cache-Control": "public, max-age=86400, immutable"}
        return Response(found.content, media_type=found.media_type, headers=own)

    return Route(f"{ASSETS}/{{hash}}/{{name}}", picture, methods=["GET"], name="picture")


async def _static(request: Request) -> Response:
    found = static_file(str(request.path_params["name"]))
    if found is None:
        raise HTTPException(404)
    return found


def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _problem(error.status_code)


def _failed(_request: Request, _error: Exception) -> Response:
    """A defect of ours; the server logs it."""
    return _problem(500)


def _problem(status: int) -> Response:
    sentence = _SENTENCES.get(status, "This request cannot be answered.")
    return page("problem.html", status=status, title=HTTPStatus(status).phrase, sentence=sentence)


@cache
def _zone_names() -> tuple[str, ...]:
    return tuple(sorted(available_timezones() - NOT_PLACES))
