"""Claiming: in one transaction, who is due becomes deliveries in batches, and each enrolment moves on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import itemgetter

from sqlalchemy import Connection

from course.errors import CourseError
from sender.deciding import Decision, Sending, Standing, decide
from sender.editions import LEFT_BEHIND, Edition, EditionBook
from sender.errors import EditionError
from sender.model import DeliveryKind, EnrolmentStatus
from sender.schedule import next_day, own_zone
from sender.store import batches, enrolments
from sender.store.batches import NewDelivery
from sender.store.database import Database, claim_alone
from sender.store.due import Due, due, history
from sender.store.enrolments import History
from sender.store.plain import mapping, moment

LARGEST_BATCH = 1000
"""SendGrid takes at most this many personalizations a request (POST /v3/mail/send)."""

LEASE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Claim:
    """What one claim did: `batches` are ready to be sent; `claimed` and `moved` count deliveries and enrolments.

    `unmade` says why an email could not be made for somebody: those deliveries have failed. `more`
    is true where someone may still be due. `unreadable` says by id why a course is left alone.
    """

    batches: tuple[int, ...]
    claimed: int
    moved: int
    unmade: tuple[str, ...]
    more: bool
    unreadable: Mapping[int, str] = field(default_factory=dict)


_Place = tuple[int, Due, Sending]
"""Somebody for whom an email goes out: their place among those who are due, the longest due first."""


@dataclass(slots=True)
class _Plan:
    """What a claim is about to write: emails by course and variant, and enrolments that move without one."""

    places: defaultdict[tuple[int, int], list[_Place]] = field(default_factory=lambda: defaultdict(list))
    put_off: defaultdict[datetime, list[int]] = field(default_factory=lambda: defaultdict(list))
    through: list[int] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)
    unmade: list[tuple[Due, Sending, str]] = field(default_factory=list)

    @property
    def kept(self) -> list[int]:
        """The deliveries that are there already, and go out now, or not at all."""
        waiting = [one.waiting for places in self.places.values() for _, _, one in places if one.waiting is not None]
        unmade = [one.waiting for _, one, _ in self.unmade if one.waiting is not None]
        return [*self.lost, *waiting, *unmade]


def claim(
    database: Database, book: EditionBook, owner: str, now: datetime, *, limit: int, lease_from: datetime,
    largest: int = LARGEST_BATCH, without: Collection[int] = (),
) -> Claim:  # fmt: skip
    """Claim at most `limit` deliveries of what is due at `now`, for `owner`, in batches of at most `largest`.

    `lease_from` is the machine's own time, from which the lease of a minute counts. Pauses that are over end. Each
    enrolment gets its next lesson by the edition that is live; a lesson whose slot is past by more than the
    course's grace moves to the next slot instead. An email that cannot be made for one person fails
    for that person alone. The courses in `without` are left alone, and so is one whose edition cannot be read: its
    people stay due. Raises StoreError; then nothing was claimed.
    """
    with database.write() as connection:
        claim_alone(connection)
        people, plan, unread = _read(connection, book, now, limit, without)
        while not batches.lock_waiting(connection, plan.kept):  # events have told of some since
            people, plan, unread = _read(connection, book, now, limit, without)
        batches.lock_uncertain(connection, plan.through)
        enrolments.end_pauses(connection, [one.id for one in people if one.status == EnrolmentStatus.PAUSED])
        made = tuple(_written(connection, plan, owner, lease_from + LEASE, largest))
    claimed = sum(len(places) for places in plan.places.values())
    moved = sum(len(some) for some in plan.put_off.values())
    unmade = tuple(reason for _, _, reason in plan.unmade)
    return Claim(made, claimed, moved, unmade, more=len(people) == limit, unreadable=unread)


def _read(
    connection: Connection, book: EditionBook, now: datetime, limit: int, without: Collection[int]
) -> tuple[Sequence[Due], _Plan, dict[int, str]]:
    """Who is due, what each gets, and why which courses cannot be read: all others are read once more without those."""
    unread: dict[int, str] = {}
    while True:
        people = due(connection, now, limit, [*without, *unread])
        try:
            return people, _planned(connection, book, people, now), unread
        except EditionError as error:
            if error.course in unread:
                raise
            unread[error.course] = str(error)


def _planned(connection: Connection, book: EditionBook, people: Sequence[Due], now: datetime) -> _Plan:
    """Decide what each gets: once for all of whom the same decides it."""
    plan = _Plan()
    returned = enrolments.histories(connection, [one.id for one in people if one.goes_on])
    alike: dict[object, list[tuple[int, Due]]] = {}
    for place, one in enumerate(people):
        alike.setdefault(_what_decides(one), []).append((place, one))
    for some in alike.values():
        first = some[0][1]
        edition = book.edition(connection, first.edition)
        decision = _decision(edition, first, returned.get(first.id), now)
        plan.lost += decision.lost
        if decision.sending is not None:
            _place(connection, book, plan, edition, some, decision.sending)
        elif decision.put_off is not None:
            plan.put_off[decision.put_off] += [one.id for _, one in some]
        else:
            plan.through += [one.id for _, one in some]
    return plan


def _what_decides(one: Due) -> object:
    """All that a decision depends on. When somebody began no longer matters once they are due after that."""
    began = one.start_at if one.start_at > one.next_due_at else None
    alone = one.id if one.goes_on else None
    own = (one.overrides, one.zone, one.next_due_at, one.asked_at, one.told)
    return one.course, one.track, one.status, own, began, alone


def _decision(edition: Edition, one: Due, returned: History | None, now: datetime) -> Decision:
    standing = Standing(
        one.track, EnrolmentStatus(one.status), mapping(one.overrides), one.zone, moment(one.start_at),
        moment(one.next_due_at), None if one.asked_at is None else moment(one.asked_at),
    )  # fmt: skip
    had = history(one.told) if returned is None else returned
    return decide(edition.course, edition.lesson_ids, standing, had, now)


def _place(
    connection: Connection, book: EditionBook, plan: _Plan, edition: Edition, some: Sequence[tuple[int, Due]],
    sending: Sending,
) -> None:  # fmt: skip
    """Put people who get the same email into the plan, each by the variant of it that is theirs.

    Whoever has given the same for the fields that the email looks at gets the same variant.
    """
    one = some[0][1]
    sole = book.sole_variant(connection, edition, sending.kind, sending.lesson, one.track)
    if sole is not None:
        plan.places[one.course, sole] += [(place, one, sending) for place, one in some]
        return
    schedule = next_day(sending.next_due_at, own_zone(edition.course, one.zone), edition.course.language)
    asked: tuple[str, ...] | None = ()
    known: dict[tuple[str, ...], int] = {}
    for place, one in some:
        variant = None if asked is None else known.get(_given(one, asked))
        if variant is None:
            reader = edition.reader(one.fields, {}, schedule)
            try:
                variant = book.variant(connection, edition, sending.kind, sending.lesson, one.track, reader)
            except CourseError as error:
                plan.unmade.append((one, sending, str(error)))
                continue
            if asked != (asked := book.asked(connection, edition, sending.kind, sending.lesson, one.track)):
                known.clear()
            if asked is not None:
                known[_given(one, asked)] = variant
        plan.places[one.course, variant].append((place, one, sending))


def _given(one: Due, asked: tuple[str, ...]) -> tuple[str, ...]:
    if not asked:
        return ()
    fields = one.fields
    return tuple(fields.get(name, "") for name in asked)


def _written(connection: Connection, plan: _Plan, owner: str, lease_until: datetime, largest: int) -> Iterator[int]:
    """Write a plan: batches of at most `largest`, their deliveries, and where each enrolment now stands."""
    batches.cancel(connection, dict.fromkeys(plan.lost, LEFT_BEHIND))
    for places in plan.places.values():
        places.sort(key=_PLACE)
    for (course, variant), places in sorted(plan.places.items(), key=_order):
        for start in range(0, len(places), largest):
            batch = batches.create(connection, course, variant, owner, lease_until)
            _fill(connection, batch, places[start : start + largest])
            yield batch
    for one, sending, reason in plan.unmade:
        batches.add_unmade(connection, _new(one, sending), sending.waiting, reason)
        enrolments.advance(connection, [one.id], sending.next_due_at, None)
    for moment_, ids in plan.put_off.items():
        enrolments.put_off(connection, ids, moment_)
    if plan.through:
        enrolments.advance(connection, plan.through, None, None)
        enrolments.finish(connection, ids=plan.through)


_PLACE: Callable[[_Place], int] = itemgetter(0)


def _order(item: tuple[tuple[int, int], list[_Place]]) -> tuple[bool, int]:
    """What batches are sent in the order of: confirmations, then the longest due."""
    place, _, sending = item[1][0]
    return sending.kind is not DeliveryKind.CONFIRM, place


def _fill(connection: Connection, batch: int, places: Sequence[_Place]) -> None:
    """Put deliveries into a batch, together for all of whom the same was decided, and move their enrolments on."""
    together: dict[int, list[_Place]] = {}
    for place in places:
        together.setdefault(id(place[2]), []).append(place)
    for some in together.values():
        _, one, sending = some[0]
        ids = [one.id for _, one, _ in some]
        if sending.waiting is None:
            batches.add_deliveries(connection, batch, _new(one, sending), ids)
        else:
            batches.rebatch(connection, sending.waiting, batch, sending.slot.at, sending.slot.on)
        enrolments.advance(connection, ids, sending.next_due_at, batch)


def _new(one: Due, sending: Sending) -> NewDelivery:
    slot = sending.slot
    return NewDelivery(one.id, sending.kind, sending.lesson_id, sending.occasion, slot.at, slot.on)
