"""`dripcourse subscribers import`: bring in people from a CSV file."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from sender.commands.console import as_format, clock, opened, print_json, say

if TYPE_CHECKING:
    from sender.people import Rejected
    from sender.roster import Row

_SHOWN = 20


@click.command("import", short_help="Bring in people from a CSV file.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--course", "slug", required=True, metavar="SLUG", help="The published course they take.")
@click.option("--track", help="Their track; the course's first by default.")
@click.option("--start", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="The day on which they begin.")
@click.option("--confirmed", is_flag=True, help="They have agreed already: do not ask each to confirm.")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option(
    "--rejects", type=click.Path(path_type=Path, dir_okay=False), help="Write the rows left out to this file."
)
@as_format
def import_(
    file: str, slug: str, track: str | None, start: datetime | None, confirmed: bool, dry_run: bool,
    rejects: Path | None, output: str,
) -> None:  # fmt: skip
    """Bring in the people of FILE (`-` for standard input), a CSV in UTF-8 with a column `email`.

    `first_name`, `last_name` and `timezone` are optional; every other column becomes an attribute.
    Good rows go in and bad ones are told, with their line and the reason. Exit status 1 when there
    were rows and none could be taken.
    """
    from sender.people import Importer, Joining
    from sender.roster import read_roster
    from sender.settings import load_settings

    joining = Joining(slug, track, _within_reach(start), confirmed, dry_run)
    with click.open_file(file, "rb") as stream:
        _expect_another_file(stream, rejects)
        with opened(load_settings(), create=False) as database, _rejects_into(rejects) as write:
            importer = Importer(database, joining, clock())
            for number, rejected in enumerate(importer.take(_with_bar(stream, read_roster(stream))), start=1):
                write(rejected)
                if number <= _SHOWN:
                    say(f"line {rejected.line}: {rejected.reason}")
            summary = importer.summary
    if summary.rejected > _SHOWN:
        say(f"… and {summary.rejected - _SHOWN} more; --rejects FILE lists them all.")
    counts = {
        "added": summary.added, "updated": summary.updated, "rejected": summary.rejected,
        "suppressed": summary.suppressed,
    }  # fmt: skip
    if output == "json":
        print_json(counts)
    else:
        would = " (nothing was written)" if dry_run else ""
        click.echo(", ".join(f"{count} {name}" for name, count in counts.items()) + f"{would}.")
    if summary.rejected and not (summary.added or summary.updated or summary.suppressed):
        sys.exit(1)


def _within_reach(start: datetime | None) -> date | None:
    """The day of a `--start`; one for which no slot could be worked out is wrong use."""
    if start is not None and not 1971 <= start.year <= 9000:
        raise click.BadParameter("That day is out of reach.", param_hint="--start")
    return None if start is None else start.date()


def _expect_another_file(file: IO[bytes], rejects: Path | None) -> None:
    """Refuse to write the rows left out over the rows themselves."""
    with suppress(OSError, ValueError):
        if rejects is not None and os.path.samestat(os.fstat(file.fileno()), rejects.stat()):
            raise click.BadParameter("That is the file of the people.", param_hint="--rejects")


def _with_bar(file: IO[bytes], rows: Iterable[Row]) -> Iterator[Row]:
    """The rows, with a bar on a terminal that follows the place in the file."""
    if not sys.stderr.isatty() or not file.seekable():
        yield from rows
        return
    size = os.fstat(file.fileno()).st_size
    with click.progressbar(length=size, label="Importing", file=sys.stderr) as bar:
        for number, row in enumerate(rows):
            if number % 500 == 0:
                bar.update(file.tell() - bar.pos)
            yield row
        bar.update(size - bar.pos)


class _Rejects:
    """Writes rejected rows as CSV; `path` is None where nobody asked for them."""

    def __init__(self, stream: IO[str] | None) -> None:
        self._writer = None if stream is None else csv.writer(stream)
        if self._writer:
            self._writer.writerow(("line", "email", "reason"))

    def __call__(self, rejected: Rejected) -> None:
        if self._writer:
            self._writer.writerow((rejected.line, rejected.email, rejected.reason))


@contextmanager
def _rejects_into(path: Path | None) -> Iterator[_Rejects]:
    if path is None:
        yield _Rejects(None)
        return
    try:
        stream = path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise click.UsageError(f"{path} cannot be written: {error.strerror}.") from error
    with stream:
        yield _Rejects(stream)
