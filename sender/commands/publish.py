"""`dripcourse publish`: make a course folder the edition that is sent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from course.commands import SECONDS, refuse_errors
from sender.commands.console import as_format, ask, clock, opened, print_json, say

if TYPE_CHECKING:
    from sender.publishing import Change


@click.command(short_help="Make a course folder the edition that is sent.")
@click.argument("course", type=click.Path(path_type=Path), default=Path())
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_format
def publish(course: Path, yes: bool, output: str) -> None:
    """Freeze the course in COURSE (by default this folder) as an edition, and send from it from now on.

    What `check` calls an error is refused, and then nothing changes.
    """
    from course.confined import Confined

    with Confined() as confined:
        confined.start("course.check")
        from course.errors import CourseError
        from course.folder import read_files
        from sender.publishing import plan
        from sender.publishing import publish as publish_files
        from sender.settings import load_settings

        settings = load_settings()
        files = read_files(course)
        try:
            confined.call(refuse_errors, files, seconds=SECONDS)
        except CourseError as error:
            say(str(error))
            raise click.ClickException("The course has errors, so nothing was published.") from error
    # What passed renders within the same limits here: it is the same for the same files.
    with opened(settings) as database:
        change = plan(database, files)
        for line in _told(change):
            say(line)
        if not yes:
            ask("Publish this?")
        edition = publish_files(database, files, clock())
    if output == "json":
        document = {"course": change.slug, "edition": edition.hash, "added": [*change.added]}
        print_json({**document, "removed": [*change.removed], "changed": [*change.changed]})
        return
    click.echo(f"Published {change.slug}, edition {edition.hash[:12]}.")
    if change.first:
        say(f"Next: dripcourse subscribers import FILE --course {change.slug}, then dripcourse send.")


def _taking(people: int) -> str:
    return "1 person is taking" if people == 1 else f"{people} people are taking"


def _told(change: Change) -> list[str]:
    if change.first:
        return [f"{change.slug} is new: {len(change.added)} emails."]
    if change.unreadable:
        return [f"The live edition of {change.slug}, which {_taking(change.active)}, cannot be read."]
    if change.same:
        return [f"{change.slug} has not changed since it was published."]
    kinds = (("new", change.added), ("changed", change.changed), ("removed", change.removed))
    stranded = [f"{count} people are on the track `{slug}`, which is gone" for slug, count in change.stranded.items()]
    lines = [f"{name}: {', '.join(slugs)}" for name, slugs in kinds if slugs] or ["only settings or templates changed"]
    return [f"{change.slug}, which {_taking(change.active)}:", *(f"  {line}" for line in (*lines, *stranded))]
