"""What the stand-in has been told to do with the requests to come.

A script is a list of steps, used up one a request; then its rules (every nth request); then its default. A step says
how to answer, how long to wait and where, and what goes wrong on the way.
"""

from __future__ import annotations

import dataclasses
import json
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from tests.standin.addresses import index_of
from tests.standin.limits import Refusal

MAX_WAIT = 600.0
"""Seconds after which a gate that nobody opens gives way, so that a forgotten one cannot hang a test run."""


class Fault(StrEnum):
    """What goes wrong with the connection. Each of them ends it."""

    DROP_BEFORE = "drop-before"
    """Reset before the body is read: nothing is taken, nothing journalled; the client fails while it sends."""
    DROP_AFTER = "drop-after"
    """The request is taken and journalled, and the connection reset with no answer."""
    EMPTY = "empty"
    """The request is read, not taken, and the connection closed in good order without a byte of answer."""
    HALF_BODY = "half-body"
    """The status and headers arrive, and half of the body they announce."""
    GARBAGE = "garbage"
    """The answer is bytes that are not HTTP; the request is not taken."""


class Moment(StrEnum):
    """Where a step's wait (its `delay` and its `gate`) takes place."""

    BEFORE_TAKING = "before-taking"
    AFTER_TAKING = "after-taking"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What to do with one request; the plain `Step()` answers as SendGrid would.

    `status` overrides SendGrid's own verdict with a refusal of that status, `message` and `field`; `{index}` in `field`
    is the number of the personalization meant by `recipient` (a number, or an address to be looked up: a request that
    does not name it is treated as SendGrid would). `taken` says whether a request that SendGrid would accept is taken,
    whatever the client is told: None means what the status or the fault implies. `delay` is in seconds; `gate` is the
    name of a gate that holds the request until it is opened; both happen at `wait`.
    """

    status: int | None = None
    message: str | None = None
    field: str | None = None
    recipient: int | str | None = None
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    delay: float = 0.0
    gate: str | None = None
    wait: Moment = Moment.AFTER_TAKING
    fault: Fault | None = None
    taken: bool | None = None

    def refusal(self, payload: object) -> Refusal | None:
        """The refusal to answer with, or None where the verdict on `payload` is SendGrid's own."""
        if self.status is None:
            return None
        index = index_of(payload, self.recipient) if isinstance(self.recipient, str) else self.recipient
        if self.recipient is not None and index is None:
            return None
        place = self.field.format(index=index) if self.field is not None and index is not None else self.field
        return Refusal(self.message or _MESSAGES.get(self.status, "Bad Request"), place)


Rule = Callable[[int], Step | None]
"""From a request's number (from 1, counted since the script was given) to the step for it, or None."""

_MESSAGES: Mapping[int, str] = {
    401: "The provided authorization grant is invalid, expired, or revoked",
    403: "access forbidden",
    413: "content too large",
    429: "too many requests",
    500: "internal server error",
    503: "service not available",
}


def refuse_recipient(who: int | str, *, field: str = "personalizations.{index}.to") -> Step:
    """400 that names one recipient, by the number of the personalization or by address.

    SendGrid also uses the longer `personalizations.{index}.to.0.email`.
    """
    return Step(status=400, message="Does not contain a valid address.", field=field, recipient=who)


def refuse(message: str = "Bad Request", *, field: str | None = None) -> Step:
    """400 that names no recipient."""
    return Step(status=400, message=message, field=field)


def wrong_key() -> Step:
    """401 as for a key that SendGrid does not know."""
    return Step(status=401)


def credits_spent() -> Step:
    """401 as for an account whose quota is used up."""
    return Step(status=401, message="Maximum credits exceeded")


def sender_not_verified() -> Step:
    """403 as for a sender's address that the account has not verified."""
    return Step(status=403, message="The from address does not match a verified Sender Identity.", field="from")


def too_large() -> Step:
    """413 whatever the size."""
    return Step(status=413)


def too_many(*, reset: int | None = None, limit: int = 600, retry_after: int | None = None) -> Step:
    """429, with X-RateLimit headers given `reset` (Unix seconds), with Retry-After given `retry_after` (seconds)."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    if reset is not None:
        headers |= {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}
    return Step(status=429, headers=headers)


def broken(status: int = 500, *, taken: bool = False) -> Step:
    """A 5xx, having taken the mail all the same if `taken`."""
    return Step(status=status, taken=taken)


def drop_before() -> Step:
    """Reset the connection before the request is taken."""
    return Step(fault=Fault.DROP_BEFORE)


def drop_after() -> Step:
    """Take the request, then reset the connection without an answer."""
    return Step(fault=Fault.DROP_AFTER)


def empty_answer(*, taken: bool = False) -> Step:
    """Close without a byte of answer."""
    return Step(fault=Fault.EMPTY, taken=taken)


def half_a_body(status: int | None = None) -> Step:
    """Half of an answer: SendGrid's own 202 (announcing a body), or that of a refusal with `status`."""
    return Step(status=status, fault=Fault.HALF_BODY)


def garbage(*, taken: bool = False) -> Step:
    """Answer with bytes that are not HTTP."""
    return Step(fault=Fault.GARBAGE, taken=taken)


def slow(seconds: float, *, wait: Moment = Moment.AFTER_TAKING) -> Step:
    """Answer as SendGrid would, `seconds` late; the mail is taken before the wait unless `wait` says otherwise."""
    return Step(delay=seconds, wait=wait)


def held(gate: str, *, wait: Moment = Moment.AFTER_TAKING) -> Step:
    """Hold the request until the named gate is opened, then answer as SendGrid would."""
    return Step(gate=gate, wait=wait)


def every(nth: int, step: Step) -> Rule:
    """The rule that gives each `nth` request `step`."""
    if nth < 1:
        raise ValueError(f"nth must be at least 1, not {nth}")
    return lambda number: step if number % nth == 0 else None


class Script:
    """Steps, rules and default, and how far they have been used; safe to use from many threads."""

    def __init__(self, steps: Sequence[Step] = (), rules: Sequence[Rule] = (), default: Step | None = None) -> None:
        self._steps = deque(steps)
        self._rules = tuple(rules)
        self._default = Step() if default is None else default
        self._number = 0
        self._lock = threading.Lock()

    def next(self) -> Step:
        """The step for the request that has just begun; one whose body never comes has used its step up."""
        with self._lock:
            self._number += 1
            if self._steps:
                return self._steps.popleft()
            chosen = (rule(self._number) for rule in self._rules)
            return next((step for step in chosen if step is not None), self._default)

    @property
    def steps_left(self) -> int:
        """How many of the listed steps no request has used yet."""
        with self._lock:
            return len(self._steps)


def script_from_json(document: object, default: Step | None = None) -> Script:
    """A script from its JSON form, `default` standing in for its own; raises ValueError for anything unknown.

    The form is `{"steps": [STEP…], "every": [{"nth": 7, "step": STEP}…], "default": STEP}`, each part optional, where
    STEP has the fields of `Step`.
    """
    if not isinstance(document, dict) or not document.keys() <= {"steps", "every", "default"}:
        raise ValueError('a script is an object with "steps", "every" and "default"')
    rules = []
    for entry in document.get("every", []):
        if not isinstance(entry, dict) or entry.keys() != {"nth", "step"} or not isinstance(entry["nth"], int):
            raise ValueError('each element of "every" is {"nth": NUMBER, "step": STEP}')
        rules.append(every(entry["nth"], step_from_json(entry["step"])))
    own = document.get("default")
    steps = [step_from_json(each) for each in document.get("steps", [])]
    return Script(steps, rules, default if own is None else step_from_json(own))


def step_from_json(document: object) -> Step:
    """A step from its JSON form; raises ValueError for an unknown field or an impossible value."""
    known = {each.name for each in dataclasses.fields(Step)}
    if not isinstance(document, dict) or not document.keys() <= known:
        names = ", ".join(sorted(known))
        raise ValueError(f"a step is an object with some of {names}, not {json.dumps(document)[:200]}")
    given = dict(document)
    if given.get("fault") is not None:
        given["fault"] = Fault(given["fault"])
    if "wait" in given:
        given["wait"] = Moment(given["wait"])
    return Step(**given)


def step_as_json(step: Step) -> dict[str, object]:
    """The JSON form of `step`: what `step_from_json` reads."""
    given = {each.name: getattr(step, each.name) for each in dataclasses.fields(Step)}
    return {**given, "headers": dict(step.headers)}
