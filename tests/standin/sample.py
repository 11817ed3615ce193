"""Requests for the stand-in's own tests: a well-formed one to be bent, and a client that posts it."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.standin.standin import DEFAULT_KEY, MAIL_SEND


@dataclass(frozen=True, slots=True)
class Response:
    """What came back: the status, the headers with names in lower case, the body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def errors(self) -> list[dict[str, str | None]]:
        """The errors of SendGrid's JSON answer."""
        errors: list[dict[str, str | None]] = json.loads(self.body)["errors"]
        return errors

    @property
    def fields(self) -> list[str | None]:
        """The field of each error."""
        return [error["field"] for error in self.errors]


def address(number: int) -> str:
    """The address of the sample person of that number."""
    return f"sample{number:03}@example.com"


def personalization(number: int = 1, /, **changes: Any) -> dict[str, Any]:
    """One recipient, as the mailer would send it."""
    return {
        "to": [{"email": address(number)}],
        "substitutions": {"-name0-": f"Sample {number:03}", "-name1-": f"<b>Sample {number:03}</b>"},
        "headers": {"List-Unsubscribe": f"<https://example.com/unsubscribe/{number}>"},
        "custom_args": {"drip_delivery": str(number)},
        **changes,
    }


def mail(people: int = 1, /, **changes: Any) -> dict[str, Any]:
    """A request to that many people; `changes` replace its parts, and a part set to None is left out."""
    payload = {
        "personalizations": [personalization(number) for number in range(1, people + 1)],
        "from": {"email": "course@example.com", "name": "The course"},
        "subject": "Lesson 1 for -name0-",
        "content": [
            {"type": "text/plain", "value": "Dear -name0-"},
            {"type": "text/html", "value": "<p>Dear -name1-</p>"},
        ],
        **changes,
    }
    return {name: part for name, part in payload.items() if part is not None}


def post(
    url: str, payload: object, *, key: str | None = DEFAULT_KEY, path: str = MAIL_SEND, **headers: str
) -> Response:
    """Posts JSON (or bytes as they are) over a connection of its own; raises what http.client raises."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=10)
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    sent = {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    if key is not None:
        sent["Authorization"] = f"Bearer {key}"
    try:
        connection.request("POST", path, body, sent)
        response = connection.getresponse()
        content = response.read()
        return Response(response.status, {name.lower(): value for name, value in response.getheaders()}, content)
    finally:
        connection.close()
