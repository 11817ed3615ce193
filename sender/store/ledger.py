"""Queries about the ledger as a whole: retries that fall due, what is open, and the counts by state."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    type_coerce,
    update,
)

from sender.model import NOTICES, BatchState, DeliveryKind, EnrolmentStatus, Outcome
from sender.store.enrolments import next_due_at
from sender.store.tables import UNCERTAIN, UNDER_WAY, Moment, batch, course, delivery, enrolment, event, variant

SETTLE_AFTER = timedelta(hours=26)
"""How long after a request began an event of it may come: SendGrid repeats what its webhook could not take for 24 h."""

_LONGEST_WAIT = timedelta(hours=26)
"""Longer than any answer has a batch wait: a day, if asked to, and a little more."""

AT_ONCE = datetime.fromtimestamp(0, UTC)
"""From when on a batch may be tried again that the next tick takes up, whatever moment that acts for."""

_LATEST_EVENTS = 200
"""How many of what was told last are looked at to learn which requests events have come of."""

STATES = tuple(BatchState)
STATE = func.coalesce(delivery.c.outcome, batch.c.state, cast(BatchState.RETRY.value, String))
"""A delivery's state: its own outcome, else its batch's; one in no batch waits for its next slot."""


@dataclass(frozen=True, slots=True)
class Again:
    """A lesson's delivery in a batch to be tried again: its course's edition decides if its slot is too long ago.

    It is `overtaken` where a later lesson of its enrolment has gone out, or is about to.
    """

    delivery: int
    enrolment: int
    edition: int
    status: EnrolmentStatus
    slot_at: datetime
    next_due_at: datetime | None
    overtaken: bool


def retries_due(connection: Connection, now: datetime, limit: int | None = None, *, ours: bool = False) -> list[int]:
    """The batches to try again by `now`, at most `limit`, but for those of courses that are held.

    What somebody waits for comes first. One that would wait for longer than any answer asks is of a clock that was
    wrong, and is due. With `ours` nobody else may move them on until this transaction ends; those that somebody is
    moving on already are left out.
    """
    joined = batch.join(course, course.c.id == batch.c.course_id).join(variant, variant.c.id == batch.c.variant_id)
    by_now = or_(batch.c.not_before <= now, batch.c.not_before > now + _LONGEST_WAIT)
    due = (UNDER_WAY, batch.c.state == BatchState.RETRY, by_now, course.c.held.is_(False))
    not_awaited = variant.c.kind.not_in((DeliveryKind.CONFIRM, *NOTICES))
    found = select(batch.c.id).select_from(joined).where(*due).order_by(not_awaited, batch.c.id).limit(limit)
    found = found.with_for_update(of=batch, skip_locked=True) if ours else found
    return list(connection.execute(found).scalars())


def lessons_in(connection: Connection, batch_id: int) -> list[Again]:
    """The open deliveries of lessons in a batch, with what decides whether they go out now or in another slot.

    What an operator sent again has no slot to wait for. Whoever left, or paused, is told from the others when it is
    sent; but a lesson that was overtaken is no longer next for anybody, and a pause keeps it.
    """
    later = delivery.alias()
    overtaken = (
        select(later.c.id)
        .where(
            later.c.enrolment_id == delivery.c.enrolment_id, later.c.kind == DeliveryKind.LESSON,
            later.c.slot_at > delivery.c.slot_at, later.c.resent.is_(False), later.c.batch_id.is_not(None),
            later.c.outcome.is_(None) | (later.c.outcome == Outcome.ACCEPTED),
        )
        .exists()
    )  # fmt: skip
    joined = delivery.join(enrolment, enrolment.c.id == delivery.c.enrolment_id).join(
        course, course.c.id == enrolment.c.course_id
    )
    columns = (
        *(delivery.c.id, enrolment.c.id, course.c.edition_id, enrolment.c.status),
        delivery.c.slot_at,
        *(enrolment.c.next_due_at, overtaken),
    )
    kept = and_(enrolment.c.status == EnrolmentStatus.PAUSED, overtaken)
    open_ = (
        delivery.c.batch_id == batch_id, delivery.c.outcome.is_(None), delivery.c.kind == DeliveryKind.LESSON,
        delivery.c.resent.is_(False), or_(enrolment.c.status == EnrolmentStatus.ACTIVE, kept),
    )  # fmt: skip
    return [
        Again(id_, place, edition, EnrolmentStatus(status), slot_at, due, bool(passed))
        for id_, place, edition, status, slot_at, due, passed in connection.execute(
            select(*columns).select_from(joined).where(*open_)
        )
    ]


def reclaim(connection: Connection, batch_id: int, owner: str, lease_until: datetime) -> bool:
    """Move a batch from retry to claimed; whether it was there to be moved."""
    again = update(batch).where(batch.c.id == batch_id, batch.c.state == BatchState.RETRY)
    values = {"state": BatchState.CLAIMED, "owner": owner, "lease_until": lease_until, "not_before": None}
    return connection.execute(again.values(**values)).rowcount == 1


def hold(connection: Connection, batch_id: int, reason: str) -> None:
    """Hold a batch that was to be tried again."""
    again = update(batch).where(batch.c.id == batch_id, batch.c.state == BatchState.RETRY)
    connection.execute(again.values(state=BatchState.HELD, not_before=None, reason=reason[:500]))


def empty(connection: Connection, batch_id: int) -> None:
    """Close a batch that no open delivery is left in."""
    done = update(batch).where(batch.c.id == batch_id, batch.c.state == BatchState.RETRY)
    connection.execute(done.values(state=BatchState.CANCELLED, not_before=None))


def overdue_events(connection: Connection, now: datetime, limit: int) -> list[int]:
    """The uncertain batches, at most `limit`, whose events would have come by `now` if their requests had been taken.

    They began `SETTLE_AFTER` ago or longer, and an event has come of a batch that began later: so events do come. Of
    what a mailer carried that has no events nothing is ever known. Of one that began while a clock was wrong its moment
    is not believed, but that it began before another, which itself began that long ago and was told of.
    """
    told = _told_begun(connection, now) if _is_any_uncertain(connection) else []
    if not told:
        return []
    latest, latest_at, before = max(one.order for one in told), max(one.at for one in told), now - SETTLE_AFTER
    longest = max((one.order for one in told if one.at <= before), default=0)
    believed = (batch.c.sending_at <= before, batch.c.sending_at < latest_at, batch.c.begun < latest, ~_is_odd(now))
    old = (UNCERTAIN, batch.c.told, or_(and_(*believed), and_(batch.c.begun < longest, _is_odd(now))))
    return list(connection.execute(select(batch.c.id).where(*old).order_by(batch.c.sending_at).limit(limit)).scalars())


def give_back(connection: Connection, batches: Sequence[int]) -> None:
    """Let uncertain batches be tried again that were not taken."""
    lost = update(batch).where(batch.c.id.in_(batches), batch.c.state == BatchState.UNCERTAIN)
    reason = "no event came of it, so it was not taken"
    connection.execute(lost.values(state=BatchState.RETRY, not_before=AT_ONCE, attempt=0, reason=reason))


def settles_at(connection: Connection, now: datetime) -> datetime | None:
    """When the earliest of the uncertain batches is called not taken; None where there is none, or events may not come.

    Costs nothing where nothing is uncertain. Else it reads a few hundred rows of what events have told last, and all
    that is uncertain, each row by itself.
    """
    told = _told_begun(connection, now) if _is_any_uncertain(connection) else []
    if not told:
        return None
    latest, latest_at = max(one.order for one in told), max(one.at for one in told)
    begun = batch.c.begun + 0  # by the index of what is uncertain: SQLite would walk that of all batches
    open_ = (UNCERTAIN, batch.c.told, begun < latest)
    believed = (batch.c.sending_at <= now, batch.c.sending_at < latest_at, ~_is_odd(now))
    first = connection.execute(select(func.min(batch.c.sending_at)).where(*open_, *believed)).scalar()
    odd = connection.execute(select(func.min(begun)).where(*open_, _is_odd(now))).scalar()
    after = () if odd is None else (one.at for one in told if one.order > odd)
    return min((moment + SETTLE_AFTER for moment in (first, *after) if moment is not None), default=None)


def _is_any_uncertain(connection: Connection) -> bool:
    """Whether anything is uncertain of which events might tell."""
    may_settle = (UNCERTAIN, batch.c.told, batch.c.sending_at.is_not(None))
    return connection.execute(select(batch.c.id).where(*may_settle).limit(1)).first() is not None


class _ToldOf(NamedTuple):
    """When a batch began of which an event has come, in the order of all, and by the clock (UTC)."""

    order: int
    at: datetime


def _told_begun(connection: Connection, now: datetime) -> list[_ToldOf]:
    """When batches began of which events have come, as far as the newest emails tell; but for what no clock told right.

    Reads a few hundred rows at most, however many emails nobody has told of. What had been let go of another batch may
    be told of because of that.
    """
    newest = (
        select(event.c.delivery_id)
        .where(event.c.delivery_id.is_not(None))
        .order_by(event.c.delivery_id.desc())
        .limit(_LATEST_EVENTS)
        .subquery()
    )
    joined = newest.join(delivery, delivery.c.id == newest.c.delivery_id).join(batch, batch.c.id == delivery.c.batch_id)
    these = (delivery.c.outcome.is_(None), delivery.c.left_batch_id.is_(None), batch.c.begun.is_not(None))
    found = select(*batch.c["begun", "sending_at"]).select_from(joined).where(*these, ~_is_odd(now)).distinct()
    return [_ToldOf(*row) for row in connection.execute(found)]


def _is_odd(now: datetime) -> ColumnElement[bool]:
    """Whether a clock was wrong when a batch began: it is to begin in the future, or an earlier one began far later.

    The latter is told once that moment has come: one in the future is of a clock that was wrong itself.
    """
    return or_(batch.c.sending_at > now, and_(batch.c.behind.is_not(None), batch.c.behind <= now))


def next_moment(connection: Connection, now: datetime, without: Collection[int] = ()) -> datetime | None:
    """The next moment at which a tick has something to do, not before `now`; None where only a person can help.

    For the people of the courses in `without` it has nothing.
    """
    joined = batch.join(course, course.c.id == batch.c.course_id)
    free = course.c.held.is_(False)
    waiting = (UNDER_WAY, batch.c.state == BatchState.RETRY, free)
    by_clock = case((batch.c.not_before > now + _LONGEST_WAIT, None), else_=batch.c.not_before)
    retry = select(func.min(func.coalesce(type_coerce(by_clock, Moment()), literal(now, Moment()))))
    retry = retry.select_from(joined).where(*waiting)
    held = (UNDER_WAY, batch.c.state.in_((BatchState.CLAIMED, BatchState.SENDING)), free)
    lease = select(func.min(batch.c.lease_until)).select_from(joined).where(*held)
    moments = (
        next_due_at(connection, without), connection.execute(retry).scalar(), connection.execute(lease).scalar(),
        settles_at(connection, now),
    )  # fmt: skip
    known = [moment for moment in moments if moment is not None]
    return max(now, min(known)) if known else None


def counts(connection: Connection, course_id: int | None = None) -> dict[BatchState, int]:
    """How many deliveries are in each state, of one course or of all."""
    joined = delivery.outerjoin(batch, batch.c.id == delivery.c.batch_id)
    statement = select(STATE, func.count()).select_from(joined).group_by(STATE)
    if course_id is not None:
        joined = joined.join(enrolment, enrolment.c.id == delivery.c.enrolment_id)
        statement = select(STATE, func.count()).select_from(joined).group_by(STATE)
        statement = statement.where(enrolment.c.course_id == course_id)
    found = {BatchState(state): int(count) for state, count in connection.execute(statement)}
    return {state: found.get(state, 0) for state in STATES}


def enrolment_counts(connection: Connection, course_id: int) -> dict[EnrolmentStatus, int]:
    """How many enrolments of a course are in each status."""
    statement = select(enrolment.c.status, func.count()).where(enrolment.c.course_id == course_id)
    rows = connection.execute(statement.group_by(enrolment.c.status))
    found = {EnrolmentStatus(status): int(count) for status, count in rows}
    return {status: found.get(status, 0) for status in EnrolmentStatus}


def people_by_track(connection: Connection, course_id: int) -> dict[str, int]:
    """How many people are on each track of a course, waiting to confirm or paused among them."""
    open_ = enrolment.c.status.in_((EnrolmentStatus.PENDING, EnrolmentStatus.ACTIVE, EnrolmentStatus.PAUSED))
    found = select(enrolment.c.track, func.count()).where(enrolment.c.course_id == course_id, open_)
    return {str(track): int(count) for track, count in connection.execute(found.group_by(enrolment.c.track))}


def release(connection: Connection, slug: str | None) -> int:
    """Let the held batches of a course, or of all, be tried again at once; how many."""
    of_it = select(course.c.id) if slug is None else select(course.c.id).where(course.c.slug == slug)
    held = update(batch).where(batch.c.state == BatchState.HELD, batch.c.course_id.in_(of_it))
    return connection.execute(held.values(state=BatchState.RETRY, not_before=AT_ONCE, attempt=0)).rowcount
