"""`dripcourse subscribers pause`, `resume`, `unsubscribe`, `change-address`, `erase`: what operators do for people."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

import click

from sender.commands.console import as_format, ask, clock, opened, print_json
from sender.commands.subscribers.choosing import about_one, chosen, named, on_course
from sender.commands.subscribers.showing import standing

if TYPE_CHECKING:
    from sender.directory import Enrolment, Person
    from sender.model import EnrolmentStatus
    from sender.store.database import Database


@click.command("pause", short_help="Send somebody nothing for a while.")
@about_one
@on_course
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="The day on which it goes on.")
@as_format
def pause(who: str, slug: str | None, until: datetime | None, output: str) -> None:
    """Pause a course for WHO (an id or an address), until a day of theirs or until it is resumed."""
    from sender.directory import find
    from sender.editions import EditionBook
    from sender.model import EnrolmentStatus
    from sender.pausing import pause_enrolment
    from sender.settings import load_settings

    allowed = (EnrolmentStatus.ACTIVE, EnrolmentStatus.PAUSED)
    with opened(load_settings(), create=False) as database:
        enrolment = _choose(find(database, who), slug, allowed)
        day = None if until is None else until.date()
        pause_enrolment(database, EditionBook(), enrolment.row.id, day, clock())
        _tell(database, enrolment, output)


@click.command("resume", short_help="Go on sending to somebody who has paused.")
@about_one
@on_course
@as_format
def resume(who: str, slug: str | None, output: str) -> None:
    """Go on with a course that WHO (an id or an address) has paused: the next lesson comes at the next slot."""
    from sender.directory import find
    from sender.editions import EditionBook
    from sender.model import EnrolmentStatus
    from sender.pausing import resume_enrolment
    from sender.settings import load_settings

    with opened(load_settings(), create=False) as database:
        enrolment = _choose(find(database, who), slug, (EnrolmentStatus.PAUSED,))
        resume_enrolment(database, EditionBook(), enrolment.row.id, clock())
        _tell(database, enrolment, output)


@click.command("unsubscribe", short_help="Take somebody off a course, or off everything.")
@about_one
@on_course
@click.option("--everything", is_flag=True, help="Off every course, and nothing of any from now on.")
@as_format
def unsubscribe(who: str, slug: str | None, everything: bool, output: str) -> None:
    """Take WHO (an id or an address) off a course, and send the address nothing more of it, as if they had left.

    Doing it again changes nothing. They can come back by signing up and confirming; an import does not bring them back.
    """
    from sender.directory import find
    from sender.leaving import unsubscribe as end
    from sender.model import EnrolmentStatus
    from sender.settings import load_settings
    from sender.store.suppressions import EVERYTHING

    if everything and slug is not None:
        raise click.UsageError("Name one course, or say --everything.")
    with opened(load_settings(), create=False) as database:
        person = _expect_known(find(database, who))
        open_ = frozenset(EnrolmentStatus) - {EnrolmentStatus.ENDED}
        enrolment = None if everything else chosen(person, slug, open_)
        scope = EVERYTHING if enrolment is None else enrolment.row.course_id
        ended = end(database, person.id, person.row.email_key, scope, clock())
    what = "everything" if enrolment is None else enrolment.course
    if output == "json":
        course = None if enrolment is None else enrolment.course
        print_json({"id": person.id, "course": course, "everything": everything, "ended": ended})
    else:
        click.echo(f"{named(person)} has left {what}{'' if ended else ', as before'}.")


@click.command("change-address", short_help="Send somebody's emails to another address.")
@about_one
@click.argument("new", metavar="NEW")
@as_format
def change_address(who: str, new: str, output: str) -> None:
    """Have the emails of WHO (an id or an address) come to the address NEW from now on, without asking there first."""
    from sender.directory import find
    from sender.moving import change_address as move
    from sender.settings import load_settings

    with opened(load_settings(), create=False) as database:
        person = _expect_known(find(database, who))
        move(database, person.id, new, clock())
        moved = find(database, str(person.id))
    if output == "json":
        print_json({"id": moved.id, "email": moved.address})
    else:
        click.echo(f"Emails to {named(person)} go to {moved.address} from now on.")


@click.command("erase", short_help="Erase a person, for good.")
@about_one
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_format
def erase(who: str, yes: bool, output: str) -> None:
    """Erase WHO (an id or an address): name, address, answers and events go, the figures stay. Nothing undoes it."""
    from sender.directory import find
    from sender.privacy import erase as forget
    from sender.settings import load_settings

    with opened(load_settings(), create=False) as database:
        person = _expect_known(find(database, who))
        if not yes:
            ask(f"Erase {named(person)}? Nothing undoes it.")
        erased = forget(database, person.id, clock())
    if output == "json":
        print_json({"id": person.id, "erased": erased})
    else:
        click.echo(f"Person {person.id} is erased.")


def _expect_known(person: Person) -> Person:
    """The person. Raises NotPossibleError where they were erased."""
    from sender.errors import NotPossibleError

    if person.erased:
        raise NotPossibleError(f"Person {person.id} was erased.", fix="There is nobody left to do anything for.")
    return person


def _choose(person: Person, slug: str | None, allowed: Collection[EnrolmentStatus]) -> Enrolment:
    """The enrolment that is meant. Raises NotPossibleError where it does not stand as it should for the act."""
    from sender.errors import NotPossibleError

    enrolment = chosen(_expect_known(person), slug, allowed)
    if enrolment.status not in allowed:
        fix = f"That can be done for who is {' or '.join(allowed)}."
        raise NotPossibleError(f"{named(person)} is {enrolment.status} on {enrolment.course}.", fix=fix)
    return enrolment


def _tell(database: Database, enrolment: Enrolment, output: str) -> None:
    """Say how an enrolment stands now."""
    from sender.directory import find

    person = find(database, str(enrolment.row.subscriber))
    now = next(one for one in person.enrolments if one.row.id == enrolment.row.id)
    if output == "json":
        resume_on = now.row.resume_on
        print_json({
            "id": person.id, **now.summary(), "resume_on": None if resume_on is None else resume_on.isoformat(),
        })  # fmt: skip
    else:
        click.echo(f"{named(person)}: {standing(now)}.")
