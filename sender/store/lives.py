"""Queries about a person's life on a course: the enrolments that count as one, and what they brought.

Whoever leaves and comes back goes on where they were, unless they chose to start again: then a new life begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, select

from sender.model import OF_THE_COURSE, BatchState, DeliveryKind, EnrolmentStatus
from sender.store.enrolments import Ahead
from sender.store.tables import batch, delivery, enrolment, subscriber, variant


@dataclass(frozen=True, slots=True)
class Stay:
    """One enrolment of a life: its track, and how it stands. `resume_on` is the local day on which a pause ends."""

    enrolment: int
    track: str
    status: EnrolmentStatus
    resume_on: date | None


@dataclass(frozen=True, slots=True)
class Life:
    """The enrolments that count as one, the oldest first; `asked` is the one that was asked for."""

    stays: tuple[Stay, ...]
    asked: Stay

    @property
    def enrolments(self) -> tuple[int, ...]:
        """Their ids."""
        return tuple(stay.enrolment for stay in self.stays)

    @property
    def latest(self) -> Stay:
        """The enrolment that counts now: whoever asks to come back stays what they are until they confirm."""
        confirmed = [stay for stay in self.stays if stay.status is not EnrolmentStatus.PENDING]
        return (confirmed or self.stays)[-1]


def life_of(connection: Connection, enrolment_id: int) -> Life:
    """The life that an enrolment, which there is, belongs to. One that was never confirmed changes nobody's life."""
    this = enrolment.alias()
    joined = enrolment.join(
        this, (this.c.subscriber_id == enrolment.c.subscriber_id) & (this.c.course_id == enrolment.c.course_id)
    )
    columns = enrolment.c["id", "track", "status", "resume_on", "ended_from", "afresh"]
    found = select(*columns).select_from(joined).where(this.c.id == enrolment_id).order_by(enrolment.c.id)
    stays: list[Stay] = []
    asked: Stay | None = None
    for id_, track, status, resume_on, ended_from, afresh in connection.execute(found):
        if EnrolmentStatus.PENDING in {status, ended_from} and id_ != enrolment_id:
            continue
        if afresh and asked is not None:
            break
        stay = Stay(id_, track, EnrolmentStatus(status), resume_on)
        stays = [stay] if afresh else [*stays, stay]
        asked = stay if id_ == enrolment_id else asked
    assert asked is not None
    return Life(tuple(stays), asked)


def ahead(connection: Connection, enrolment_id: int) -> Ahead:
    """What an enrolment, which there is, goes on with."""
    columns = (*enrolment.c["id", "track", "overrides"], subscriber.c.zone, enrolment.c.next_due_at)
    joined = enrolment.join(subscriber, subscriber.c.id == enrolment.c.subscriber_id)
    return Ahead(*connection.execute(select(*columns).select_from(joined).where(enrolment.c.id == enrolment_id)).one())


@dataclass(frozen=True, slots=True)
class Sent:
    """One email of the course that was to go to a person: its edition, what is known of it, and its local day.

    `lesson` is None for a welcome and for a closing. What was `resent` is a further copy of another.
    """

    kind: DeliveryKind
    lesson: int | None
    edition: int
    state: BatchState
    resent: bool
    on: date

    @property
    def accepted(self) -> bool:
        """Whether it is known to be on its way to them."""
        return self.state is BatchState.ACCEPTED


def sent(connection: Connection, enrolments: Sequence[int]) -> list[Sent]:
    """What enrolments were to be sent of their course, in the order of the first slots, without what waits for one."""
    joined = delivery.join(batch, batch.c.id == delivery.c.batch_id).join(variant, variant.c.id == batch.c.variant_id)
    state = func.coalesce(delivery.c.outcome, batch.c.state)
    columns = (*delivery.c["kind", "lesson_id"], variant.c.edition_id, state, *delivery.c["resent", "slot_on"])
    found = (
        select(*columns)
        .select_from(joined)
        .where(delivery.c.enrolment_id.in_(tuple(enrolments)), delivery.c.kind.in_(OF_THE_COURSE))
        .order_by(delivery.c.id)
    )
    return [
        Sent(DeliveryKind(kind), lesson, edition, BatchState(state), bool(resent), on)
        for kind, lesson, edition, state, resent, on in connection.execute(found)
    ]
