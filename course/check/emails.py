"""The rules for emails, run on every variant of every email, as each persona gets it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from course.check.page import Page
from course.check.rule import Checked, Fault, Rule
from course.check.variants import Version, letters, reader_of
from course.errors import CourseErrors
from course.personal.placeholders import Placeholder, fill, tag_values
from course.personal.readers import Reader
from course.personas import PERSONAS, Persona, persona_values
from course.render import Letter


def faults_in_emails(checked: Checked, rules: Iterable[Rule]) -> Iterator[tuple[Rule, Fault]]:
    """What rules find in a course's emails, each fault once; one that only some readers would meet says for whom."""
    rules = tuple(rules)
    found: dict[tuple[Rule, Fault], list[Persona]] = {}
    for page, personas in pages(checked):
        for rule in rules:
            assert rule.in_email is not None
            for fault in rule.in_email(page):
                found.setdefault((rule, fault), []).extend(personas)
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


def _missing(checked: Checked, letter: Letter, version: Version) -> Sequence[Placeholder]:
    """What an email prints that comes out empty for a reader of whom no more is known than what leads to it."""
    proof, expressions = version.variant.proof, checked.renderer.expressions
    assert proof is not None
    values = tag_values(proof.email, expressions, reader_of(checked.course, letter, version.known))
    return tuple(one for one in proof.email.placeholders if not values[one.tag].strip())


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
    )


def _reader(checked: Checked, letter: Letter, version: Version, persona: Persona) -> Reader:
    """The persona, with what leads to the variant; with their own values where they lead to it as well."""
    own = persona_values(persona, checked.course.fields)
    reader = reader_of(checked.course, letter, {**version.known, **own})
    if version.variant.is_for(checked.renderer.expressions, reader):
        return reader
    return reader_of(checked.course, letter, {**own, **version.known})
