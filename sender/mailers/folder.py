"""The folder mailer: each email becomes a file that any mail program opens. For trying things out, with no account."""

from __future__ import annotations

from pathlib import Path

from sender.errors import SettingError
from sender.mailers import Mailer
from sender.mailers.message import message
from sender.model import Answer, Recipient, Request, Verdict


class FolderMailer(Mailer):
    """Writes `.eml` files into a folder, made if it is not there. Raises SettingError where it cannot be used.

    A file is named after its delivery and moved into place whole, so that doing it again changes
    nothing: a batch that was cut off is simply carried once more, and is never uncertain.
    """

    repeatable = True
    told = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            fix = "Set DRIPCOURSE_OUTBOX to a folder that can be written."
            raise SettingError(f"The outbox {folder} cannot be made: {error.strerror}.", fix=fix) from error

    def send(self, request: Request) -> Answer:
        """Write a file for each recipient; one whose message cannot be made is refused alone."""
        refused = {}
        try:
            for recipient in request.recipients:
                try:
                    self._write(request, recipient)
                except ValueError as error:
                    refused[recipient.delivery] = str(error)
        except OSError as error:
            return Answer(Verdict.WAIT, f"The outbox {self._folder} cannot be written: {error.strerror}.", account=True)
        if refused:
            return Answer(Verdict.REFUSED_SOME, "some messages could not be made", refused=refused)
        return Answer(Verdict.ACCEPTED)

    def _write(self, request: Request, recipient: Recipient) -> None:
        name = f"{recipient.identity.zfill(8)}-{request.label}.eml"
        partial = self._folder / f".{name}.partial"
        partial.write_bytes(message(request, recipient))
        partial.replace(self._folder / name)
