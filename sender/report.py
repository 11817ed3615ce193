"""Figures for an operator: what is live, due and open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Connection

from sender import breaker
from sender.editions import EditionBook, unreadable
from sender.model import BatchState, EnrolmentStatus
from sender.pacing import Pacing, Traffic, as_of
from sender.store import editions, events, ledger, resolving, traffic, unsettled
from sender.store.database import Database
from sender.store.unsettled import ATTENTION, OpenBatch

_MOST_BATCHES = 200


@dataclass(frozen=True, slots=True)
class CourseStatus:
    """One course: whether it is held, its enrolments by status, and why its live edition cannot be read, if so."""

    slug: str
    held: bool
    enrolments: Mapping[EnrolmentStatus, int]
    unreadable: str = ""


@dataclass(frozen=True, slots=True)
class Open:
    """Emails that have not ended well: a batch, what failed alone in one, or what could not be made (no `batch`).

    `label` is their lesson or kind. `since` is when their latest request began and `again_at` when the next does, both
    UTC. `to_do` is what an operator can do, empty where nothing has to be done.
    """

    batch: int | None
    course: str
    label: str
    state: BatchState
    deliveries: int
    reason: str
    since: datetime | None = None
    again_at: datetime | None = None
    attempts: int = 0
    to_do: str = ""

    def as_json(self) -> dict[str, object]:
        """As `status --format json` has it."""
        return {
            "batch": self.batch, "course": self.course, "email": self.label, "state": str(self.state),
            "deliveries": self.deliveries, "reason": self.reason, "since": _iso(self.since),
            "again_at": _iso(self.again_at), "attempts": self.attempts, "to_do": self.to_do,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class MailerStatus:
    """How fast a mailer is asked: not until `closed_until` (UTC), at `rate` a second, `sent` of `budget` on a `day`."""

    name: str
    closed_until: datetime | None
    reason: str
    rate: float | None
    day: date | None
    sent: int
    budget: int | None

    def as_json(self) -> dict[str, object]:
        """As `status --format json` has it."""
        day = None if self.day is None else self.day.isoformat()
        warm_up = None if self.budget is None else {"day": day, "sent": self.sent, "budget": self.budget}
        return {
            "name": self.name, "closed_until": _iso(self.closed_until), "reason": self.reason, "rate": self.rate,
            "warm_up": warm_up,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Status:
    """The state of everything. `counts` are deliveries by state, of which `waiting` wait for their readers' next slots.

    `next_due_at` is UTC. `open` has what needs somebody first.
    """

    courses: tuple[CourseStatus, ...]
    counts: Mapping[BatchState, int]
    next_due_at: datetime | None
    open: tuple[Open, ...]
    waiting: int
    mailer: MailerStatus

    @property
    def needs_attention(self) -> bool:
        """Whether something is held, failed or uncertain, or a course cannot be read."""
        return any(self.counts[state] for state in ATTENTION) or any(one.unreadable for one in self.courses)

    def as_json(self) -> dict[str, object]:
        """The document that `status --format json` prints."""
        return {
            **{str(state): count for state, count in self.counts.items()},
            "next_due_at": _iso(self.next_due_at),
            "courses": [
                {
                    "slug": one.slug,
                    "held": one.held,
                    "enrolments": {str(k): v for k, v in one.enrolments.items()},
                    "unreadable": one.unreadable,
                }
                for one in self.courses
            ],
            "open": [one.as_json() for one in self.open],
            "waiting": self.waiting,
            "mailer": self.mailer.as_json(),
        }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def current_status(database: Database, pacing: Pacing, now: datetime) -> Status:
    """The status as the database has it, for a mailer that is asked at that pace. Raises StoreError."""
    with database.read() as connection:
        unread = unreadable(connection, EditionBook())
        courses = tuple(
            CourseStatus(one.slug, one.held, ledger.enrolment_counts(connection, one.id), unread.get(one.id, ""))
            for one in editions.courses(connection)
        )
        counts = ledger.counts(connection)
        opened = tuple(_opened(connection, failed=counts[BatchState.FAILED] > 0))
        next_due_at = ledger.next_moment(connection, now, unread)
        waiting = unsettled.waiting_count(connection)
        known = traffic.read(connection, pacing.mailer)
    opens_at = breaker.opens_at(pacing, known, now)
    if next_due_at is not None and opens_at is not None:
        next_due_at = max(next_due_at, opens_at)
    return Status(courses, counts, next_due_at, opened, waiting, _mailer(pacing, known, now))


def _opened(connection: Connection, *, failed: bool) -> Iterator[Open]:
    """What is open; whether something `failed` is known already, and not looked for in vain."""
    batches = unsettled.open_batches(connection, _MOST_BATCHES)
    alone = unsettled.failed_alone(connection, _MOST_BATCHES) if failed else []
    unmade = resolving.unmade(connection) if failed else []
    lessons = [*(one.lesson for one in (*batches, *alone)), *(one.lesson for one in unmade)]
    slugs = editions.lesson_slugs(connection, (one for one in lessons if one is not None))
    for made in unmade:
        label = slugs.get(made.lesson or 0, made.kind)
        to_do = f"Once it is mended: `dripcourse resolve {made.course}/{label} --send-again`, or `--drop`."
        yield Open(None, made.course, label, BatchState.FAILED, made.count, made.reason, to_do=to_do)
    for one in sorted((*batches, *alone), key=lambda one: one.state not in ATTENTION):
        again_at = one.again_at if one.state is BatchState.RETRY and not one.held else None
        yield Open(
            one.id, one.course, slugs.get(one.lesson or 0, one.kind), one.state, one.deliveries, one.reason,
            one.since, again_at, one.attempt, _to_do(one),
        )  # fmt: skip


def _to_do(one: OpenBatch) -> str:
    """What an operator can do about a batch."""
    decide = f"`dripcourse resolve {one.id} --accepted`, `--send-again` or `--drop`"
    match one.state:
        case BatchState.UNCERTAIN:
            return f"Its events settle it, or you: {decide}."
        case BatchState.HELD:
            return f"Mend it, then `dripcourse release {one.course}`; or decide: {decide}."
        case BatchState.FAILED:
            return f"Decide: {decide}."
    return f"Waits for `dripcourse release {one.course}`." if one.held else ""


def _mailer(pacing: Pacing, known: Traffic, now: datetime) -> MailerStatus:
    closed = breaker.closed_until(known, now)
    rate = None if pacing.rate is None else float(pacing.rate)
    if pacing.warm_up is None:
        return MailerStatus(pacing.mailer, closed, known.reason, rate, None, 0, None)
    counted = as_of(pacing, known, now)
    day = counted.day or now.astimezone(UTC).date()
    budget = pacing.budget(max(0, (day - (counted.began_on or day)).days))
    return MailerStatus(pacing.mailer, closed, known.reason, rate, day, counted.sent, budget)


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
