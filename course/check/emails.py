"""The rules for emails, run on every variant of every email, as each persona gets it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from course.check.limited import in_time
from course.check.page import Page
from course.check.rule import Checked, Fault, Rule
from course.check.rules.raised import RENDER_LIMIT
from course.check.variants import Version, letters, reader_of
from course.errors import CourseErrors
from course.limits import at as at_email
from course.model import FieldKind
from course.personal.placeholders import Placeholder, Where, fill, tag_values
from course.personal.readers import Reader, fields_in
from course.personas import PERSONAS, Persona, persona_values
from course.render import Letter

_ADDRESSES = frozenset({Where.ADDRESS, Where.ADDRESS_IN_TEXT})


def faults_in_emails(checked: Checked, rules: Iterable[Rule]) -> Iterator[tuple[Rule, Fault]]:
    """What rules find in a course's emails, each fault once; one that only some readers would meet says for whom."""
    rules = tuple(rules)
    found: dict[tuple[Rule, Fault], list[Persona]] = {}

    def look(at: Callable[[str], None]) -> None:
        for page, personas in pages(checked):
            _at(page.letter)
            for rule in rules:
                assert rule.in_email is not None
                at(rule.id)
                for fault in rule.in_email(page):
                    found.setdefault((rule, fault), []).extend(personas)

    yield from ((RENDER_LIMIT, fault) for fault in in_time(checked, look))
    for (rule, fault), personas in found.items():
        if PERSONAS[0] in personas:
            yield rule, fault
        else:
            labels = ", ".join(one.label.lower() for one in PERSONAS if one in personas)
            yield rule, replace(fault, message=f"{fault.message} So it is for some readers ({labels}).")


def pages(checked: Checked) -> Iterator[tuple[Page, list[Persona]]]:
    """Every different email of a course, and the personas who get it; those that cannot be rendered are left out."""
    known: dict[tuple[str, ...], tuple[Page, list[Persona]]] = {}
    for letter in letters(checked.course):
        _at(letter)
        try:
            versions = checked.versions(letter)
        except CourseErrors:
            continue  # another rule's finding
        for version in versions:
            missing = _missing(checked, letter, version)
            for persona in PERSONAS:
                page = _page(checked, letter, version, persona, missing)
                look = (page.email.subject, page.preheader, page.email.text, page.marked)
                known.setdefault(look, (page, []))[1].append(persona)
    yield from known.values()


def _at(letter: Letter) -> None:
    at_email(letter.lesson.place.file if letter.lesson else "")


def _missing(checked: Checked, letter: Letter, version: Version) -> Sequence[Placeholder]:
    """What an email prints that comes out empty for a reader of whom no more is known than what leads to it."""
    proof, expressions = version.variant.proof, checked.renderer.expressions
    assert proof is not None
    reader = reader_of(checked.course, letter, version.known)
    values = tag_values(proof.email, expressions, reader)
    empty = (one for one in proof.email.placeholders if not values[one.tag].strip())
    return tuple(
        one for one in empty if not _is_made_up(checked, version, one, expressions.value(one.expression, reader))
    )


def _is_made_up(checked: Checked, version: Version, placeholder: Placeholder, value: object) -> bool:
    """Whether an address is left out only because the word that leads to the version, which is made up, is none."""
    known = (checked.course.fields.get(name) for name in fields_in(placeholder.expression) if version.known.get(name))
    free = any(one is not None and one.kind is FieldKind.TEXT and not one.values for one in known)
    return placeholder.where in _ADDRESSES and free and bool(str(value).strip())


def _page(checked: Checked, letter: Letter, version: Version, persona: Persona, missing: Sequence[Placeholder]) -> Page:
    variant, expressions = version.variant, checked.renderer.expressions
    assert variant.proof is not None
    reader = _reader(checked, letter, version, persona)
    shown = fill(variant.proof.email, tag_values(variant.proof.email, expressions, reader))
    return Page(
        course=checked.course,
        letter=letter,
        email=fill(variant.email, tag_values(variant.email, expressions, reader)),
        preheader=shown.subject,
        marked=shown.html,
        places=variant.proof.places,
        templates=checked.templates(letter),
        variant=variant,
        missing=missing,
        printed_texts=checked.printed_texts,
    )


def _reader(checked: Checked, letter: Letter, version: Version, persona: Persona) -> Reader:
    """The persona, with what leads to the variant; with their own values where they lead to it as well."""
    own = persona_values(persona, checked.course.fields)
    reader = reader_of(checked.course, letter, {**version.known, **own})
    if version.variant.is_for(checked.renderer.expressions, reader):
        return reader
    return reader_of(checked.course, letter, {**own, **version.known})
