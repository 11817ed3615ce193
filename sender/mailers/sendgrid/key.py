"""SendGrid's API key: whether what is set can be one, and the client that shows it."""

from __future__ import annotations

import logging

from sendgrid import SendGridAPIClient

from sender.errors import SettingError
from sender.mailers.sendgrid.transport import DirectClient


def checked_key(key: str, *, fix: str) -> str:
    """The key, if it can be one. Raises SettingError; where none is set, `fix` says what else can be done."""
    if not key:
        raise SettingError("SENDGRID_API_KEY is not set.", fix=fix)
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise SettingError("SENDGRID_API_KEY is no key: it has spaces or odd characters.", fix="Copy it again.")
    return key


def client_with(key: str, host: str, timeout: float) -> DirectClient:
    """A client for one request at a time: the package's is not made to be shared by threads. Seconds."""
    logging.getLogger("python_http_client").setLevel(logging.WARNING)  # its DEBUG lines hold the key
    headers = SendGridAPIClient(api_key=key, host=host).client.request_headers
    return DirectClient(host=host, request_headers=headers, version=3, timeout=timeout)
