"""A table of settings from a file, read key by key, with errors that name file and line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from course.errors import CourseError, Place

_SPACES = re.compile(r"[ \t\r\n]+")  # not those that are meant to keep words together
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Table:
    """`values` by key as a parser gave them, and the line of each key in `file`, where known.

    `name` is how the table is called in that file (`[cadence]`), for the messages. Where `lines` knows the settings of
    tables within this one, they stand there by their path, such as `quiz.answers.0.text`.
    """

    values: Mapping[str, object]
    file: str
    name: str
    lines: Mapping[str, int] = field(default_factory=dict)
    line: int | None = None

    def place(self, key: str | None = None) -> Place:
        """Where a key stands, or the table itself."""
        return Place(self.file, self.lines.get(key, self.line) if key else self.line)

    def error(self, key: str | None, message: str, fix: str) -> CourseError:
        """A `CourseError` at that key's line."""
        return CourseError(message, fix=fix, place=self.place(key))

    def refuse_unknown(self, known: Collection[str]) -> None:
        """Raise at the first key that is not among `known`."""
        for key in self.values:
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1)
                hint = f"Did you mean `{near[0]}`?" if near else f"Known here: {', '.join(sorted(known))}."
                raise self.error(key, f"`{key}` is not a setting of {self.name}.", hint)

    def text(self, key: str, default: str | None = None) -> str:
        """The text under `key`, white space folded; without a default it must be there and not empty."""
        value = self.values.get(key, default)
        if value is None or (isinstance(value, str) and not value.strip() and default is None):
            raise self.error(key, f"{self.name[0].upper()}{self.name[1:]} has no `{key}`.", f"Add `{key}` with a text.")
        if not isinstance(value, str):
            raise self.error(key, f"`{key}` must be a text.", "Write one text, in quotes.")
        if _UNFIT.search(value):
            raise self.error(key, f"`{key}` holds a control character.", "Take it out; some editors can show it.")
        return _SPACES.sub(" ", value).strip()

    def paragraph(self, key: str) -> str:
        """The required text under `key` with its line breaks kept."""
        self.text(key)
        lines = (line.strip() for line in str(self.values[key]).strip().splitlines())
        return "\n".join(lines)

    def texts(self, key: str) -> tuple[str, ...]:
        """The list of texts under `key`; empty where it is left out."""
        value = self.values.get(key, ())
        items = value if isinstance(value, list | tuple) else (None,)
        if not all(isinstance(item, str) for item in items):
            raise self.error(key, f"`{key}` must be a list of texts.", f"Write it as {self._as_list(key)}.")
        return tuple(str(item) for item in items)

    def _as_list(self, key: str) -> str:
        return f'{key} = ["one", "another"]' if self.file.endswith(".toml") else f"{key}: [one, another]"

    def flag(self, key: str) -> bool:
        """The true or false under `key`; false where it is left out."""
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            raise self.error(key, f"`{key}` must be true or false.", "Write true or false, without quotes.")
        return value

    def table(self, key: str, lines: Mapping[str, int] | None = None) -> Table | None:
        """The table under `key`, or None where it is left out."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise self.error(key, f"`{key}` must be a table.", f"Write its settings below `{key}`, one a line.")
        inner = self._lines_within(key) if lines is None else lines
        return Table(value, self.file, f"[{key}]", inner, self.lines.get(key, self.line))

    def tables(self, key: str, name: str) -> tuple[Table, ...]:
        """The list of tables under `key`, each called `name` in messages; empty where it is left out."""
        value = self.values.get(key, ())
        items = value if isinstance(value, list | tuple) else (None,)
        places = [f"{key}.{number}" for number in range(len(items))]
        for place, item in zip(places, items, strict=True):
            if not isinstance(item, Mapping):
                spot = Place(self.file, self.lines.get(place, self.lines.get(key, self.line)))
                fix = f"Write it under {key}, as lines `name: value` of which the first begins with `- `."
                raise CourseError(f"This is not {name}.", fix=fix, place=spot)
        return tuple(
            Table(item, self.file, name, self._lines_within(place), self.lines.get(place, self.line))
            for place, item in zip(places, items, strict=True)
            if isinstance(item, Mapping)
        )

    def _lines_within(self, key: str) -> dict[str, int]:
        start = f"{key}."
        return {path.removeprefix(start): line for path, line in self.lines.items() if path.startswith(start)}
