"""A template of an author's runs in a sandbox, prints data and not markup, and says where it is wrong."""

from __future__ import annotations

from html import unescape

import pytest

from course.errors import CourseError, Place
from course.folder import load
from course.links import SAMPLE_LINKS
from course.personal.placeholders import fill, tag_values
from course.personal.readers import Reader, reader_values
from course.render import Letter, Renderer
from tests.course.check.small import a_lesson, small_course
from tests.course.personal.templates import Room

SALT = "0123456789abcdef"
ROOM = Room()
LESSON = "lessons/01-soil.md"


def email(changes: dict[str, str], raw: dict[str, str] | None = None, *, lesson: str = "soil") -> tuple[str, str, str]:
    """Subject, HTML and text of a lesson, before they are filled."""
    files = small_course(changes)
    course = load(files)
    letter = Letter("field", next((one for one in course.all_lessons if one.slug == lesson), None))
    reader = Reader(reader_values(course.fields, raw or {}), SAMPLE_LINKS)
    rendered = Renderer(course, files, SALT).render(letter, reader).email
    return rendered.subject, rendered.html, rendered.text


def in_a_block(content: str) -> str:
    """A theme's template of a lesson, whose content begins in line 3."""
    return f'{{% extends "layout.mjml" %}}\n{{% block content %}}\n{content}\n{{% endblock %}}\n'


def refusal(changes: dict[str, str], *, lesson: str = "soil") -> CourseError:
    with pytest.raises(CourseError) as caught:
        email(changes, lesson=lesson)
    assert caught.value.fix
    return caught.value


@pytest.mark.parametrize(
    "mistake",
    [
        "{{ 1/0 }}",
        "{{ nothing }}",
        "{{ course.nothing }}",
        "{{ course.title.nothing() }}",
        "{% if x",
        "{{ 'a }}",
        "{% nothing %}",
        "{% endif %}",
        "{{ ''.__class__.__mro__ }}",
        "{{ course.__init__.__globals__ }}",
        "{{ course.title.format.__globals__ }}",
        "{{ [].append(1) }}",
        "{{ '{0.__class__}'.format(course) }}",
        "{{ range(9) }}",
        "{{ lipsum() }}",
        "{{ 'x' | nothing }}",
        "{% if 'x' is nothing %}{% endif %}",
        "{% include 'nothing.txt' %}",
        "{% extends 'nothing.txt' %}",
        "{% import 'nothing.txt' as x %}",
        "{% include '../../lessons/welcome.md' %}",
        "{% include '/etc/passwd' %}",
        "{{ course.title | safe }}",
        "{{ 'a' + 1 }}",
        "{{ self.nothing() }}",
        "{{ subscriber.nick }}",
        "{{ subscriber.plants / 0 }}",
        "{{ 1 / (subscriber.plants | default(0)) }}",
        "{{ subscriber.first_name * 'x' }}",
    ],
)
def test_a_mistake_is_said_with_its_file_and_line(mistake: str) -> None:
    assert refusal(a_lesson(f"One.\n\n{mistake}\n")).place == Place(LESSON, 7)
    assert refusal(
        a_lesson("One.", subject="One", settings=f"title: {mistake!r}" if "'" not in mistake else f'title: "{mistake}"')
    ).place == Place(LESSON, 4)
    assert refusal({"theme/lesson.txt": f"{{{{ body_text }}}}\n{mistake}\n"}).place == Place("theme/lesson.txt", 2)
    if "extends" not in mistake:
        changes = {"theme/lesson.mjml": in_a_block(f"<mj-text>{{{{ body }}}}\n{mistake}</mj-text>")}
        assert refusal(changes).place == Place("theme/lesson.mjml", 4)


def test_a_mistake_in_a_part_that_is_included_is_said_in_that_part() -> None:
    changes = {
        "theme/part.txt": "one\n{{ 1/0 }}\n",
        "theme/lesson.txt": "{{ body_text }}\n\n{% include 'part.txt' %}\n",
    }
    assert refusal(changes).place == Place("theme/part.txt", 2)
    changes["theme/part.txt"] = "one\n{{ 1/ }}\n"
    assert refusal(changes).place == Place("theme/part.txt", 2)


def test_a_mistake_in_a_macro_is_said_in_the_macro() -> None:
    changes = {
        "theme/m.txt": "{% macro m(x) %}\n{{ x.nothing.at_all }}\n{% endmacro %}",
        "theme/lesson.txt": "{% from 'm.txt' import m %}\n{{ m(1) }}",
    }
    assert refusal(changes).place == Place("theme/m.txt", 2)


def test_templates_that_include_each_other_are_said_to_never_end() -> None:
    error = refusal(
        {
            "theme/a.txt": "a\n{% include 'b.txt' %}",
            "theme/b.txt": "{% include 'a.txt' %}",
            "theme/lesson.txt": "{% include 'a.txt' %}",
        }
    )
    assert "never ends" in error.message
    assert error.place in {Place("theme/a.txt", 2), Place("theme/b.txt", 1)}


def test_a_macro_that_calls_itself_is_said_to_do_so() -> None:
    error = refusal(a_lesson("One.\n\n{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"))
    assert (error.message, error.place) == ("Something here calls itself without end.", Place(LESSON, 7))


@pytest.mark.parametrize(
    "body", ["{{ " + "(" * 5_000 + "1" + ")" * 5_000 + " }}", "{% if 1 %}" * 3_000 + "x" + "{% endif %}" * 3_000]
)
def test_what_is_nested_too_deeply_is_said_at_its_line(body: str) -> None:
    error = refusal(a_lesson(f"One.\n\n{body}"))
    assert (error.message, error.place) == ("Something here is nested too deeply.", Place(LESSON, 7))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{% for a in 3 %}{% endfor %}", "a whole number is nothing to go through"),
        ("{{ 1 + 'a' }}", "`+` does not go with a whole number and a text"),
        ("{{ 1 < 'a' }}", "`<` cannot compare a whole number with a text"),
        ("{{ 1 // 0 }}", "something is divided by nothing"),
    ],
)
def test_what_cannot_be_worked_out_is_said_without_the_words_of_python(body: str, said: str) -> None:
    assert refusal(a_lesson(body)).message == f"The template cannot be rendered: {said}."


def test_a_missing_value_that_is_computed_with_is_named() -> None:
    error = refusal(a_lesson("{{ 10 - subscriber.plants }}"))
    assert "`subscriber.plants` is empty for somebody of whom nothing is known" in error.message
    assert "subscriber.plants | default(…)" in error.fix


@pytest.mark.parametrize("name", ["theme/lesson.mjml", "theme/layout.mjml"])
def test_an_empty_template_is_said_with_its_file(name: str) -> None:
    error = refusal({name: ""})
    assert (error.message, error.place, error.rule) == ("The template is empty.", Place(name), "mjml")


@pytest.mark.parametrize(
    "nested",
    [
        "{{ " + "(" * 3_000 + "1" + ")" * 3_000 + " }}",
        "{% if 1 %}" * 500 + "{% endif %}" * 500,
        "{% for x in 'a' %}" * 30 + "{% endfor %}" * 30,
    ],
)
def test_a_template_nested_beyond_measure_is_an_error_like_any_other(nested: str) -> None:
    place = refusal(a_lesson(f"One.\n\n{nested}")).place
    assert place is not None
    assert place.file == LESSON


def test_a_theme_that_is_not_utf_8_is_named_with_its_line() -> None:
    files = small_course() | {"theme/lesson.txt": b"one\nG\xe4rten\n"}
    course = load(files)
    with pytest.raises(CourseError, match="not UTF-8") as caught:
        Renderer(course, files, SALT).render(Letter("field", course.lessons[0]), Reader({}, SAMPLE_LINKS))
    assert caught.value.place == Place("theme/lesson.txt", 2)


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        ("<mj-txt>x</mj-txt>", "`<mj-txt>` is not"),
        ("<mj-section></mj-section>", "cannot stand inside"),
        ("<mj-text>salt & water</mj-text>", "`&`"),
        ("<mj-text>1 < 2</mj-text>", "`<`"),
        ("<mj-text color=red>x</mj-text>", "not well written"),
        ("<mj-text>x</mj-section>", "closes nothing here"),
        ('<mj-text><p style="color:{{ subscriber.first_name }}">x</p></mj-text>', "cannot be made safe"),
    ],
)
@pytest.mark.parametrize("number", [1, 30])
def test_a_mistake_in_mjml_is_said_with_the_line_of_the_template(mistake: str, said: str, number: int) -> None:
    loop = "{% for x in course.tracks * NUMBER %}\n<mj-text>\n{{ loop.index }}\n</mj-text>\n{% endfor %}\n".replace(
        "NUMBER", str(number)
    )
    block = in_a_block(f"{loop}{mistake}\n<mj-text>{{{{ body }}}}</mj-text>")
    error = refusal({"theme/lesson.mjml": block})
    assert (error.place, said in error.message) == (Place("theme/lesson.mjml", 8), True)
    included = {
        "theme/part.mjml": f"\n{mistake}\n",
        "theme/lesson.mjml": block.replace(mistake, "{% include 'part.mjml' %}"),
    }
    assert refusal(included).place == Place("theme/part.mjml", 2)


def test_a_tag_that_a_loop_leaves_open_is_said_where_it_opens() -> None:
    block = in_a_block("{% for x in [1, 2] %}\n<mj-text>{{ x }}\n{% endfor %}")
    assert refusal({"theme/lesson.mjml": block}).place == Place("theme/lesson.mjml", 4)


def test_a_text_that_a_theme_keeps_is_what_it_says() -> None:
    kept = "{% set side %}left{% endset %}\n{% set word %}{% filter upper %}a{% endfilter %}{% endset %}\n"
    used = "{% if side == 'left' %}{{ word }}-{{ side | length }}{% endif %}"
    block = in_a_block(f'{kept}<mj-text align="{{{{ side }}}}">{used}</mj-text>')
    assert "A-4" in email({"theme/lesson.mjml": block})[1]


TITLE = 'Sun & <b>rain</b> "every" day\'s **work** \\ é'


@pytest.mark.parametrize("filtered", ["", " | e", " | escape", " | forceescape", " | string | trim"])
def test_what_an_expression_prints_is_data_wherever_it_stands(filtered: str) -> None:
    quoted = TITLE.replace("\\", "\\\\").replace("'", "\\'")
    body = f"{{{{ '{quoted}'{filtered} }}}}\n\n[link](https://e.example '{{{{ 'a' ~ 'b' }}}}')"
    _, html, text = email(a_lesson(body))
    assert TITLE in unescape(html)
    assert "<b>" not in html
    assert TITLE in text


@pytest.mark.parametrize(
    "filtered",
    ["| safe", "| e", "| escape", "| forceescape", "| safe | upper | safe", "| urlize", "| tojson", "| striptags"],
)
def test_no_filter_lets_a_subscribers_value_through_as_markup(filtered: str) -> None:
    files = small_course(a_lesson(f"Hello {{{{ subscriber.first_name {filtered} }}}}."))
    course = load(files)
    renderer = Renderer(course, files, SALT)
    reader = Reader({"first_name": "<b>https://e.example <script>x</script>"}, SAMPLE_LINKS)
    variant = renderer.render(Letter("field", course.lessons[0]), reader)
    html = fill(variant.email, tag_values(variant.email, renderer.expressions, reader)).html
    body = html[html.index("Hello") :].partition("</p>")[0]
    assert "<" not in body


@pytest.mark.parametrize(
    "fence",
    [
        "```\n{{ x }} {% y %} {# z #}\n```",
        "~~~\n{{ x }} {% y %} {# z #}\n~~~",
        "- a\n\n  ```jinja\n  {{ x }} {% y %} {# z #}\n  ```",
        "> ```\n> {{ x }} {% y %} {# z #}\n> ```",
        "```\n{% endraw %}{{ x }} {% y %} {# z #}\n```",
        "```\n{{ x }} {% y %} {# z #}",
        "```\n{{ unclosed\n{{ x }} {% y %} {# z #}\n```",
        "{% if true %}\n```\n{{ x }} {% y %} {# z #}\n```\n{% endif %}",
        "{% raw %}\n```\n{{ x }} {% y %} {# z #}\n```\n{% endraw %}",
    ],
)
def test_what_stands_in_a_code_fence_is_left_alone(fence: str) -> None:
    _, html, text = email(a_lesson(f"{fence}\n"))
    assert "{{ x }} {% y %} {# z #}" in html
    assert "{{ x }} {% y %} {# z #}" in text


def test_a_citation_in_a_code_fence_is_left_alone() -> None:
    _, html, _ = email(a_lesson("```\n[@on-soil#what-soil-is-1]\n```\n"))
    assert "[@on-soil#what-soil-is-1]" in html
    assert "Sources" not in html


def test_after_a_code_fence_jinja_goes_on_with_the_right_lines() -> None:
    assert refusal(a_lesson("```\n{{ x }}\n```\n\n{{ 1/0 }}\n")).place == Place(LESSON, 9)


def test_a_macro_may_write_markdown() -> None:
    macro = "{% macro tip(words) %}\n> **Tip:** {{ words }} at <https://e.example>\n{% endmacro %}\n"
    _, html, text = email(a_lesson(macro + "{{ tip('dig **deep**') }}\n"))
    assert "<blockquote" in html
    assert "dig **deep** at <a" in html
    assert "> Tip: dig **deep** at https://e.example" in text


def test_a_part_of_a_text_with_a_value_in_it_is_each_readers_own() -> None:
    assert (
        ROOM.text("{% set g %}Dear {{ subscriber.first_name }}{% endset %}{{ g[:7] }}.", {"first_name": "Ann"})
        == "Dear An."
    )


@pytest.mark.parametrize("cut", ["{{ g.upper() }}", "{{ g[0] }}"])
def test_a_text_with_a_value_in_it_is_not_cut_up(cut: str) -> None:
    error = refusal(a_lesson(f"{{% set g %}}Dear {{{{ subscriber.first_name }}}}{{% endset %}}\n{cut}"))
    assert error.place == Place(LESSON, 6)


def test_a_value_that_is_cut_up_unseen_is_found_all_the_same() -> None:
    error = refusal(a_lesson("{{ ('{!s:.20}' ~ course.title).format(subscriber.first_name) }}"))
    assert "cut up" in error.message


def test_characters_that_no_email_may_hold_are_left_out() -> None:
    subject, html, text = email(
        a_lesson('a\x00\x0b{{ "b\\x00\\ud83dc" }}{{ "\\ud83d" }}\ufdd0', subject="'{{ \"a\\x01b\" }}'")
    )
    for part in (subject, html, text):
        part.encode()
        assert not set(part) & set("\x00\x01\x0b\ufdd0\ufdd1\ufdd2")
    assert "bc" in text
    assert "{" not in text


def test_a_text_that_a_lesson_keeps_is_what_it_says() -> None:
    body = (
        "{% set g %}{{ course.title }}{% endset %}{% set empty %}{{ '' }}{% endset %}{{ empty }}\n\n"
        "{% if g == 'Gardens' %}Same.{% endif %}{% if empty %}Some.{% endif %} {{ g | upper }}\n"
    )
    assert "\nSame. GARDENS\n" in email(a_lesson(body))[2]
