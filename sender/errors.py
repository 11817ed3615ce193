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


class EditionError(NotFoundError):
    """A published edition cannot be used as it stands in the database; `course` is its course's id."""

    def __init__(self, message: str, *, fix: str, course: int) -> None:
        self.course = course
        super().__init__(message, fix=fix)


class NotPossibleError(SenderError):
    """What a person asks for about their own place on a course cannot be done as things stand; nothing changed."""


class ChoiceError(SenderError):
    """A person's choice is none that there is; `field` names what they chose, as a form does. Nothing changed."""

    def __init__(self, field: str, message: str, *, fix: str) -> None:
        self.field = field
        super().__init__(message, fix=fix)
