"""`dripcourse send-test`: one email of a course folder to its author, marked as a test."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sender.commands.console import as_format, clock, print_json, say

if TYPE_CHECKING:
    from course.folder import Files
    from course.model import Course, Lesson
    from course.preview.posting import Posted
    from sender.trial import Trial

_CONFIRMATION = "confirm"
_BETWEEN = re.compile(r"[\s,;]+")


@click.command("send-test", short_help="Send one email of a course to yourself, as a test.")
@click.argument("lesson")
@click.option("--to", multiple=True, required=True, metavar="ADDRESS", help="Repeat it, or part several by commas.")
@click.option(
    "--course", "folder", metavar="COURSE", type=click.Path(file_okay=False, path_type=Path), default=Path(),
    help="The folder of the course; the present one unless given.",
)  # fmt: skip
@click.option("--track", help="The track to send it as on; the first that has the lesson unless given.")
@click.option("--persona", metavar="NAME", help="The made-up reader whom it is for, such as nobody or long-name.")
@as_format
def send_test(
    lesson: str, to: tuple[str, ...], folder: Path, track: str | None, persona: str | None, output: str
) -> None:
    """Send LESSON (its name, also welcome, closing or confirm) as it is in the folder, through the mailer that is set.

    Its subject begins with "[Test]" and its links lead nowhere. It needs no database, and nothing is recorded.
    Exit status 1 where it did not go to every address.
    """
    from course.folder import read_files
    from sender.mailers import open_mailer
    from sender.settings import load_settings
    from sender.trial import send_trial

    addresses = [part for text in to for part in _BETWEEN.split(text) if part]
    if not addresses:
        raise click.BadParameter("There is no address.", param_hint="--to")
    settings = load_settings()
    trial = _rendered(read_files(folder), lesson, track, persona)
    posted = send_trial(open_mailer(settings, clock), trial, addresses, clock())
    if any(not one.error for one in posted):
        say("It says [Test] in its subject, and its links lead to example.com, where there is nothing.")
    _tell(trial, posted, output)
    if any(one.error for one in posted):
        sys.exit(1)


def _rendered(files: Files, slug: str, track: str | None, persona: str | None) -> Trial:
    """The email, rendered in a child process with limits. Raises CourseError."""
    from course.confined import Confined
    from course.folder import load
    from course.personas import PERSONAS
    from course.preview.choices import CONFIRMATION, Choices
    from course.preview.showing import test_email
    from sender.trial import Trial, pictures_in

    keys = [one.key for one in PERSONAS]
    if persona is not None and persona not in keys:
        raise click.BadParameter(f"There is no `{persona}`. There are: {', '.join(keys)}.", param_hint="--persona")
    course = load(files)
    lesson = _lesson(course, slug)
    track = _track(course, lesson, track)
    name = CONFIRMATION if lesson is None else lesson.slug
    choices = Choices(clock().date(), lesson=name, track=track, persona=persona or keys[0])
    with Confined() as confined:
        found = confined.call(test_email, files, choices)
    return Trial(found.course, found.label, found.email, pictures_in(files))


def _lesson(course: Course, slug: str) -> Lesson | None:
    """The lesson of that name, or an earlier name; None for the confirmation. Raises CourseError."""
    from course.errors import CourseError

    found = next((one for one in course.all_lessons if slug in {one.slug, *one.aliases}), None)
    if found is None and slug != _CONFIRMATION:
        names = ", ".join((_CONFIRMATION, *(one.slug for one in course.all_lessons)))
        raise CourseError(f"There is no lesson `{slug}` in {course.title}.", fix=f"Name one of {names}.")
    return found


def _track(course: Course, lesson: Lesson | None, wanted: str | None) -> str:
    """The track to send on. Raises CourseError where there is none of that name, or the lesson is not on it."""
    from course.errors import CourseError

    slugs = [one.slug for one in course.tracks if lesson is None or not lesson.tracks or one.slug in lesson.tracks]
    if wanted is None:
        return slugs[0]
    if wanted not in slugs:
        what = "The course has" if lesson is None else f"`{lesson.slug}` is on"
        raise CourseError(f"{what} no track `{wanted}`.", fix=f"Name one of {', '.join(slugs)}.")
    return wanted


def _tell(trial: Trial, posted: Sequence[Posted], output: str) -> None:
    if output == "json":
        failed = [{"address": one.address, "reason": one.error} for one in posted if one.error]
        sent = [one.address for one in posted if not one.error]
        print_json({"lesson": trial.label, "sent": sent, "failed": failed})
        return
    for one in posted:
        click.echo(f"{one.address}: {f'not sent. {one.error}' if one.error else 'sent.'}")
