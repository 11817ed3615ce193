"""`dripcourse subscribers list` and `show`: who there is, and what became of every email to one of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

import click

from sender.commands.console import as_format, opened, print_json, print_json_list, say
from sender.commands.subscribers.choosing import about_one

if TYPE_CHECKING:
    from sender.directory import Enrolment, Person
    from sender.store.directory import DeliveryRow

STATUSES = ("pending", "active", "paused", "finished", "ended")


@click.command("list", short_help="List people, with their courses.")
@click.option("--course", "slug", metavar="SLUG", help="Only those who are, or were, on this course.")
@click.option("--status", type=click.Choice(STATUSES), help="Only those who stand like that on a course.")
@click.option("--limit", type=click.IntRange(min=1), help="Show at most so many people.")
@as_format
def list_(slug: str | None, status: str | None, limit: int | None, output: str) -> None:
    """List people by their ids, each with their courses; nobody who was erased."""
    from sender.directory import everyone
    from sender.model import EnrolmentStatus
    from sender.settings import load_settings

    statuses = () if status is None else (EnrolmentStatus(status),)
    with opened(load_settings(), create=False) as database:
        people = everyone(database, slug, statuses)
        shown = islice(people, limit)
        if output == "json":
            print_json_list(person.summary() for person in shown)
        else:
            for person in shown:
                click.echo(_line(person))
        if limit is not None and next(people, None) is not None:
            say("There are more; --limit left them out.")


def _line(person: Person) -> str:
    courses = "; ".join(standing(one) for one in person.enrolments)
    return f"{person.id}  {person.address}  {courses or 'on no course'}"


def standing(one: Enrolment) -> str:
    """How somebody stands on a course, in a line."""
    row = one.row
    why = f" ({row.ended_reason})" if row.ended_reason else ""
    until = f" until {row.resume_on}" if row.resume_on and row.status == "paused" else ""
    due = f", next {_moment(row.next_due_at)}" if row.next_due_at else ""
    return f"{row.course}/{row.track} {row.status}{why}{until}{due}"


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


@click.command("show", short_help="Show one person, and what became of every email to them.")
@about_one
@as_format
def show(who: str, output: str) -> None:
    """Show the person WHO (an id or an address): their courses, and every email of each with what became of it."""
    from sender.directory import find
    from sender.settings import load_settings

    with opened(load_settings(), create=False) as database:
        person = find(database, who)
    if output == "json":
        print_json(person.as_json())
    else:
        click.echo("\n".join(_lines(person)))


def _lines(person: Person) -> Iterator[str]:
    row = person.row
    if person.erased:
        yield f"{person.id}, erased"
    else:
        known = (row.email, f"{row.first_name} {row.last_name}".strip(), row.zone)
        yield ", ".join((str(person.id), *filter(None, known)))
    for name, value in sorted(one for one in row.attributes.items() if one[1]):
        yield f"  {name}: {value}"
    for slug, reasons in person.suppressed.items():
        yield f"Suppressed for {slug or 'everything'}: {', '.join(sorted(reasons))}."
    for enrolment in person.enrolments:
        yield standing(enrolment)
        for name, value in sorted(enrolment.row.overrides.items()):
            yield f"  chose {name}: {value}"
        yield from (f"  {_email(one)}" for one in enrolment.deliveries)


def _email(one: DeliveryRow) -> str:
    what = one.lesson or one.kind
    again = ", sent again" if one.resent else ""
    seen = f", {one.seen}" if one.seen else ""
    return f"{_moment(one.slot_at)}  {what}: {one.state}{seen}{again} (delivery {one.id}). {one.reason}".rstrip()
