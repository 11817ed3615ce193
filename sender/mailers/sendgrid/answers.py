"""What SendGrid's answers mean for a batch: a pure table from status, body and headers, and from what broke.

The statuses are those of Twilio's description of the Mail API (v3) and of its page on errors; others come from whatever
may stand between. Nothing is taken by SendGrid but with a yes; an answer that may be somebody else's leaves that open.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from sender.mailers.sendgrid.connection import NeverConnectedError, NotSentError, UntrustedError
from sender.model import Answer, Verdict

_ACCOUNT, _BATCH = True, False


@dataclass(frozen=True, slots=True)
class _Row:
    """The verdict on one of `statuses` whose body says `text` somewhere; `own`: if it is an error of SendGrid's own."""

    statuses: Container[int]
    verdict: Verdict
    account: bool
    words: str
    text: re.Pattern[str] = re.compile("")
    own: bool = False


_TABLE = (
    _Row(range(300, 400), Verdict.HELD, _ACCOUNT,
         "The request is sent elsewhere. Check DRIPCOURSE_SENDGRID_HOST and the network"),
    _Row({401, 402, 403, 429}, Verdict.HELD, _ACCOUNT, "The SendGrid account has no credits left",
         re.compile("credit")),
    _Row({401}, Verdict.HELD, _ACCOUNT, "SendGrid refuses the key in SENDGRID_API_KEY"),
    _Row({403}, Verdict.WAIT, _ACCOUNT, "SendGrid asks to wait", re.compile("too many|temporar")),
    _Row({402, 403, 451}, Verdict.HELD, _ACCOUNT, "SendGrid does not let this account send as it asks to"),
    _Row({404, 405, 406, 407, 410, 415, 421, 426}, Verdict.HELD, _ACCOUNT,
         "What answers takes no mail. Check DRIPCOURSE_SENDGRID_HOST and the network"),
    _Row({425, 429}, Verdict.WAIT, _ACCOUNT, "SendGrid asks to wait"),
    _Row({408}, Verdict.WAIT, _ACCOUNT, "SendGrid did not get the whole request"),
    _Row(range(400, 500), Verdict.HELD, _BATCH, "SendGrid refuses the request"),
    _Row({502, 504}, Verdict.WAIT, _ACCOUNT, "SendGrid is out of order", own=True),
    _Row({502, 504}, Verdict.UNCERTAIN, _BATCH, "somebody passed the request on and does not know what became of it"),
    _Row(range(500, 600), Verdict.WAIT, _ACCOUNT, "SendGrid is out of order"),
    _Row(range(1000), Verdict.UNCERTAIN, _BATCH, "the answer is none of SendGrid's; something stands in between"),
)  # fmt: skip
"""The first row that fits holds. `_ACCOUNT`: other requests would fare alike.

500 and 503 are SendGrid's own word that it failed. 502 and 504, where they come without an error of SendGrid's, are a
gateway's (RFC 9110, section 15.6): it had handed the request on, and whoever got it may have taken it. Being wrong
there costs a day's delay; the other way, a thousand people would get their lesson twice.
"""

_NAMES_ONE = re.compile(r"personalizations(?:\.|\[)([0-9]{1,6})\]?(?:\.(?:to|cc|bcc|substitutions)\b.*)?")
_MANY = 10
_LONGEST_TEXT = 300
_LONGEST_WAIT = timedelta(days=1)


def meaning(
    status: int, body: bytes | None, headers: Mapping[str, str], deliveries: Sequence[int], now: datetime
) -> Answer:
    """What an answer means. `deliveries` names the delivery of each personalization, by its place.

    `body` is None where it broke off: then the status and the headers count. `now` is the machine's own time,
    by which the end of a limit is measured where the answer has no date.
    A 400 that names recipients refuses those and says nothing of the others.
    """
    errors = _errors(body or b"")
    named = {name.lower(): value for name, value in headers.items()}
    if 200 <= status < 300 and (named.get("x-message-id") or (status in {200, 202} and body == b"")):
        return Answer(Verdict.ACCEPTED, message_id=named.get("x-message-id", ""))
    said = "; ".join(message for message, _ in errors)[:_LONGEST_TEXT]
    if status in {400, 413} and (refused := _refused(errors, deliveries)):
        return Answer(Verdict.REFUSED_SOME, said, refused=refused)
    row = next(
        one for one in _TABLE if status in one.statuses and one.text.search(said.lower()) and (errors or not one.own)
    )
    reason = f"{row.words}: {said}." if said else f"{row.words} ({status})."
    wait = _wait(named, now) if row.verdict is Verdict.WAIT else None
    return Answer(row.verdict, reason, wait=wait, account=row.account)


def refusal(status: int, body: bytes | None, headers: Mapping[str, str], now: datetime) -> Answer | None:
    """What follows from an answer to a request that did not go out whole: None where that is all that is to say.

    Nothing was taken, whatever it says. It counts where it is whole, and would be the same for other requests, or calls
    this one too long; of its recipients it cannot know.
    """
    if body is None:
        return None
    answer = meaning(status, body, headers, (), now)
    return answer if answer.account or status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else None


def broken(error: Exception) -> Answer:
    """What follows where no answer came at all: only a request that went out whole may have been taken."""
    if isinstance(error, UntrustedError):
        said = f"The connection to SendGrid is not safe ({error}). Check the machine's clock, certificates and proxy."
        return Answer(Verdict.HELD, said, account=_ACCOUNT)
    if isinstance(error, NeverConnectedError):
        return Answer(Verdict.WAIT, f"SendGrid cannot be reached: {error}.", account=_ACCOUNT)
    if isinstance(error, NotSentError):
        return Answer(Verdict.WAIT, f"The request could not be sent to its end: {error}.", account=_ACCOUNT)
    return Answer(Verdict.UNCERTAIN, f"no answer came back: {str(error) or 'the connection was lost'}")


def _errors(body: bytes) -> list[tuple[str, str]]:
    """The messages of SendGrid's error body with the fields they name; empty where it is none of SendGrid's."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return []
    errors = parsed.get("errors") if isinstance(parsed, dict) else None
    if not isinstance(errors, list):
        return []
    named = [error for error in errors if isinstance(error, dict) and isinstance(error.get("message"), str)]
    return [(_line(error["message"]), str(error.get("field") or "")) for error in named if error["message"]]


def _line(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text[:_LONGEST_TEXT]).strip().rstrip(".")


def _refused(errors: Sequence[tuple[str, str]], deliveries: Sequence[int]) -> dict[int, str]:
    """Why which deliveries were refused; empty where any error names no recipient of this request.

    What is wrong with all of many is wrong with the request: nobody fails for that.
    """
    refused: dict[int, str] = {}
    for message, field in errors:
        found = _NAMES_ONE.fullmatch(field)
        if found is None or int(found[1]) >= len(deliveries):
            return {}
        refused[deliveries[int(found[1])]] = message
    return refused if len(refused) < max(len(deliveries), _MANY) else {}


def _wait(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long a limit holds, by X-RateLimit-Reset (Unix seconds) or Retry-After (seconds, or a date), if either says.

    More than a day is no limit of SendGrid's, but a clock that is wrong.
    """
    now = _date(headers.get("date", "")) or now
    reset, after = headers.get("x-ratelimit-reset", ""), headers.get("retry-after", "")
    said = []
    if reset.isdecimal() and len(reset) <= 11:
        said.append(datetime.fromtimestamp(int(reset), UTC) - now)
    if after.isdecimal() and len(after) <= 6:
        said.append(timedelta(seconds=int(after)))
    elif (until := _date(after)) is not None:
        said.append(until - now)
    credible = [max(wait, timedelta(0)) for wait in said if abs(wait) <= _LONGEST_WAIT]
    return max(credible, default=None)


def _date(text: str) -> datetime | None:
    """A moment as HTTP writes it (RFC 9110, section 5.6.7), or None."""
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
