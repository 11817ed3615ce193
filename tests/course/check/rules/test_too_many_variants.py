"""The rule `too-many-variants`; what counts as one is tested in `test_variants`."""

from __future__ import annotations

from course.check import Finding, Severity
from tests.course.check.small import COURSE, a_lesson, check

MANY = ", ".join(f'"v{number}"' for number in range(60))
ASKED = "{% set said = {}.get(subscriber.town) %}{{ said }}"


def found(body: str, values: str) -> list[Finding]:
    town = f'{COURSE}    town = {{ type = "text", default = "v1", values = [{values}] }}\n'
    report = check(a_lesson(body) | {"course.toml": town})
    return [finding for finding in report.findings if finding.rule == "too-many-variants"]


def test_an_email_in_sixty_versions_is_an_error_that_names_the_field() -> None:
    [finding, *_] = found(ASKED, MANY)
    assert (finding.severity, finding.file) == (Severity.ERROR, "lessons/01-soil.md")
    assert "`subscriber.town`" in finding.message


def test_an_email_in_three_versions_is_none() -> None:
    assert found(ASKED, '"v1", "v2"') == []


def test_printing_a_field_of_sixty_values_makes_no_versions() -> None:
    assert found("{{ subscriber.town }}", MANY) == []
