"""What tests of people who ask for a course share: somebody asks, confirms and leaves again."""

from __future__ import annotations

from datetime import datetime, timedelta

from sender.editions import Edition, EditionBook
from sender.joining import Consent, How, Joined, join, read_wish
from sender.leaving import leave
from sender.membership import confirm
from tests.sender.stage import MONDAY, Stage

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OURS = Consent(How.PAGE, "I agree.")


def ask(stage: Stage, edition: Edition, name: str = "ann", now: datetime = MONDAY, **said: str) -> Joined:
    """Somebody types an address into the form."""
    wish = read_wish(edition.course, {"email": f"{name}@example.com", **said})
    return join(stage.database, edition, wish, OURS, now)


def confirm_latest(stage: Stage, now: datetime, *, afresh: bool = False) -> None:
    """Press the button of the latest confirmation that was sent."""
    ((delivery,),) = stage.rows("SELECT max(id) FROM delivery WHERE kind = 'confirm'")
    assert isinstance(delivery, int)
    assert confirm(stage.database, EditionBook(), delivery, now, afresh=afresh).changed


def leave_by_latest(stage: Stage, now: datetime) -> None:
    """Leave by the link of the latest email that was made."""
    ((delivery,),) = stage.rows("SELECT max(id) FROM delivery")
    assert isinstance(delivery, int)
    leave(stage.database, EditionBook(), delivery, now)


def people(stage: Stage) -> list[tuple[object, ...]]:
    """Who is known: address, first name, zone."""
    return stage.rows("SELECT email, first_name, zone FROM subscriber ORDER BY id")
