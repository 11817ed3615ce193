"""Whom a command is about, and which of their courses."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from sender.directory import Enrolment, Person
    from sender.model import EnrolmentStatus

F = TypeVar("F", bound=Callable[..., Any])


def about_one(command: F) -> F:
    """Give a command the argument WHO, as `who`."""
    return click.argument("who", metavar="WHO")(command)


def on_course(command: F) -> F:
    """Give a command `--course SLUG`, as the argument `slug`."""
    return click.option("--course", "slug", metavar="SLUG", help="The course, where they are on several.")(command)


def named(person: Person) -> str:
    """A person as the operator is told of them: their id, and their address where they have one."""
    return str(person.id) if person.address is None else f"{person.id} ({person.address})"


def chosen(person: Person, slug: str | None, among: Collection[EnrolmentStatus]) -> Enrolment:
    """The enrolment that an act is about: that of the course named, or the only one whose status is among those.

    Where none is, the only one there is: the act says why it can do nothing. Several are wrong use. Raises
    NotFoundError where there is none.
    """
    from sender.errors import NotFoundError

    places = person.places
    on = ", ".join(f"{one.course} ({one.status})" for one in places) or "none"
    if slug is not None:
        found = [one for one in places if one.course == slug]
        if not found:
            raise NotFoundError(f"{named(person)} has never been on the course `{slug}`.", fix=f"Theirs: {on}.")
        return found[0]
    fitting = [one for one in places if one.status in among] or list(places)
    if not fitting:
        raise NotFoundError(f"{named(person)} is on no course.", fix="See `dripcourse subscribers list`.")
    if len(fitting) > 1:
        raise click.UsageError(f"{named(person)} is on several courses: {on}. Name one with --course.")
    return fitting[0]
