"""An email is rendered once for all who would read the same, and each gets it with their own values, as typed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.errors import CourseError, Place
from course.folder import load
from course.links import SAMPLE_LINKS
from course.personal.placeholders import Email, fill, salted_afresh, tag_values
from course.personal.readers import Reader, reader_values
from course.personal.tokens import symbol_token, value_token
from course.render import Letter, Renderer, Variant, email_templates
from tests.course.check.small import COURSE, a_lesson, small_course

SALT = "0123456789abcdef"
PLAIN = "Nobodyelse"
BODY = """\
Hello {{ subscriber.first_name }}, **{{ subscriber.first_name }}**.

## For {{ subscriber.first_name | upper }}

- {{ 'Dear ' ~ subscriber.first_name }} `{{ subscriber.first_name }}`

![A picture of {{ subscriber.first_name }}](https://example.com/a.png)
[{{ subscriber.first_name }}](https://example.com/?q={{ subscriber.first_name }} "for {{ subscriber.first_name }}")
[Theirs]({{ subscriber.first_name }})

| {{ subscriber.first_name }} |
|---|

{% if subscriber.first_name %}You have a name.{% endif %}
"""
SETTINGS = 'title: "For {{ subscriber.first_name }}"'
THEME = """\
{% extends "layout.mjml" %}
{% block content %}
<mj-image src="https://example.com/b.png" alt="To {{ subscriber.first_name }}" />
<mj-text><h1 title='{{ title }}'>{{ title }}</h1>{{ body }}</mj-text>
<mj-button href="https://example.com/{{ subscriber.first_name }}">{{ subscriber.first_name }}</mj-button>
{% endblock %}
"""
CHANGES = a_lesson(BODY, subject="'{{ subscriber.first_name }}, your soil'", settings=SETTINGS) | {
    "theme/lesson.mjml": THEME
}

NAMES = (
    "{{ 7*7 }}",
    "{% raw %}",
    "{% endraw %}",
    "{#",
    "<b>",
    "</p>",
    "<script>alert(1)</script>",
    "<!--",
    "]]>",
    "'\"`",
    "&amp;",
    "&lt;b&gt;",
    "&#60;",
    "👨‍👩‍👧‍👦",
    "अनिता क्षेत्र",
    "مُحَمَّدٌ",
    "שָׁלוֹם",
    "**bold**",
    "_x_",
    "[x](javascript:alert(1))",
    "![x](y)",
    "# h",
    "- x",
    "| a | b |",
    "\\",
    "\\1\\g<0>",
    "$1",
    "%s",
    "%(x)s",
    "dc0123456789000tz",
    "dc0123456789",
    "dp61x",
    "dv61x",
    "dslotbodyx",
    "dripc0urseslot",
    symbol_token("subscriber.role"),
    value_token("x"),
    "[@on-soil#what-soil-is-1]",
    "{{ subscriber.first_name }}",
    "None",
    "0",
    "A" * 200,
    "a  b",
    "a\u200db",
)


def renderer(changes: dict[str, str] | None = None) -> Renderer:
    files = small_course(changes)
    return Renderer(load(files), files, SALT)


def reader(room: Renderer, **raw: str) -> Reader:
    return Reader(reader_values(room.course.fields, raw), SAMPLE_LINKS)


def letter(room: Renderer, slug: str = "soil", track: str = "field") -> Letter:
    return Letter(track, next(lesson for lesson in room.course.all_lessons if lesson.slug == slug))


def variant(changes: dict[str, str], **raw: str) -> tuple[Renderer, Variant]:
    room = renderer(changes)
    return room, room.render(letter(room), reader(room, **raw))


def sent(room: Renderer, one: Variant, **raw: str) -> Email:
    return fill(one.email, tag_values(one.email, room.expressions, reader(room, **raw)))


class _Read(HTMLParser):
    """What a reader's program makes of an HTML email: its tags, attributes and texts, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts.append(f"<{tag}>")
        self.parts += [f"{name}={value}" for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        self.parts.append(f"</{tag}>")

    def handle_comment(self, data: str) -> None:
        self.parts.append(f"<!--{data}-->")

    def handle_data(self, data: str) -> None:
        if self.parts and self.parts[-1].startswith("'"):
            self.parts[-1] += data
        else:
            self.parts.append(f"'{data}")


def read(html: str) -> list[str]:
    parser = _Read()
    parser.feed(html)
    parser.close()
    return parser.parts


ROOM, VARIANT = variant(CHANGES, first_name=PLAIN)
EXPECTED = read(sent(ROOM, VARIANT, first_name=PLAIN).html)


def assert_arrives_as_typed(name: str) -> None:
    """The email for a name is the one for a plain name, with the one in the other's place and nothing else changed."""
    email, plain = sent(ROOM, VARIANT, first_name=name), sent(ROOM, VARIANT, first_name=PLAIN)
    assert email.subject == plain.subject.replace(PLAIN, name)
    quoted = tag_values(VARIANT.email, ROOM.expressions, reader(ROOM, first_name=name))
    encoded = next(quoted[one.tag] for one in VARIANT.email.placeholders if one.where == "p")
    text = plain.text.replace(f"https://example.com/?q={PLAIN}", "ENCODED")
    text = (
        text.replace(PLAIN.upper(), name.upper())
        .replace(PLAIN, name)
        .replace("ENCODED", f"https://example.com/?q={encoded}")
    )
    assert email.text == text
    parts = read(email.html)
    assert len(parts) == len(EXPECTED)
    for part, expected in zip(parts, EXPECTED, strict=True):
        if expected.startswith("href=https://example.com/"):
            assert part == expected.replace(PLAIN, encoded)
        else:
            assert part == expected.replace(PLAIN.upper(), name.upper()).replace(PLAIN, name)


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_name_arrives_as_typed_and_changes_nothing_else(name: str) -> None:
    if name.strip() == name:
        assert_arrives_as_typed(name)


@given(
    st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1).filter(
        lambda name: name.strip() == name and len(name.upper()) < 400
    )
)
def test_any_name_arrives_as_typed_and_changes_nothing_else(name: str) -> None:
    assert_arrives_as_typed(name)


@given(st.lists(st.sampled_from(NAMES), max_size=4).map("".join))
def test_names_put_together_from_what_is_tricky_arrive_too(name: str) -> None:
    if name and name.strip() == name:
        assert_arrives_as_typed(name)


def test_what_is_rendered_holds_no_value_that_is_not_declared() -> None:
    room, one = variant(CHANGES, first_name="Seldomheard", nickname="Rarelysaid", role="expert", plants="987654")
    email = one.email
    assert not re.search("seldomheard|rarelysaid|987654", f"{email.subject} {email.html} {email.text}", re.IGNORECASE)
    assert one.outcomes
    assert all(isinstance(outcome, bool) for outcome in one.outcomes.values())
    assert sent(room, one, first_name="Seldomheard").text.count("Seldomheard") > 5


def test_a_link_that_is_a_value_must_be_one() -> None:
    email = sent(ROOM, VARIANT, first_name="javascript:alert(1)")
    assert 'href=""' in email.html
    assert not [part for part in read(email.html) if part.startswith("href=javascript")]
    assert "Theirs ()" in email.text
    email = sent(ROOM, VARIANT, first_name="https://example.org/?a=b&c")
    assert "href=https://example.org/?a=b&c" in read(email.html)
    assert "Theirs (https://example.org/?a=b&c)" in email.text


def test_a_value_in_an_address_that_is_put_together_first_is_percent_encoded() -> None:
    body = "{% set there = 'https://example.org/?q=' ~ subscriber.first_name %}[x]({{ there }})\n"
    room, one = variant(a_lesson(body))
    email = sent(room, one, first_name="a&b c")
    assert "href=https://example.org/?q=a%26b%20c" in read(email.html)
    assert "x (https://example.org/?q=a%26b%20c)" in email.text


def test_a_variant_is_for_everyone_who_answers_alike_and_for_nobody_else() -> None:
    asked = "{% if subscriber.role == 'expert' %}E{% endif %}{% if subscriber.plants | default(0) > 3 %}P{% endif %}"
    body = f"{asked}{{{{ subscriber.first_name }}}}"
    room, one = variant(a_lesson(body), role="expert", first_name="Ann")

    def is_for(**raw: str) -> bool:
        return one.is_for(room.expressions, reader(room, **raw))

    assert is_for(role="expert")
    assert is_for(role="expert", first_name="Bo", plants="2", nickname="x")
    assert not is_for(role="novice")
    assert not is_for(role="expert", plants="4")
    assert not is_for()


def test_an_expression_that_fails_is_found_before_it_is_sent() -> None:
    with pytest.raises(CourseError, match="cannot be worked out") as caught:
        variant(a_lesson("One.\n\n{{ subscriber.plants + 1 }}"))
    assert caught.value.place == Place("lessons/01-soil.md", 7)
    room, one = variant(a_lesson("One.\n\n{{ subscriber.plants + 1 }}"), plants="2")
    assert "\n3\n" in sent(room, one, plants="2").text


def test_a_title_in_the_plain_text_holds_the_name_as_typed() -> None:
    room, one = variant(a_lesson("One.", settings='title: "Hello {{ subscriber.first_name }}"'))
    assert "\nHello Ann\n============\n" in sent(room, one, first_name="Ann").text
    assert "Hello Ann</h1>" in sent(room, one, first_name="Ann").html


@pytest.mark.parametrize("slug", ["welcome", "soil", "light", "closing", ""])
def test_every_email_is_whole(slug: str) -> None:
    room = renderer()
    one = Letter("field", None) if not slug else letter(room, slug)
    rendered = room.render(one, reader(room)).email
    email = fill(rendered, tag_values(rendered, room.expressions, reader(room)))
    assert email.subject
    assert email.html.startswith("<!doctype html>")
    for part in (email.subject, email.html, email.text):
        assert not re.search(r"\{\{|\{%|None|Undefined|dripc0urse|dc0123456789|\ufdd0|\ufdd1", part)
    links = {"unsubscribe", "preferences", "view"} if slug else {"confirm"}
    links |= {"certificate"} if slug == "closing" else set()
    for link in SAMPLE_LINKS:
        assert (SAMPLE_LINKS[link] in email.html) == (SAMPLE_LINKS[link] in email.text) == (link in links)
    assert room.course.postal_address in email.html
    assert room.course.postal_address in email.text
    assert f"<title>{email.subject}</title>" in email.html


@pytest.mark.parametrize("slug", ["welcome", "soil", "closing", ""])
@pytest.mark.parametrize("extra", ["", "{% include 'part.txt' %}"])
def test_plain_text_has_no_two_empty_lines_and_no_spaces_at_the_ends_of_lines(slug: str, extra: str) -> None:
    theme = f"\n\n\n{{{{ title }}}}   \n\n\n\n{extra}{{{{ body_text }}}}\n \n \n\nEnd  \n\n\n"
    changes = a_lesson("One.\n\n\n\n```\na  \n\n\n\nb\n```\n\n- c\n\n\n\n- d") | {"theme/part.txt": "\n\n   \n\n"}
    room = renderer(changes | ({"theme/lesson.txt": theme} if extra else {}))
    text = room.render(Letter("field", None) if not slug else letter(room, slug), reader(room)).email.text
    assert not re.search(r"\n\n\n|[ \t]\n|^\n|\n\n$", text)
    assert text.endswith("\n")


def test_a_lessons_sources_are_listed_where_they_can_be_opened() -> None:
    settings = "title: Soil & water\nauthor: Sample Author\ndate: 2023-06-05\nvideo: abcdefghijk"
    source = f"---\n{settings}\n---\n\n### t-1 · 00:01:05\n\nA claim.\n"
    room, one = variant(a_lesson("One [@talk#t-1].") | {"sources/talk.md": source})
    email = sent(room, one)
    address = "https://www.youtube.com/watch?v=abcdefghijk&t=65s"
    assert read(email.html).count(f"href={address}") == 2
    assert "Soil &amp; water</span> · Sample Author (5 June 2023)" in email.html
    assert f"[1] Soil & water · Sample Author (5 June 2023)\n    1:05  {address}\n" in email.text
    assert "Sources" not in sent(*variant(a_lesson("None."))).text


def test_the_number_of_a_lesson_is_its_number_on_the_track() -> None:
    changes = {
        "lessons/02-light.md": "---\nsubject: A\npreheader: B\ntracks: [field]\n---\n\nText.\n",
        "lessons/07-x.md": "---\nsubject: A\npreheader: B\n---\n\nT.\n",
    }
    room = renderer(changes)
    for track, number in (("field", "Lesson 3 of 3"), ("balcony", "Lesson 2 of 2")):
        email = room.render(letter(room, "x", track), reader(room)).email
        assert number in email.text
        assert number in email.html
    assert "Lesson" not in room.render(letter(room, "welcome"), reader(room)).email.text


@pytest.mark.parametrize(
    ("language", "direction", "side"), [("ar", "rtl", "right"), ("he-IL", "rtl", "right"), ("de", "ltr", "left")]
)
def test_an_email_runs_in_the_direction_of_its_language(language: str, direction: str, side: str) -> None:
    room = renderer({"course.toml": COURSE.replace('language = "en"', f'language = "{language}"')})
    html = room.render(letter(room), reader(room)).email.html
    assert f'<html lang="{language}" dir="{direction}"' in html
    assert f"text-align:{side}" in html.replace(" ", "")


def test_a_fonts_quotes_survive_in_every_style() -> None:
    room = renderer({"course.toml": COURSE + "\n[theme]\nfont = \"'Trebuchet MS', sans-serif\"\n"})
    styles = [
        part
        for part in read(room.render(letter(room), reader(room)).email.html)
        if part.startswith("style=") and "font-family" in part
    ]
    assert styles
    assert all("'Trebuchet MS', sans-serif" in style or "Menlo" in style for style in styles)


def test_a_theme_takes_the_place_of_a_template_of_its_name() -> None:
    room, one = variant(a_lesson("Dig.") | {"theme/lesson.txt": "{{ title }}|{{ body_text }}|{{ number }}"})
    assert one.email.text == "Soil|Dig.\n|1\n"
    assert room.render(letter(room), reader(room)).email.text == one.email.text


def test_an_email_is_rendered_the_same_each_time() -> None:
    assert variant(CHANGES)[1] == variant(CHANGES)[1]


def test_the_tags_of_an_email_begin_with_its_editions_salt() -> None:
    tags = [one.tag for one in VARIANT.email.placeholders]
    assert all(tag.startswith(f"dc{SALT[:10]}") for tag in tags)
    assert set(
        re.findall(rf"dc{SALT[:10]}\d{{3}}[a-z]z", f"{VARIANT.email.subject}{VARIANT.email.html}{VARIANT.email.text}")
    ) == set(tags)


@pytest.mark.parametrize("reverse", [False, True])
def test_salted_afresh_an_email_fills_the_same_one_tag_after_another(reverse: bool) -> None:
    names = ("".join(one.tag for one in VARIANT.email.placeholders[:3]), "dc0123456789", "dc0000000001001tz")
    everyone = [tag_values(VARIANT.email, ROOM.expressions, reader(ROOM, first_name=name)) for name in names]
    fresh = salted_afresh(VARIANT.email, everyone)
    for name, values in zip(names, everyone, strict=True):
        renamed = dict(zip((one.tag for one in fresh.placeholders), values.values(), strict=True))
        assert replaced(fresh.html, renamed, reverse) == sent(ROOM, VARIANT, first_name=name).html
        assert replaced(fresh.text, renamed, reverse) == sent(ROOM, VARIANT, first_name=name).text


def replaced(text: str, values: Mapping[str, str], reverse: bool) -> str:
    for tag in sorted(values, reverse=reverse):
        text = text.replace(tag, values[tag])
    return text


def test_the_texts_of_tokens_in_a_lesson_are_texts() -> None:
    _, one = variant(a_lesson("dp61x dv61x dvx dvdx dslotbodyx da12x E3dUda3fxqw {{ 'dv61x' }}"))
    assert "dp61x dv61x dvx dvdx dslotbodyx da12x E3dUda3fxqw dv61x" in one.email.text
    assert "dp61x dv61x dvx dvdx dslotbodyx da12x E3dUda3fxqw dv61x" in one.email.html


def test_the_templates_that_come_along_hold_what_the_emails_need() -> None:
    names = {path.removeprefix("templates/email/") for path in email_templates()}
    assert {
        "layout.mjml",
        "layout.txt",
        "lesson.mjml",
        "lesson.txt",
        "confirm.mjml",
        "confirm.txt",
        "confirm.subject",
        "confirm.preheader",
    } <= names


def test_more_values_than_sendgrid_takes_are_an_error() -> None:
    body = "".join(
        f"{{{{ subscriber.first_name ~ {number} if subscriber.nickname else '' }}}}\n" for number in range(80)
    )
    with pytest.raises(CourseError, match="different values"):
        variant(a_lesson(body))


def test_a_variant_keeps_the_markdown_that_it_was_made_of() -> None:
    changes = a_lesson("Dig{% if subscriber.role == 'expert' %} **deep**{% endif %}, {{ subscriber.first_name }}.\n")
    name = symbol_token("subscriber.first_name")
    found = [variant(changes, role=role)[1].markdown.strip() for role in ("novice", "expert")]
    assert found == [f"Dig, {name}.", f"Dig **deep**, {name}."]
