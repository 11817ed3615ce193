"""What the commands share: output as text or JSON, moments as typed, a database opened from the settings."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from sender.settings import Settings
    from sender.store.database import Database

F = TypeVar("F", bound=Callable[..., Any])


def as_format(command: F) -> F:
    """Give a command `--format text|json`, as the argument `output`."""
    choice = click.Choice(["text", "json"])
    return click.option("--format", "output", type=choice, default="text", help="What to print on stdout.")(command)


def print_json(document: Mapping[str, object]) -> None:
    """Print one JSON document on stdout."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def print_json_list(items: Iterable[Mapping[str, object]]) -> None:
    """Print one JSON list on stdout, an item a line, each as soon as it is there."""
    between = "[\n"
    for item in items:
        click.echo(between + json.dumps(item, ensure_ascii=False), nl=False)
        between = ",\n"
    click.echo("[]" if between == "[\n" else "\n]")


def say(text: str) -> None:
    """Tell the operator something, on stderr: stdout is for results."""
    click.echo(text, err=True)


def ask(question: str) -> None:
    """Go on where the operator says yes. Where there is nobody to ask, that is wrong use."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise click.UsageError("Nobody is here to say yes. Add --yes.")
    click.confirm(question, abort=True, err=True)


class Moment(click.ParamType[datetime]):
    """A moment in ISO 8601; one without an offset is UTC."""

    name = "ISO"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The moment in UTC; a wrong one is wrong use."""
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(str(value))
            moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail(f"`{value}` is not a moment. Write it as 2026-03-03T08:00 or 2026-03-03T08:00+01:00.", param, ctx)
        if not 1971 <= moment.year <= 9000:
            self.fail(f"`{value}` is out of reach.", param, ctx)
        return moment


@contextmanager
def opened(settings: Settings, *, create: bool = True) -> Iterator[Database]:
    """The database of the settings, closed again at the end. Raises StoreError."""
    from sender.store.database import open_database  # SQLAlchemy takes long to import

    database = open_database(settings.database, create=create)
    try:
        yield database
    finally:
        database.close()


def clock() -> datetime:
    """The machine's own time, in UTC."""
    return datetime.now(UTC)
