"""An email is measured as it is sent, in bytes, and told as the same finding for every reader."""

from __future__ import annotations

import pytest

from course.check import Severity
from tests.course.check.looked_at import LESSON, a_page, faults, found, places
from tests.course.check.small import a_lesson

AROUND = len(a_page("").email.html)


@pytest.mark.parametrize(
    ("size", "severities"),
    [
        (90_000, []),
        (90_001, [Severity.WARNING]),
        (102_000, [Severity.WARNING]),
        (102_001, [Severity.ERROR]),
    ],
)
def test_over_90_000_bytes_is_a_warning_and_over_102_000_an_error(size: int, severities: list[Severity]) -> None:
    found = faults("email-size", a_page("x" * (size - AROUND)))
    assert [fault.severity for fault in found] == severities


def test_letters_of_two_bytes_count_twice() -> None:
    assert len(faults("email-size", a_page("é" * 46_000))) == 1


def test_a_long_lesson_has_one_finding_at_its_beginning_whoever_reads_it() -> None:
    findings = found("email-size", a_lesson("Hello {{ subscriber.first_name }}.\n\n" + "Soil is deep. " * 8_000))
    assert places(findings) == [(LESSON, 5)]
    assert "from 102 kB on, Gmail cuts it off" in findings[0].message
