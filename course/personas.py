"""Made-up readers that an email must come out well for: nothing known of them, long names, other scripts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from course.model import Field, FieldKind


@dataclass(frozen=True, slots=True)
class Persona:
    """A made-up reader. `values` are what is known of them, by field; `words` stand in any other field of free text."""

    key: str
    label: str
    values: Mapping[str, str] = field(default_factory=dict)
    words: str = ""


PERSONAS = (
    Persona("sample", "Sample", {"first_name": "Sample", "last_name": "Subscriber"}, "Sample"),
    Persona("nobody", "Nothing known"),
    Persona(
        "long-name",
        "Long name",
        {
            "first_name": "Wolfeschlegelsteinhausenbergerdorff Maximiliana-Theodora Anneliese",
            "last_name": "von und zu Oberniedermittelsamplehausen-Langenbeispiel",
        },
        "A long value of many words that somebody typed into a form without a limit " * 2,
    ),
    Persona("right-to-left", "Right to left", {"first_name": "عيّنة", "last_name": "المشترك"}, "قيمة نموذجية"),
    Persona("non-latin", "Not Latin", {"first_name": "見本 नमूना", "last_name": "ตัวอย่าง 👩‍👩‍👧"}, "見本の値"),
)
"""The usual reader first. None of these people exists."""


def persona_values(persona: Persona, fields: Mapping[str, Field]) -> dict[str, str]:
    """What a persona has in the fields that a course declares, as it might be imported.

    Only fields of free text are theirs: which of the declared `values` a reader has, and what numbers, is for whoever
    asks to choose.
    """
    free = (name for name, declared in fields.items() if declared.kind is FieldKind.TEXT and not declared.values)
    found = {name: persona.values.get(name, persona.words) for name in free}
    return {name: value for name, value in found.items() if value}
