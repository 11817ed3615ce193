"""Trials: one email of a course, filled for a made-up reader, goes to its author through the mailer, marked as a test.

No database knows of a trial. Its links are samples that lead nowhere, and it has no unsubscribe headers: there is
nothing to leave.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from course.folder import Files
from course.links import SAMPLE_LINKS
from course.model import Course
from course.personal.placeholders import Email
from course.pictures import Picture, Pictures
from course.preview.posting import Posted
from sender.addresses import AddressError, checked_address
from sender.errors import SenderError
from sender.mailers import Mailer
from sender.model import Answer, Recipient, Request, Verdict

MARK = "[Test] "
"""What the subject of every trial begins with."""

MOST_ADDRESSES = 10
"""A trial asks nobody's consent and looks at no suppression list: it is for the few who make the course."""

_BATCH = 0


@dataclass(frozen=True, slots=True)
class Trial:
    """One email to be tried: filled, with `label` (the lesson's slug, say) and the pictures that it may show."""

    course: Course
    label: str
    email: Email
    pictures: Mapping[str, Picture] = field(default_factory=dict, repr=False)


def pictures_in(files: Files) -> dict[str, Picture]:
    """A course's pictures, by their addresses in an email with sample links: from there nobody could fetch them."""
    return {f"{SAMPLE_LINKS['assets']}/{one.address}": one for one in Pictures(files).all()}


def send_trial(mailer: Mailer, trial: Trial, addresses: Sequence[str], now: datetime) -> list[Posted]:
    """Send a trial at `now` (UTC); what became of it for each address, in their order, each once.

    What is no address, and one that the mailer refuses, keeps it from nobody else. Raises SenderError for more than
    ten.
    """
    wanted = tuple(dict.fromkeys(addresses))
    if len(wanted) > MOST_ADDRESSES:
        message = f"A test goes to at most {MOST_ADDRESSES} addresses; here are {len(wanted)}."
        raise SenderError(message, fix="Leave some out.")
    recipients: dict[str, Recipient] = {}
    errors: dict[str, str] = {}
    for index, address in enumerate(wanted):
        try:
            recipients[address] = Recipient(_number(now, index), checked_address(address), "", {})
        except AddressError as error:
            errors[address] = _sentence(str(error))
    try:
        said = _sent(mailer, trial, recipients.values(), now)
    finally:
        mailer.close()
    errors |= {address: said[one.delivery] for address, one in recipients.items()}
    return [Posted(address, errors[address]) for address in wanted]


def _number(now: datetime, index: int) -> int:
    """A number below zero that no other trial has: a mail program shows only one of two emails of the same number."""
    return -(int(now.timestamp() * 1000) * MOST_ADDRESSES + index)


def _sent(mailer: Mailer, trial: Trial, recipients: Iterable[Recipient], now: datetime) -> dict[int, str]:
    """Send to all that the mailer does not refuse by name; for each, why it was not sent, or nothing.

    What concerns the account is told of those that are left, without asking again.
    """
    email = replace(trial.email, subject=f"{MARK}{trial.email.subject}")
    said: dict[int, str] = {}
    left = list(recipients)
    while left:
        some = tuple(left[: mailer.largest])
        answer = mailer.send(Request(_BATCH, trial.course, trial.label, email, some, now, trial.pictures))
        refused = {
            one.delivery: _sentence(answer.refused[one.delivery]) for one in some if one.delivery in answer.refused
        }
        told = left if answer.account else some
        said |= refused or dict.fromkeys((one.delivery for one in told), _reason(answer))
        left = [one for one in left if one.delivery not in said]
    return said


def _reason(answer: Answer) -> str:
    """Why a trial was not sent, as a sentence; empty where it was."""
    if answer.verdict is Verdict.ACCEPTED:
        return ""
    if answer.verdict is Verdict.UNCERTAIN:
        return f"It may or may not have been sent: {answer.reason}."
    return _sentence(answer.reason)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
