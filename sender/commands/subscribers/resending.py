"""`dripcourse subscribers resend`: one lesson once more to one person."""

from __future__ import annotations

import click

from sender.commands.console import as_format, clock, opened, print_json
from sender.commands.subscribers.choosing import about_one, chosen, named, on_course


@click.command("resend", short_help="Send somebody a lesson once more.")
@about_one
@click.argument("lesson", metavar="LESSON")
@on_course
@as_format
def resend(who: str, lesson: str, slug: str | None, output: str) -> None:
    """Send LESSON once more to WHO (an id or an address), who has been sent it before, with the next tick.

    Each call is one more email, of the lesson as it is now. When the next lesson comes stays as it is. Exit status 1
    for somebody who has left, was erased, or whose address is suppressed.
    """
    from sender.directory import find
    from sender.editions import EditionBook
    from sender.recipients import RESENT_TO
    from sender.resending import resend as send_again
    from sender.settings import load_settings

    with opened(load_settings(), create=False) as database:
        person = find(database, who)
        enrolment = chosen(person, slug, RESENT_TO)
        done = send_again(database, EditionBook(), enrolment.row.id, lesson, clock())
    if output == "json":
        print_json({
            "id": person.id, "course": done.course, "lesson": done.lesson, "delivery": done.delivery,
            "held": done.held,
        })  # fmt: skip
        return
    when = "when the course is released" if done.held else "with the next tick"
    click.echo(f"`{done.lesson}` goes to {named(person)} once more {when}: delivery {done.delivery}.")
