"""The authors' commands. Each imports what is heavy when it runs, so that the command line starts fast."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from course.commands import SECONDS, as_json

if TYPE_CHECKING:
    from course.importing.intake import Given
    from course.model import Course, Track

F = TypeVar("F", bound=Callable[..., Any])
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def _of_a_course(command: F) -> F:
    """Give a command the argument COURSE, a course folder, as `folder`."""
    kind = click.Path(file_okay=False, path_type=Path)
    return click.argument("folder", metavar="[COURSE]", type=kind, default=Path())(command)


def _with_format(*names: str) -> Callable[[F], F]:
    choice = click.Choice(names)
    return click.option("--format", "output", type=choice, default="text", help="What to print on stdout.")


_HELP = {"help_option_names": ["-h", "--help"]}


@click.command(context_settings=_HELP, short_help="Start a course in a new folder.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--from", "copy_of", type=click.Choice(["product-path"]), help="Copy this bundled course.")
def new(folder: Path, copy_of: str | None) -> None:
    """Start a course in the folder DIR, which must be new or empty.

    It begins with a welcome, two lessons, a closing and one source note, all with comments that say how things are
    written; or, with --from, as a copy of a course that comes with dripcourse.
    """
    from course.new import new_course

    written = new_course(folder, copy_of)
    place = "this folder" if folder == Path() else folder
    name, emails = shlex.quote(str(folder)), shlex.quote(str(folder / "emails"))
    _echo_steps(
        f"Wrote a course of {len(written)} files to {place}. What to do next:\n",
        (f"dripcourse check {name}", "what is wrong with it, and where"),
        (f"dripcourse build {name} --out {emails}", "every lesson as it will arrive"),
        (f"dripcourse simulate {name} --from DATE", "when each lesson would arrive"),
        (f"dripcourse import FILE --course {name}", "a document becomes a source note"),
        (f"dripcourse outline {name}", "drafts of lessons from the notes"),
    )


@click.command(context_settings=_HELP, short_help="Draft lessons from a course's sources.")
@_of_a_course
@click.option("--weeks", type=click.IntRange(1, 520), help="How many weeks the whole course shall last.")
@click.option("--per-week", type=click.IntRange(1, 7), help="How many lessons a week; one a day of the cadence.")
@_with_format("text", "json")
def outline(folder: Path, weeks: int | None, per_week: int | None, output: str) -> None:
    """Draft lessons from what the course in the folder COURSE, by default this one, does not cite of its sources yet.

    Each draft reads in three to five minutes, cites its passages, and says in places `[write: …]` what is yours to
    write. Drafts come after the lessons that there are; no file is written over. --weeks counts for the whole course;
    with more room than lessons, they are spread evenly. Where the cadence has too few days for --per-week, days are
    added to course.toml.
    """
    from course.outline import outline as outline_course

    found = outline_course(folder, weeks=weeks, per_week=per_week)
    click.echo(as_json(found.as_data()) if output == "json" else found.as_text())
    if output == "text" and found.drafts:
        _echo_steps(
            "\nWhat to do next: write what stands in `[write: …]`, then\n",
            (f"dripcourse check {shlex.quote(str(folder))}", "what is left to write, and what is wrong"),
            (f"dripcourse simulate {shlex.quote(str(folder))} --from DATE", "when each lesson would arrive"),
        )


@click.command("import", context_settings=_HELP, short_help="Turn documents into notes that lessons can cite.")
@click.argument(
    "files",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
)
@click.option(
    "--course",
    "folder",
    metavar="COURSE",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="The folder of the course; the present one unless given.",
)
@click.option("--as", "slug", metavar="NAME", help="The note's name, for one FILE; the title makes it unless given.")
@_with_format("text", "json")
def import_(files: tuple[Path, ...], folder: Path, slug: str | None, output: str) -> None:
    """Turn each FILE into a source note of a course: sources/NAME.md, with passages that lessons can cite.

    A FILE is HTML, Markdown, plain text or notes of a talk, or, with the extra dripcourse[documents], PDF or DOCX;
    "-" is standard input. Importing a document again brings its note up to date: ids, claims and whatever was
    written by hand stay. Where one FILE cannot be read, nothing is written.
    """
    from course.importing.account import as_data, as_text
    from course.importing.intake import import_documents

    if files.count(Path("-")) > 1:
        raise click.UsageError("Standard input holds one document: name `-` once.")
    if slug is not None and len(files) > 1:
        raise click.UsageError("`--as` names one note, and there are several files. Import them one by one.")
    imported = import_documents(folder, [_given(path) for path in files], slug)
    if output == "json":
        click.echo(as_json(as_data(imported)))
        return
    click.echo("\n\n".join(map(as_text, imported)))
    _echo_steps(
        "\nWhat to do next: write in the notes, in your own words, what each passage claims; then\n",
        (f"dripcourse outline {shlex.quote(str(folder))}", "drafts of lessons from the notes"),
    )


def _given(path: Path) -> Given:
    """A document that was named, as much of it as may be imported and one byte more."""
    from course.errors import CourseError, Place
    from course.importing.formats import LARGEST
    from course.importing.intake import Given

    if str(path) == "-":
        return Given("standard input", sys.stdin.buffer.read(LARGEST + 1))
    try:
        with path.open("rb") as file:
            return Given(str(path), file.read(LARGEST + 1))
    except OSError as error:
        message = f"The file cannot be read: {error.strerror}."
        raise CourseError(message, fix="Mend that, or name another.", place=Place(str(path))) from error


@click.command(context_settings=_HELP, short_help="Say what is wrong with a course, and where.")
@_of_a_course
@click.option("--strict", is_flag=True, help="Exit with status 1 on a warning too.")
@_with_format("text", "json")
def check(folder: Path, strict: bool, output: str) -> None:
    """Say what is wrong with the course in the folder COURSE, by default this one, and what it cites of its sources.

    The exit status is 1 where there is an error: such a course cannot be published.
    """
    from course.commands import checked, told
    from course.confined import Confined
    from course.errors import CourseError

    try:
        with Confined() as confined:
            confined.start("course.check")
            from course.folder import read_files

            outcome = confined.call(checked, read_files(folder), output, seconds=SECONDS)
    except CourseError as error:
        from course.check import Report, finding_of

        outcome = told(Report((finding_of(error),)), output)
    click.echo(outcome.text)
    if outcome.errors or (strict and outcome.findings):
        raise SystemExit(1)


@click.command(context_settings=_HELP, short_help="Write every lesson as HTML, text and .eml.")
@_of_a_course
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="The folder for the files.")
def build(folder: Path, out: Path) -> None:
    """Write every lesson of the course in the folder COURSE, by default this one, as a sample subscriber would get it.

    Each becomes three files: HTML, plain text and a message that mail programs open, dated 1 January 2000. The page
    index.html lists them. Nothing is written where `dripcourse check` finds an error, but for places left to write.

    The folder archive/ in DIR is the course as a small site that can be published as it is: the numbered lessons, with
    nothing that is one reader's. Files of an earlier build are replaced, and what it put into archive/ and this one
    does not is removed from there; nothing else in DIR is touched.
    """
    from course.confined import Confined

    with Confined() as confined:
        confined.start("course.build")
        from course.build import build as build_course
        from course.build import checked_and_built, left_in

        index, *files = build_course(folder, out, partial(confined.call, checked_and_built, seconds=SECONDS))
    click.echo(f"Wrote {len(files)} files and {index.name} to {out}.\nOpen {index} in a browser.")
    click.echo(f"{out / 'archive'} is a site that can be published as it is.")
    if left := left_in(folder):
        places = "1 place is" if left == 1 else f"{left} places are"
        click.echo(f"{places} left to write: `dripcourse check {shlex.quote(str(folder))}` says where.", err=True)


@click.command(context_settings=_HELP, short_help="Show when each lesson would arrive.")
@_of_a_course
@click.option(
    "--from",
    "start",
    required=True,
    metavar="DATE",
    callback=lambda _context, _option, text: _day(text),
    help="The subscriber's first day, such as 2026-03-03.",
)
@click.option(
    "--timezone",
    "zone",
    metavar="ZONE",
    callback=lambda _context, _option, name: _known_zone(name),
    help="Where the subscriber lives, such as Asia/Tokyo; the course's own zone unless given.",
)
@click.option("--track", "slug", metavar="TRACK", help="A track of the course; its first unless given.")
@_with_format("text", "json", "csv", "ics")
def simulate(folder: Path, start: date, zone: str | None, slug: str | None, output: str) -> None:
    """Show when each lesson of the course in the folder COURSE would arrive for someone who starts on DATE."""
    from course.confined import Confined

    with Confined() as confined:
        confined.start("course.simulate")
        from course.folder import load, read_files
        from course.simulate import arrivals, as_csv, as_ics, as_text

        files = read_files(folder)
        course = load(files)
        track = _track(course, slug)
        place = zone or course.cadence.zone
        timed = partial(arrivals, start=start, track=track, zone=place)
        timings = confined.call(timed, course, files, seconds=SECONDS)
    match output:
        case "json":
            click.echo(as_json([one.as_data() for one in timings]))
        case "csv":
            click.echo(as_csv(timings), nl=False)
        case "ics":
            click.echo(as_ics(timings, course, track, start), nl=False)
        case _:
            click.echo(f"{course.title} · {track.title} · {place}\n\n{as_text(timings)}")


def _echo_steps(said: str, *steps: tuple[str, str]) -> None:
    """Say something, then list commands to run next, each with what it is for."""
    click.echo(said)
    for command, purpose in steps:
        click.echo(f"  {command:<{max(len(step) for step, _ in steps)}}  {purpose}")


def _day(text: str) -> date:
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass  # it looks like a date, but there is none such
    raise click.BadParameter(f"`{text}` is not a date. Write it as 2026-03-03.")


def _known_zone(name: str | None) -> str | None:
    from difflib import get_close_matches
    from zoneinfo import available_timezones

    from course.cadence import is_zone

    if name is None or is_zone(name):
        return name
    near = get_close_matches(name, sorted(available_timezones()), n=1, cutoff=0.5)
    meant = f"Did you mean {near[0]}?" if near else "Write its IANA name, such as Europe/Berlin."
    raise click.BadParameter(f"There is no time zone `{name}`. {meant}")


def _track(course: Course, slug: str | None) -> Track:
    track = course.tracks[0] if slug is None else course.track(slug)
    if track is None:
        known = ", ".join(one.slug for one in course.tracks)
        raise click.BadParameter(f"There is no track `{slug}`. The tracks are: {known}.", param_hint="'--track'")
    return track
