"""The circuit breaker: after failures in a row a mailer is left alone for a while. Pure, from what the store knows.

Whatever shows that other requests would fare alike counts as a failure: an answer that concerns the account, and none
at all, since a mailer that takes requests and does not answer leaves each of them uncertain. When the time is over, one
small request goes first; what becomes of it decides for all.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sender.model import Answer, Verdict
from sender.pacing import Pacing, Traffic, free_from
from sender.retry import again_at

OPENS_AFTER = 3
"""How many failures in a row open it, where none of them says by itself that the mailer is to be left alone."""

TRIAL_SIZE = 1
"""How many recipients the request has that goes first: it may fail, or be uncertain, like those before it."""

_TRIAL = timedelta(minutes=1)
_LONGEST = timedelta(days=1, minutes=1)
_SECOND = timedelta(seconds=1)
_AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
_REASON = 500
_MENDED = ". Once that is mended, `dripcourse release --all` goes on at once."


def whole(moment: datetime) -> datetime:
    """A moment in whole seconds, as the store keeps it, never earlier."""
    return moment.replace(microsecond=0) + _SECOND if moment.microsecond else moment


def closed_until(traffic: Traffic, now: datetime) -> datetime | None:
    """Until when (UTC) no request is made; None where one may be.

    A moment that lies further ahead than any could is of a clock that was wrong.
    """
    until = traffic.closed_until
    return until if until is not None and now < until <= now + _LONGEST else None


def opens_at(pacing: Pacing, traffic: Traffic, now: datetime) -> datetime | None:
    """From when on (UTC, whole seconds) a request may be made, by all that is known; None where one may be now."""
    opens = max(closed_until(traffic, now) or now, free_from(pacing, traffic, now))
    return whole(opens) if opens > now else None


def wants_trial(traffic: Traffic, now: datetime) -> bool:
    """Whether the mailer was left alone and the time for that is over: one request goes first."""
    return traffic.closed_until is not None and closed_until(traffic, now) is None


def on_trial(traffic: Traffic, now: datetime) -> Traffic:
    """The traffic while that request is under way: for others it stays closed, at most as long as one may take."""
    return replace(traffic, closed_until=whole(now) + _TRIAL)


def judged(traffic: Traffic, answer: Answer | None, now: datetime, *, trial: bool) -> Traffic:
    """The traffic after an answer at `now` (UTC); `trial`: to the request that went first. None: none was made.

    Waits double from a minute to an hour, with each failure of such a request; what the far end asks for wins where it
    is longer, up to a day. Answers to what began before it was closed neither open it again nor prolong its waits.
    """
    if answer is None:
        return replace(traffic, closed_until=_AT_ONCE) if trial else traffic
    closed = None if trial else closed_until(traffic, now)
    if not _failed(answer):
        as_before = not trial and traffic.closed_until is not None
        return traffic if as_before else replace(traffic, failures=0, closed_until=None, reason="")
    if closed is not None:
        asked = whole(again_at(0, 0, now, answer.wait)) if answer.wait is not None else closed
        return replace(traffic, closed_until=max(closed, asked))
    failures = traffic.failures + 1
    if trial or answer.verdict is Verdict.HELD or answer.wait is not None:
        failures = max(failures, OPENS_AFTER)
    until = None
    if failures >= OPENS_AFTER:
        until = again_at(0, failures - OPENS_AFTER + 1, whole(now), answer.wait)
    reason = answer.reason[:_REASON].rstrip(".") + (_MENDED if answer.verdict is Verdict.HELD else "")
    return replace(traffic, failures=failures, closed_until=until and whole(until), reason=reason)


def told(traffic: Traffic, until: datetime) -> str:
    """Why nothing goes out, for an operator."""
    return f"No request is made until {until:%Y-%m-%d %H:%M:%S} UTC: {traffic.reason.rstrip('.')}."


def _failed(answer: Answer) -> bool:
    return answer.account or answer.verdict is Verdict.UNCERTAIN
