"""`dripcourse run`: the pages and the scheduler in one process, until it is told to stop."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from sender.commands.console import clock, opened
from sender.commands.stopping import stopped_by_signals

if TYPE_CHECKING:
    from threading import Event, Thread

    from sender.tick import Sender, Tally

_log = logging.getLogger(__name__)
_LOOK_SECONDS = 0.2


@click.command(short_help="Serve the pages and send what falls due, until stopped.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes any free port.")
def run(host: str, port: int) -> None:
    """Serve the subscribers' pages, and send every email when it falls due.

    Prints the address of the pages first; what happens is told on stderr. SIGTERM or Ctrl-C stop it
    cleanly: requests under way are finished, and no other begins.
    """
    from sender.editions import EditionBook
    from sender.errors import SenderError
    from sender.links import Signer
    from sender.mailers import open_mailer
    from sender.owner import this_process
    from sender.scheduler import ticking
    from sender.settings import load_settings, signing_secrets
    from sender.tick import Sender
    from sender.web import Site, create_app
    from sender.web.serving import address_of, listen, serving

    settings = load_settings()
    secrets, mailer, book = signing_secrets(settings), open_mailer(settings, clock), EditionBook()
    with opened(settings) as database, stopped_by_signals() as stop, listen(host, port) as listener:
        signer = Signer(settings.base_url, secrets[0])
        sender = Sender(database, mailer, signer, this_process(), clock, settings.concurrency, stop, book)
        pages = create_app(Site(database, book, secrets, settings.base_url, clock))
        address = address_of(listener)
        click.echo(f"dripcourse: {address}")
        _log_to_stderr()
        if address != settings.base_url:
            _log.info("links in emails lead to %s, as DRIPCOURSE_BASE_URL says", settings.base_url)
        with serving(pages, listener) as web, ticking(lambda: _tick(sender)):
            _wait(stop, web)
            _log.info("stopping: what is under way is finished, and nothing else begins")
        if not stop.is_set():
            raise SenderError("The pages can no longer be served.", fix="The reason stands above; start it again.")


def _wait(stop: Event, web: Thread) -> None:
    """Return when it is time to stop. Looks at the event instead of waiting for it: a signal's handler runs in this
    very thread, and would wait for the lock that `Event.wait` holds."""
    while not stop.is_set() and web.is_alive():
        web.join(_LOOK_SECONDS)


def _tick(sender: Sender) -> None:
    """One tick. One that fails is told in a sentence, and tried again next time."""
    from course.errors import CourseError
    from sender.errors import SenderError
    from sender.tick import tick

    if sender.stop.is_set():
        return
    try:
        _tell(tick(sender, clock()))
    except (SenderError, CourseError) as error:
        _log.warning("the tick failed and will be tried again: %s", error)
    for reason in dict.fromkeys(sender.reasons):
        _log.warning("%s", reason)
    sender.reasons.clear()


def _tell(tally: Tally) -> None:
    done = [f"{count} {name}" for name, count in tally.as_json().items() if count and name != "next_due_at"]
    if done:
        _log.info("tick: %s", ", ".join(done))


class _OneLine(logging.Formatter):
    """A line for each record, its traceback included, with the time in UTC."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802  # logging's name
        return f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%dT%H:%M:%SZ}"

    def format(self, record: logging.LogRecord) -> str:
        return " | ".join(super().format(record).splitlines())


def _log_to_stderr() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.INFO)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it tells of every run
