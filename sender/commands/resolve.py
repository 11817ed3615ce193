"""`dripcourse resolve`: an operator's decision on emails that are uncertain, held or failed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from sender.commands.console import as_format, clock, opened, print_json

if TYPE_CHECKING:
    from sender.resolving import Resolved
    from sender.store.database import Database

_LARGEST = 2**63 - 1


@click.command(short_help="Decide about a batch that is uncertain, held or failed.")
@click.argument("what", metavar="BATCH")
@click.option("--accepted", is_flag=True, help="It was taken: count it as sent.")
@click.option("--send-again", is_flag=True, help="It was not taken, or is mended: send it again.")
@click.option("--drop", is_flag=True, help="Nobody is to get it any more: go on without it.")
@as_format
def resolve(what: str, accepted: bool, send_again: bool, drop: bool, output: str) -> None:
    """Decide what becomes of a batch that is uncertain, held or failed.

    BATCH is its number, as `dripcourse status` tells it. In a batch that was accepted but for some, those are decided
    about. Emails that could not be made are in no batch: for them, BATCH is `COURSE/EMAIL`.

    What is sent again goes out with the next tick; a lesson that is too late by then, in the next slot of its reader.
    Exit status 1 where there is nothing to decide.
    """
    from sender.settings import load_settings

    if accepted + send_again + drop != 1:
        raise click.UsageError("Say what is to become of it: --accepted, --send-again or --drop.")
    if not re.fullmatch(r"[0-9]+|[^/]+/[^/]+", what):
        raise click.BadParameter(f"`{what}` is neither a batch's number nor a COURSE/EMAIL.", param_hint="BATCH")
    chosen = "accepted" if accepted else "send again" if send_again else "drop"
    with opened(load_settings(), create=False) as database:
        done = _resolved(database, what, chosen)
    if output == "json":
        print_json({
            "batch": done.batch, "course": done.course, "email": done.label, "state": str(done.state),
            "deliveries": done.deliveries, "course_held": done.held,
        })  # fmt: skip
    else:
        click.echo(_sentence(done))


def _resolved(database: Database, what: str, chosen: str) -> Resolved:
    from sender.editions import EditionBook
    from sender.resolving import Decision, resolve, resolve_unmade

    if what.isdecimal():
        return resolve(database, min(int(what), _LARGEST), Decision(chosen))
    course, _, email = what.partition("/")
    return resolve_unmade(database, EditionBook(), course, email, Decision(chosen), clock())


def _sentence(done: Resolved) -> str:
    where = "In no batch" if done.batch is None else f"Batch {done.batch}"
    what = f"{where}, {done.course}, {done.label}: {done.deliveries}"
    if done.state == "accepted":
        return f"{what} accepted."
    if done.state == "cancelled":
        return f"{what} dropped."
    when = "with the next tick" if done.batch is not None else "in their readers' next slots"
    if done.held:
        when = f"once the course is released: `dripcourse release {done.course}`"
    return f"{what} will be sent again, {when}."
