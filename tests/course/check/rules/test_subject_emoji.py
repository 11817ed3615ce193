"""An emoji in a subject is found, and other signs and scripts are not."""

from __future__ import annotations

import pytest

from tests.course.check.looked_at import LESSON, found, places
from tests.course.check.small import COURSE, a_lesson


def test_an_emoji_in_a_subject_is_found_at_its_line() -> None:
    findings = found("subject-emoji", a_lesson("Soil.", subject="Soil 🌱"))
    assert places(findings) == [(LESSON, 2)]
    assert "🌱" in findings[0].message


@pytest.mark.parametrize("subject", ["Soil ❤️", "Soil 1️⃣", "☀\ufe0f Sun", "☕ Tea", "Soil ✅", "Flags 🇩🇪"])
def test_so_is_a_sign_that_is_shown_as_one(subject: str) -> None:
    assert len(found("subject-emoji", a_lesson("Soil.", subject=subject))) == 1


@pytest.mark.parametrize("subject", ["Soil → light", "Soil – a start", "土", "تربة", "Soil ✓", "Soil ©", "No 1 of 2"])
def test_other_signs_are_in_order(subject: str) -> None:
    assert found("subject-emoji", a_lesson("Soil.", subject=subject)) == []


def test_one_in_a_readers_name_is_theirs() -> None:
    course = {"course.toml": f'{COURSE}    last_name = {{ type = "text", default = "you" }}\n'}
    assert found("subject-emoji", course | a_lesson("Soil.", subject="'For {{ subscriber.last_name }}'")) == []


@pytest.mark.parametrize("subject", ["Soil ☐ dig", "☀ Sun", "Soil ☑", "Soil ➡ light", "☕\ufe0e Tea", "No ☎"])
def test_a_sign_that_unicode_shows_as_text_is_none(subject: str) -> None:
    assert found("subject-emoji", a_lesson("Soil.", subject=subject)) == []
