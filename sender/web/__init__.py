"""The subscribers' pages: a Starlette application to be served by `dripcourse run`, or mounted elsewhere."""

from __future__ import annotations

from sender.web.application import create_app
from sender.web.site import Site

__all__ = ["Site", "create_app"]
