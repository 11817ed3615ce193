"""Who may talk to the preview: only pages of its own, from this machine.

Any site that an author visits can make their browser send requests to loopback; one whose name is made to lead there
(DNS rebinding) could even read the answers. Its requests name another host, and those that change something another
origin.
"""

from __future__ import annotations

from collections.abc import Mapping
from secrets import compare_digest

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from course.preview.pages import headers

NAMES = ("127.0.0.1", "localhost", "[::1]")


class OwnHost:
    """Lets through what is asked of one of our own names and our own port, and nothing else."""

    def __init__(self, application: ASGIApp, port: int) -> None:
        self._application = application
        self._hosts = hosts(port)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and Headers(scope=scope).getlist("host") not in [[host] for host in self._hosts]:
            said = f"The preview answers only at {self._hosts[0]}.\n"
            await PlainTextResponse(said, 421, headers=headers())(scope, receive, send)
            return
        await self._application(scope, receive, send)


def hosts(port: int) -> tuple[str, ...]:
    """What a Host header may say."""
    return tuple(f"{name}:{port}" for name in NAMES)


def is_own(given: Mapping[str, str], port: int) -> bool:
    """Whether a request that would change something comes from a page of ours, by its headers.

    Browsers say where a request comes from in Sec-Fetch-Site and Origin (Fetch Standard, and the draft "Fetch Metadata
    Request Headers"); one of the two has to be there, and each that is has to be right.
    """
    site, origin = given.get("sec-fetch-site"), given.get("origin")
    if site is None and origin is None:
        return False
    return site in {None, "same-origin"} and origin in {None, *(f"http://{host}" for host in hosts(port))}


def same(token: str, given: str) -> bool:
    """Whether a token is the one that our page holds."""
    return compare_digest(token.encode(), given.encode("utf-8", "replace"))
