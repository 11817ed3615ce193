"""Figures for an operator: what is live, due and open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sender.model import BatchState, EnrolmentStatus
from sender.store import editions, ledger
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
