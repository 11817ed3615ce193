"""What SendGrid's answers mean for a batch: a pure table from status, headers and body."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sender.mailers.sendgrid.transport import NeverConnectedError, UntrustedError
from sender.model import Answer, Verdict

_RECIPIENT = re.compile(r"personalizations[.\[](\d+)\]?\.(?:to|cc|bcc|substitutions|headers|custom_args)")
_TOO_MANY = 429


def meaning(status: int, body: object, headers: Mapping[str, str], deliveries: Sequence[int], now: datetime) -> Answer:
    """What an answer means. `deliveries` names the delivery of each personalization, by its place.

    `now` is the machine's own time, against which the end of a limit is measured.
    A 400 that names recipients refuses those and says nothing of the others. One that names none,
    a bad key, spent credits or an unverified sender is for an operator to mend. 429 and 5xx pass.
    """
    errors = _errors(body)
    said = "; ".join(message for message, _ in errors) or f"SendGrid answered {status}"
    named = {name.lower(): value for name, value in headers.items()}
    if 200 <= status < 300:
        return _accepted(status, body, named.get("x-message-id", ""))
    if 300 <= status < 400:
        said = f"{said}: it redirects to {named.get('location', 'nowhere')[:200]}"
        return Answer(Verdict.HELD, f"{said}. Check DRIPCOURSE_SENDGRID_HOST and the network.", account=True)
    if status == _TOO_MANY:
        return Answer(Verdict.WAIT, f"SendGrid asks to wait: {said}.", wait=_wait(named, now), account=True)
    if status >= 500 or status == 408:
        return Answer(Verdict.WAIT, f"SendGrid is out of order ({status}): {said}.", account=True)
    if status in {400, 413} and (refused := _refused(errors, deliveries)):
        return Answer(Verdict.REFUSED_SOME, said, refused=refused)
    if status == 401 and "credit" in said.lower():
        return Answer(Verdict.HELD, f"The SendGrid account has no credits left: {said}.", account=True)
    if status == 401:
        return Answer(Verdict.HELD, f"SendGrid refuses the key in SENDGRID_API_KEY: {said}.", account=True)
    if status == 403:
        return Answer(Verdict.HELD, f"SendGrid does not let this account send as it asks to: {said}.", account=True)
    return Answer(Verdict.HELD, f"SendGrid refuses the request ({status}): {said}.")


def _accepted(status: int, body: object, message_id: str) -> Answer:
    """SendGrid's yes is a 202 with a message id and no body; a page that some proxy shows instead is not."""
    if message_id or not body:
        return Answer(Verdict.ACCEPTED, message_id=message_id)
    return Answer(Verdict.UNCERTAIN, f"a {status} that is not SendGrid's came back; something stands in between")


def not_connected(reason: NeverConnectedError) -> Answer:
    """No connection came about: nothing was taken. It is tried again, unless the far end is not to be trusted."""
    if isinstance(reason, UntrustedError):
        said = f"The connection to SendGrid is not safe ({reason}). Check the machine's clock, certificates and proxy."
        return Answer(Verdict.HELD, said, account=True)
    return Answer(Verdict.WAIT, f"SendGrid cannot be reached: {reason}.", account=True)


def unknown(reason: object) -> Answer:
    """The request went out and no whole answer came back: it may have been taken."""
    return Answer(Verdict.UNCERTAIN, f"no answer came back: {reason or 'the connection was lost'}")


def _errors(body: object) -> list[tuple[str, str]]:
    """The messages of an error body with the fields they name; empty where it holds none."""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)
    try:
        parsed = json.loads(text)
    except ValueError:
        return []
    errors = parsed.get("errors") if isinstance(parsed, dict) else None
    if not isinstance(errors, list):
        return []
    named = [error for error in errors if isinstance(error, dict) and error.get("message")]
    return [(str(error["message"]).rstrip("."), str(error.get("field") or "")) for error in named]


def _refused(errors: Sequence[tuple[str, str]], deliveries: Sequence[int]) -> dict[int, str]:
    """Why which deliveries were refused; empty where any error names no recipient of this request."""
    refused: dict[int, str] = {}
    for message, field in errors:
        found = _RECIPIENT.match(field)
        if found is None or int(found[1]) >= len(deliveries):
            return {}
        refused[deliveries[int(found[1])]] = message
    return refused


def _wait(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long a limit holds, by X-RateLimit-Reset (Unix seconds) or Retry-After (seconds), if either is there."""
    reset, after = headers.get("x-ratelimit-reset", ""), headers.get("retry-after", "")
    if reset.isdecimal() and len(reset) <= 11:
        return max(timedelta(0), datetime.fromtimestamp(int(reset), UTC) - now)
    return timedelta(seconds=int(after)) if after.isdecimal() and len(after) <= 6 else None
