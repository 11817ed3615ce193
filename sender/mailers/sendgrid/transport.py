"""How a request reaches SendGrid: a connection that tells "never connected" and "never sent" from "no answer".

Redirects are not followed: a POST would become a GET that sends nothing, and the key would go to
wherever the redirect leads.
"""

from __future__ import annotations

import http.client
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from python_http_client.client import Client

_LONGEST_BODY = 1 << 20
"""Bytes. SendGrid's own answers stay well below: a thousand errors, each with its field, come to a fifth of it."""


class NeverConnectedError(OSError):
    """No connection came about, so nothing can have been taken."""


class UntrustedError(NeverConnectedError):
    """The far end could not prove who it is, or does not speak TLS."""


class NotSentError(OSError):
    """The request broke off before its end, so nothing can have been taken."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What came back: a status, headers, and the body, or None where that broke off."""

    status: int
    headers: Mapping[str, str]
    body: bytes | None


class _Plain(http.client.HTTPConnection):
    def connect(self) -> None:
        try:
            super().connect()
        except (OSError, UnicodeError) as error:
            raise NeverConnectedError(_reason(error)) from error


class _Secure(http.client.HTTPSConnection):
    def connect(self) -> None:
        try:
            super().connect()
        except ssl.SSLError as error:
            raise UntrustedError(_reason(error)) from error
        except (OSError, UnicodeError) as error:
            raise NeverConnectedError(_reason(error)) from error


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or "the connection was lost"


class _PlainHandler(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Plain, req)


class _SecureHandler(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Secure, req, context=_trusted())


@cache
def _trusted() -> ssl.SSLContext:
    """Whom this machine trusts, read once: that takes about as long as all else that a thousand emails need."""
    return ssl.create_default_context()


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        """Follow nothing: the answer is then an error with the redirect's status."""


class DirectClient(Client):  # type: ignore[misc]  # the package has no types
    """The package's client over these connections. `timeout` is in seconds."""

    def post_encoded(self, body: bytes) -> Posted:
        """Post JSON as it is: the package's own `post` writes it with the slowest of writers.

        Raises NeverConnectedError, NotSentError, and OSError or HTTPException where no answer came.
        """
        headers = {**self.request_headers, "Content-Type": "application/json"}
        request = urllib.request.Request(self._build_url(None), body, headers, method="POST")  # noqa: S310  # checked
        try:
            response = _opener().open(request, timeout=self.timeout)
        except urllib.error.HTTPError as error:
            response = error
        except urllib.error.URLError as error:  # how urllib says that it could not send
            raise _unsent(error.reason) from error
        with response:
            return Posted(response.status, dict(response.headers), _whole(response))

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
    if isinstance(reason, NeverConnectedError):
        return reason
    return NotSentError(_reason(reason) if isinstance(reason, Exception) else str(reason))


def _whole(response: http.client.HTTPResponse | urllib.error.HTTPError) -> bytes | None:
    """The body of an answer, as far as anybody reads it, if that came."""
    try:
        body = response.read(_LONGEST_BODY)
    except (OSError, http.client.HTTPException):
        return None
    missing = getattr(response, "length", None)  # of what was announced
    return None if missing else body
