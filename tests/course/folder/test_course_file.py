"""`course.toml` says what a course is; whatever is wrong in it is named with its line."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.errors import CourseError, Place
from course.folder.course_file import FILE, parse_course_file
from course.model import Field, FieldKind, Mailbox, Track, Tracking
from course.theme import DEFAULT_THEME

LINES = {
    "slug": 'slug = "gardens"',
    "title": 'title = "Gardens"',
    "description": "",
    "language": 'language = "en-GB"',
    "from": 'from = { name = "Gardens", address = "course@example.com" }',
    "reply_to": "",
    "postal_address": 'postal_address = "Gardens, 1 Sample Street"',
    "[cadence]": "[cadence]",
    "days": 'days = ["tuesday", "Thu"]',
    "time": 'time = "08:30"',
    "timezone": 'timezone = "Europe/London"',
    "skip": "",
    "grace": "",
    "more": "",
}


def content(**changes: str) -> bytes:
    """A course file, each of whose lines can be another."""
    lines = {**LINES, **{key.replace("from_", "from"): value for key, value in changes.items()}}
    return "\n".join(lines.values()).encode()


def line_of(name: str) -> int:
    return list(LINES).index(name) + 1


def refusal(**changes: str) -> CourseError:
    with pytest.raises(CourseError) as caught:
        parse_course_file(content(**changes))
    assert caught.value.place is not None
    assert caught.value.place.file == FILE
    return caught.value


def line(error: CourseError) -> int | None:
    return error.place.line if error.place else None


def test_what_is_left_out_has_a_default() -> None:
    course = parse_course_file(content())
    assert (course.slug, course.title, course.description, course.language) == ("gardens", "Gardens", "", "en-GB")
    assert course.sender == Mailbox("Gardens", "course@example.com")
    assert (course.reply_to, course.tracking, dict(course.fields)) == (None, Tracking(), {})
    assert course.public_archive is False
    assert course.tracks == (Track("everyone", "Everyone"),)
    assert dict(course.theme) == DEFAULT_THEME
    assert (course.cadence.days, course.cadence.at, course.cadence.zone) == ((1, 3), time(8, 30), "Europe/London")
    assert (course.cadence.skip, course.cadence.grace) == (frozenset(), timedelta(hours=6))


def test_tracks_and_fields_stand_in_the_order_of_the_file() -> None:
    more = """
[tracks.z]
title = "Z"
[tracks.a]
title = "A"
description = "First things."
[fields]
name = { type = "text", default = "there" }
age = { type = "number", default = 3 }
new = { type = "boolean", default = true }
role = { values = ["a", "b"] }
[tracking]
opens = true
[theme]
accent = "#123abc"
"""
    course = parse_course_file(content(more=more))
    assert course.tracks == (Track("z", "Z"), Track("a", "A", "First things."))
    assert tuple(course.fields.values()) == (
        Field("name", FieldKind.TEXT, "there"),
        Field("age", FieldKind.NUMBER, "3"),
        Field("new", FieldKind.BOOLEAN, "true"),
        Field("role", FieldKind.TEXT, "", ("a", "b")),
    )
    assert course.tracking == Tracking(opens=True)
    assert course.theme["accent"] == "#123abc"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("slug", 'slug = "Product Path"'),
        ("slug", "slug = 3"),
        ("slug", 'slug = ""'),
        ("slug", 'slug = "  "'),
        ("title", "title = true"),
        ("title", 'title = "a\\u0000b"'),
        ("title", 'title = "a\\u2028b"'),
        ("description", "description = []"),
        ("language", 'language = "english language"'),
        ("language", "language = 1"),
        ("from", 'from = "course@example.com"'),
        ("from", 'from = { name = "x" }'),
        ("from", 'from = { address = "a@example.com" }'),
        ("from", 'from = { name = "x", address = "a at example.com" }'),
        ("from", 'from = { name = "x", address = "a@example" }'),
        ("from", 'from = { name = "x", address = "a@exa mple.com" }'),
        ("from", 'from = { name = "x", address = "ä@example.com" }'),
        ("from", 'from = { name = "x", address = "a@example.com>" }'),
        ("from", 'from = { name = "x", adress = "a@example.com" }'),
        ("reply_to", "reply_to = 1"),
        ("reply_to", 'reply_to = { name = "x", address = "y" }'),
        ("postal_address", "postal_address = 3"),
        ("postal_address", 'postal_address = " "'),
        ("days", 'days = "tuesday"'),
        ("days", "days = []"),
        ("days", 'days = ["tuesdy"]'),
        ("days", "days = [1]"),
        ("time", 'time = "8:00"'),
        ("time", 'time = "25:00"'),
        ("time", "time = 8"),
        ("time", 'time = "08:00:30"'),
        ("time", 'time = "08:00+01:00"'),
        ("time", 'time = ""'),
        ("time", "time = 08:00:01"),
        ("timezone", 'timezone = "Europe/Atlantis"'),
        ("timezone", "timezone = 1"),
        ("timezone", 'timezone = "../../etc/passwd"'),
        ("skip", 'skip = ["24 December"]'),
        ("skip", "skip = [1]"),
        ("skip", 'skip = "soon"'),
        ("skip", "skip = 08:00:00"),
        ("grace", 'grace = "six hours"'),
        ("grace", "grace = 6"),
        ("grace", 'grace = "-6h"'),
        ("grace", 'grace = "99999999999999w"'),
    ],
)
def test_a_wrong_setting_is_named_with_its_line(name: str, written: str) -> None:
    error = refusal(**{name.replace("from", "from_"): written})
    assert line(error) == line_of(name)
    assert error.fix


@pytest.mark.parametrize(
    ("more", "row"),
    [
        ("[tracks]\nx = 1", 1),
        ("[tracks.Big]\ntitle = 'x'", 0),
        ("[tracks.x]\ndescription = 'y'", 0),
        ("[tracks.x]\ntitle = 'x'\ntitel = 'x'", 2),
        ("[[tracks]]\ntitle = 'x'", 0),
        ("tracks = 1", 0),
        ("[fields]\na = 'text'", 1),
        ("[fields]\nA = {}", 1),
        ("[fields]\na = { type = 'date' }", 1),
        ("[fields]\na = { type = 1 }", 1),
        ("[fields]\na = { typ = 'text' }", 1),
        ("[fields]\na = { default = [] }", 1),
        ("[fields]\na = { values = 'x' }", 1),
        ("[fields]\na = { default = 'z', values = ['x'] }", 1),
        ("[fields]\na = { type = 'number', default = 'x' }", 1),
        ("[fields]\na = { type = 'boolean', default = 'perhaps' }", 1),
        ("[fields]\na = { type = 'number', values = ['x'] }", 1),
        ("[fields.a]\ntype = 'date'", 0),
        ("[tracking]\nopens = 'yes'", 1),
        ("[tracking]\nopen = true", 1),
        ("[theme]\naccent = 'red'", 1),
        ("[theme]\naccnt = '#123456'", 1),
    ],
)
def test_a_wrong_table_is_named_with_its_line(more: str, row: int) -> None:
    if more.startswith("tracks"):
        error = refusal(description=more)
        assert line(error) == line_of("description")
    else:
        error = refusal(more=more)
        assert line(error) == line_of("more") + row


def test_an_author_says_whether_everybody_may_read_the_course() -> None:
    assert parse_course_file(content(description="public_archive = true")).public_archive
    assert not parse_course_file(content(description="public_archive = false")).public_archive
    for wrong in ('"yes"', "1"):
        error = refusal(description=f"public_archive = {wrong}")
        assert (error.message, line(error)) == ("`public_archive` must be true or false.", line_of("description"))


@pytest.mark.parametrize("name", ["slug", "title", "from", "postal_address", "time", "timezone", "days"])
def test_a_setting_that_is_needed_and_left_out_is_named(name: str) -> None:
    error = refusal(**{name.replace("from", "from_"): ""})
    assert name in error.message


def test_a_course_without_a_cadence_is_told_how_to_have_one() -> None:
    left_out = dict.fromkeys(("[cadence]", "days", "time", "timezone"), "")
    assert "[cadence]" in refusal(**left_out).message


@pytest.mark.parametrize(
    ("written", "meant"),
    [('titel = "x"', "title"), ('postal_adress = "x"', "postal_address"), ("langauge = 'en'", "language")],
)
def test_a_misspelt_setting_is_answered_with_the_one_that_was_meant(written: str, meant: str) -> None:
    error = refusal(description=written)
    assert error.fix == f"Did you mean `{meant}`?"
    assert line(error) == line_of("description")


@pytest.mark.parametrize(
    ("written", "row"),
    [
        ('title = "Gardens', 2),
        ("title = Gardens", 2),
        ("title = 'a'\ntitle = 'b'", 3),
        ("time = 08:00", 2),
        ("title = 2026-02-30", 2),
        ("]", 2),
        ("title = [", 4),
        ('title = """', 11),
    ],
)
def test_invalid_toml_is_named_with_its_line(written: str, row: int) -> None:
    error = refusal(title=written)
    assert "not valid TOML" in error.message
    assert line(error) == row


@pytest.mark.parametrize("written", ["a = " + "[" * 20_000, "a = " + "9" * 10_000, "a = 0x" + "f" * 100_000])
def test_toml_that_is_far_too_large_is_an_error_like_any_other(written: str) -> None:
    refusal(title=written)


def test_a_file_that_is_not_utf_8_is_named_with_its_line() -> None:
    with pytest.raises(CourseError, match="not UTF-8") as caught:
        parse_course_file(content(title="title = 'Gärten'").decode().encode("latin-1"))
    assert line(caught.value) == line_of("title")


def test_a_byte_order_mark_and_windows_line_ends_change_nothing() -> None:
    assert parse_course_file(b"\xef\xbb\xbf" + content().replace(b"\n", b"\r\n")) == parse_course_file(content())


def test_a_space_that_keeps_words_together_is_kept_and_others_are_folded() -> None:
    course = parse_course_file(content(title='title = "Gardens\u00a0:  all\\n year "'))
    assert course.title == "Gardens\u00a0: all year"


def test_the_lines_of_a_postal_address_are_kept() -> None:
    address = 'postal_address = "Gardens \\n 1 Sample Street\\nSampletown"'
    assert parse_course_file(content(postal_address=address)).postal_address == "Gardens\n1 Sample Street\nSampletown"


def test_a_list_that_is_none_is_told_as_this_file_writes_lists() -> None:
    error = refusal(days='days = "tuesday"')
    assert "list" in error.message
    assert 'days = ["one", "another"]' in error.fix


def test_dates_to_skip_are_read_however_they_are_written() -> None:
    skip = 'skip = [2026-12-24, "2026-12-25", 2026-12-26T10:00:00Z]'
    assert parse_course_file(content(skip=skip)).cadence.skip == {date(2026, 12, day) for day in (24, 25, 26)}


@given(st.binary(max_size=200))
def test_any_bytes_are_a_course_file_or_an_error(data: bytes) -> None:
    for whole in (data, content() + b"\n" + data):
        place: Place | None = Place(FILE)
        try:
            parse_course_file(whole)
        except CourseError as error:
            place = error.place
        assert place is not None


def test_rules_are_ignored_with_a_reason() -> None:
    parsed = parse_course_file(content() + b'\n[ignore]\nunused-picture = "For  the page."\n')
    assert parsed.ignore == {"unused-picture": "For the page."}
    assert parse_course_file(content()).ignore == {}
