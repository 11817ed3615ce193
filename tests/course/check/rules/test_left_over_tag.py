"""Signs of templates never reach a reader, but for those that are shown as code."""

from __future__ import annotations

import pytest

from course.check import Severity
from tests.course.check.looked_at import LESSON, a_page, faults, found, places, themed
from tests.course.check.small import COURSE, a_lesson


def test_a_tag_that_is_printed_is_an_error_once_at_its_line() -> None:
    findings = found("left-over-tag", a_lesson("Soil.\n\nHello {% raw %}{{ first_name }}{% endraw %}, dig."))
    assert places(findings) == [(LESSON, 7)]
    assert findings[0].severity is Severity.ERROR
    assert findings[0].message == "`{{ first_name }}` reaches readers as it stands."


def test_one_in_the_subject_is_told_once_at_the_subject() -> None:
    subject = "\"Soil for {{ '{{ name }}' }}\""
    findings = found("left-over-tag", a_lesson("Soil.", subject=subject))
    assert {(finding.file, finding.line) for finding in findings} == {(LESSON, 2)}


def test_a_value_of_the_course_that_holds_braces_is_found() -> None:
    course = {"course.toml": COURSE.replace('title = "Gardens"', 'title = "Gardens of {{ name }}"')}
    assert found("left-over-tag", course) != []


@pytest.mark.parametrize(
    "body",
    [
        "```\nHello {{ first_name }}, {% if x %}\n```",
        "> ```\n> Hello {{ first_name }}\n> ```",
        "1. Write\n\n   ```\n   {{ first_name }}\n   ```",
        "    {{ '{{ first_name }}' }}\n",
        "Write `{{ '{{ first_name }}' }}` for it.",
        "Hello {{ subscriber.first_name }}.",
        "A brace { and {width: 100%}.",
    ],
)
def test_code_may_show_them(body: str) -> None:
    assert found("left-over-tag", a_lesson(body)) == []


@pytest.mark.parametrize(
    ("html", "number"),
    [
        ("<p>{{ name</p>", 1),
        ("<p>{# a comment #}</p>", 1),
        ("<p>{% endif %}</p>", 1),
        ('<img src="https://example.com/a.png" alt="{{ name }}">', 1),
        ('<a href="https://example.com/%7B%7Bname%7D%7D">x</a>', 1),
        ("<p>Dear *|FNAME|*</p>", 1),
        ("<p>Dear %%first_name%%</p>", 1),
        ("<p>dripc0urseslot</p>", 1),
        ("<p>dc0123456789004hz</p>", 1),
        ("<pre><code>{{ name }}</code></pre>", 0),
        ("<p>100% {sure}</p>", 0),
        ('<a href="https://example.com/a%20b">x</a>', 0),
    ],
)
def test_tags_of_ours_and_of_other_programs_are_known(html: str, number: int) -> None:
    assert len(faults("left-over-tag", a_page(html))) == number


def test_one_in_the_plain_text_alone_is_told_at_its_template() -> None:
    [fault] = faults("left-over-tag", a_page(text="Soil {{ name }}"))
    assert fault.place.file == "theme/lesson.txt"
    assert found("left-over-tag", themed("")) == []


def test_a_tag_that_markdown_takes_for_emphasis_is_found_at_its_line() -> None:
    findings = found("left-over-tag", a_lesson("Dig.\n\nIt is deep.\nHello *|FNAME|*, how are you?"))
    assert places(findings) == [(LESSON, 8)]
    assert findings[0].message.startswith("`*|FNAME|*`")
    assert "{{ subscriber.first_name }}" in findings[0].fix


@pytest.mark.parametrize(
    "body", ["Write `*|FNAME|*` so.", "    *|FNAME|*", "```\n*|FNAME|*\n```", "Write ``a ` *|B|*``."]
)
def test_one_in_code_is_shown_on_purpose(body: str) -> None:
    assert found("left-over-tag", a_lesson(body)) == []


def test_braces_in_the_courses_title_are_told_once_at_the_title() -> None:
    course = {"course.toml": COURSE.replace('title = "Gardens"', 'title = "Course {{ C"')}
    findings = found("left-over-tag", course)
    assert places(findings) == [("course.toml", 2)]
    assert findings[0].message == "`{{ C` reaches readers as it stands."


def test_braces_in_a_translation_are_told_at_the_catalogue() -> None:
    course = {"course.toml": COURSE.replace('language = "en"', 'language = "de"')}
    catalogue = "theme/locale/de/LC_MESSAGES/messages.po"
    words = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    words += 'msgid "Please confirm"\nmsgstr "Bitte {{ jetzt"\n'
    assert places(found("left-over-tag", {**course, catalogue: words})) == [(catalogue, 4)]


def test_braces_of_a_lesson_are_its_own_though_the_title_has_the_same() -> None:
    course = {"course.toml": COURSE.replace('title = "Gardens"', 'title = "Course {{ C }}"')}
    lesson = a_lesson("Soil.\n\nHello {% raw %}{{ C }}{% endraw %}, dig.")
    assert places(found("left-over-tag", {**course, **lesson})) == [("course.toml", 2), (LESSON, 7)]
