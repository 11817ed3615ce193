"""`dripcourse send`: one tick, for cron or by hand."""

from __future__ import annotations

import sys
from datetime import datetime

import click

from sender.commands.console import Moment, as_format, clock, opened, print_json, say
from sender.commands.stopping import stopped_by_signals

_MANY = 10_000_000


@click.command(short_help="Send what is due now, once.")
@click.option("--now", type=Moment(), help="Act as if it were this moment (ISO 8601; UTC unless it says otherwise).")
@click.option("--limit", type=click.IntRange(min=0), help="Send at most so many emails.")
@click.option("--dry-run", is_flag=True, help="Only say how many would go out.")
@as_format
def send(now: datetime | None, limit: int | None, dry_run: bool, output: str) -> None:
    """Send everything that is due, and say what became of it.

    Exit status 0 when the work was done, whatever its outcome; 1 when it could not be, for a single course even.
    """
    from sender.links import Signer
    from sender.loaded import keep_loaded
    from sender.mailers import open_mailer
    from sender.owner import this_process
    from sender.pacing import Pacing
    from sender.sending import Sender
    from sender.settings import load_settings, signing_secrets
    from sender.tick import foreseen, tick

    settings = load_settings()
    mailer = open_mailer(settings, clock)
    with opened(settings, create=False) as database, stopped_by_signals() as stop:
        signer = Signer(settings.base_url, signing_secrets(settings)[0])
        pacing = Pacing(str(settings.mailer), settings.rate, settings.warm_up)
        sender = Sender(database, mailer, signer, this_process(), clock, settings.concurrency, stop, pacing=pacing)
        keep_loaded()
        moment = now or clock()
        if dry_run:
            tally = foreseen(sender, moment, _MANY if limit is None else limit)
        else:
            tally = tick(sender, moment, limit=limit)
    for reason in dict.fromkeys(sender.reasons):
        say(reason)
    if output == "json":
        print_json(tally.as_json())
    else:
        click.echo(_sentence(tally, dry_run=dry_run))
    if sender.unreadable:
        sys.exit(1)


def _sentence(tally: object, *, dry_run: bool) -> str:
    from sender.sending import Tally

    assert isinstance(tally, Tally)
    if dry_run:
        return f"{tally.claimed} would be sent."
    told = [f"{count} {name}" for name, count in tally.as_json().items() if count and name != "next_due_at"]
    then = "nothing more to come" if tally.next_due_at is None else f"next at {tally.next_due_at:%Y-%m-%d %H:%M} UTC"
    return f"{', '.join(told) or 'Nothing was due'}; {then}."
