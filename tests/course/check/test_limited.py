"""A check ends, whatever the lessons hold, and says which lesson or rule took too long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from course.check import check_files
from course.confined import Confined
from course.limits import RULE
from tests.course.check.small import a_lesson, small_course

FAULTY = {"lessons/02-light.md": "---\nsubject: Light\npreheader: x\n---\n{{ nothing }}\n"}


@pytest.fixture(scope="module")
def confined() -> Iterator[Confined]:
    with Confined() as confined:
        yield confined


@pytest.mark.parametrize("body", ["![" * 50_000, "[a](" * 50_000, "[" * 100_000 + "]" * 100_000, "- x\n" * 60_000])
def test_a_lesson_that_takes_too_long_to_read_is_told_beside_what_else_is_wrong(confined: Confined, body: str) -> None:
    report = confined.call(check_files, small_course(a_lesson(body) | FAULTY), seconds=20.0)
    found = {(one.rule, str(one.place)) for one in report.findings}
    assert (RULE, "lessons/01-soil.md:5") in found
    assert ("template", "lessons/02-light.md:5") in found
    assert [one.rule for one in report.findings if one.file == "lessons/01-soil.md"] == [RULE]


@pytest.mark.parametrize("body", ["x" * 400_000, "www." * 100_000, "a." * 200_000])
def test_one_long_word_is_checked_at_once(confined: Confined, body: str) -> None:
    report = confined.call(check_files, small_course(a_lesson(body)), seconds=20.0)
    assert RULE not in {one.rule for one in report.findings}


def endless_check() -> list[tuple[str, str, str]]:
    """What is found where a rule never ends, in a child that is given little time."""
    from course.check import limited, rules
    from course.check.rule import Checked, Fault
    from course.model import Lesson

    def look(lesson: Lesson) -> Iterator[Fault]:
        while lesson.body:
            pass
        yield Fault("", "", lesson.place)

    def look_at_all(checked: Checked) -> Iterator[Fault]:
        for lesson in checked.course.all_lessons:
            yield from look(lesson)

    limited._SECONDS_FOR_RULES, limited._MORE_FOR_LESSON = 0.3, 0.0
    import course.check

    endless = replace(rules.BY_ID["never-sent"], in_course=look_at_all)
    course.check.RULES = tuple(endless if one.id == "never-sent" else one for one in rules.RULES)  # type: ignore[attr-defined]
    return [(one.rule, str(one.place), one.message) for one in check_files(small_course(FAULTY)).findings]


def test_a_rule_that_never_ends_is_named_with_the_lesson_and_what_was_found_stays() -> None:
    with Confined() as confined:
        found = confined.call(endless_check, seconds=20.0)
    assert ("template", "lessons/02-light.md:5") in {(rule, place) for rule, place, _ in found}
    [(place, message)] = [(place, message) for rule, place, message in found if rule == RULE]
    assert place.startswith("lessons/")
    assert "`never-sent`" in message
