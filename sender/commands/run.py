"""`dripcourse run`, `web` and `scheduler`: the pages and the scheduler, in one process or two, until told to stop."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from time import sleep
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sender.commands.console import clock, opened
from sender.commands.stopping import stopped_by_signals

if TYPE_CHECKING:
    from socket import socket
    from threading import Event, Thread

    from starlette.applications import Starlette

    from sender.editions import EditionBook
    from sender.mailers import Mailer
    from sender.sending import Sender, Tally
    from sender.settings import Settings
    from sender.store.database import Database

F = TypeVar("F", bound=Callable[..., Any])

_log = logging.getLogger(__name__)
_LOOK_SECONDS = 0.2


def _at_address(command: F) -> F:
    """Give a command `--host` and `--port`."""
    port = click.IntRange(0, 65535)
    add_port = click.option("--port", type=port, default=8000, show_default=True, help="0 takes any free port.")
    return click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")(
        add_port(command)
    )


@click.command(short_help="Serve the pages and send what falls due, until stopped.")
@_at_address
def run(host: str, port: int) -> None:
    """Serve the subscribers' pages, and send every email when it falls due.

    Prints the address of the pages first; what happens is told on stderr. SIGTERM or Ctrl-C stop it
    cleanly: requests under way are finished, and no other begins.
    """
    from sender.editions import EditionBook
    from sender.mailers import open_mailer
    from sender.scheduler import ticking
    from sender.settings import load_settings
    from sender.web.serving import listen, serving

    settings, book = load_settings(), EditionBook()
    mailer = open_mailer(settings, clock)
    with opened(settings) as database, stopped_by_signals() as stop, listen(host, port) as listener:
        pages, sender = _pages(settings, database, book), _sender(settings, mailer, database, book, stop)
        _announce(settings, listener)
        with serving(pages, listener) as thread, ticking(partial(_tick, sender, [])):
            _wait(stop, thread)


@click.command(short_help="Serve the pages alone, until stopped.")
@_at_address
def web(host: str, port: int) -> None:
    """Serve the subscribers' pages and send nothing: `dripcourse scheduler` or `send` does that.

    Prints the address of the pages first; what happens is told on stderr. SIGTERM or Ctrl-C stop it
    cleanly: requests under way are finished.
    """
    from sender.editions import EditionBook
    from sender.settings import load_settings
    from sender.web.serving import listen, serving

    settings = load_settings()
    with opened(settings) as database, stopped_by_signals() as stop, listen(host, port) as listener:
        pages = _pages(settings, database, EditionBook())
        _announce(settings, listener)
        with serving(pages, listener) as thread:
            _wait(stop, thread)


@click.command(short_help="Send what falls due and serve no pages, until stopped.")
def scheduler() -> None:
    """Send every email when it falls due, and serve no pages: `dripcourse web` does that.

    What happens is told on stderr. SIGTERM or Ctrl-C stop it cleanly: a request under way is finished and recorded,
    and no other begins.
    """
    from sender.editions import EditionBook
    from sender.loaded import keep_loaded
    from sender.mailers import open_mailer
    from sender.scheduler import TICK_SECONDS, ticking
    from sender.settings import load_settings

    settings = load_settings()
    mailer = open_mailer(settings, clock)
    with opened(settings) as database, stopped_by_signals() as stop:
        sender = _sender(settings, mailer, database, EditionBook(), stop)
        keep_loaded()
        _log_to_stderr()
        _log.info("sending what falls due, every %d seconds", TICK_SECONDS)
        with ticking(partial(_tick, sender, [])):
            _wait(stop)


def _pages(settings: Settings, database: Database, book: EditionBook) -> Starlette:
    """The pages of this installation."""
    from sender.settings import signing_secrets
    from sender.signature import WebhookKey
    from sender.web import Site, create_app

    webhook_key = WebhookKey(settings.webhook_key) if settings.webhook_key else None
    secrets, proxies = signing_secrets(settings), settings.proxies
    return create_app(Site(database, book, secrets, settings.base_url, clock, webhook_key, proxies))


def _sender(settings: Settings, mailer: Mailer, database: Database, book: EditionBook, stop: Event) -> Sender:
    """What ticks."""
    from sender.links import Signer
    from sender.owner import this_process
    from sender.pacing import Pacing
    from sender.sending import Sender
    from sender.settings import signing_secrets

    signer = Signer(settings.base_url, signing_secrets(settings)[0])
    pacing = Pacing(str(settings.mailer), settings.rate, settings.warm_up)
    return Sender(database, mailer, signer, this_process(), clock, settings.concurrency, stop, book, pacing=pacing)


def _announce(settings: Settings, listener: socket) -> None:
    """Print the address of the pages, as the first and only line on stdout; from now on what happens is logged."""
    from sender.loaded import keep_loaded
    from sender.web.serving import address_of

    keep_loaded()
    address = address_of(listener)
    click.echo(f"dripcourse: {address}")
    _log_to_stderr()
    if address != settings.base_url:
        _log.info("links in emails lead to %s, as DRIPCOURSE_BASE_URL says", settings.base_url)


def _wait(stop: Event, pages: Thread | None = None) -> None:
    """Return when it is time to stop. Raises SenderError where the pages ended by themselves.

    It looks at the event instead of waiting for it: a signal's handler runs in this very thread, and would wait for the
    lock that `Event.wait` holds.
    """
    from sender.errors import SenderError

    while not stop.is_set() and (pages is None or pages.is_alive()):
        if pages is None:
            sleep(_LOOK_SECONDS)
        else:
            pages.join(_LOOK_SECONDS)
    _log.info("stopping: what is under way is finished, and nothing else begins")
    if not stop.is_set():
        raise SenderError("The pages can no longer be served.", fix="The reason stands above; start it again.")


def _tick(sender: Sender, said: list[str]) -> None:
    """One tick. One that fails is told in a sentence, and tried again next time.

    `said` is why things did not go well in the tick before: what is still so is not told again.
    """
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
        if reason not in said:
            _log.warning("%s", reason)
    said[:] = sender.reasons
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
