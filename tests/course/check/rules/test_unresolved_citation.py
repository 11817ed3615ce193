"""The rule `unresolved-citation`."""

from __future__ import annotations

from tests.course.check.small import a_lesson, check, only_finding


def test_a_citation_of_an_unknown_source_is_found_at_its_line() -> None:
    finding = only_finding(a_lesson("Soil.\n\nWet [@on-mud#opening-1]."))
    assert (finding.rule, finding.file, finding.line) == ("unresolved-citation", "lessons/01-soil.md", 7)
    assert "on-soil" in finding.fix


def test_a_citation_of_an_unknown_passage_is_found_at_its_line() -> None:
    finding = only_finding(a_lesson("Wet [@on-soil#what-soil-is-9]."))
    assert (finding.rule, finding.file, finding.line) == ("unresolved-citation", "lessons/01-soil.md", 5)
    assert "sources/on-soil.md" in finding.fix


def test_a_citation_in_code_is_an_example_and_no_citation() -> None:
    assert check(a_lesson("```\n[@nothing#at-all]\n```")).findings == ()


def test_a_citation_of_a_passage_that_is_there_is_no_finding() -> None:
    assert check(a_lesson("Wet [@on-soil#what-soil-is-1].")).findings == ()


def test_a_citation_cannot_be_ignored() -> None:
    settings = "ignore:\n  unresolved-citation: It will come."
    found = check(a_lesson("Wet [@on-mud#opening-1].", settings=settings)).findings
    assert [finding.rule for finding in found] == ["unused-ignore", "unresolved-citation"]
