"""Every rule of a check, in one list. A new one gets a module here, a place in the list and a page in docs/rules/."""

from __future__ import annotations

from collections.abc import Mapping

from course.check.ignoring import UNUSED_IGNORE
from course.check.report import Severity
from course.check.rule import Rule
from course.check.rules.left_to_write import unwritten_places
from course.check.rules.pictures import (
    missing_pictures,
    pictures_as_text,
    pictures_without_alt,
    too_large_pictures,
    unused_pictures,
    unusual_pictures,
)
from course.check.rules.reading_grade import hard_lessons
from course.check.rules.rendering import failing_templates
from course.check.rules.templates import unused_theme_files
from course.check.rules.unresolved_citation import unresolved_citations

_E, _W = Severity.ERROR, Severity.WARNING

RULES: tuple[Rule, ...] = (
    Rule("structure", _E, "What cannot be read cannot be sent.", essential=True),
    Rule("undeclared-field", _E, "A name that nobody declared is mostly a misspelt one.", essential=True),
    Rule("too-many-variants", _E, "Each variant is a request of its own.", essential=True),
    Rule("mjml", _E, "The MJML engine would drop or garble it without a word.", essential=True),
    Rule("render-limit", _E, "An email that takes seconds to make holds up all others.", essential=True),
    Rule("template", _E, "An email that cannot be made reaches nobody.", failing_templates, essential=True),
    Rule("unresolved-citation", _E, "A claim whose source cannot be found is not proven.", unresolved_citations),
    Rule("left-to-write", _E, "Readers would get the notes for a lesson.", unwritten_places, essential=True),
    Rule("missing-picture", _E, "Readers would see a broken picture.", missing_pictures, essential=True),
    Rule("unreachable-picture", _E, "Readers would see a broken picture.", pictures_as_text, essential=True),
    Rule("picture-without-alt", _W, "Many readers see no pictures.", pictures_without_alt),
    Rule("picture-too-large", _W, "It is slow to come.", too_large_pictures),
    Rule("picture-format", _W, "Many mail programs do not show it.", unusual_pictures),
    Rule("unused-picture", _W, "It is published with the course.", unused_pictures),
    Rule("reading-grade", _W, "A lesson is read on a telephone, between other things.", hard_lessons),
    Rule("unused-theme-file", _W, "It was meant to change something.", unused_theme_files),
    UNUSED_IGNORE,
)

BY_ID: Mapping[str, Rule] = {rule.id: rule for rule in RULES}
