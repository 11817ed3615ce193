"""One recipient's email as an internet message, for the mailers that carry a message for each."""

from __future__ import annotations

import idna

from course.mime import mime_message
from course.model import Mailbox
from course.personal.placeholders import fill
from sender.model import Recipient, Request


def message(request: Request, recipient: Recipient) -> bytes:
    """The message, the same bytes each time. Raises ValueError where none can be made for this person."""
    return mime_message(
        fill(request.email, recipient.values),
        request.course,
        to=Mailbox(recipient.name, recipient.address),
        date=request.at,
        message_id=message_id(request, recipient),
        leave=recipient.leave or None,
        pictures=request.pictures,
    )


def message_id(request: Request, recipient: Recipient) -> str:
    """What a recipient's message is known by everywhere, made from its delivery; in angle brackets."""
    domain = mailbox(request.course.sender.address).rpartition("@")[2]
    return f"<dripcourse.{recipient.identity}@{domain}>"


def mailbox(address: str) -> str:
    """An address with its domain as the mail system knows it (punycode, RFC 5891). Raises ValueError."""
    local, _, domain = address.rpartition("@")
    return address if domain.isascii() else f"{local}@{idna.encode(domain, uts46=True).decode()}"
