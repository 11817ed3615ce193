"""An email speaks one language, in its HTML as in its plain text, and the plain text reads well by itself."""

from __future__ import annotations

import re
from io import StringIO
from itertools import pairwise

import pytest
from babel.messages.pofile import read_po

from course.errors import CourseError, Place
from course.folder import load
from course.render import Renderer
from tests.architecture.source import ROOT
from tests.course.check.small import a_lesson, check, small_course
from tests.course.letters import EXERCISE, LETTERS, email, letter, parsed, sent

RLM = "\u200f"


def translated(language: str) -> list[str]:
    """What the templates say in English, and not in this language."""
    catalog = read_po(StringIO((ROOT / f"templates/locale/{language}/LC_MESSAGES/messages.po").read_text("utf-8")))
    messages = [message.id for message in catalog if message.id and isinstance(message.id, str)]
    return [one for one in messages if catalog[one].string != one and len(one) > 6 and "%" not in one]


@pytest.mark.parametrize("language", ["de", "ar"])
@pytest.mark.parametrize("name", LETTERS)
def test_nothing_in_an_email_is_in_another_language_than_the_course(language: str, name: str) -> None:
    said = email(language, name).text + " ".join(parsed(language, name).itertext()) + email(language, name).subject
    own = EXERCISE[language]
    assert [one for one in translated(language) if one in said.replace(own, "")] == []
    assert not re.search(r"\bLesson \d|\bWeek \d|source \d|March|Thursday", said)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("(source 1, 51:54)", "5 March 2024", "Thursday, 29 October", "Lesson 1 of 2 · Week 1")),
        ("de", ("(Quelle 1, 51:54)", "5. März 2024", "Donnerstag, 29. Oktober", "Lektion 1 von 2 · Woche 1")),
        ("ar", ("(المصدر 1، 51:54)", "5 مارس 2024", "الخميس، 29 أكتوبر", "الدرس 1 من 2 · الأسبوع 1")),
    ],
)
def test_citations_dates_and_progress_are_said_in_the_language_of_the_course(
    language: str, said: tuple[str, ...]
) -> None:
    shown = " ".join("".join(parsed(language, "soil").itertext()).split())
    assert [one for one in said if one not in shown] == []
    assert [one for one in said[1:] if one not in email(language, "soil").text] == []
    short = {"ar": "[1، 51:54]"}.get(language, "[1, 51:54]")
    assert short in email(language, "soil").text


@pytest.mark.parametrize("language", ["en", "de", "ar"])
def test_an_exercise_is_known_by_the_word_for_it(language: str) -> None:
    html = email(language, "soil").html
    box = html.partition('class="exercise"')[2].partition("</td></tr></table>\n<h2")[0]
    assert EXERCISE[language] in box
    assert "After it" not in box


def test_a_course_in_a_language_without_words_is_said_in_english_with_days_of_its_own() -> None:
    files = small_course()
    files["course.toml"] = files["course.toml"].replace(b'language = "en"', b'language = "fi"')
    renderer = Renderer(load(files), files, "0123456789abcdef")
    text = sent(renderer, letter(renderer.course, "soil")).text
    assert "Unsubscribe: " in text
    assert "\ntorstai 29. lokakuuta\n" in text


def test_english_words_in_a_course_that_is_read_from_the_right_keep_their_order() -> None:
    files = small_course()
    files["course.toml"] = files["course.toml"].replace(b'language = "en"', b'language = "he"')
    renderer = Renderer(load(files), files, "0123456789abcdef")
    made = sent(renderer, letter(renderer.course, "welcome"))
    lessons, weeks = "\u20662 lessons\u2069", "\u20662 weeks\u2069"
    assert f"{lessons} · {weeks}" in made.html
    assert f"{lessons} · {weeks}" in made.text


def test_a_course_changes_a_word_of_its_emails() -> None:
    catalogue = 'msgid ""\nmsgstr ""\n\nmsgid "Unsubscribe"\nmsgstr "Leave"\n'
    files = small_course({"theme/locale/en/LC_MESSAGES/messages.po": catalogue})
    renderer = Renderer(load(files), files, "0123456789abcdef")
    made = sent(renderer, letter(renderer.course, "soil"))
    assert ">Leave</a>" in made.html
    assert "\nLeave: https://" in made.text


def test_a_catalogue_with_a_mistake_is_told_with_its_line() -> None:
    path = "theme/locale/en/LC_MESSAGES/messages.po"
    changes = {path: 'msgid ""\nmsgstr ""\n\nmsgid "Unsubscribe"\nmsgstr "%(who)s leaves"\n'}
    files = small_course(changes)
    renderer = Renderer(load(files), files, "0123456789abcdef")
    with pytest.raises(CourseError) as caught:
        sent(renderer, letter(renderer.course, "soil"))
    assert caught.value.place == Place(path, 4)
    assert {(one.file, one.line, one.rule) for one in check(changes).findings} == {(path, 4, "template")}


def test_a_lesson_and_a_theme_may_use_the_words_and_a_subscribers_value_in_them() -> None:
    asked = "{{ _('Please confirm: %(title)s', title=subscriber.first_name) }}"
    weeks = "{{ ngettext('%(num)s week', '%(num)s weeks', 2) }}"
    changes = {"theme/lesson.txt": f"{asked}|{weeks}|{{{{ body_text }}}}"}
    files = small_course(a_lesson("{{ _('Sources') }}") | changes)
    files["course.toml"] = files["course.toml"].replace(b'language = "en"', b'language = "de"')
    renderer = Renderer(load(files), files, "0123456789abcdef")
    assert sent(renderer, letter(renderer.course, "soil")).text == "Bitte bestätigen: there|2 Wochen|Quellen\n"


def test_what_a_macro_says_is_said_in_the_language_too() -> None:
    changes = {
        "theme/parts.txt": "{% macro leave() %}{{ _('Unsubscribe') }}{% endmacro %}",
        "theme/lesson.txt": "{% from 'parts.txt' import leave %}{{ leave() }}",
    }
    files = small_course(changes)
    files["course.toml"] = files["course.toml"].replace(b'language = "en"', b'language = "de"')
    renderer = Renderer(load(files), files, "0123456789abcdef")
    assert sent(renderer, letter(renderer.course, "soil")).text == "Abmelden\n"


@pytest.mark.parametrize("language", ["en", "de", "ar"])
@pytest.mark.parametrize("name", LETTERS)
def test_a_line_below_a_heading_is_as_long_as_the_heading(language: str, name: str) -> None:
    lines = email(language, name).text.split("\n")
    below = [(above, line.lstrip(RLM)) for above, line in pairwise(lines) if re.fullmatch(f"{RLM}?(=+|-+|~+)", line)]
    marks = re.compile("[\u064b-\u0652\u200f]")
    assert len(below) >= 1
    assert [above for above, line in below if len(marks.sub("", above)) != len(line)] == (
        ["Light for there"] if name == "light" else []  # whose line is as long as for "a name"
    )


def test_the_plain_text_of_a_lesson_is_laid_out_like_a_letter() -> None:
    text = email("en", "light").text
    assert text.startswith("Gardens · Lesson 2 of 2 · Week 2\n\nLight for there\n================\n\nLook up.\n")
    assert text.endswith(
        "\n\nWhat comes next\n---------------\n\nThe end\nThursday, 29 October\n\n______________________________\n\n"
        "You get this email because you take the course “Gardens”.\n\n"
        "Unsubscribe: https://example.com/unsubscribe/sample\nYour settings: https://example.com/preferences/sample\n"
        "Read in the browser: https://example.com/view/sample\n\nGardens, 1 Sample Street, Sampletown\n"
    )


def test_the_answers_of_a_quiz_have_the_letters_of_the_language() -> None:
    assert re.findall(r"^(.)\) ", email("en", "soil").text, re.MULTILINE) == ["a", "b"]
    assert re.findall(r"^\u200f?(.)\) ", email("ar", "soil").text, re.MULTILINE) == ["أ", "ب"]
    assert "/quiz/sample/soil/b\n" in email("ar", "soil").text


def test_a_line_of_plain_text_begins_on_the_side_of_the_language() -> None:
    lines = email("ar", "soil").text.split("\n")
    assert f"{RLM}{'-' * len('سؤال واحد')}" in lines
    assert f"{RLM}______________________________" in lines
    assert RLM not in email("de", "soil").text
