"""A report reads the same way every time: as blocks for a person, as one document for a program."""

from __future__ import annotations

from dataclasses import replace

import pytest

from course.check import Finding, Report, Severity
from course.check.report import Ignored
from course.citations import Coverage
from course.errors import CourseError, CourseErrors, Place

ERROR = Finding("template", Severity.ERROR, "lessons/01-soil.md", 7, "It is broken.", "Mend it.")
REASONED = replace(ERROR, reason="Nobody would get it.")
WARNING = Finding("unused-theme-file", Severity.WARNING, "theme/x.mjml", None, "Nobody uses it.", "Remove it.")


def test_a_finding_reads_as_place_severity_rule_message_and_fix() -> None:
    block, _ = Report((ERROR,)).as_text().split("\n\n")
    assert block == "lessons/01-soil.md:7: error [template] It is broken.\n    Mend it."


def test_a_finding_says_why_its_rule_is_there() -> None:
    block, _ = Report((REASONED,)).as_text().split("\n\n")
    assert block.splitlines()[1:] == ["    Mend it.", "    Why: Nobody would get it."]


def test_a_finding_without_a_line_names_the_file_alone() -> None:
    assert Report((WARNING,)).as_text().startswith("theme/x.mjml: warning [unused-theme-file] Nobody uses it.")


def test_a_finding_without_a_place_reads_well() -> None:
    finding = Finding.of(CourseError("There is no course.", fix="Make one."))
    assert Report((finding,)).as_text().startswith("error [structure] There is no course.\n    Make one.")


@pytest.mark.parametrize(
    ("findings", "verdict"),
    [
        ((), "No errors."),
        ((ERROR,), "1 error."),
        ((ERROR, ERROR), "2 errors."),
        ((WARNING,), "No errors, 1 warning."),
        ((ERROR, WARNING, WARNING), "1 error, 2 warnings."),
    ],
    ids=["none", "one", "two", "a warning", "both"],
)
def test_the_last_line_says_how_many(findings: tuple[Finding, ...], verdict: str) -> None:
    assert Report(findings).as_text().splitlines()[-1] == verdict


@pytest.mark.parametrize(("count", "said"), [(1, "1 finding ignored, as asked."), (2, "2 findings ignored, as asked.")])
def test_the_last_line_says_how_many_findings_are_ignored(count: int, said: str) -> None:
    last = Report((WARNING,), ignored=(Ignored(WARNING, "It is meant so."),) * count).as_text().splitlines()[-1]
    assert last == f"No errors, 1 warning. {said}"


def test_the_text_says_what_is_cited_and_what_is_not() -> None:
    text = Report((), {"on-soil": Coverage(3, ("worms-1", "worms-2")), "on-light": Coverage(1, ())}).as_text()
    assert text == (
        "on-soil: 1 of 3 passages cited\n    not cited: worms-1, worms-2\non-light: 1 of 1 passages cited\n\nNo errors."
    )


def test_a_long_list_of_uncited_passages_is_wrapped_between_ids() -> None:
    ids = tuple(f"a-long-heading-of-words-{number}" for number in range(30))
    lines = Report((), {"on-soil": Coverage(30, ids)}).as_text().splitlines()[1:-2]
    assert len(lines) > 5
    assert all(len(line) <= 100 for line in lines)
    assert ", ".join(line.strip().rstrip(",") for line in lines).removeprefix("not cited: ").split(", ") == [*ids]


def test_the_data_is_what_scripts_rely_on() -> None:
    report = Report((REASONED,), {"on-soil": Coverage(3, ("worms-1",))}, (Ignored(WARNING, "It is meant so."),))
    assert report.as_data() == {
        "findings": [
            {
                "rule": "template",
                "severity": "error",
                "file": "lessons/01-soil.md",
                "line": 7,
                "message": "It is broken.",
                "fix": "Mend it.",
                "reason": "Nobody would get it.",
            }
        ],
        "coverage": {"on-soil": {"passages": 3, "cited": 2}},
        "ignored": [
            {
                "rule": "unused-theme-file",
                "severity": "warning",
                "file": "theme/x.mjml",
                "line": None,
                "message": "Nobody uses it.",
                "fix": "Remove it.",
                "reason": "",
                "because": "It is meant so.",
            }
        ],
    }


def test_errors_are_raised_together_with_their_places() -> None:
    with pytest.raises(CourseErrors) as raised:
        Report((ERROR, WARNING, ERROR)).refuse_errors()
    assert [error.place for error in raised.value.errors] == [Place("lessons/01-soil.md", 7)] * 2
    assert str(raised.value).splitlines()[0] == "lessons/01-soil.md:7: It is broken. Mend it."


def test_warnings_refuse_nothing() -> None:
    Report((WARNING,)).refuse_errors()
