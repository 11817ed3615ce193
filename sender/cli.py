"""The `dripcourse` command: a table of its commands, each loaded only when it is run."""

from __future__ import annotations

import errno
import sys
from importlib import import_module
from io import TextIOWrapper

import click

_COMMANDS: dict[str, tuple[str, str]] = {
    "new": ("course.cli:new", "Start a course in a new folder."),
    "outline": ("course.cli:outline", "Draft lessons from a course's sources."),
    "import": ("course.cli:import_", "Turn documents into notes that lessons can cite."),
    "check": ("course.cli:check", "Say what is wrong with a course, and where."),
    "build": ("course.cli:build", "Write every lesson as HTML, text and .eml."),
    "preview": ("sender.commands.preview:preview", "Look at a course while you write it."),
    "simulate": ("course.cli:simulate", "Show when each lesson would arrive."),
    "send-test": ("sender.commands.send_test:send_test", "Send one email of a course to yourself, as a test."),
    "publish": ("sender.commands.publish:publish", "Make a course folder the edition that is sent."),
    "subscribers": ("sender.commands.subscribers:subscribers", "Import, show and change the people who take a course."),
    "send": ("sender.commands.send:send", "Send what is due now, once."),
    "run": ("sender.commands.run:run", "Serve the pages and send what falls due, until stopped."),
    "web": ("sender.commands.run:web", "Serve the pages alone, until stopped."),
    "scheduler": ("sender.commands.run:scheduler", "Send what falls due and serve no pages, until stopped."),
    "status": ("sender.commands.status:status", "Show what is live, due and open."),
    "hold": ("sender.commands.hold:hold", "Stop sending a course, before the next request."),
    "release": ("sender.commands.hold:release", "Send a held course, and what was refused, again."),
    "resolve": ("sender.commands.resolve:resolve", "Decide about a batch that is uncertain, held or failed."),
    "migrate": ("sender.commands.migrate:migrate", "Bring the database's schema up to date."),
    "demo": ("sender.commands.demo:demo", "Send the bundled course to sample subscribers, in simulated time."),
}

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class _Commands(click.Group):
    """A group whose commands' modules are imported when they are needed, so that `--help` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, short) for name, (_, short) in _COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; what a user can mend is told as a sentence, with exit status 1."""
        from course.errors import CourseError
        from sender.errors import SenderError

        try:
            return super().invoke(ctx)
        except (CourseError, SenderError) as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="dripcourse", message="%(version)s")
def dripcourse() -> None:
    """Turn a folder of Markdown lessons into an email course, and deliver every lesson once."""


def main() -> None:
    """Run the command line. A pipe that is closed at the other end is not an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without a course's letters shows them spelled
    try:
        dripcourse()
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:
        if error.errno not in _NO_ROOM or error.filename is not None:
            raise
        sys.stderr.write(f"Error: What is to be shown cannot be written: {error.strerror}.\n")
        sys.exit(1)
