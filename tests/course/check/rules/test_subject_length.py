"""A subject is counted as it is shown, and a reader's long name is not its author's fault."""

from __future__ import annotations

import pytest

from tests.course.check.looked_at import LESSON, found, places
from tests.course.check.small import a_lesson


def test_a_subject_of_over_60_characters_is_found_at_its_line() -> None:
    findings = found("subject-length", a_lesson("Soil.", subject="x" * 61))
    assert places(findings) == [(LESSON, 2)]
    assert findings[0].message == "The subject has 61 characters; inboxes show 60 at the most."
    assert "first 40" in findings[0].fix


@pytest.mark.parametrize(("subject", "long"), [("x" * 60, False), ("土" * 30, False), ("土" * 31, True)])
def test_sixty_are_enough_and_ideographs_count_twice(subject: str, long: bool) -> None:
    assert bool(found("subject-length", a_lesson("Soil.", subject=subject))) is long


def test_a_printed_name_counts_for_as_much_as_usual_names_have() -> None:
    subject = "'{{ subscriber.first_name }}, a word on soil'"
    assert found("subject-length", a_lesson("Soil.", subject=subject)) == []


def test_a_subject_that_is_long_with_a_long_name_is_told_once() -> None:
    [finding] = found("subject-length", a_lesson("Soil.", subject=f"'{{{{ subscriber.first_name }}}} {'x' * 45}'"))
    assert finding.message.startswith("The subject has over 60 characters")
    assert "long name" in finding.message
