"""SendGrid's own lists of addresses that it sends nothing to, fetched page by page (GET /v3/suppression/…)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import StrEnum
from http.client import HTTPException
from typing import NoReturn
from urllib.error import URLError

from python_http_client.exceptions import HTTPError

from sender.errors import SenderError
from sender.mailers.sendgrid.key import checked_key, client_with

PAGE = 500
"""The most addresses that SendGrid gives at a time."""

_TIMEOUT_SECONDS = 60.0
_AGAIN = "Run it again: what was fetched so far is kept, and nothing is harmed by fetching it twice."


class SuppressionList(StrEnum):
    """The lists that are fetched. Blocks are not: SendGrid itself goes on trying those addresses."""

    BOUNCES = "bounces"
    INVALID_EMAILS = "invalid_emails"
    SPAM_REPORTS = "spam_reports"
    UNSUBSCRIBES = "unsubscribes"


class SendGridLists:
    """The suppression lists of an account, at SendGrid or whatever answers like it at `host`.

    Raises SettingError without a key. `timeout` is in seconds, for each page.
    """

    def __init__(self, key: str, host: str, *, timeout: float = _TIMEOUT_SECONDS) -> None:
        self._key = checked_key(key, fix="Set it: the lists are kept at SendGrid.")
        self._host = host
        self._timeout = timeout

    def pages(self, name: SuppressionList) -> Iterator[list[str]]:
        """The addresses of a list, at most 500 at a time, as SendGrid writes them.

        An address that comes onto the list meanwhile moves the others on, so some may come twice. Raises SenderError
        where SendGrid does not answer as it should.
        """
        offset, before = 0, None
        while True:
            page = self._page(name, offset)
            if page and page == before:
                raise SenderError(f"SendGrid gives the same page of {name} again and again.", fix="Try it later.")
            if page:
                yield page
            if len(page) < PAGE:
                return
            offset, before = offset + PAGE, page

    def _page(self, name: SuppressionList, offset: int) -> list[str]:
        client = client_with(self._key, self._host, self._timeout)
        parameters = {"limit": PAGE, "offset": offset}
        try:
            response = getattr(client.suppression, name).get(query_params=parameters)
        except HTTPError as error:
            _refused(error.status_code)
        except URLError as error:
            raise SenderError(f"SendGrid cannot be reached: {error.reason}.", fix=_AGAIN) from error
        except (OSError, HTTPException) as error:
            said = str(error) or "the connection was lost"
            raise SenderError(f"SendGrid did not answer to the end: {said}.", fix=_AGAIN) from error
        return _addresses(response.body)


def _refused(status: int) -> NoReturn:
    """Say in a sentence what a status means here."""
    if status == 401:
        raise SenderError("SendGrid refuses the key in SENDGRID_API_KEY.", fix="Copy it again, or make a new one.")
    if status == 403:
        fix = "At SendGrid, give the key read access to Suppressions."
        raise SenderError("The key in SENDGRID_API_KEY may not read the suppression lists.", fix=fix)
    if status == 429:
        raise SenderError("SendGrid asks to wait.", fix=f"Wait a minute. {_AGAIN}")
    if 300 <= status < 400:
        fix = "Check DRIPCOURSE_SENDGRID_HOST and the network."
        raise SenderError(f"SendGrid's address redirects elsewhere ({status}).", fix=fix)
    raise SenderError(f"SendGrid answered {status}.", fix=_AGAIN)


def _addresses(body: bytes) -> list[str]:
    """The addresses of a page. An entry without one stands as an empty text, so that places are counted right."""
    try:
        page = json.loads(body)
    except (ValueError, RecursionError):
        page = None
    if not isinstance(page, list) or not all(isinstance(entry, dict) for entry in page):
        fix = "Check DRIPCOURSE_SENDGRID_HOST and the network."
        raise SenderError("What came back is no suppression list of SendGrid's.", fix=fix)
    found = (entry.get("email") for entry in page)
    return [address if isinstance(address, str) else "" for address in found]
