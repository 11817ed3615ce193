"""`dripcourse demo`: the bundled course to sample subscribers, all weeks in simulated time."""

from __future__ import annotations

from pathlib import Path

import click

from sender.commands.console import clock


@click.command(short_help="Send the bundled course to sample subscribers, in simulated time.")
@click.option("--people", type=click.IntRange(1, 100_000), default=100, show_default=True, help="How many.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path("demo-outbox"), show_default=True,
    help="The folder for the emails.",
)  # fmt: skip
def demo(people: int, out: Path) -> None:
    """Show everything at once: publish the bundled course, enrol sample people, and send all of it.

    It reads no settings, uses a database of its own that is thrown away, and writes each email to a
    file. No account and no network are needed, and nobody gets any email.
    """
    from sender.demo import run_demo

    shown = run_demo(people, out, clock)
    for line in shown:
        click.echo(line)
