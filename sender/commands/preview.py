"""`dripcourse preview`: the course as its readers will see it, on a page of this machine that follows every change."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sender.commands.console import clock

if TYPE_CHECKING:
    from course.model import Course
    from course.personal.placeholders import Email
    from course.preview.posting import Post, Posted


@click.command(short_help="Look at a course while you write it.")
@click.argument("course", type=click.Path(file_okay=False, path_type=Path), default=Path())
@click.option("--port", type=click.IntRange(0, 65535), help="The port of the page; 0 takes any free one.")
@click.option("--no-browser", is_flag=True, help="Do not open the page.")
def preview(course: Path, port: int | None, no_browser: bool) -> None:
    """Show the course in COURSE (by default this folder) on a page for this machine alone, until stopped.

    Prints the page's address first. The page follows every file that is saved, and sends tests through the mailer that
    is set. SIGTERM or Ctrl-C stop it.
    """
    from course.preview.server import serve

    serve(course, port=port, browser=not no_browser, post=_posting(course))


def _posting(folder: Path) -> Post:
    """What sends a test. It reads the settings each time, so that a wrong one keeps only the test from being sent.

    It raises CourseError where nothing could be sent.
    """

    def post(course: Course, label: str, email: Email, addresses: Sequence[str]) -> Sequence[Posted]:
        from course.errors import CourseError
        from course.folder import read_files
        from sender.errors import SenderError
        from sender.mailers import open_mailer
        from sender.settings import load_settings
        from sender.trial import Trial, pictures_in, send_trial

        trial = Trial(course, label, email, pictures_in(read_files(folder)))
        try:
            return send_trial(open_mailer(load_settings(), clock), trial, addresses, clock())
        except SenderError as error:
            raise CourseError(error.message, fix=error.fix) from error

    return post
