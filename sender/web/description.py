"""What programs may ask of this site, in the words of OpenAPI 3.1: `GET /openapi.json`."""

from __future__ import annotations

import json
from importlib import metadata, resources
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sender.web.pages import headers
from sender.web.site import Site


def description_route(site: Site) -> Route:
    """`GET /openapi.json`: the description, for any site to read."""
    content = json.dumps(description(site.base_url)).encode()

    def show(_request: Request) -> Response:
        own = {**headers(), "Access-Control-Allow-Origin": "*"}
        return Response(content, media_type="application/json", headers=own)

    return Route("/openapi.json", show, methods=["GET"], name="openapi")


def description(base_url: str) -> dict[str, Any]:
    """The description of the routes below an address."""
    kept = json.loads((resources.files("sender.web") / "openapi.json").read_text("utf-8"))
    info = {**kept["info"], "version": metadata.version("dripcourse")}
    return {**kept, "info": info, "servers": [{"url": base_url}]}
