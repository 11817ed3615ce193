"""`dripcourse subscribers export`: all that is held about one person, or a course's people as a file."""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import click

from sender.commands.console import as_format, opened, print_json, say
from sender.commands.subscribers.showing import STATUSES

_STDOUT = Path("-")


@click.command("export", short_help="Write down one person's data, or a course's people.")
@click.argument("who", metavar="[WHO]", required=False)
@click.option("--course", "slug", metavar="SLUG", help="All people of this course, as CSV.")
@click.option("--status", "statuses", type=click.Choice(STATUSES), multiple=True,
              help="Only those who stand like that; more than once for several.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), metavar="FILE",
              help="The file to write; `-` is stdout.")  # fmt: skip
@as_format
def export(who: str | None, slug: str | None, statuses: Sequence[str], out: Path | None, output: str) -> None:
    """Write all that is held about WHO (an id or an address) as JSON; or, with --course and --out, a course's people as
    a CSV file that `subscribers import` takes again.

    The file holds those who are on the course, have paused it or have finished it, unless --status says otherwise, and
    nobody whose address is suppressed. A value that a spreadsheet would run as a formula stands behind an apostrophe,
    which `import` takes away again.
    """
    if (who is None) == (slug is None):
        raise click.UsageError("Name one person, or a course with --course.")
    if who is not None:
        if statuses:
            raise click.UsageError("--status goes with --course.")
        _export_person(who, out)
        return
    assert slug is not None
    if out is None:
        raise click.UsageError("Name the file to write with --out; `-` is stdout.")
    _export_course(slug, statuses, out, output)


def _export_person(who: str, out: Path | None) -> None:
    from sender.directory import find
    from sender.export import export as everything_about
    from sender.settings import load_settings

    with opened(load_settings(), create=False) as database:
        person = find(database, who)
        document = everything_about(database, person.id)
    with _written(out or _STDOUT) as stream:
        stream.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def _export_course(slug: str, statuses: Sequence[str], out: Path, output: str) -> None:
    from sender.directory import TAKING_PART, members
    from sender.model import EnrolmentStatus
    from sender.roster import write_roster
    from sender.settings import load_settings

    wanted = frozenset(map(EnrolmentStatus, statuses)) or TAKING_PART
    with opened(load_settings(), create=False) as database:
        people = members(database, slug, wanted)
        with _written(out) as stream:
            count = write_roster(stream, people)
    if output == "json" and out != _STDOUT:
        print_json({"course": slug, "exported": count, "file": str(out)})
    else:
        say(f"{count} people of {slug} written{'' if out == _STDOUT else f' to {out}'}.")


@contextmanager
def _written(out: Path) -> Iterator[IO[str]]:
    """A stream into a file that is there once all of it is written, for its owner's eyes alone; or stdout."""
    if out == _STDOUT:
        yield sys.stdout
        return
    partial = out.with_name(f".{out.name}.{secrets.token_hex(4)}")
    try:
        file = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "w", encoding="utf-8", newline="") as stream:
            yield stream
        partial.replace(out)
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}.") from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
