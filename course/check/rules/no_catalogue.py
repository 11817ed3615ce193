"""The rule `no-catalogue`: the templates' own words are there in the language of the course."""

from __future__ import annotations

from collections.abc import Iterator

from course.catalogue import has_catalogue, languages
from course.check.report import Severity
from course.check.rule import Checked, Fault, Rule
from course.errors import Place
from course.folder.course_file import FILE, line_of


def foreign_words(checked: Checked) -> Iterator[Fault]:
    """A course in a language for which neither it nor dripcourse has a catalogue."""
    language = checked.course.language
    if not has_catalogue(checked.files, language):
        name, known = language.replace("-", "_"), ", ".join(languages(checked.files))
        yield Fault(
            f"What the templates say themselves, such as “Unsubscribe”, is not there in `{language}`, but in English.",
            f"Add theme/locale/{name}/LC_MESSAGES/messages.po. There are words in {known}.",
            Place(FILE, line_of(checked.files[FILE], "", "language")),
        )


RULE = Rule(
    "no-catalogue",
    Severity.WARNING,
    "Who reads no English does not find out how to leave the course; a screen reader reads it by the wrong rules.",
    in_course=foreign_words,
)
