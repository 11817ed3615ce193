"""What an author asks to ignore is left out, with a reason; what there is no need to ask for is told."""

from __future__ import annotations

import json

import pytest

from course.check import Report, Severity
from tests.course.check.rules.showing import findings
from tests.course.check.small import COURSE, a_lesson, check, check_of, only_finding
from tests.course.drawn import a_course_showing, a_png

HARD = (
    "Administrators communicate organizational responsibilities to subordinates, who disseminate the information. " * 12
)
BECAUSE = "ignore:\n  reading-grade: It quotes a law, word for word."


def test_a_finding_that_its_lesson_asks_to_ignore_is_left_out_with_the_reason() -> None:
    report = check(a_lesson(HARD, settings=BECAUSE))
    assert report.findings == ()
    [ignored] = report.ignored
    assert (ignored.finding.rule, ignored.finding.file) == ("reading-grade", "lessons/01-soil.md")
    assert ignored.finding.reason
    assert ignored.because == "It quotes a law, word for word."


def test_only_the_lesson_that_asks_is_spared() -> None:
    other = {"lessons/02-light.md": f"---\nsubject: Light\npreheader: Above you.\n---\n\n{HARD}\n"}
    report = check(a_lesson(HARD, settings=BECAUSE) | other)
    assert [(finding.rule, finding.file) for finding in report.findings] == [("reading-grade", "lessons/02-light.md")]


def test_only_the_rule_that_is_named_is_spared() -> None:
    report = check(a_lesson(f"{HARD}\n\n[x](#y)", settings=BECAUSE))
    assert [finding.rule for finding in report.findings] == ["broken-link"]


def test_one_line_spares_every_finding_of_its_rule_in_the_lesson() -> None:
    shown = "![](https://example.com/a.png)\n\n![](https://example.com/b.png)"
    report = check(a_lesson(shown, settings="ignore:\n  picture-without-alt: Both are ornaments."))
    assert report.findings == ()
    assert len([one for one in report.ignored if one.finding.rule == "picture-without-alt"]) == 2


def test_what_is_ignored_stands_in_the_text_and_in_the_data() -> None:
    report = check(a_lesson(HARD, settings=BECAUSE))
    assert report.as_text().splitlines()[-1] == "No errors. 1 finding ignored, as asked."
    told = json.dumps(report.as_data()["ignored"])
    assert '"rule": "reading-grade"' in told
    assert '"because": "It quotes a law, word for word."' in told


@pytest.mark.parametrize("reason", ["", "''", "' '", "[]", "{}"])
def test_a_reason_has_to_be_given(reason: str) -> None:
    finding = only_finding(a_lesson(HARD, settings=f"ignore:\n  reading-grade: {reason}"))
    assert (finding.rule, finding.severity, finding.line) == ("structure", Severity.ERROR, 5)
    assert "No reason" in finding.message
    assert "reading-grade" in finding.fix


@pytest.mark.parametrize("written", ["ignore: reading-grade", "ignore: [reading-grade]"])
def test_rules_without_reasons_are_refused(written: str) -> None:
    finding = only_finding(a_lesson(HARD, settings=written))
    assert (finding.rule, finding.line) == ("structure", 4)


def test_an_unknown_rule_is_told_at_its_line_with_the_one_that_was_meant() -> None:
    finding = only_finding(a_lesson("Dig.", settings="ignore:\n  reading-grad: It is hard."))
    assert (finding.rule, finding.severity) == ("unused-ignore", Severity.WARNING)
    assert (finding.file, finding.line) == ("lessons/01-soil.md", 5)
    assert "`reading-grade`" in finding.fix


def test_a_rule_unlike_any_other_is_told_where_they_are_listed() -> None:
    assert "docs/rules" in only_finding(a_lesson("Dig.", settings="ignore:\n  zzz: Why not.")).fix


def test_a_request_without_need_is_told_at_its_line() -> None:
    settings = "ignore:\n  picture-without-alt: It is an ornament.\n  reading-grade: It is hard."
    found = check(a_lesson(HARD, settings=settings)).findings
    assert [(finding.rule, finding.line) for finding in found] == [("unused-ignore", 5)]
    assert "`picture-without-alt`" in found[0].message


def test_an_essential_rule_cannot_be_ignored() -> None:
    found = check(a_lesson("[write: it]", settings="ignore:\n  left-to-write: Later.")).findings
    assert [(finding.rule, finding.line) for finding in found] == [("unused-ignore", 5), ("left-to-write", 7)]
    assert "cannot be ignored" in found[0].message


def test_an_essential_rule_cannot_be_asked_for_ahead_of_time() -> None:
    finding = only_finding(a_lesson("Dig.", settings="ignore:\n  left-to-write: Later."))
    assert "cannot be ignored" in finding.message


def test_that_a_request_is_needless_cannot_be_ignored() -> None:
    settings = "ignore:\n  reading-grade: Hard.\n  unused-ignore: Fine."
    assert [finding.line for finding in check(a_lesson("Dig.", settings=settings)).findings] == [5, 6]


def unused_pictures(course: str) -> Report:
    files = a_course_showing("![A desk](../assets/desk.png)", desk_png=a_png(), lamp_png=a_png(shade=1))
    return check_of({**files, "course.toml": course.encode()})


def test_the_course_asks_for_what_is_in_no_lesson() -> None:
    assert [one.rule for one in findings("![a](../assets/a.png)", a_png=a_png(), b_png=a_png(shade=1))] == [
        "unused-picture"
    ]
    report = unused_pictures(COURSE.replace("    ", "") + '\n[ignore]\nunused-picture = "For the page."\n')
    assert report.findings == ()
    assert [(one.finding.file, one.because) for one in report.ignored] == [("assets/lamp.png", "For the page.")]


def test_the_course_does_not_speak_for_its_lessons() -> None:
    course = COURSE + '\n    [ignore]\n    reading-grade = "It is hard."\n'
    found = check(a_lesson(HARD) | {"course.toml": course}).findings
    line = course.splitlines().index('    reading-grade = "It is hard."') + 1
    assert [(one.rule, one.file, one.line) for one in found] == [
        ("unused-ignore", "course.toml", line),
        ("reading-grade", "lessons/01-soil.md", 5),
    ]
    assert "outside the lessons" in found[0].message


def test_a_lesson_does_not_speak_for_the_course() -> None:
    shown = a_course_showing("![A desk](../assets/desk.png)", desk_png=a_png(), lamp_png=a_png(shade=1))
    lesson = shown["lessons/01-soil.md"].replace(
        b"under you.\n", b"under you.\nignore:\n  unused-picture: For later.\n"
    )
    assert [one.rule for one in check_of({**shown, "lessons/01-soil.md": lesson}).findings] == [
        "unused-picture", "unused-ignore",
    ]  # fmt: skip


def test_the_course_has_to_give_a_reason_as_well() -> None:
    finding = only_finding({"course.toml": COURSE + '\n    [ignore]\n    unused-picture = ""\n'})
    assert (finding.rule, finding.file) == ("structure", "course.toml")
    assert finding.line == len(COURSE.rstrip().splitlines()) + 3
