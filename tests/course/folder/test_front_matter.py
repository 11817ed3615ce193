"""Front matter is a plain list of settings; whatever else stands there is an error with its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.errors import CourseError, Place
from course.folder.front_matter import decode, split

FILE = "lessons/01-soil.md"


def refusal(content: str | bytes) -> CourseError:
    with pytest.raises(CourseError) as caught:
        split(FILE, content.encode() if isinstance(content, str) else content)
    return caught.value


def test_settings_stay_texts_and_keep_their_lines() -> None:
    document = split(
        FILE, b"---\nsubject: no\n# a remark\npreheader: '007'\ntracks: [a, b]\n---\nOne.\n\n---\n\nTwo.\n"
    )
    assert document.table.values == {"subject": "no", "preheader": "007", "tracks": ["a", "b"]}
    assert document.table.lines == {"subject": 2, "preheader": 4, "tracks": 5, "tracks.0": 5, "tracks.1": 5}
    assert (document.body, document.body_line) == ("One.\n\n---\n\nTwo.\n", 7)


def test_a_byte_order_mark_and_other_line_ends_change_nothing() -> None:
    plain = b"---\nsubject: a\n---\n\nText\n"
    for content in (b"\xef\xbb\xbf" + plain, plain.replace(b"\n", b"\r\n"), plain.replace(b"\n", b"\r")):
        assert split(FILE, content) == split(FILE, plain)


def test_front_matter_may_be_empty_and_so_may_the_text() -> None:
    document = split(FILE, b"---\n---")
    assert (document.table.values, document.body, document.body_line) == ({}, "", 2)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("", 1),
        ("Text", 1),
        ("---", 1),
        (" ---\na: b\n---\n", 1),
        ("---\nsubject: a\n", 1),
        ("---\nsubject: a\n----\n", 1),
        ("---\nsubject: a: b\n---\n", 2),
        ("---\na: b\n\tc: d\n---\n", 3),
        ("---\na: 'b\n---\n", 2),
        ("---\na: [b\n---\n", 3),
        ("---\na: b\nc: d\na: e\n---\n", 4),
        ("---\na: &x b\nc: *x\n---\n", 3),
        ("---\na: *x\n---\n", 2),
        ("---\n- a\n- b\n---\n", 2),
        ("---\njust text\n---\n", 2),
        ("---\n? [a]\n: b\n---\n", 2),
        ("---\na: b\n...\nc: d\n---\n", 4),
        ("---\na: b\nc: d\x07\n---\n", 3),
        ("---\na: @b\n---\n", 2),
        ("---\na: `b`\n---\n", 2),
        ("---\na: %b\n---\n", 2),
        (f"---\na: {'[' * 5_000}\n---\n", 2),
        (f"---\na: {'[' * 5_000}{']' * 5_000}\n---\n", 2),
    ],
)
def test_what_is_no_list_of_settings_is_an_error_with_its_line(content: str, line: int) -> None:
    error = refusal(content)
    assert error.place == Place(FILE, line)
    assert error.fix


def test_a_setting_that_stands_there_twice_is_named() -> None:
    assert refusal("---\na: b\nc: d\na: e\n---\n").message == "`a` stands here twice."


def test_a_few_lines_that_mean_gigabytes_are_refused() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    assert "alias" in refusal("---\n" + "\n".join(lines) + "\n---\n").message


def test_an_object_of_pythons_is_but_a_text() -> None:
    document = split(FILE, b"---\nsubject: !!python/object/apply:os.system [echo]\n---\n")
    assert document.table.values["subject"] == ["echo"]


def test_bytes_that_are_no_utf_8_are_named_with_their_line() -> None:
    error = refusal("---\nsubject: a\n---\n\nGärten\n".encode("latin-1"))
    assert error.place == Place(FILE, 5)
    assert "UTF-8" in error.message


def test_a_text_is_decoded_with_its_own_marks_kept() -> None:
    assert decode(FILE, "a\ufeff\u2028b\x0bc".encode()) == "a\ufeff\u2028b\x0bc"


@given(st.binary(max_size=100), st.sampled_from((b"", b"---\n", b"---\na: ")), st.sampled_from((b"", b"\n---\n")))
def test_any_bytes_are_a_document_or_an_error_with_a_line(data: bytes, before: bytes, after: bytes) -> None:
    line: int | None
    try:
        line = split(FILE, before + data + after).body_line
    except CourseError as error:
        line = error.place.line if error.place else None
    assert line is not None
    assert line >= 1


@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_quote_that_is_never_closed_is_told_where_it_opens(quote: str) -> None:
    error = refusal(f"---\nsubject: {quote}open\npreheader: more\ntitle: a\n---\n\nText.\n")
    assert error.place == Place(FILE, 2)
    assert "quote" in error.message
