"""`dripcourse subscribers sync`: SendGrid's suppression lists become ours."""

from __future__ import annotations

import sys

import click

from sender.commands.console import as_format, clock, opened, print_json


@click.command("sync", short_help="Fetch SendGrid's suppression lists.")
@as_format
def sync(output: str) -> None:
    """Stop all email to the addresses that SendGrid sends nothing to any more.

    Fetches its lists of bounces, invalid addresses, spam reports and global unsubscribes, and ends the courses of
    whoever stands there. Events tell the same at once; this is for those that were lost. Running it again is harmless.
    """
    from sender.mailers.sendgrid.suppressions import SendGridLists, SuppressionList
    from sender.settings import load_settings
    from sender.syncing import sync as synced

    settings = load_settings()
    lists = SendGridLists(settings.sendgrid_key, settings.sendgrid_host)
    # How long a list is, SendGrid does not say.
    with (
        opened(settings, create=False) as database,
        click.progressbar(length=0, label="Fetching", show_percent=False, show_pos=True, show_eta=False,
                          file=sys.stderr, hidden=not sys.stderr.isatty()) as bar,
    ):  # fmt: skip

        def told(_name: SuppressionList, addresses: int) -> None:
            bar.update(addresses)

        found = synced(database, lists, clock(), told)
    counts = found.as_json()
    if output == "json":
        print_json(counts)
        return
    fetched = ", ".join(f"{counts[name]} {name.replace('_', ' ')}" for name in SuppressionList)
    click.echo(f"At SendGrid: {fetched}.")
    click.echo(f"New here: {counts['suppressed']} suppressed, {counts['ended']} enrolments ended.")
    if counts["unreadable"]:
        click.echo(f"{counts['unreadable']} entries are no address and were left out.")
