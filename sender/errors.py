"""What can go wrong for an operator, always with what to do about it."""

from __future__ import annotations


class SenderError(Exception):
    """Something could not be done; `message` says what, `fix` what to do about it."""

    def __init__(self, message: str, *, fix: str) -> None:
        self.message = message
        self.fix = fix
        super().__init__(f"{message} {fix}")


class SettingError(SenderError):
    """A setting of the environment is missing or is not what it should be."""


class StoreError(SenderError):
    """The database cannot be used as it stands."""


class NotFoundError(SenderError):
    """What was named is not in the database."""
