"""The rule `structure`: what cannot be read as it stands."""

from __future__ import annotations

from tests.course.check.small import COURSE, a_lesson, check, only_finding


def test_broken_front_matter_is_found_at_its_line() -> None:
    finding = only_finding({"lessons/01-soil.md": "---\nsubject: Soil: the start\npreheader: x\n---\n\nText.\n"})
    assert (finding.rule, finding.file, finding.line) == ("structure", "lessons/01-soil.md", 2)
    assert "quotes" in finding.fix


def test_an_unknown_track_is_found_at_its_line() -> None:
    finding = only_finding(a_lesson("Text.", settings="tracks: [balcony, feild]"))
    assert (finding.rule, finding.file, finding.line) == ("structure", "lessons/01-soil.md", 4)
    assert "`feild`" in finding.message
    assert "balcony, field" in finding.fix


def test_everything_wrong_with_the_structure_is_found_at_once() -> None:
    report = check(
        {
            "lessons/01-soil.md": "---\nsubject: Soil\n---\n\nText.\n",
            "lessons/02-light.md": "---\nsubject: Light\npreheader: x\ncolour: red\n---\n\nText.\n",
            "lessons/Third.md": "Text.",
            "sources/on-soil.md": "---\nauthor: x\n---\n",
            "course.toml": COURSE.replace('"tuesday"', '"tewsday"'),
        }
    )
    assert [finding.file for finding in report.findings] == [
        "course.toml", "lessons/01-soil.md", "lessons/02-light.md", "lessons/Third.md", "sources/on-soil.md",
    ]  # fmt: skip
    assert {finding.rule for finding in report.findings} == {"structure"}
    assert report.coverage == {}


def test_a_lesson_that_names_all_its_tracks_is_no_finding() -> None:
    assert check(a_lesson("Text.", settings="tracks: [balcony, field]")).findings == ()
