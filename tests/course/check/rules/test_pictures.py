"""The rules for pictures: `missing-picture`, `unreachable-picture`, `picture-without-alt` and the like."""

from __future__ import annotations

import pytest

from course.check import Finding, Severity, check_files
from tests.course.check.small import a_lesson, check, small_course
from tests.course.drawn import AN_SVG, a_course_showing, a_jpeg, a_png, a_webp


def findings(markdown: str, **assets: bytes) -> list[Finding]:
    """What a check finds in a course whose first lesson is that Markdown, from line 5 on."""
    return list(check_files(a_course_showing(markdown, **assets)).findings)


def only(markdown: str, **assets: bytes) -> Finding:
    [finding] = findings(markdown, **assets)
    return finding


def test_a_picture_that_is_there_is_no_finding() -> None:
    shown = "![A desk](../assets/desk.png)\n\n[![A desk](assets/desk.png)](https://example.com)"
    assert findings(shown, desk_png=a_png(1200, 800)) == []


def test_a_picture_that_is_not_there_is_found_once_at_its_line_with_the_one_that_was_meant() -> None:
    finding = only("A word\nand ![A desk](../assets/desk.jpg).", desk_png=a_png())
    assert (finding.rule, finding.severity) == ("missing-picture", Severity.ERROR)
    assert (finding.file, finding.line) == ("lessons/01-soil.md", 6)
    assert "assets/desk.jpg" in finding.message
    assert "`assets/desk.png`" in finding.fix


def test_every_picture_that_is_not_there_is_found() -> None:
    report = check(a_lesson("![a](assets/a.png)\n\n![b](assets/b.png) ![b](assets/b.png)\n\n![a](assets/a.png)"))
    assert [(finding.rule, finding.line) for finding in report.findings] == [
        ("missing-picture", 5), ("missing-picture", 7), ("missing-picture", 9),
    ]  # fmt: skip


@pytest.mark.parametrize("content", [b"no picture", a_png()[:20], b""])
def test_a_file_that_holds_no_picture_is_an_error(content: bytes) -> None:
    assert only("![A desk](../assets/desk.png)", desk_png=content).rule == "missing-picture"


def test_a_picture_outside_the_course_is_an_error() -> None:
    assert only("![A desk](../../desk.png)").rule == "missing-picture"


@pytest.mark.parametrize("address", ["../p.png", "p.png", "/p.png", "data:image/png;base64,AA", "javascript:alert(1)"])
def test_a_picture_that_nobody_could_fetch_is_an_error_at_its_line(address: str) -> None:
    finding = only(f"A word.\n\n![A sample]({address})")
    assert (finding.rule, finding.severity, finding.line) == ("unreachable-picture", Severity.ERROR, 7)
    assert f"`{address}`" in finding.message


@pytest.mark.parametrize("address", ["../assets/my desk.png", "assets/a b  c.png"])
def test_a_picture_that_is_shown_as_text_is_an_error_at_its_line(address: str) -> None:
    finding = only(f"A word,\nand *one* ![A desk]({address}).")
    assert (finding.rule, finding.severity, finding.line) == ("unreachable-picture", Severity.ERROR, 6)
    assert f"![A desk]({address})" in finding.message
    assert "%20" in finding.fix


@pytest.mark.parametrize(
    "markdown", ["`![a](b c.png)`", r"\![a](b c.png)", "![a](<../assets/b c.png>)", '![a](../assets/b%20c.png "A b c")']
)
def test_a_picture_whose_space_is_written_as_it_should_be_is_no_finding(markdown: str) -> None:
    files = a_course_showing(f"{markdown} ![a](../assets/b%20c.png)")
    assert check_files({**files, "assets/b c.png": a_png()}).findings == ()


@pytest.mark.parametrize(
    "address", ["https://example.com/p.png", "http://example.com/p.png", "{{ subscriber.nickname }}"]
)
def test_a_picture_on_the_web_is_none(address: str) -> None:
    assert findings(f"![A sample]({address})") == []


@pytest.mark.parametrize("name", ["assets/{{ subscriber.role }}.png", "{{ 'assets/' ~ 'none' }}.png"])
def test_what_jinja_makes_of_an_address_is_looked_at_too(name: str) -> None:
    finding = only(f"A word.\n\n![A desk]({name})", desk_png=a_png())
    assert (finding.rule, finding.severity, finding.file) == ("missing-picture", Severity.ERROR, "lessons/01-soil.md")


def test_a_picture_that_jinja_names_is_shown_and_may_be_any() -> None:
    named = "{% set name = 'desk' %}\n![A desk](../assets/{{ name }}.png)"
    assert findings(named, desk_png=a_png(), lamp_png=a_png(shade=1)) == []


def test_a_picture_in_the_branch_of_another_reader_is_looked_at_too() -> None:
    branch = "Text.\n{% if subscriber.role == 'expert' %}\n\n![A desk](../assets/desk.png)\n{% endif %}"
    assert [finding.rule for finding in findings(branch)] == ["missing-picture"]


def test_a_missing_picture_of_a_template_that_a_lesson_includes_is_found() -> None:
    files = {**small_course(a_lesson("{% include 'desk.md' %}")), "theme/desk.md": b"![A desk](assets/desk.png)\n"}
    assert [(finding.rule, finding.file) for finding in check_files(files).findings] == [
        ("missing-picture", "lessons/01-soil.md")
    ]
    assert check_files({**files, "assets/desk.png": a_png()}).findings == ()


@pytest.mark.parametrize("address", ["../assets/desk.png", "https://example.com/desk.png"])
def test_a_picture_without_words_is_a_warning(address: str) -> None:
    report = check_files(
        a_course_showing(f"A word\n![]({address})\n![ ]({address})\n![A desk]({address})", desk_png=a_png())
    )
    found = [finding for finding in report.findings if finding.rule != "unused-picture"]
    assert [(finding.rule, finding.severity, finding.line) for finding in found] == [
        ("picture-without-alt", Severity.WARNING, 6),
        ("picture-without-alt", Severity.WARNING, 7),
    ]
    assert "![A desk by a window](…)" in found[0].fix


@pytest.mark.parametrize(
    ("content", "large"),
    [
        (a_png(2000, 1), False),
        (a_png(2001, 1), True),
        (a_png(1, 2001), False),
        (a_png(filling=1_000_000 - len(a_png())), False),
        (a_png(filling=1_000_001 - len(a_png())), True),
    ],
    ids=["wide", "too wide", "high", "large", "too large"],
)
def test_a_picture_of_over_a_megabyte_or_2000_pixels_across_is_a_warning(content: bytes, large: bool) -> None:
    found = findings("A word.\n\n![A desk](../assets/desk.png)", desk_png=content)
    assert [(one.rule, one.severity, one.line) for one in found] == [("picture-too-large", Severity.WARNING, 7)] * large


@pytest.mark.parametrize(("content", "said"), [(AN_SVG, "an SVG"), (a_webp(), "a WebP"), (a_jpeg(), ""), (a_png(), "")])
def test_a_format_that_many_mail_programs_do_not_show_is_a_warning(content: bytes, said: str) -> None:
    found = findings("A word.\n\n![A desk](../assets/desk.png)", desk_png=content)
    assert [(one.rule, one.severity, one.line) for one in found] == (
        [("picture-format", Severity.WARNING, 7)] if said else []
    )
    assert all(said in one.message for one in found)


def test_a_picture_that_no_lesson_shows_is_a_warning_at_its_file() -> None:
    finding = only("![A desk](../assets/desk.png)", desk_png=a_png(), lamp_png=a_png(shade=1))
    assert (finding.rule, finding.severity) == ("unused-picture", Severity.WARNING)
    assert (finding.file, finding.line) == ("assets/lamp.png", None)


def test_another_file_in_assets_is_nobodys_concern() -> None:
    assert findings("Text.", drawing_txt=b"how the pictures were made") == []


def test_a_picture_below_html_is_found_as_the_email_shows_it() -> None:
    finding = only("<div>\n![](../assets/desk.png)", desk_png=a_png())
    assert (finding.rule, finding.line) == ("picture-without-alt", 6)
