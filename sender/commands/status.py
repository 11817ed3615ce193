"""`dripcourse status`: what is live, due and open, and what there is to do about it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from sender.commands.console import as_format, clock, opened, print_json

if TYPE_CHECKING:
    from sender.report import MailerStatus, Open, Status

_EPOCH = datetime.fromtimestamp(0, UTC)


@click.command(short_help="Show what is live, due and open.")
@click.option("--strict", is_flag=True, help="Exit with 1 while something is held, failed or uncertain.")
@as_format
def status(strict: bool, output: str) -> None:
    """Show each course with its people, the deliveries by state, and every batch that is open.

    What is uncertain, held or failed is told with what to do about it.
    """
    from sender.pacing import Pacing
    from sender.report import current_status
    from sender.settings import load_settings

    settings = load_settings()
    pacing = Pacing(str(settings.mailer), settings.rate, settings.warm_up)
    with opened(settings, create=False) as database:
        found = current_status(database, pacing, clock())
    if output == "json":
        print_json(found.as_json())
    else:
        click.echo("\n".join(_lines(found)))
    if strict and found.needs_attention:
        sys.exit(1)


def _lines(found: Status) -> Iterator[str]:
    for course in found.courses:
        people = ", ".join(f"{count} {status}" for status, count in course.enrolments.items() if count) or "nobody yet"
        yield f"{course.slug}{' (held)' if course.held else ''}: {people}"
        if course.unreadable:
            yield f"  {course.unreadable}"
    counts = [f"{count} {state}" for state, count in found.counts.items() if count]
    yield f"Deliveries: {', '.join(counts) or 'none yet'}."
    if found.waiting:
        yield f"Of those to be tried again, {found.waiting} wait for their readers' next slots."
    due = found.next_due_at
    yield "Nothing is due." if due is None else f"Next due: {_moment(due)}."
    yield from _of_the_mailer(found.mailer)
    for one in found.open:
        yield from _of_one(one)


def _of_the_mailer(mailer: MailerStatus) -> Iterator[str]:
    """What keeps emails from going out at once, where something does."""
    if mailer.closed_until is not None:
        yield f"No request is made until {_moment(mailer.closed_until)}: {mailer.reason.rstrip('.')}."
    if mailer.rate is not None:
        yield f"Rate: {mailer.rate:g} a second."
    if mailer.budget is not None:
        yield f"Warm-up: {mailer.sent} of {mailer.budget} recipients on {mailer.day} (UTC)."


def _of_one(one: Open) -> Iterator[str]:
    """An open batch in a line, and in another what is known of its times, and what there is to do."""
    where = "In no batch" if one.batch is None else f"Batch {one.batch}"
    yield f"{where}, {one.course}, {one.label}: {one.deliveries} {one.state}. {one.reason}".rstrip()
    more = []
    if one.since is not None:
        more.append(f"Since {_moment(one.since)}.")
    if one.again_at is not None:
        when = "with the next tick" if one.again_at == _EPOCH else f"at {_moment(one.again_at)}"
        more.append(f"Tried again {when}.")
    more += [one.to_do] if one.to_do else []
    if more:
        yield f"  {' '.join(more)}"


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
