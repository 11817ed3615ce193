"""What would render for ever, or without end to its memory, is a finding with file and line beside all others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from course.check import Report, check_files
from course.confined import Confined
from course.errors import CourseError
from course.limits import RULE
from tests.course.check.small import small_course

ENDLESS = "{% set long = 'x' * 10000 %}{% for a in long %}{% for b in long %}{% endfor %}{% endfor %}"
CALLING = "{% macro twice(n) %}{% if n %}{{ twice(n - 1) }}{{ twice(n - 1) }}{% endif %}{% endmacro %}\n{{ twice(90) }}"
HUGE = "{{ ['x' * 1000000] * 1000 }}"
HOARDING = (
    "{% set kept = namespace(all=[]) %}{% for a in 'x' * 100000 %}\n"
    "{% set kept.all = [kept.all, 'x' * 100000 ~ loop.index] %}{% endfor %}"
)


@pytest.fixture(scope="module")
def confined() -> Iterator[Confined]:
    with Confined(memory=200_000_000) as confined:
        yield confined


def a_lesson(body: str, subject: str = "Soil") -> str:
    """A lesson whose text begins in line 6."""
    return f'---\nsubject: "{subject}"\npreheader: Under you.\ntracks: [field]\n---\n{body}\n'


def of_lessons(bodies: Sequence[str]) -> dict[str, str]:
    return {f"lessons/{number}-lesson-{number}.md": a_lesson(body) for number, body in enumerate(bodies, start=11)}


def check(confined: Confined, changes: dict[str, str]) -> Report:
    return confined.call(check_files, small_course(changes))


def told(report: Report, rule: str) -> dict[str, str]:
    """The findings of one rule: what each says, by its place."""
    return {str(finding.place): finding.message for finding in report.findings if finding.rule == rule}


def test_what_never_ends_is_told_with_its_line_beside_all_other_findings() -> None:
    changes = {
        "lessons/05-dusk.md": a_lesson(f"Before.\n\n{ENDLESS}"),
        "lessons/02-light.md": a_lesson("{{ nothing }}"),
        "lessons/03-air.md": a_lesson(f"Before.\n\n{CALLING}"),
        "lessons/04-rain.md": a_lesson("Wait.", subject=ENDLESS),
        "lessons/welcome.md": f'---\nsubject: Welcome\npreheader: "{ENDLESS}"\n---\nHello.\n',
        "lessons/closing.md": "---\nsubject: The end\npreheader: For now.\n---\n{% include 'more.txt' %}\n",
        "theme/more.txt": f"\n\n{ENDLESS}",
        "theme/confirm.subject": f"\n{ENDLESS}",
    }
    with Confined(seconds_for_email=0.2) as confined:
        report = check(confined, changes)
    found = told(report, RULE)
    assert set(found) == {
        "lessons/05-dusk.md:8",
        "lessons/03-air.md:8",
        "lessons/04-rain.md:2",
        "lessons/welcome.md:3",
        "theme/more.txt:3",
        "theme/confirm.subject:2",
    }
    assert all("too long" in message for message in found.values())
    assert "lessons/02-light.md:6" in told(report, "template")


def test_a_check_that_takes_too_long_as_a_whole_is_told_with_the_line_that_it_was_at(confined: Confined) -> None:
    files = small_course({"lessons/05-dusk.md": a_lesson(f"Before.\n\n{ENDLESS}")})
    with pytest.raises(CourseError, match="too long") as caught:
        confined.call(check_files, files, seconds=1)
    assert str(caught.value.place) == "lessons/05-dusk.md:8"


def test_a_theme_that_never_ends_is_told_once() -> None:
    block = f'{{% extends "layout.mjml" %}}\n{{% block content %}}\n{ENDLESS}\n{{% endblock %}}\n'
    with Confined(seconds_for_email=0.1) as confined:
        report = check(confined, {"theme/lesson.mjml": block})
    assert [str(one.place) for one in report.findings if one.rule == RULE] == ["theme/lesson.mjml:3"]


def test_what_needs_too_much_memory_is_told_with_its_line(confined: Confined) -> None:
    report = check(confined, {**of_lessons([f"Before.\n\n{HUGE}"]), "theme/confirm.txt": f"\n{HUGE}"})
    found = told(report, RULE)
    assert set(found) == {"lessons/11-lesson-11.md:8", "theme/confirm.txt:2"}
    assert all("memory" in message for message in found.values())


def test_what_an_email_used_is_given_back_for_the_next(confined: Confined) -> None:
    """The error of each holds all that was made so far: together they would take more than there is."""
    lessons = of_lessons([HOARDING] * 3)
    found = told(check(confined, lessons), RULE)
    assert {place.partition(":")[0] for place in found} == {*lessons}


def test_markdown_nested_beyond_reason_is_rendered(confined: Confined) -> None:
    lessons = of_lessons(
        [
            ">" * 10_000 + " x",
            "[" * 1_000 + "x" + "]" * 1_000,
            "[a](" * 300,
            "![" * 500,
            "*a_" * 300,
            "<" * 2_000,
            "\n".join("  " * depth + "- x" for depth in range(100)),
            "|" + "a|" * 100 + "\n|" + "-|" * 100 + "\n|a" * 50,
            "```\n" * 5_000,
        ]
    )
    report = check(confined, lessons)
    assert {**told(report, RULE), **told(report, "template"), **told(report, "mjml")} == {}


def test_jinja_nested_beyond_reason_is_told_with_its_line(confined: Confined) -> None:
    lessons = of_lessons(
        [
            "{% if 1 %}" * 300 + "x" + "{% endif %}" * 300,
            "{% for a in 'x' %}" * 200 + "x" + "{% endfor %}" * 200,
            "{{ " + "[" * 2_000 + "]" * 2_000 + " }}",
            "{{ " + "not " * 2_000 + "1 }}",
            "{{ " + "1 + " * 2_000 + "1 }}",
            "{{ 'x'" + " | upper" * 2_000 + " }}",
            "{{ course" + ".title" * 2_000 + " }}",
            "{{ " + "9" * 10_000 + " }}",
            "{% macro again(n) %}{{ again(n) }}{% endmacro %}{{ again(1) }}",
            "{% for a in [[1]] recursive %}{{ loop([[1]]) }}{% endfor %}",
        ]
    )
    again = {
        "lessons/10-again.md": a_lesson("{% include 'again.txt' %}"),
        "theme/again.txt": "{% include 'again.txt' %}",
    }
    report = check(confined, {**lessons, **again})
    assert told(report, "template").keys() == {*(f"{file}:6" for file in lessons), "theme/again.txt:1"}
