"""How a request reaches SendGrid: by the package's client, over connections that end by a deadline.

Redirects are not followed: a POST would become a GET that sends nothing, and the key would go to
wherever the redirect leads.
"""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from python_http_client.client import Client

from sender.mailers.sendgrid.connection import Bounded, BoundedSecure, NeverConnectedError, NotSentError, reason_of

_LONGEST_BODY = 1 << 20
"""Bytes. SendGrid's own answers stay well below: a thousand errors, each with its field, come to a fifth of it."""


_Response = http.client.HTTPResponse | urllib.error.HTTPError


@dataclass(frozen=True, slots=True)
class Posted:
    """What came back: a status, headers, and the body, or None where that broke off."""

    status: int
    headers: Mapping[str, str]
    body: bytes | None


class _PlainHandler(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(Bounded, req)


class _SecureHandler(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(BoundedSecure, req)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows nothing, and does not even read where to: the answer is then an error with the redirect's status."""

    def http_error_302(self, *_args: Any, **_kwargs: Any) -> None:
        """Leave it to whoever makes an error of the status."""

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


class DirectClient(Client):  # type: ignore[misc]  # the package has no types
    """The package's client over these connections. `timeout` is in seconds, for a whole exchange."""

    def post_encoded(self, body: bytes) -> Posted:
        """Post JSON as it is: the package's own `post` writes it with the slowest of writers.

        Raises NeverConnectedError, NotSentError, and OSError or HTTPException where no answer came.
        """
        headers = {**self.request_headers, "Content-Type": "application/json"}
        request = urllib.request.Request(self._build_url(None), body, headers, method="POST")  # noqa: S310  # checked
        try:
            response: _Response = _opener().open(request, timeout=self.timeout)
        except urllib.error.HTTPError as error:
            response = error
        except urllib.error.URLError as error:  # how urllib says that it could not send
            raise _unsent(error.reason) from error
        return taken_in(response)

    def _make_request(self, _given: object, request: urllib.request.Request, timeout: float | None = None) -> Any:
        return super()._make_request(_opener(), request, timeout=timeout)

    def _build_client(self, name: str | None = None) -> DirectClient:
        """The next part of the address: the package would go on with its own kind of client."""
        path = [*self._url_path, name] if name else self._url_path
        return DirectClient(
            host=self.host, version=self._version, request_headers=self.request_headers, url_path=path,
            append_slash=self.append_slash, timeout=self.timeout,
        )  # fmt: skip


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_PlainHandler, _SecureHandler, _NoRedirects)


def _unsent(reason: object) -> OSError:
    if isinstance(reason, NeverConnectedError | NotSentError):
        return reason
    return NotSentError(reason_of(reason) if isinstance(reason, Exception) else str(reason))


def taken_in(response: _Response) -> Posted:
    """An answer, read to its end, and closed."""
    with response:
        return Posted(int(response.status or 0), dict(response.headers), _whole(response))


def _whole(response: _Response) -> bytes | None:
    """The body of an answer, as far as anybody reads it, if that came."""
    try:
        body = response.read(_LONGEST_BODY)
    except (OSError, http.client.HTTPException):
        return None
    missing = getattr(response, "length", None)  # of what was announced
    return None if missing else body
