"""Figures for an operator: what is live, due and open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sender.model import BatchState, EnrolmentStatus
from sender.store import editions, events, ledger
from sender.store.database import Database

_MOST_BATCHES = 200
_ATTENTION = (BatchState.HELD, BatchState.FAILED, BatchState.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class CourseStatus:
    """One course: whether it is held, and its enrolments by status."""

    slug: str
    held: bool
    enrolments: Mapping[EnrolmentStatus, int]


@dataclass(frozen=True, slots=True)
class OpenBatch:
    """A batch that has not ended well; `label` is its lesson or kind."""

    id: int
    course: str
    label: str
    state: BatchState
    deliveries: int
    reason: str


@dataclass(frozen=True, slots=True)
class Status:
    """The state of everything. `counts` are deliveries by state; `next_due_at` is UTC."""

    courses: tuple[CourseStatus, ...]
    counts: Mapping[BatchState, int]
    next_due_at: datetime | None
    open: tuple[OpenBatch, ...]

    @property
    def needs_attention(self) -> bool:
        """Whether something is held, failed or uncertain."""
        return any(self.counts[state] for state in _ATTENTION)

    def as_json(self) -> dict[str, object]:
        """The document that `status --format json` prints."""
        return {
            **{str(state): count for state, count in self.counts.items()},
            "next_due_at": None if self.next_due_at is None else self.next_due_at.isoformat(),
            "courses": [
                {"slug": one.slug, "held": one.held, "enrolments": {str(k): v for k, v in one.enrolments.items()}}
                for one in self.courses
            ],
            "open": [
                {
                    "batch": one.id, "course": one.course, "email": one.label, "state": str(one.state),
                    "deliveries": one.deliveries, "reason": one.reason,
                }
                for one in self.open
            ],
        }  # fmt: skip


def current_status(database: Database, now: datetime) -> Status:
    """The status as the database has it. Raises StoreError."""
    with database.read() as connection:
        courses = tuple(
            CourseStatus(one.slug, one.held, ledger.enrolment_counts(connection, one.id))
            for one in editions.courses(connection)
        )
        batches = ledger.open_batches(connection, _MOST_BATCHES)
        slugs = editions.lesson_slugs(connection, (one.lesson for one in batches if one.lesson is not None))
        next_due_at = ledger.next_moment(connection, now)
        counts = ledger.counts(connection)
    opened = tuple(
        OpenBatch(one.id, one.course, slugs.get(one.lesson or 0, one.kind), one.state, one.deliveries, one.reason)
        for one in batches
    )
    return Status(courses, counts, next_due_at, opened)


@dataclass(frozen=True, slots=True)
class EmailFigures:
    """One email of a course, by its lesson's slug or its kind: to how many it was sent, and what events told of them.

    Each is a number of deliveries. Opens by machines are counted apart, and opens and clicks are told only where the
    course has them tracked.
    """

    label: str
    sent: int
    delivered: int
    bounced: int
    blocked: int
    dropped: int
    complained: int
    unsubscribed: int
    opened: int
    machine_opened: int
    clicked: int


def email_figures(database: Database, slug: str) -> tuple[EmailFigures, ...]:
    """The figures of each email of a course that was sent, in the order of first sending. Raises StoreError.

    There are none of a course that there is not.
    """
    with database.read() as connection:
        course = next((one for one in editions.courses(connection) if one.slug == slug), None)
        told = [] if course is None else events.told_of_emails(connection, course.id)
        slugs = editions.lesson_slugs(connection, (one.lesson for one in told if one.lesson is not None))
    return tuple(_figures(slugs.get(one.lesson or 0, one.kind), one) for one in told)


def _figures(label: str, told: events.Told) -> EmailFigures:
    count = told.types.get
    return EmailFigures(
        label, told.accepted, count("delivered", 0), count("bounce", 0), count("blocked", 0), count("dropped", 0),
        count("spamreport", 0), count("unsubscribe", 0) + count("group_unsubscribe", 0), count("open", 0),
        count("machine_open", 0), count("click", 0),
    )  # fmt: skip
