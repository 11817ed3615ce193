"""`dripcourse subscribers`: the people who take a course."""

from __future__ import annotations

import click

from sender.commands.subscribers.acting import change_address, erase, pause, resume, unsubscribe
from sender.commands.subscribers.exporting import export
from sender.commands.subscribers.importing import import_
from sender.commands.subscribers.resending import resend
from sender.commands.subscribers.showing import list_, show
from sender.commands.subscribers.syncing import sync


@click.group(short_help="Import, show and change the people who take a course.")
def subscribers() -> None:
    """The people who take a course. WHO is an id or an address."""


for command in (import_, list_, show, export, pause, resume, unsubscribe, resend, change_address, erase, sync):
    subscribers.add_command(command)
