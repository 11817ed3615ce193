"""The addresses that a test goes to, as somebody types them."""

from __future__ import annotations

import re

from course.errors import CourseError

MOST_RECIPIENTS = 10

_BETWEEN = re.compile(r"[\s,;]+")
_ADDRESS = re.compile(r"[^@\s\x00-\x1f\x7f<>\"()\[\]\\]{1,64}@[^@\s\x00-\x1f\x7f<>\"()\[\]\\]{1,255}")


def recipients_in(text: str) -> tuple[str, ...]:
    """The addresses in a text, parted by commas, semicolons or white space; each once.

    Raises CourseError for what cannot be an address, for none and for over ten. Whether an address is good in the
    end is for the mailer to say.
    """
    found = tuple(dict.fromkeys(part for part in _BETWEEN.split(text) if part))
    for one in found:
        if not _ADDRESS.fullmatch(one):
            shown = one if len(one) <= 60 else f"{one[:60]}…"
            raise CourseError(f"`{shown}` is not an email address.", fix="Write it as name@example.com.")
    if not found:
        raise CourseError("There is no address to send to.", fix="Write at least one.")
    if len(found) > MOST_RECIPIENTS:
        fix = "Send to some of them first, then to the others."
        raise CourseError(f"A test goes to at most {MOST_RECIPIENTS} addresses; here are {len(found)}.", fix=fix)
    return found
