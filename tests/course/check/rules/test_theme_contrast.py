"""The rule `theme-contrast`."""

from __future__ import annotations

import pytest

from course.check import Finding, Severity
from course.check.emails import pages
from course.check.rule import Checked
from course.folder import load
from course.theme import DEFAULT_THEME, TEXT_ON, contrast
from tests.course.check.small import COURSE, a_lesson, check, small_course

LINE = len(COURSE.rstrip().splitlines()) + 3


def found(**colours: str) -> list[Finding]:
    """What the rule finds in a theme, whose first value stands in line `LINE`."""
    theme = "".join(f'    {name} = "{colour}"\n' for name, colour in colours.items())
    report = check({"course.toml": f"{COURSE.rstrip()}\n\n    [theme]\n{theme}"})
    return [finding for finding in report.findings if finding.rule == "theme-contrast"]


def test_a_faint_colour_is_a_warning_at_its_line_with_one_that_is_not() -> None:
    [finding] = found(font="Georgia, serif", accent="#9a9a9a")
    assert (finding.severity, finding.file, finding.line) == (Severity.WARNING, "course.toml", LINE + 1)
    assert "`accent` as #9a9a9a" in finding.message
    assert "`accent` on `surface` (2.7:1) and `accent` on `background` (2.4:1)" in finding.message
    suggested = finding.fix.removeprefix("Make it darker, such as ").rstrip(".")
    assert found(accent=suggested) == []


def test_white_on_all_but_white_is_told_at_the_text() -> None:
    [finding] = found(surface="#fffffe", text="#ffffff")
    assert finding.line == LINE + 1
    assert "`text` on `surface` (1.0:1)" in finding.message


def test_usual_colours_that_fail_against_a_changed_one_are_told_at_that_one() -> None:
    [finding] = found(surface="#22201e")
    assert finding.line == LINE
    assert finding.message.count(" on `surface`") == 3
    assert finding.fix.startswith("Make it lighter")


def test_dark_colours_are_looked_at_too() -> None:
    [finding] = found(dark_text="#333333")
    assert "`dark_text` on `dark_surface`" in finding.message
    assert finding.fix.startswith("Make it lighter")


def test_each_colour_that_is_changed_for_the_worse_is_told() -> None:
    assert [one.line for one in found(text="#bbbbbb", accent="#9a9a9a")] == [LINE, LINE + 1]


def test_where_no_colour_would_do_the_others_have_to_change() -> None:
    [finding] = [
        one for one in found(surface="#ffffff", background="#000000", accent="#ff0000") if "as #ff0000" in one.message
    ]
    assert finding.fix.startswith("No colour is right here")


@pytest.mark.parametrize(
    "colours", [{}, {"accent": "#1C5A55"}, {"accent": "#000000"}, {"line": "#fffdf9"}, {"text": "#111111"}]
)
def test_colours_that_can_be_read_are_no_finding(colours: dict[str, str]) -> None:
    assert found(**colours) == []


def test_contrast_is_never_rounded_up_to_enough() -> None:
    theme = {**DEFAULT_THEME, "muted": "#757575", "surface": "#fffffe"}
    assert 4.5 < contrast(theme["muted"], theme["surface"]) < 4.65
    [finding] = found(muted="#757575", surface="#ffffff", background="#fcfcfc")
    assert "(4.4:1)" in finding.message


def test_the_usual_theme_is_above_the_least_everywhere() -> None:
    assert all(contrast(DEFAULT_THEME[front], DEFAULT_THEME[behind]) >= 4.5 for front, behind in TEXT_ON)


def test_every_pair_that_the_templates_put_together_is_looked_at() -> None:
    quiz = "quiz:\n  id: dig\n  question: Dig?\n  answers:\n    - text: Yes\n      explanation: A.\n      right: true\n"
    asking = f"{quiz}    - text: No\n      explanation: B."
    link = "[a page](https://example.com)"
    shown = f"Dig [@on-soil#what-soil-is-1] as {link} says.\n\n## Exercise\n\nRead {link}.\n\n```\ndig\n```"
    files = small_course(a_lesson(shown, settings=asking))
    names = {colour.lower(): name for name, colour in DEFAULT_THEME.items() if not name.startswith("dark_")}
    pairs = {
        (names.get(look.colour or ""), names.get(look.background or ""))
        for page, _ in pages(Checked(load(files), files))
        for look in map(page.look, (text.element for text in page.texts))
    }
    assert {("text", "surface"), ("muted", "background"), ("surface", "accent"), ("accent", "surface")} <= pairs
    assert all(pair in TEXT_ON or pair[::-1] in TEXT_ON for pair in pairs), pairs
