"""What carries emails away: SendGrid, an SMTP server, or a folder. All take the same request and answer alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from sender.model import Answer, Request
from sender.settings import MailerName, Settings


class Mailer(Protocol):
    """Carries one batch at a time; used by several threads at once."""

    largest: int = 1000
    """The most recipients of one request. What is lost in a crash while it is under way may concern all of them."""

    repeatable: bool = False
    """Whether carrying the same request twice changes nothing, so that none is ever uncertain."""

    told: bool = True
    """Whether events tell later what became of an email, so that their absence means something."""

    def send(self, request: Request) -> Answer:
        """Carry a request away and say what became of it.

        Never raises for what the far end does: a request whose outcome cannot be known is
        `Verdict.UNCERTAIN`.
        """

    def close(self) -> None:
        """Let go of what is kept open from request to request. Another request opens it again."""
        return  # most keep nothing open


def open_mailer(settings: Settings, clock: Callable[[], datetime]) -> Mailer:
    """The mailer that the settings name; `clock` tells the machine's own time (UTC).

    Raises SettingError where something it needs is missing.
    """
    if settings.mailer is MailerName.FOLDER:
        from sender.mailers.folder import FolderMailer  # noqa: PLC0415  # each mailer's libraries load on use

        return FolderMailer(settings.outbox)
    if settings.mailer is MailerName.SMTP:
        from sender.mailers.smtp import SmtpMailer  # noqa: PLC0415

        return SmtpMailer(settings.smtp_url)
    from sender.mailers.sendgrid import SendGridMailer  # noqa: PLC0415

    return SendGridMailer(settings.sendgrid_key, settings.sendgrid_host, clock)
