"""What carries emails away: SendGrid, or a folder. All take the same request and give the same kinds of answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from sender.model import Answer, Request
from sender.settings import MailerName, Settings


class Mailer(Protocol):
    """Carries one batch at a time; used by several threads at once."""

    def send(self, request: Request) -> Answer:
        """Carry a request away and say what became of it.

        Never raises for what the far end does: a request whose outcome cannot be known is
        `Verdict.UNCERTAIN`.
        """


def open_mailer(settings: Settings, clock: Callable[[], datetime]) -> Mailer:
    """The mailer that the settings name; `clock` tells the machine's own time (UTC).

    Raises SettingError where something it needs is missing.
    """
    if settings.mailer is MailerName.FOLDER:
        from sender.mailers.folder import FolderMailer  # noqa: PLC0415  # each mailer's libraries load on use

        return FolderMailer(settings.outbox)
    from sender.mailers.sendgrid import SendGridMailer  # noqa: PLC0415

    return SendGridMailer(settings.sendgrid_key, settings.sendgrid_host, clock)
