"""An email names its language and direction on the document, and again where programs that drop that still see it."""

from __future__ import annotations

import pytest

from tests.course.check.looked_at import THEME, a_page, faults, found, places, themed
from tests.course.check.small import COURSE

SHOWN = '<div style="display:none">What is under you.</div><div {}><h1>Soil</h1></div>'


def test_a_theme_that_names_neither_is_told_once_of_each_for_both_places() -> None:
    theme = themed("").pop(THEME).replace(' lang="{{ course.language }}" dir="{{ direction }}"', "")
    findings = found("html-language", {THEME: theme})
    assert places(findings) == [(THEME, None)] * 2
    direction, language = sorted((finding.message for finding in findings), key=len, reverse=True)
    assert language == "On `html` and on the first element of the body, the email does not say what language it is in."
    assert direction.startswith(
        "On `html` and on the first element of the body, the email does not say whether it runs"
    )


def test_the_language_is_to_be_that_of_the_course() -> None:
    theme = themed("").pop(THEME).replace("{{ course.language }}", "en")
    german = {"course.toml": COURSE.replace('language = "en"', 'language = "de"'), THEME: theme}
    [finding] = found("html-language", german)
    assert "says that it is in `en`, and the course is in `de`" in finding.message


def test_a_page_that_names_both_in_both_places_is_in_order() -> None:
    assert faults("html-language", a_page(SHOWN.format('lang="en-GB" dir="ltr"'))) == []


@pytest.mark.parametrize(
    ("root", "first", "said"),
    [
        ('dir="ltr"', 'lang="en" dir="ltr"', "On `html`, the email does not say what"),
        ('lang="en"', 'lang="en" dir="ltr"', "On `html`, the email does not say whether"),
        ('lang="en" dir="auto"', 'lang="en" dir="ltr"', "On `html`, the email does not say whether"),
        ('lang="en" dir="ltr"', 'dir="ltr"', "On the first element of the body, the email does not say what"),
        ('lang="en" dir="ltr"', 'lang="en"', "On the first element of the body, the email does not say whether"),
    ],
)
def test_each_of_the_four_is_missed_by_itself(root: str, first: str, said: str) -> None:
    [fault] = faults("html-language", a_page(SHOWN.format(first), root=root))
    assert fault.message.startswith(said)
    assert fault.place.file == THEME
