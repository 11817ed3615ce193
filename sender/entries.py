"""What a row of a list says of a person, checked before anything is written. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from course.cadence import is_zone
from course.model import Field, FieldKind
from course.personal.readers import field_value
from sender.addresses import checked_address, email_key
from sender.roster import Row

LONGEST_FIELD = 1000
LARGEST_PERSON_BYTES = 8000
_UNPRINTABLE = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ud800-\\udfff\\ufffe\\uffff]+")
_VERDICTS = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """A good row: its line in the file, the address as given and in compared form, and what else it says."""

    line: int
    email: str
    key: str
    zone: str
    attributes: Mapping[str, str] = field(repr=False)

    @property
    def given(self) -> dict[str, str]:
        """What the row gives: an empty field says nothing."""
        return {name: value for name, value in self.attributes.items() if value}


class Entries:
    """Checks rows by the fields that a course declares."""

    def __init__(self, declared: Mapping[str, Field]) -> None:
        self._demanding = {name: one for name, one in declared.items() if one.values or one.kind is not FieldKind.TEXT}
        self._refusal = lru_cache(maxsize=_VERDICTS)(self._refusal_of)  # values repeat: roles, countries, ages

    def entry(self, row: Row) -> Entry:
        """What a row says. Raises ValueError with the reason why it cannot be taken."""
        if row.problem:
            raise ValueError(row.problem)
        fields = _plain(row.fields)
        email = checked_address(fields.pop("email", ""))
        zone = fields.pop("timezone", "")
        if zone and not is_zone(zone):
            raise ValueError(f"`{zone[:80]}` is not a time zone (such as Europe/Berlin)")
        for name, value in fields.items():
            if value and name in self._demanding and (refusal := self._refusal(name, value)):
                raise ValueError(refusal)
        return Entry(row.line, email, email_key(email), zone, fields)

    def _refusal_of(self, name: str, value: str) -> str:
        """Why a value is none that the course takes; empty where it is one."""
        declared = self._demanding[name]
        if field_value(replace(declared, default=""), value) is not None:
            return ""
        allowed = f"one of {', '.join(declared.values)}" if declared.values else f"a {declared.kind}"
        return f"`{name}` is `{value[:80]}`, which is not {allowed}"


def _plain(given: Mapping[str, str]) -> dict[str, str]:
    """The fields as they are kept. Raises ValueError where they are too much."""
    text = "".join(given.values())
    if len(text) <= LONGEST_FIELD and text.isascii() and text.isprintable():  # as nearly all are: looked at once
        fields = {name: value.strip() for name, value in given.items()}
    else:
        fields = {name: plain_value(name, value) for name, value in given.items()}
    if size_of(fields) > LARGEST_PERSON_BYTES:
        raise ValueError(f"the row holds over {LARGEST_PERSON_BYTES:,} bytes")
    return fields


def plain_value(name: str, text: str) -> str:
    """A field's value as it is kept: control characters become one space. Raises ValueError where it is too long."""
    value = _UNPRINTABLE.sub(" ", text).strip()
    if len(value) > LONGEST_FIELD:
        raise ValueError(f"`{name}` has {len(value):,} characters, {LONGEST_FIELD:,} are allowed")
    return value


def size_of(fields: Mapping[str, str]) -> int:
    """How much a person's fields take, in bytes."""
    text = "".join(fields.values())
    return sum(map(len, fields)) + len(text if text.isascii() else text.encode())
