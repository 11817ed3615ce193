"""The SendGrid mailer: one request carries a batch (POST /v3/mail/send), through the `sendgrid` package."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from http.client import HTTPException

from sender.mailers import Mailer
from sender.mailers.sendgrid.answers import broken, meaning, refusal
from sender.mailers.sendgrid.connection import NotSentError
from sender.mailers.sendgrid.key import checked_key, client_with
from sender.mailers.sendgrid.payload import encoded, payload
from sender.mailers.sendgrid.transport import taken_in
from sender.model import Answer, Request

TIMEOUT_SECONDS = 25.0
"""How long a request may take. Shorter than a batch's lease, so that nobody takes a request for abandoned."""


class SendGridMailer(Mailer):
    """Sends through SendGrid, or whatever answers like it at `host`. Raises SettingError without a key.

    `clock` tells the machine's own time (UTC), against which the end of a rate limit is measured.
    """

    def __init__(self, key: str, host: str, clock: Callable[[], datetime], *, timeout: float = TIMEOUT_SECONDS) -> None:
        self._key = checked_key(key, fix="Set it, or set DRIPCOURSE_MAILER=folder to try things out.")
        self._host = host
        self._clock = clock
        self._timeout = timeout

    def send(self, request: Request) -> Answer:
        """Send one request."""
        client = client_with(self._key, self._host, self._timeout)
        body, numbered = payload(request)
        try:
            posted = client.mail.send.post_encoded(encoded(body))
        except NotSentError as error:
            early = None if error.early is None else taken_in(error.early)
            refused = early and refusal(early.status, early.body, early.headers, self._clock())
            return refused or broken(error)
        except (OSError, HTTPException) as error:
            return broken(error)
        return meaning(posted.status, posted.body, posted.headers, numbered, self._clock())
