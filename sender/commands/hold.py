"""`dripcourse hold` and `release`: the stop button, in force before the next request begins."""

from __future__ import annotations

import click

from sender.commands.console import opened


def _scope(slug: str | None, everything: bool) -> str | None:
    if (slug is None) == (not everything):
        raise click.UsageError("Name one course, or say --all.")
    return slug


def _set_held(slug: str | None, held: bool) -> tuple[int, int]:
    """Hold or release; how many batches are tried again, and how many mailers that were left alone."""
    from sender.errors import NotFoundError
    from sender.settings import load_settings
    from sender.store import editions, ledger, traffic

    with opened(load_settings(), create=False) as database, database.write() as connection:
        if not editions.set_held(connection, slug, held) and slug is not None:
            raise NotFoundError(f"There is no published course `{slug}`.", fix="See `dripcourse status`.")
        return (0, 0) if held else (ledger.release(connection, slug), traffic.reopen(connection))


@click.command(short_help="Stop sending a course, before the next request.")
@click.argument("slug", required=False)
@click.option("--all", "everything", is_flag=True, help="Every course.")
def hold(slug: str | None, everything: bool) -> None:
    """Send nothing more of the course SLUG, or of any, until it is released."""
    _set_held(_scope(slug, everything), True)
    click.echo(f"Held: {slug or 'every course'}.")


@click.command(short_help="Send a held course, and what was refused, again.")
@click.argument("slug", required=False)
@click.option("--all", "everything", is_flag=True, help="Every course.")
def release(slug: str | None, everything: bool) -> None:
    """Let the course SLUG, or every one, be sent again, with the batches of it that were held after a refusal.

    A mailer that is left alone after failures is asked again with the next tick. What is uncertain stays so.
    """
    count, mailers = _set_held(_scope(slug, everything), False)
    then = " The mailer is asked again with the next tick." if mailers else ""
    click.echo(f"Released: {slug or 'every course'}; {count} held batches will be tried again.{then}")
