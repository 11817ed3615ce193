"""Whether this process can do its work, for whatever watches over it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sender.errors import StoreError
from sender.store.editions import courses
from sender.web.pages import headers
from sender.web.site import Site


def health_route(site: Site) -> Route:
    """`GET /healthz`: 200 where the database can be read, 503 where it cannot."""

    def health(_request: Request) -> Response:
        try:
            with site.database.read() as connection:
                courses(connection)
        except StoreError:
            return _answer(503, {"status": "unavailable", "database": "unreachable"})
        return _answer(200, {"status": "ok", "database": "reachable"})

    return Route("/healthz", health, methods=["GET"], name="healthz")


def _answer(status: int, document: dict[str, str]) -> Response:
    return JSONResponse(document, status, headers=headers())
