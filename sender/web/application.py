"""Which address shows what, and what is answered where there is nothing to show."""

from __future__ import annotations

import logging

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from sender.errors import StoreError
from sender.tokens import Purpose
from sender.web import confirming, leaving, reading
from sender.web.health import health_route
from sender.web.pages import problem
from sender.web.site import Site
from sender.web.token_pages import token_page

_log = logging.getLogger(__name__)
_RETRY_SECONDS = "30"


def create_app(site: Site) -> Starlette:
    """The application that serves a site's pages. It sets no cookies and needs no JavaScript."""
    application = Starlette(
        routes=[
            health_route(site),
            token_page(site, "/confirm/{token}", Purpose.CONFIRM, confirming.show, confirming.act),
            token_page(site, "/unsubscribe/{token}", Purpose.LEAVE, leaving.show, leaving.act),
            token_page(site, "/preferences/{token}", Purpose.LEARN, leaving.show, leaving.act),
            token_page(site, "/lessons/{token}", Purpose.LEARN, reading.show),
        ],
        exception_handlers={
            HTTPException: _refused,
            StoreError: _unavailable,
            ClientDisconnect: _gone,
            Exception: _failed,
        },
    )
    application.router.redirect_slashes = False  # a redirect would go to whatever host the request names
    return application


def _route_of(request: Request) -> str:
    """The kind of page, for the log: the address itself may hold a token."""
    return next((route.path for route in request.app.routes if isinstance(route, Route) and _fits(route, request)), "?")


def _fits(route: Route, request: Request) -> bool:
    return route.path_regex.match(request.url.path) is not None


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return problem(error.status_code, headers=error.headers)


def _unavailable(request: Request, error: Exception) -> Response:
    _log.warning("%s %s: %s", request.method, _route_of(request), error)
    return problem(503, headers={"Retry-After": _RETRY_SECONDS})


def _gone(request: Request, error: Exception) -> Response:
    """Whoever asked has hung up: nobody reads this."""
    return Response(status_code=400)


def _failed(request: Request, error: Exception) -> Response:
    _log.error("%s %s failed: %s", request.method, _route_of(request), type(error).__name__)
    return problem(500)
