"""The nouns of sending, as plain data: states, and what travels between the modules that move a delivery on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain

from course.model import Course
from course.personal.placeholders import Email
from course.pictures import Picture


class EnrolmentStatus(StrEnum):
    """Where a person stands on a course. The first three are open: a person has at most one such on a course."""

    PENDING = "pending"
    ACTIVE = "active"
    PAUSED = "paused"
    FINISHED = "finished"
    ENDED = "ended"


class DeliveryKind(StrEnum):
    """What an email is for.

    `ACCESS` brings a fresh link to somebody's own data, `ADDRESS` asks a new address to be confirmed, and `MOVED` tells
    the former one: they follow from what was done on a page, are of no lesson, and move nothing on.
    """

    LESSON = "lesson"
    CONFIRM = "confirm"
    WELCOME = "welcome"
    FINISHED = "finished"
    ACCESS = "access"
    ADDRESS = "address"
    MOVED = "moved"


NOTICES = frozenset({DeliveryKind.ACCESS, DeliveryKind.ADDRESS, DeliveryKind.MOVED})
"""The kinds of email that follow from what somebody did on a page."""

TO_ANOTHER = frozenset({DeliveryKind.ADDRESS, DeliveryKind.MOVED})
"""The kinds of email that go to an address other than the person's, where a stranger may read them."""

OF_THE_COURSE = frozenset({DeliveryKind.WELCOME, DeliveryKind.LESSON, DeliveryKind.FINISHED})
"""The kinds of email that a course consists of: whoever leaves it gets no more of them."""


class Suppressed(StrEnum):
    """Why an address gets no more email, from the weakest to the strongest reason.

    Whoever left can come back; an address that failed, or complained, cannot.
    """

    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


DELIVERY_ARG = "dripcourse_delivery"
"""The custom arg that names a delivery; it comes back with every event. A test has none."""


class Seen(StrEnum):
    """What is known of an email since it was taken, from the weakest to the strongest: one never gives way to a weaker.

    What a person did is stronger than any failure, since only an email that arrived can be read; and a failure is
    stronger than what machines say, since it may come after them.
    """

    PROCESSED = "processed"
    DEFERRED = "deferred"
    DELIVERED = "delivered"
    MACHINE_OPENED = "machine_opened"
    DROPPED = "dropped"
    BLOCKED = "blocked"
    BOUNCED = "bounced"
    OPENED = "opened"
    CLICKED = "clicked"
    UNSUBSCRIBED = "unsubscribed"
    COMPLAINED = "complained"


class BatchState(StrEnum):
    """What is known of a batch. A delivery is in its batch's state unless it has an outcome of its own.

    `UNCERTAIN`: the request began and no answer was recorded, so it may or may not have been taken.
    It is never sent again by itself.
    """

    CLAIMED = "claimed"
    SENDING = "sending"
    ACCEPTED = "accepted"
    RETRY = "retry"
    HELD = "held"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNCERTAIN = "uncertain"


class Outcome(StrEnum):
    """How a delivery ended where that differs from its batch.

    `ACCEPTED`: an event tells of it, so it was taken, though its batch is none that was, or it had been let go of.
    """

    FAILED = "failed"
    CANCELLED = "cancelled"
    ACCEPTED = "accepted"


DROPPED = "dropped by an operator"
"""Why a delivery was cancelled that nobody is to get any more: whoever was to get it goes on as if they had."""

PROVEN = "its events prove that it was taken"
"""Why a batch, or a delivery alone, is accepted that had another answer, or none."""


class Verdict(StrEnum):
    """What an answer of a mailer means for a batch."""

    ACCEPTED = "accepted"
    REFUSED_SOME = "refused some"
    WAIT = "wait"
    HELD = "held"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person of a request. `values` replace the email's tags; `leave` is their one-click address or empty.

    A test is no delivery: it has a number below zero, which no delivery has and no link is signed for.
    """

    delivery: int
    address: str
    name: str
    values: Mapping[str, str] = field(repr=False)
    leave: str = field(default="", repr=False)

    @property
    def is_test(self) -> bool:
        """Whether this is a test, of which nothing is recorded."""
        return self.delivery < 0

    @property
    def identity(self) -> str:
        """What its email is told from all others by."""
        return f"test-{-self.delivery}" if self.is_test else str(self.delivery)


MOST_BYTES = 10_000
"""The most that one person's substitutions may come to, by the stricter of SendGrid's two accounts."""


def fits(recipient: Recipient) -> bool:
    """Whether a person's substitutions stay within SendGrid's limit, so that they can share a request."""
    if 4 * sum(map(len, chain.from_iterable(recipient.values.items()))) <= MOST_BYTES:
        return True  # no letter takes more than four bytes
    return sum(len(tag) + len(value.encode()) for tag, value in recipient.values.items()) <= MOST_BYTES


@dataclass(frozen=True, slots=True)
class Request:
    """One batch as a mailer gets it: an email with tags, and up to 1000 people whose values replace them.

    `label` names the email in an operator's words (a lesson's slug, or the kind); `at` (UTC) is its
    date. `pictures` travel in the email, each in place of its address; all others are fetched by
    whoever reads it.
    """

    batch: int
    course: Course
    label: str
    email: Email
    recipients: tuple[Recipient, ...]
    at: datetime
    pictures: Mapping[str, Picture] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a request. `refused` says why for each delivery that alone was refused.

    `wait` is how long the far end asks to be left alone, where it said so. `account` is
    true where the answer concerns the account and not this batch: other requests would fare alike.
    """

    verdict: Verdict
    reason: str = ""
    message_id: str = ""
    refused: Mapping[int, str] = field(default_factory=dict)
    wait: timedelta | None = None
    account: bool = False
