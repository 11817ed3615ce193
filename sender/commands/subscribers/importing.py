"""`dripcourse subscribers import`: bring in people from a CSV file."""

from __future__ import annotations

import csv
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from hashlib import file_digest
from pathlib import Path
from types import FrameType
from typing import IO, TYPE_CHECKING, cast

import click

from sender.commands.console import as_format, clock, opened, print_json, say

if TYPE_CHECKING:
    from io import BufferedReader

    from sender.people import Imported, Importer, Joining, Rejected
    from sender.roster import Row
    from sender.store.database import Database

_SHOWN = 20
_STDIN = "-"


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
    Good rows go in and bad ones are told, with their line and the reason. An import of a file that
    is cut off goes on where it stopped when the same command is given again. Exit status 1 when it
    was stopped, and when there were rows and none could be taken.
    """
    from sender.people import Joining
    from sender.settings import load_settings

    joining = Joining(slug, track, _within_reach(start), confirmed, dry_run)
    with click.open_file(file, "rb") as stream:
        _expect_another_file(stream, rejects)
        with opened(load_settings(), create=False) as database:
            summary = _import(database, joining, file, stream, rejects)
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


def _import(database: Database, joining: Joining, file: str, stream: IO[bytes], rejects: Path | None) -> Imported:
    """Import a file, and tell of it what there is to tell; what was done."""
    from sender.people import Importer
    from sender.roster import read_roster

    again = file != _STDIN and stream.seekable()
    importer = Importer(database, joining, clock(), _content(stream) if again else None)
    known = importer.cut_off.line if importer.cut_off else 0
    if importer.cut_off:
        since = f"{importer.cut_off.at:%Y-%m-%d %H:%M} UTC"
        say(f"{file}: going on after line {known} of an import that was cut off on {since}.")
    told = 0
    with (
        _rejects_into(rejects) as write,
        _going_on(importer, again=again or joining.dry_run),
        _Interruptible() as interruptible,
    ):
        for rejected in importer.take(interruptible.rows(_with_bar(stream, read_roster(stream)))):
            write(rejected)
            if rejected.line > known and told < _SHOWN:
                told += 1
                say(f"line {rejected.line}: {rejected.reason}")
    if importer.summary.rejected > told:
        say(f"… and {importer.summary.rejected - told} more; --rejects FILE lists them all.")
    return importer.summary


def _content(stream: IO[bytes]) -> str:
    """What a file is known again by: the hash of what it holds."""
    hash_ = file_digest(cast("BufferedReader", stream), "sha256").hexdigest()
    stream.seek(0)
    return hash_


@contextmanager
def _going_on(importer: Importer, *, again: bool) -> Iterator[None]:
    """Say how to go on with what is cut off: by a signal, which ends the command here, or by an error."""
    from sender.errors import SenderError

    try:
        yield
    except KeyboardInterrupt as interrupt:
        raise click.ClickException(f"The import was stopped. {_how_to_go_on(importer, again)}") from interrupt
    except SenderError:
        if importer.is_noted:
            say(_how_to_go_on(importer, again))
        raise


def _how_to_go_on(importer: Importer, again: bool) -> str:
    if importer.is_noted:
        return f"The same command goes on after line {importer.line}."
    if again:
        return "Nothing was brought in; the same command begins again."
    return "What was brought in stays; the same rows can be given again, and bring nobody in twice."


class _Interruptible:
    """Lets SIGINT and SIGTERM stop what reads rows as a KeyboardInterrupt, but never while they are being written."""

    def __init__(self) -> None:
        self._is_reading = False
        self._is_told = False

    def __enter__(self) -> _Interruptible:
        self._before = {number: signal.signal(number, self._stop) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._is_told = True
        if self._is_reading:
            raise KeyboardInterrupt

    def rows(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows. Whoever asks for the next has dealt with those before, or has yet to begin with them."""
        remaining = iter(rows)
        while True:
            self._is_reading = True
            if self._is_told:
                raise KeyboardInterrupt
            row = next(remaining, None)
            self._is_reading = False
            if row is None:
                return
            yield row


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
