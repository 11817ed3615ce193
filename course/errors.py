"""What can be wrong with a course, always with the place where it is wrong."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a course's files: a path relative to the course folder and a line counted from 1."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


class CourseError(Exception):
    """A course cannot be used as it stands.

    `message` says what is wrong, `fix` what to do about it, and `place` where; `rule` is the id of
    the check that an author would look up.
    """

    def __init__(self, message: str, *, fix: str, place: Place | None = None, rule: str = "structure") -> None:
        self.message = message
        self.fix = fix
        self.place = place
        self.rule = rule
        super().__init__(str(self))

    def __reduce__(self) -> tuple[object, ...]:
        """How it is pickled: whole, where an exception would be made again from its text alone."""
        return _made_again, (type(self), self.args, self.__dict__)

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place is not None else ""
        return f"{where}{self.message} {self.fix}"


class CourseErrors(CourseError):
    """Several things are wrong with a course; `errors` holds each of them, at least one."""

    def __init__(self, errors: tuple[CourseError, ...]) -> None:
        self.errors = errors
        first = errors[0]
        super().__init__(first.message, fix=first.fix, place=first.place, rule=first.rule)

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)


def _made_again(kind: type[CourseError], args: tuple[object, ...], parts: dict[str, object]) -> CourseError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(parts)
    return error
