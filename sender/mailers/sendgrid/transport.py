"""How a request reaches SendGrid: a connection that tells "never connected" from "no answer".

Redirects are not followed: a POST would become a GET that sends nothing, and the key would go to
wherever the redirect leads.
"""

from __future__ import annotations

import http.client
import ssl
import urllib.request
from typing import Any

from python_http_client import Client


class NeverConnectedError(OSError):
    """No connection came about, so nothing can have been taken."""


class UntrustedError(NeverConnectedError):
    """The far end could not prove who it is, or does not speak TLS."""


class _Plain(http.client.HTTPConnection):
    def connect(self) -> None:
        try:
            super().connect()
        except OSError as error:
            raise NeverConnectedError(_reason(error)) from error


class _Secure(http.client.HTTPSConnection):
    def connect(self) -> None:
        try:
            super().connect()
        except ssl.SSLError as error:
            raise UntrustedError(_reason(error)) from error
        except OSError as error:
            raise NeverConnectedError(_reason(error)) from error


def _reason(error: OSError) -> str:
    return error.strerror or str(error)


class _PlainHandler(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Plain, req)


class _SecureHandler(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Secure, req, context=ssl.create_default_context())


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        """Follow nothing: the answer is then an error with the redirect's status."""


class DirectClient(Client):  # type: ignore[misc]  # the package has no types
    """The package's client over these connections. `timeout` is in seconds."""

    def _make_request(self, _opener: object, request: urllib.request.Request, timeout: float | None = None) -> Any:
        opener = urllib.request.build_opener(_PlainHandler, _SecureHandler, _NoRedirects)
        return super()._make_request(opener, request, timeout=timeout)

    def _build_client(self, name: str | None = None) -> DirectClient:
        """The next part of the address: the package would go on with its own kind of client."""
        path = [*self._url_path, name] if name else self._url_path
        return DirectClient(
            host=self.host, version=self._version, request_headers=self.request_headers, url_path=path,
            append_slash=self.append_slash, timeout=self.timeout,
        )  # fmt: skip
