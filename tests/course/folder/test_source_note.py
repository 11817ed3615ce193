"""A source note is what a document says, in passages that can be cited."""

from __future__ import annotations

from datetime import date

import pytest

from course.errors import CourseError, Place
from course.folder.source_note import parse_source

FILE = "sources/on-soil.md"
NOTE = """\
---
title: On soil
author: Sample Author
date: 2023-06-05
video: E3dUveqt9Bw
---

## What soil is

### t-00-51-20 · 00:51:20

> Soil, they say,
>
> holds water.

It holds water,
and air.

### what-soil-is-2

Worms keep it loose.

## Water

### water-1 · page 3
Rain.
"""


def refusal(content: str, file: str = FILE) -> CourseError:
    with pytest.raises(CourseError) as caught:
        parse_source(file, content.encode())
    return caught.value


def test_a_note_holds_its_passages_with_claim_text_and_locator() -> None:
    source = parse_source(FILE, NOTE.encode())
    assert (source.slug, source.title, source.author, source.publisher) == ("on-soil", "On soil", "Sample Author", "")
    assert (source.date, source.video, source.url) == (date(2023, 6, 5), "E3dUveqt9Bw", "")
    first, second, third = source.passages
    assert (first.id, first.locator, first.seconds) == ("t-00-51-20", "00:51:20", 3080)
    assert (first.claim, first.text) == ("It holds water,\nand air.", "Soil, they say,\n\nholds water.")
    assert (second.locator, second.seconds, second.claim) == ("What soil is", None, "Worms keep it loose.")
    assert (third.locator, third.place) == ("page 3", Place(FILE, 25))


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (NOTE.replace("\n## Water", "\n### t-00-51-20\n\nAgain."), 23),
        (NOTE.replace("## What soil is", "Stray text."), 8),
        (NOTE.replace("### what-soil-is-2", "### What soil is"), 19),
        (NOTE.replace("### what-soil-is-2", "###"), 19),
        (NOTE.replace("### what-soil-is-2", "#### what-soil-is-2"), 19),
        (NOTE.replace("Rain.\n", ""), 25),
        (NOTE.replace("2023-06-05", "June 2023"), 4),
        (NOTE.replace("2023-06-05", "2023-06-31"), 4),
        (NOTE.replace("E3dUveqt9Bw", "https://youtu.be/E3dUveqt9Bw"), 5),
        (NOTE.replace("author: Sample Author", "url: https://example.com"), 3),
        (NOTE.replace("author: Sample Author", "autor: Sample Author"), 3),
        (NOTE.replace("title: On soil", "title: ''"), 2),
    ],
)
def test_a_mistake_is_named_with_its_line(content: str, line: int) -> None:
    assert refusal(content).place == Place(FILE, line)


@pytest.mark.parametrize(
    "url",
    [
        "example.com",
        "//example.com",
        "javascript:alert(1)",
        "ftp://example.com",
        "https://",
        "https://[x",
        'https://e.com/"x',
        "https://:80",
    ],
)
def test_an_address_that_is_none_of_the_web_is_refused(url: str) -> None:
    assert refusal(f"---\ntitle: x\nurl: '{url}'\n---\n").place == Place(FILE, 3)


def test_a_note_may_have_neither_address_nor_passages() -> None:
    source = parse_source(FILE, b"---\ntitle: On soil\nurl: https://example.com/a?b=c\n---\n")
    assert (source.passages, source.url) == ((), "https://example.com/a?b=c")


@pytest.mark.parametrize("name", ["On-Soil", "on soil", "on_soil", "-on", "böden"])
def test_a_note_of_another_name_is_refused(name: str) -> None:
    assert refusal(NOTE, f"sources/{name}.md").place == Place(f"sources/{name}.md")
