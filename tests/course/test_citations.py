"""A citation leads to what it names, and what cannot be found is said with its line."""

from __future__ import annotations

import pytest

from course.citations import Bibliography, coverage, references, unresolved
from course.errors import Place
from course.folder import load
from course.model import Course, Lesson, LessonKind, Passage, Source
from tests.course.check.small import a_lesson, small_course

HERE = Place("sources/talk.md")


def lesson(body: str) -> Lesson:
    return Lesson("soil", LessonKind.LESSON, 1, "Soil", "Under you.", "Soil", body, Place("lessons/01-soil.md"), 5)


def cited(body: str) -> list[tuple[str, str, int | None]]:
    return [(one.source, one.passage, one.place.line) for one in references(lesson(body))]


def course(body: str) -> Course:
    return load(small_course(a_lesson(body)))


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("a [@x#y].", [5]),
        ("a\nb [@x#y][@x#y]\n\n- c\n  [@x#y]", [6, 6, 9]),
        ("> a\n> [@x#y]\n\nSet [@x#y]\n===", [6, 8]),
        ("| a |\n|---|\n| [@x#y] |", [7]),
        ("{% if subscriber.role == 'a' %}\n[@x#y]\n{% else %}\n[@x#y]\n{% endif %}", [6, 8]),
        ("[a [@x#y]](https://e.example) ![b [@x#y]](https://e.example)", [5, 5]),
        ("```\n[@x#y]\n```\n\n    [@x#y]\n\n`[@x#y]` ``a [@x#y]`` \\[@x#y]", []),
        ("- ~~~\n  [@x#y]\n  ~~~\n- [@x#y]", [8]),
        ("a `code\n[@x#y]` b [@x#y]", [6]),
        ("{# [@x#y]\n\n[@x#y] #}\n[@x#y]\n```\n{#\n```\n[@x#y] #}", [8, 12]),
    ],
)
def test_a_citation_is_found_at_its_line_and_not_in_code(body: str, lines: list[int]) -> None:
    assert cited(body) == [("x", "y", line) for line in lines]


@pytest.mark.parametrize(
    "body", ["[@home]", "[@]", "[@#]", "[@#y]", "[@x#]", "[@ x#y]", "[@x #y]", "[@x, y]", "[@x#y; z]"]
)
def test_half_a_citation_is_a_citation_that_leads_nowhere(body: str) -> None:
    [error] = unresolved(course(body), course(body).lessons[0])
    assert error.rule == "unresolved-citation"


def test_a_name_with_a_link_behind_it_is_no_citation() -> None:
    assert cited("Ask [@somebody](https://example.com/) or [@x#y](as it says).") == [("x", "y", 5)]


def test_a_citation_of_no_source_is_answered_with_the_sources() -> None:
    found = course("One.\n\nTwo [@on-sol#x].")
    [error] = unresolved(found, found.lessons[0])
    assert error.place == Place("lessons/01-soil.md", 7)
    assert "`on-sol`" in error.message
    assert "on-soil" in error.fix


def test_a_citation_of_no_passage_is_answered_with_the_file_to_look_in() -> None:
    found = course("[@on-soil#what-soil-is-9]")
    [error] = unresolved(found, found.lessons[0])
    assert "`what-soil-is-9`" in error.message
    assert "sources/on-soil.md" in error.fix


def source(slug: str, *locators: str, url: str = "", video: str = "") -> Source:
    passages = tuple(Passage(f"p-{number}", locator, "c", "", HERE) for number, locator in enumerate(locators))
    return Source(slug, slug.title(), HERE, url=url, video=video, passages=passages)


@pytest.mark.parametrize(
    ("locator", "seconds", "spot"),
    [
        ("00:00:07", 7, "0:07"),
        ("00:51:54", 3114, "51:54"),
        ("1:02:03", 3723, "1:02:03"),
        ("10:05", 605, "10:05"),
        ("5:00", 300, "5:00"),
    ],
)
def test_a_time_stamp_leads_to_its_second(locator: str, seconds: int, spot: str) -> None:
    one = Bibliography({"talk": source("talk", locator, video="abcdefghijk")}).cite("talk", "p-0")
    assert one is not None
    assert one.passage.seconds == seconds
    assert (one.address, one.spot) == (f"https://www.youtube.com/watch?v=abcdefghijk&t={seconds}s", spot)
    assert one.label == f"source 1, {spot}"


@pytest.mark.parametrize("locator", ["What soil is", "51:99", "00:00:00:01", "", "-1:00"])
def test_a_heading_has_no_second(locator: str) -> None:
    one = Bibliography({"talk": source("talk", locator, video="abcdefghijk")}).cite("talk", "p-0")
    assert one is not None
    assert (one.passage.seconds, one.spot, one.label) == (None, "", "source 1")
    assert one.address == "https://www.youtube.com/watch?v=abcdefghijk"


def test_no_address_is_made_up() -> None:
    sources = {"book": source("book", "00:01:00"), "page": source("page", "00:01:00", url="https://example.com/a")}
    bibliography = Bibliography(sources)
    addresses = [cited.address for name in sources if (cited := bibliography.cite(name, "p-0"))]
    assert addresses == ["", "https://example.com/a"]


def test_sources_are_numbered_as_they_come_up_and_listed_once() -> None:
    bibliography = Bibliography({"a": source("a", "x", "y"), "b": source("b", "x")})
    numbers = [
        one.number
        for pair in (("b", "p-0"), ("a", "p-1"), ("b", "p-0"), ("a", "p-0"))
        if (one := bibliography.cite(*pair))
    ]
    assert numbers == [1, 2, 1, 2]
    assert [[one.passage.id for one in entry] for entry in bibliography.entries] == [["p-0"], ["p-1", "p-0"]]
    assert bibliography.cite("c", "p-0") is None
    assert bibliography.cite("a", "p-9") is None
    assert len(bibliography.entries) == 2


def test_coverage_counts_each_passage_once_and_names_those_uncited() -> None:
    found = coverage(course("[@on-soil#what-soil-is-1] [@on-soil#what-soil-is-1] `[@on-soil#what-soil-is-2]`"))
    assert (found["on-soil"].passages, found["on-soil"].uncited) == (2, ("what-soil-is-2",))
