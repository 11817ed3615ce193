"""The rule `unused-picture`."""

from __future__ import annotations

from course.check import Severity
from tests.course.check.rules.showing import findings, only
from tests.course.drawn import a_png


def test_a_picture_that_no_lesson_shows_is_a_warning_at_its_file() -> None:
    finding = only("![A desk](../assets/desk.png)", desk_png=a_png(), lamp_png=a_png(shade=1))
    assert (finding.rule, finding.severity) == ("unused-picture", Severity.WARNING)
    assert (finding.file, finding.line) == ("assets/lamp.png", None)


def test_another_file_in_assets_is_nobodys_concern() -> None:
    assert findings("Text.", drawing_txt=b"how the pictures were made") == []


def test_a_picture_that_is_shown_is_none() -> None:
    assert findings("![A desk](../assets/desk.png)", desk_png=a_png()) == []


def test_nothing_is_said_while_jinja_may_mean_any_picture() -> None:
    named = "{% set name = 'desk' %}\n![A desk](../assets/{{ name }}.png)"
    assert findings(named, desk_png=a_png(), lamp_png=a_png(shade=1)) == []
