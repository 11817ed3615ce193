"""What arrives in each recipient's inbox when SendGrid has taken a request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.standin.addresses import KINDS
from tests.standin.substitution import Substitution, substitute


@dataclass(frozen=True, slots=True)
class Arrived:
    """One email in one inbox: `html` or `text` is None where the request had no such part.

    `headers` and `custom_args` are the request's and the personalization's merged, as they stood: substitutions do not
    reach them. `request_number` counts from 1.
    """

    to: str
    to_name: str | None
    sender: str
    reply_to: str | None
    subject: str
    html: str | None
    text: str | None
    headers: Mapping[str, str]
    custom_args: Mapping[str, str]
    message_id: str
    request_number: int


def arrivals(
    payload: Mapping[str, Any], *, message_id: str, request_number: int, how: Substitution = Substitution.ONE_PASS
) -> Iterator[Arrived]:
    """One `Arrived` a recipient of a `payload` that has passed the limits, in the order of the request."""
    parts = {part["type"]: part["value"] for part in payload["content"]}
    reply_to = (payload.get("reply_to") or {}).get("email")
    for personalization in payload["personalizations"]:
        values: Mapping[str, str] = personalization.get("substitutions") or {}
        subject = personalization.get("subject") or payload["subject"]
        personal = [_filled(text, values, how) for text in (reply_to, parts.get("text/html"), parts.get("text/plain"))]
        for person in (person for kind in KINDS for person in personalization.get(kind) or ()):
            yield Arrived(
                to=person["email"],
                to_name=person.get("name"),
                sender=(personalization.get("from") or payload["from"])["email"],
                reply_to=personal[0],
                subject=substitute(subject, values, how),
                html=personal[1],
                text=personal[2],
                headers={**(payload.get("headers") or {}), **(personalization.get("headers") or {})},
                custom_args={**(payload.get("custom_args") or {}), **(personalization.get("custom_args") or {})},
                message_id=message_id,
                request_number=request_number,
            )


def _filled(text: str | None, values: Mapping[str, str], how: Substitution) -> str | None:
    return None if text is None else substitute(text, values, how)
