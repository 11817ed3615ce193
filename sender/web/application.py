"""Which address shows what, and what is answered where there is nothing to show."""

from __future__ import annotations

import logging

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from sender.errors import EditionError, StoreError
from sender.tokens import Purpose
from sender.web import certifying, confirming, leaving, lessons, moving, preferences, privacy, quizzing, reading
from sender.web.archive import archive_routes
from sender.web.assets import assets_route
from sender.web.description import description_route
from sender.web.health import health_route
from sender.web.joining import joining_routes
from sender.web.pages import problem
from sender.web.site import Site
from sender.web.token_pages import token_page
from sender.web.webhook import webhook_route

_log = logging.getLogger(__name__)
_RETRY_SECONDS = "30"


def create_app(site: Site) -> Starlette:
    """The application that serves a site's pages. It sets no cookies and needs no JavaScript."""
    application = Starlette(
        routes=[
            token_page(site, "/unsubscribe/{token}", Purpose.LEAVE, leaving.show, leaving.act),  # asked most: one click
            health_route(site),
            description_route(site),
            assets_route(site),
            webhook_route(site),
            *joining_routes(site),
            *archive_routes(site),
            token_page(site, "/confirm/{token}", Purpose.CONFIRM, confirming.show, confirming.act),
            token_page(site, "/privacy/{token}", Purpose.ACCESS, privacy.show, privacy.act),
            token_page(site, "/address/{token}", Purpose.ADDRESS, moving.show, moving.act),
            token_page(site, "/preferences/{token}", Purpose.LEARN, preferences.show, preferences.act),
            token_page(site, "/lessons/{token}", Purpose.LEARN, reading.show),
            token_page(site, "/lessons/{token}/all", Purpose.LEARN, lessons.index),
            token_page(site, "/lessons/{token}/read/{lesson}", Purpose.LEARN, lessons.read),
            token_page(site, "/quiz/{token}/{quiz}/{answer}", Purpose.LEARN, quizzing.show, quizzing.act),
            token_page(site, "/certificate/{token}", Purpose.LEARN, certifying.show),
        ],
        exception_handlers={
            HTTPException: _refused,
            StoreError: _unavailable,
            EditionError: _unavailable,
            ClientDisconnect: _gone,
            Exception: _failed,
        },
    )
    application.router.redirect_slashes = False  # a redirect would go to whatever host the request names
    return application


def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return problem(error.status_code, error.headers)


def _unavailable(_request: Request, error: Exception) -> Response:
    _log.warning("a page could not be shown: %s", error)
    return problem(503, {"Retry-After": _RETRY_SECONDS})


def _gone(_request: Request, _error: Exception) -> Response:
    """Whoever asked has hung up: nobody reads this."""
    return Response(status_code=400)


def _failed(_request: Request, _error: Exception) -> Response:
    """A defect of ours; the server logs it."""
    return problem(500)
