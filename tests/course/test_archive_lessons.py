"""A lesson's page in an archive reads as the lesson does to somebody of whom nothing is known."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import html

from course.citations import Bibliography
from course.errors import CourseError
from course.prose import PageFrame, render_page
from tests.course.archived import archived, words
from tests.course.check.small import COURSE, SOURCE, a_lesson
from tests.course.drawn import AN_SVG, a_png

QUIZ = """\
quiz:
  id: q
  question: Is <i>soil</i> alive?
  answers:
    - text: No
      explanation: Look closer.
    - text: Yes
      right: true
      explanation: It is full of life."""


def body(
    markdown: str, changes: dict[str, str] | None = None, assets: dict[str, bytes] | None = None
) -> html.HtmlElement:
    """The main part of the first lesson's page, for a lesson of that text."""
    main = archived({**a_lesson(markdown), **(changes or {})}, assets).page("soil.html").find(".//main")
    assert main is not None
    return main


def test_a_page_begins_with_the_course_the_week_the_number_and_the_title() -> None:
    page = archived().page("light.html")
    assert words(page.find(".//header")) == "Gardens"
    assert words(page.find(".//main")).startswith("Lesson 2 of 2 · Week 2 Light for there Look up.")
    assert words(page.find(".//title")) == "Light for there – Gardens"


def test_a_page_leads_to_the_lessons_beside_it_and_to_the_list() -> None:
    archive = archived()
    led_to = {
        name: [(one.get("rel"), one.get("href"), words(one)) for one in archive.page(name).iterfind(".//nav//a")]
        for name in ("soil.html", "light.html")
    }
    everything = (None, "index.html", "All lessons")
    assert led_to["soil.html"] == [("next", "light.html", "The next lesson Light for there"), everything]
    assert led_to["light.html"] == [("prev", "soil.html", "The lesson before Soil"), everything]


def test_what_is_said_to_a_stranger_takes_defaults_and_the_other_branch() -> None:
    asked = "{% if subscriber.role == 'expert' %}\nDear expert.\n{% else %}\nAll.\n{% endif %}\n"
    assert words(body(f"Hello {{{{ subscriber.first_name }}}}.\n\n{asked}")).endswith("Hello there. All.")


def test_a_default_is_text_whatever_it_says() -> None:
    course = {"course.toml": COURSE.replace('default = "there"', 'default = "<b>*you*</b>"')}
    main = body("Hello {{ subscriber.first_name }}, {{ '<i>' }}.", course)
    assert words(main).endswith("Hello <b>*you*</b>, <i>.")
    assert not main.xpath(".//p//b | .//p//i | .//p//em")


def test_a_value_in_an_address_is_encoded() -> None:
    course = {"course.toml": COURSE.replace('default = "there"', 'default = "a b&c"')}
    [link] = body("[Here](https://example.org/?q={{ subscriber.first_name }})", course).iter("a")
    assert link.get("href") == "https://example.org/?q=a%20b%26c"


@pytest.mark.parametrize("address", ["{{ links.view }}", "{{ subscriber.nickname }}", "02-light.md", "#top"])
def test_a_link_that_leads_nowhere_from_here_leaves_its_words(address: str) -> None:
    main = body(f"Read *[this **page**]({address})* now.")
    assert words(main).endswith("Read this page now.")
    assert not list(main.iter("a"))
    assert [one.tag for one in main.iter("em", "strong")] == ["em", "strong"]


def test_html_in_a_lesson_is_shown_as_text() -> None:
    main = body("A <script>alert(1)</script> and\n\n<form>this</form>")
    assert "<script>alert(1)</script>" in words(main)
    assert not list(main.iter("script", "form"))


def test_prose_is_plain_elements_without_styles() -> None:
    main = body("## A\n\n> *b* **c** `d`\n\n- e\n\n1. f\n\n```\ng < h\n```\n\n***\n")
    assert not main.xpath(".//*[@style]")
    assert [one.tag for one in main.iter("h2", "blockquote", "em", "strong", "ul", "ol", "pre", "hr")] == [
        "h2", "blockquote", "em", "strong", "ul", "ol", "pre", "hr",
    ]  # fmt: skip
    assert main.findtext(".//pre/code") == "g < h\n"


def test_a_heading_of_the_first_level_is_one_of_the_second() -> None:
    assert [words(one) for one in body("# Deep\n\nText.").iter("h2")] == ["Deep"]


def test_a_table_that_is_too_wide_scrolls_by_itself_and_by_keys() -> None:
    [region] = body("| A | B |\n|---|---|\n| 1 | 2 |").xpath(".//*[@role='region']")
    assert (region.get("tabindex"), region.get("aria-label")) == ("0", "Table")
    assert [one.get("scope") for one in region.iter("th")] == ["col", "col"]


def test_a_column_is_aligned_without_a_style() -> None:
    main = body("| A | B | C |\n|:-:|--:|---|\n| 1 | 2 | 3 |")
    assert [one.get("class") for one in main.iter("th", "td")] == ["center", "right", None] * 2
    assert not main.xpath(".//*[@style]")


def test_an_exercise_is_set_apart_up_to_the_next_heading() -> None:
    main = body("## Ideas\n\nA.\n\n## Exercise: dig (5 minutes)\n\n1. Dig.\n\n### How\n\nDeep.\n\n## Next\n\nB.")
    [box] = main.xpath(".//*[@class='exercise']")
    assert words(box) == "Exercise: dig (5 minutes) Dig. How Deep."
    assert words(main).endswith("Deep. Next B.")


@pytest.mark.parametrize("heading", ["## Exercising", "### Exercise", "## An exercise", "> ## Exercise"])
def test_another_heading_opens_no_exercise(heading: str) -> None:
    assert not body(f"{heading}\n\nText.").xpath(".//*[@class='exercise']")


def test_a_last_exercise_goes_to_the_end_of_the_text() -> None:
    main = body("## Exercise\n\nDig [@on-soil#what-soil-is-1].\n\n## *Exercise* two\n\nDig on.")
    assert [words(one) for one in main.xpath(".//*[@class='exercise']")] == [
        "Exercise Dig (source 1).",
        "Exercise two Dig on.",
    ]


def test_a_citation_leads_to_the_second_of_the_video_and_is_listed() -> None:
    note = SOURCE.replace(
        "title: On soil", "title: On soil\n    author: A Speaker\n    date: 2023-06-05\n    video: abcdefghijk"
    )
    note = note.replace("### what-soil-is-1", "### t-00-01-02 · 00:01:02")
    main = body("Soil [@on-soil#t-00-01-02] and [@on-soil#what-soil-is-2].", {"sources/on-soil.md": note})
    address = "https://www.youtube.com/watch?v=abcdefghijk&t=62s"
    assert [one.get("href") for one in main.iterfind("p//a")] == [
        address,
        "https://www.youtube.com/watch?v=abcdefghijk",
    ]
    assert words(main.find("p[2]")) == "Soil (source 1, 1:02) and (source 1)."
    [listed] = main.iterfind(".//section/ol/li")
    assert words(listed) == "On soil, A Speaker (5 June 2023). Watch from 1:02."
    assert [(one.text, one.get("href")) for one in listed.iter("a") if one.text == "1:02"] == [("1:02", address)]


def test_a_source_with_an_address_is_linked_by_its_title() -> None:
    note = SOURCE.replace("title: On soil", "title: On <soil>\n    url: https://example.org/soil")
    main = body("Soil [@on-soil#what-soil-is-1].", {"sources/on-soil.md": note})
    [link] = main.iterfind(".//section/ol/li//a")
    assert (link.text, link.get("href")) == ("On <soil>", "https://example.org/soil")


def test_a_source_without_an_address_is_found_in_the_list() -> None:
    main = body("Soil [@on-soil#what-soil-is-1].")
    [link] = main.iterfind("p//a")
    assert words(main.get_element_by_id((link.get("href") or "").removeprefix("#"))) == "On soil."


def test_pictures_are_the_archives_own() -> None:
    picture = a_png(1200, 800)
    archive = archived(
        a_lesson("![A desk](../assets/desk.png)\n\n[![Linked](assets/desk.png)](https://example.org)"),
        {"assets/desk.png": picture},
    )
    name = f"assets/{sha256(picture).hexdigest()}/desk.png"
    shown, linked = archive.page("soil.html").iter("img")
    assert [shown.get(one) for one in ("src", "alt", "width", "height")] == [name, "A desk", "1200", "800"]
    assert linked.get("src") == name
    assert archive.files[name] == picture


def test_a_picture_that_no_lesson_of_it_shows_is_not_in_it() -> None:
    welcome = {"lessons/welcome.md": "---\nsubject: Hi\npreheader: Ho.\n---\n\n![A desk](../assets/desk.png)\n"}
    assert not [name for name in archived(welcome, {"assets/desk.png": a_png()}).files if name.startswith("assets/")]


def test_a_drawing_has_no_size_of_its_own() -> None:
    [shown] = body("![A plan](../assets/plan.svg)", assets={"assets/plan.svg": AN_SVG}).iter("img")
    assert (shown.get("alt"), shown.get("width")) == ("A plan", None)


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("![A *desk*\nhere](https://example.org/a.png)", [("A desk here", "https://example.org/a.png")]),
        ("[![A desk](https://example.org/a.png)](https://example.org/b)", [("A desk", "https://example.org/b")]),
        (
            "[B](https://example.org/b) ![A](https://example.org/a)",
            [("B", "https://example.org/b"), ("A", "https://example.org/a")],
        ),
        ("![](https://example.org/a.png)", []),
        ("![A desk]({{ subscriber.nickname }})", []),
    ],
)
def test_a_picture_from_elsewhere_is_linked_and_not_fetched(markdown: str, shown: list[tuple[str, str]]) -> None:
    main = body(markdown)
    assert not list(main.iter("img"))
    assert [(words(one), one.get("href")) for one in main.iterfind(".//p/a")] == shown


def test_a_quiz_tells_of_each_answer_whether_it_is_right_once_it_is_opened() -> None:
    main = archived(a_lesson("Text.", settings=QUIZ)).page("soil.html").find(".//section[@class='quiz']")
    assert main is not None
    assert words(main.find("p")) == "Is <i>soil</i> alive?"
    no, yes = main.iter("details")
    assert not {no.get("open"), yes.get("open")} - {None}
    assert [words(one.find("summary")) for one in (no, yes)] == ["No", "Yes"]
    assert [words(one.find("p")) for one in (no, yes)] == [
        "Not quite. Look closer.",
        "That is right. It is full of life.",
    ]


def test_a_lesson_without_a_quiz_or_sources_has_no_part_for_them() -> None:
    assert not list(body("Text.").iter("section"))


def test_what_cannot_be_worked_out_for_a_stranger_is_told_with_the_lesson() -> None:
    with pytest.raises(CourseError, match=r"lessons/01-soil\.md"):
        archived(a_lesson("It is {{ 10 // subscriber.plants }}."))


FRAME = PageFrame(lambda _address: None, lambda _spot, _expression: "", ("Exercise",), "Table")
PIECES = st.sampled_from(
    ["a", " ", "\n", "\n\n", "## ", "Exercise", "> ", "- ", "*", "`", "```", "|", "|-|\n", "<b>", "](", "![", "[", ")",
     "https://example.org/", "javascript:x", "data:x", "../assets/a.png", '"', "&quot;", "<https://example.org>"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40).map("".join))
@example("## Exercise\n\n> ## Exercise\n\n- ## Exercise")
@example("[![a](https://example.org/)](https://example.org/)")
def test_no_text_makes_a_page_that_fetches_or_leads_astray(markdown: str) -> None:
    main = html.fragment_fromstring(render_page(markdown, Bibliography({}), FRAME), create_parent="main")
    assert not list(main.iter("img", "script", "b"))
    assert all((one.get("href") or "").startswith("https://example.org") for one in main.iter("a"))
    assert not main.xpath(".//a//a")
    assert not main.xpath(".//section//section")
