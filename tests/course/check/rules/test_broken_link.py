"""The rule `broken-link`."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.check import Finding, Severity
from tests.course.check.small import a_lesson, check, only_finding


def found(body: str) -> list[Finding]:
    return [finding for finding in check(a_lesson(body)).findings if finding.rule == "broken-link"]


def only(body: str) -> Finding:
    [finding] = found(body)
    return finding


def test_a_link_to_another_lesson_is_an_error_at_its_line_that_names_it_in_words() -> None:
    finding = only_finding(a_lesson("Dig,\nand then\nread [the next](02-light.md)."))
    assert (finding.rule, finding.severity) == ("broken-link", Severity.ERROR)
    assert (finding.file, finding.line) == ("lessons/01-soil.md", 7)
    assert finding.message == "`02-light.md` leads to a lesson's file, which readers do not have."
    assert "“Light for {{ subscriber.first_name }}”" in finding.fix


@pytest.mark.parametrize("address", ["02-light.md", "./02-light.md", "../lessons/02-light.md", "lessons/02-light.md#x"])
def test_a_lesson_is_known_as_seen_from_the_lesson_and_from_the_course(address: str) -> None:
    assert "a lesson's file" in only(f"[Light]({address})").message


def test_a_lesson_that_is_not_there_is_told_with_the_one_that_was_meant() -> None:
    finding = only("[Light](02-lihgt.md)")
    assert "leads nowhere" in finding.message
    assert "lessons/02-light.md" in finding.fix


@pytest.mark.parametrize("address", ["#x", "#", "#what-soil-is"])
def test_a_link_to_a_part_of_the_text_is_an_error(address: str) -> None:
    assert "a part of this text" in only(f"## What soil is\n\n[Above]({address})").message


@pytest.mark.parametrize("markdown", ["[Here]()", "[Here](<>)", '[Here](<> "Title")'])
def test_a_link_without_an_address_is_an_error(markdown: str) -> None:
    assert "no address" in only(markdown).message


def test_a_source_note_is_to_be_cited() -> None:
    assert "[@on-soil#passage]" in only("[Soil](../sources/on-soil.md)").fix


def test_a_file_of_the_course_is_to_be_put_on_the_web() -> None:
    changes = a_lesson("[Plan](../assets/plan.txt)") | {"assets/plan.txt": "A plan."}
    finding = only_finding(changes)
    assert "a file of the course" in finding.message
    assert "`!` in front" in finding.fix


@pytest.mark.parametrize("address", ["plan.pdf", "../plan.pdf", "/plan", "plan", "?q=1"])
def test_a_path_that_leads_nowhere_is_an_error(address: str) -> None:
    assert "leads nowhere" in only(f"[Plan]({address})").message


@pytest.mark.parametrize("address", ["example.com", "www.example.com/a", "//example.com/a", "example.com:8080/a"])
def test_an_address_without_its_beginning_is_told_what_to_put_in_front(address: str) -> None:
    assert only(f"[Site]({address})").fix == f"Write https://{address.lstrip('/')}."


@pytest.mark.parametrize(
    "address", ["ftp://example.com", "javascript:alert(1)", "file:///a", "data:text/html,a", "x:y"]
)
def test_an_address_that_emails_do_not_link_to_is_an_error(address: str) -> None:
    assert "http, https, mailto, tel" in only(f"[Site]({address})").fix


def test_an_address_in_angles_is_looked_at_too() -> None:
    assert only("Dig.\n\nSee <ftp://example.com>.").line == 7


@pytest.mark.parametrize("address", ["mailto:", "tel:"])
def test_the_beginning_of_an_address_is_none(address: str) -> None:
    assert "only the beginning" in only(f"[Site]({address})").message


@pytest.mark.parametrize(
    "markdown",
    [
        "[Site](https://example.com/a#b)",
        "[Site](http://example.com)",
        "[Write](mailto:course@example.com)",
        "[Call](tel:+441234)",
        "<https://example.com>",
        "[Site][1]\n\n[1]: https://example.com",
        "[Site](HTTPS://EXAMPLE.COM)",
        "[Browser]({{ links.view }})",
        "[Browser]({{ links.view ~ '?a' }})",
        "[Yours](https://{{ subscriber.nickname }}.example.com)",
        "[Yours](mailto:{{ subscriber.nickname }})",
    ],
)
def test_an_address_that_can_be_followed_is_no_finding(markdown: str) -> None:
    assert found(markdown) == []


@pytest.mark.parametrize(
    "markdown", ["`[a](b.md)`", "```\n[a](b.md)\n```", "{# [a](b.md) #}", r"\[a](b.md)", "[a]", "![a](../assets/b.png)"]
)
def test_what_is_no_link_is_no_finding(markdown: str) -> None:
    assert found(markdown) == []


def test_a_link_by_label_is_found_where_it_stands() -> None:
    assert only("Dig.\n\nRead [the next][n].\n\n[n]: 02-light.md").line == 7


def test_a_label_that_nothing_defines_is_shown_as_it_is_written() -> None:
    finding = only("Dig.\nRead [the next][n].")
    assert (finding.line, finding.message) == (6, "`[the next][n]` is no link: nothing says where `n` leads.")
    assert only("Read [more][].").message.endswith("where `more` leads.")


def test_a_space_in_an_address_is_told_as_what_it_is() -> None:
    assert "%20" in only("Read [the next](my file.md).").fix


@pytest.mark.parametrize("markdown", [r"\[a](b c.md)", "[a](<b c.md>)", "`[a](b c.md)`"])
def test_a_space_that_is_written_as_it_should_be_is_not_told(markdown: str) -> None:
    assert not any("%20" in finding.fix for finding in found(markdown))


def test_each_link_is_told_at_its_line() -> None:
    assert [one.line for one in found("[a](#a) [b](#b)\n[c](#c)\n\n| [d](#d) |\n|---|\n| e |\n")] == [5, 5, 6, 8]


def test_a_link_around_a_picture_and_in_a_list_is_found() -> None:
    assert [one.line for one in found("- a\n- [![A](https://example.com/a.png)](a.md)")] == [6]


def test_a_link_that_only_some_readers_get_is_found() -> None:
    assert only("Dig.\n{% if subscriber.indoors %}\n[a](a.md)\n{% endif %}").line == 7


def test_in_a_draft_it_is_a_warning() -> None:
    assert only("[a](a.md)\n\n[write: more]").severity is Severity.WARNING


@pytest.mark.parametrize("file", ["welcome", "closing"])
def test_a_welcome_and_a_closing_are_looked_at_as_well(file: str) -> None:
    text = "---\nsubject: Hello\npreheader: You.\n---\n\n[a](a.md)\n"
    finding = only_finding({f"lessons/{file}.md": text})
    assert (finding.rule, finding.file, finding.line) == ("broken-link", f"lessons/{file}.md", 6)


@settings(max_examples=40, deadline=None)
@given(st.text(st.sampled_from("ab[]()<>#:/.\\ \n`{}!|-*"), max_size=40))
def test_any_text_is_looked_through(text: str) -> None:
    for finding in found(f"x {text}"):
        assert finding.line is not None
        assert 5 <= finding.line <= 5 + text.count("\n")


def test_a_link_without_an_address_is_told_once_since_the_email_keeps_its_words_alone() -> None:
    assert only_finding(a_lesson("[Dig deep and look]()")).rule == "broken-link"


def test_a_lesson_is_not_told_to_link_to_itself() -> None:
    assert "Did you mean" not in only("[Soil](01-soli.md)").fix
