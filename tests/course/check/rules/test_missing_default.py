"""An email reads well to somebody of whom nothing is known, and where it does not, the line says so."""

from __future__ import annotations

import pytest

from tests.course.check.looked_at import CONTENT_LINE, LESSON, THEME, found, places, themed
from tests.course.check.small import COURSE, a_lesson

NAME = "{{ subscriber.nickname }}"


def seen(body: str) -> list[str]:
    """What the findings for a text say that the reader sees."""
    return [one.message.partition("“")[2].partition("”")[0] for one in found("missing-default", a_lesson(body))]


def test_a_missing_name_is_found_at_its_line_with_what_is_read_and_what_to_write() -> None:
    findings = found("missing-default", a_lesson(f"Soil is deep.\n\nIt is so\ndeep, that {NAME}, you may dig."))
    assert places(findings) == [(LESSON, 8)]
    assert findings[0].message == "To whoever has no `nickname`, the email reads “… is so deep, that , you may dig.”."
    assert "{{ subscriber.nickname | default('there') }}" in findings[0].fix
    assert "[fields]" in findings[0].fix


def test_a_field_with_a_default_leaves_no_hole() -> None:
    assert found("missing-default", a_lesson("Hello {{ subscriber.first_name }},")) == []


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (f"Hello {NAME},", "Hello ,"),
        (f"Hello {NAME}!", "Hello !"),
        (f"Hello **{NAME}**, dig.", "Hello , dig."),
        (f"{NAME}, dig.", ", dig."),
        (f"Dig, {NAME}", "Dig,"),
        (f"Dig in {NAME} now.", "Dig in now."),
        (f"Say “{NAME}” aloud.", "Say “"),
        ("You have {{ subscriber.plants }} plants.", "You have plants."),
        (f"Hello {NAME}، dig.", "Hello ، dig."),
        (f"In {NAME}'s garden.", "In 's garden."),
        (f"{NAME} and others dig.", "and others dig."),
        (f"- Dig\n- {NAME}: dig", ": dig"),
        (f"## For {NAME}", "For"),
    ],
)
def test_what_is_missing_between_words_leaves_a_hole(body: str, read: str) -> None:
    assert seen(body) == [read]


@pytest.mark.parametrize(
    "body",
    [
        f"{{% if subscriber.nickname %}}Hello {NAME},{{% else %}}Hello,{{% endif %}}",
        "Hello{{ ' ' ~ subscriber.nickname if subscriber.nickname }}, dig.",
        "Hello {{ subscriber.nickname | default('you') }}, dig.",
        "Dig {{ 'deep' if subscriber.nickname }} now.",
        "Dig {{ subscriber.nickname | default('') }} now.",
        f"The [guide](https://example.com/?for={NAME}).",
        f"The [guide]({NAME}).",
        "Dig {{ subscriber.nickname or '' }} now.",
        "Dig {{ 'deep' if subscriber.nickname }} - now.",
        f"Dig as @{NAME} does.",
    ],
)
def test_what_is_asked_for_or_foreseen_leaves_none(body: str) -> None:
    assert seen(body) == []


def test_a_line_of_which_nothing_is_left_is_told_as_such() -> None:
    [finding] = found("missing-default", a_lesson(f"Soil.\n\n{NAME}"))
    assert finding.message == "To whoever has no `nickname`, the email shows an empty line."


def test_what_is_foreseen_leaves_one_where_a_comma_follows() -> None:
    assert seen("Hello {{ subscriber.nickname | default('') }}, dig.") == ["Hello , dig."]


@pytest.mark.parametrize(("setting", "line"), [("subject", 2), ("preheader", 3), ("title", 4)])
def test_each_part_of_the_front_matter_is_looked_at(setting: str, line: int) -> None:
    parts = {"subject": "Soil", "preheader": "What is under you.", "title": "Soil"} | {setting: f"'{NAME}, dig a hole'"}
    front = "\n".join(f"{name}: {text}" for name, text in parts.items())
    findings = found("missing-default", {LESSON: f"---\n{front}\n---\n\nSoil.\n"})
    assert places(findings) == [(LESSON, line)]
    assert "reads “, dig a hole”" in findings[0].message


def test_a_subject_that_is_the_title_too_is_told_once() -> None:
    assert len(found("missing-default", a_lesson("Soil.", subject=f"'{NAME}, dig'"))) == 1


def test_a_first_paragraph_of_several_lines_is_told_at_the_line_that_prints_it() -> None:
    assert places(found("missing-default", a_lesson(f"Dig in\n{NAME} now."))) == [(LESSON, 6)]


def test_a_title_of_its_own_is_told_beside_the_subject_and_the_text_beside_both() -> None:
    lesson = f"---\nsubject: '{NAME}, dig'\npreheader: What is under you.\ntitle: 'Dig, {NAME}'\n---\nHello {NAME},\n"
    assert places(found("missing-default", {LESSON: lesson})) == [(LESSON, 2), (LESSON, 4), (LESSON, 6)]
    subject = f"'{NAME}, dig'"
    assert places(found("missing-default", a_lesson(f"Hello {NAME},", subject=subject))) == [(LESSON, 2), (LESSON, 5)]


def test_a_confirmation_is_looked_at_too() -> None:
    theme = themed("").pop(THEME).replace("{{ title }}", "Confirm").replace("{{ body }}", f"<p>Hello {NAME},</p>")
    assert places(found("missing-default", {"theme/confirm.mjml": theme})) == [("theme/confirm.mjml", 8)]


def test_a_title_that_only_has_the_field_s_name_in_it_is_not_where_it_is_printed() -> None:
    content = '\n<mj-text font-size="16px">Plants: {{ subscriber.plants }}</mj-text>'
    lesson = a_lesson("Dig.", settings="title: Potted plants")
    assert (THEME, CONTENT_LINE) in places(found("missing-default", lesson | themed(content)))


def test_each_line_that_prints_it_is_told() -> None:
    findings = found("missing-default", a_lesson(f"Hello {NAME},\n\ndig.\n\nGoodbye {NAME}!"))
    assert places(findings) == [(LESSON, 5), (LESSON, 9)]


def test_each_line_of_a_paragraph_that_prints_it_is_told() -> None:
    findings = found("missing-default", a_lesson(f"Hello {NAME},\nit is so deep,\n{NAME}, that {NAME}, you may dig."))
    assert places(findings) == [(LESSON, 5), (LESSON, 7)]
    assert "reads “Hello , it is so …”" in findings[0].message
    assert "reads “… it is so deep, , that , you …”" in findings[1].message


def test_lines_that_a_break_parts_are_told_one_by_one() -> None:
    findings = found("missing-default", a_lesson(f"Hello {NAME},  \ndig as deep as you can  \nin {NAME} now."))
    assert places(findings) == [(LESSON, 5), (LESSON, 7)]


def test_one_that_is_printed_again_and_again_is_told_in_its_one_line() -> None:
    loop = f"{{% for word in ['dig', 'sow'] %}}\n{{{{ word }}}} {NAME} ,\n{{% endfor %}}"
    body = f"It is:\n{loop}\nand rest.\n\nHello {NAME}!"
    assert places(found("missing-default", a_lesson(body))) == [(LESSON, 7), (LESSON, 11)]


def test_a_day_that_is_not_known_is_to_be_asked_for() -> None:
    findings = found(
        "missing-default", themed('\n<mj-text font-size="16px">The next: {{ schedule.next_day }}.</mj-text>')
    )
    assert findings == []
    closing = themed('<mj-text font-size="16px">The next: {{ schedule.next_day }}.</mj-text>').pop(THEME)
    [finding] = found("missing-default", {"theme/closing.mjml": closing})
    assert (finding.file, finding.line) == ("theme/closing.mjml", CONTENT_LINE)
    assert "{% if schedule.next_day %}" in finding.fix


def test_a_hole_in_the_plain_text_alone_is_told_at_its_template() -> None:
    text = f"Hello {NAME},\n\n{{{{ body_text }}}}\n{{{{ links.unsubscribe }}}}\n"
    assert places(found("missing-default", {"theme/lesson.txt": text})) == [("theme/lesson.txt", None)]


def test_a_default_in_the_course_fills_it() -> None:
    course = COURSE.replace('nickname = { type = "text" }', 'nickname = { type = "text", default = "you" }')
    assert found("missing-default", {"course.toml": course, **a_lesson(f"Hello {NAME},")}) == []


def test_a_link_that_is_left_without_words_is_another_rules_finding_in_plain_text_as_well() -> None:
    assert found("missing-default", a_lesson(f"[{NAME}](https://example.com/you)")) == []
    findings = found("missing-default", a_lesson(f"[{NAME}](https://example.com/you)\n\nHello {NAME}, dig."))
    assert places(findings) == [(LESSON, 7)]


def test_a_field_is_told_once_in_a_line() -> None:
    upper = "{{ subscriber.nickname | upper }}"
    line = f"Hello {NAME}, dig in the soil as deep as you can, {upper}, and look at what you find there, {NAME}."
    findings = found("missing-default", a_lesson(line))
    assert places(findings) == [(LESSON, 5)]


def test_in_place_of_a_number_no_word_is_proposed() -> None:
    [finding] = found("missing-default", a_lesson("You have {{ subscriber.plants }} plants."))
    assert "there" not in finding.fix
    assert "{% if subscriber.plants" in finding.fix
