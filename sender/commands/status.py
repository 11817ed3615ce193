"""`dripcourse status`: what is live, due and open."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from sender.commands.console import as_format, clock, opened, print_json

if TYPE_CHECKING:
    from sender.report import Status


@click.command(short_help="Show what is live, due and open.")
@click.option("--strict", is_flag=True, help="Exit with 1 while something is held, failed or uncertain.")
@as_format
def status(strict: bool, output: str) -> None:
    """Show each course with its people, the deliveries by state, and every batch that is open."""
    from sender.report import current_status
    from sender.settings import load_settings

    with opened(load_settings(), create=False) as database:
        found = current_status(database, clock())
    if output == "json":
        print_json(found.as_json())
    else:
        click.echo("\n".join(_lines(found)))
    if strict and found.needs_attention:
        sys.exit(1)


def _lines(found: Status) -> list[str]:
    lines = []
    for course in found.courses:
        people = ", ".join(f"{count} {status}" for status, count in course.enrolments.items() if count) or "nobody yet"
        lines.append(f"{course.slug}{' (held)' if course.held else ''}: {people}")
    counts = [f"{count} {state}" for state, count in found.counts.items() if count]
    lines.append(f"Deliveries: {', '.join(counts) or 'none yet'}.")
    due = found.next_due_at
    lines.append("Nothing is due." if due is None else f"Next due: {due:%Y-%m-%d %H:%M} UTC.")
    for batch in found.open:
        told = f"Batch {batch.id}, {batch.course}, {batch.label}: {batch.deliveries} {batch.state}. {batch.reason}"
        lines.append(told.rstrip())
    return lines
