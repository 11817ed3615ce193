"""Front matter that others wrote is read for what it says, and never refused."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.importing.document import Stated
from course.importing.stated import split_front_matter


def stated(lines: str) -> Stated:
    found, rest = split_front_matter(f"---\n{lines}\n---\nText.\n")
    assert rest == "Text.\n"
    return found


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("title: Doors: a talk\nlayout: post", Stated(title="Doors: a talk")),
        ("title: \"Doors \\u00e9\"\nspeaker: 'Sample Speaker'", Stated(title="Doors é", author="Sample Speaker")),
        ("authors:\n  - Sample A\n  - name: Sample B\n    url: x", Stated(author="Sample A, Sample B")),
        ("guest: [Sample A, Sample B]", Stated(author="Sample A, Sample B")),
        (
            "channel: Sample Channel\nsource: https://example.com/a",
            Stated(publisher="Sample Channel", url="https://example.com/a"),
        ),
        ("date: 2023-06-05 10:00", Stated(date=date(2023, 6, 5))),
        ("Published: 5th June 2023", Stated(date=date(2023, 6, 5))),
        ("video_id: sampleVID-1", Stated(video="sampleVID-1")),
        ("youtube: https://youtu.be/sampleVID-1?t=3", Stated(video="sampleVID-1")),
        ("link: https://www.youtube.com/watch?a=b&v=sampleVID-1", Stated(video="sampleVID-1")),
        ("url: not an address\nvideo: https://example.com/v", Stated()),
        ("title: >\n  Doors that\n  open", Stated(title="Doors that open")),
        ("title: &a Doors\nauthor: *a", Stated(title="Doors", author="*a")),
        ("title: [[[[[[[[[[[[deep", Stated(title="[[[[[[[[[[[[deep")),
        ('title: "\\UFFFFFFFF"', Stated(title="\\UFFFFFFFF")),
    ],
)
def test_what_it_says_is_read(lines: str, expected: Stated) -> None:
    assert stated(lines) == expected


def test_it_may_stand_there_twice() -> None:
    text = "\n---\ntitle: Doors  \n---\n\n---\ntitle: Locks\nauthor: Sample A\n---\nText.\n"
    assert split_front_matter(text) == (Stated(title="Doors", author="Sample A"), "Text.\n")


@pytest.mark.parametrize(
    "text", ["---\nSome words.\n---\nMore.", "---\n---\nText", "---\ntitle: a\n", "Text\n---\na: b\n---\n", ""]
)
def test_what_is_no_front_matter_is_text(text: str) -> None:
    assert split_front_matter(text) == (Stated(), text)


@given(st.text("-\n: \"'[]{}&*!|>#%@`\\abtitle", max_size=80))
def test_no_front_matter_is_refused(lines: str) -> None:
    found, rest = split_front_matter(f"---\ntitle: {lines}\n---\nText.\n")
    assert "\n" not in found.title
    assert rest.endswith("Text.\n")
