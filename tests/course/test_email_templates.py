"""Every email is built so that anybody can read it: in any program, light or dark, by eye or by ear."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from lxml.html import HtmlElement

from course.folder import load, read_files
from course.links import SAMPLE_LINKS
from course.personal.readers import Reader, reader_values
from course.render import Letter, Renderer
from tests.architecture.source import ROOT
from tests.course.check.small import a_lesson, small_course
from tests.course.letters import LANGUAGES, LETTERS, email, letter, parsed, room, sent, style_of

EVERY = [(language, name) for language in LANGUAGES for name in LETTERS]
LARGEST = 60_000
"""Bytes of HTML for a lesson of usual length: Gmail cuts an email off at about 102,000."""

_BY_HAND = re.compile(r"([^{}]+)\{ ([a-z-]+): (#[0-9a-f]{6}) !important \}")
_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)


def elements(root: HtmlElement, *tags: str) -> list[HtmlElement]:
    return [one for one in root.iter() if isinstance(one.tag, str) and (not tags or one.tag in tags)]


def words(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def matches(element: HtmlElement, selector: str) -> bool:
    """Whether a selector of names and classes, one within another, means the element."""
    *outer, last = selector.split()
    if last.startswith("."):
        if last[1:] not in (element.get("class") or "").split():
            return False
    elif element.tag != last:
        return False
    return not outer or any(matches(one, " ".join(outer)) for one in element.iterancestors())


@cache
def dark(language: str, name: str) -> dict[str, tuple[str, ...]]:
    """What is dark by the email's own rules for that: for each property the selectors."""
    css = "".join(_STYLE.findall(email(language, name).html))
    block = css.partition("@media (prefers-color-scheme: dark) {")[2].partition("[data-ogsc]")[0]
    found: dict[str, tuple[str, ...]] = {}
    for selectors, setting, _ in _BY_HAND.findall(block):
        found[setting] = (*found.get(setting, ()), *(one.strip() for one in selectors.split(",")))
    return found


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_the_language_and_its_direction_stand_where_clients_look_for_them(language: str, name: str) -> None:
    root = parsed(language, name)
    first = next(one for one in root.body if isinstance(one.tag, str))
    direction = "rtl" if language == "ar" else "ltr"
    for element in (root, first):
        assert (element.get("lang"), element.get("dir")) == (language, direction)
    assert first.get("role") == "article"


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_the_title_is_the_subject(language: str, name: str) -> None:
    assert parsed(language, name).findtext(".//title") == email(language, name).subject


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_a_table_is_for_layout_or_has_heads_that_say_of_what(language: str, name: str) -> None:
    for table in elements(parsed(language, name), "table"):
        assert table.get("role") == "presentation" or [one.get("scope") for one in table.iter("th")] == ["col"] * 2


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_outlook_is_told_the_width_in_its_own_conditionals(language: str, name: str) -> None:
    html = email(language, name).html
    assert html.count("<!--[if mso | IE]><table") >= 3
    assert all('role="presentation"' in one for one in re.findall(r"<!--\[if mso \| IE\]><table[^>]*>", html))
    assert "<o:PixelsPerInch>96" in html


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_headings_begin_with_one_of_the_first_level_and_skip_none(language: str, name: str) -> None:
    levels = [int(one.tag[1]) for one in elements(parsed(language, name), "h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_no_text_is_smaller_than_fourteen_pixels(language: str, name: str) -> None:
    for element in elements(parsed(language, name).body):
        texts = [element.text, *(child.tail for child in element)]
        size = next(
            (style_of(one)["font-size"] for one in (element, *element.iterancestors()) if "font-size" in style_of(one)),
            "0px",
        )
        if any(text and text.strip("\xa0 \n") for text in texts) and "opacity" not in style_of(element):
            assert int(size.removesuffix("px")) >= 14, words(element)


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_a_link_is_told_by_its_line_or_its_box(language: str, name: str) -> None:
    for link in elements(parsed(language, name), "a"):
        parent = style_of(link.getparent())
        boxed = "background" in parent or "background-color" in parent or "border" in parent
        assert style_of(link)["text-decoration"] == "underline" or boxed, words(link)


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_what_is_there_to_be_tapped_is_high_enough(language: str, name: str) -> None:
    root = parsed(language, name)
    buttons = [
        one
        for one in elements(root, "a")
        if style_of(one).get("display") == "inline-block" and one.getparent().tag != "li"  # sources are no buttons
    ]
    assert len(buttons) == {"welcome": 3, "soil": 5, "light": 3, "closing": 4}.get(name, 1)
    for link in buttons:
        style = style_of(link)
        size = next(style_of(one)["font-size"] for one in (link, *link.iterancestors()) if "font-size" in style_of(one))
        line = next(
            style_of(one)["line-height"] for one in (link, *link.iterancestors()) if "line-height" in style_of(one)
        )
        high = float(size.removesuffix("px")) * float(line) + 2 * float(style["padding"].split("px")[0])
        assert high >= 44, words(link)


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_every_colour_of_text_has_one_for_dark_surroundings(language: str, name: str) -> None:
    selectors = dark(language, name)["color"]
    for element in elements(parsed(language, name).body):
        if "color" in style_of(element) and words(element).strip("\xa0 ") and "opacity" not in style_of(element):
            in_hero = any(one.get("class") == "hero side" for one in element.iterancestors()) and element.tag == "div"
            assert in_hero or any(matches(element, one) for one in selectors), (element.tag, words(element)[:40])


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_every_background_has_one_for_dark_surroundings(language: str, name: str) -> None:
    selectors = dark(language, name)["background-color"]
    html = email(language, name).html
    assert ".sheet > table, .hero > table { background: none !important }" in html
    for element in elements(parsed(language, name).body):
        style = style_of(element)
        if "background" in style or "background-color" in style:
            inner = element.tag == "table" and {"sheet", "hero"} & set((element.getparent().get("class") or "").split())
            below = [one for one in element.iterdescendants() if "done" in (one.get("class") or "").split()]
            covered = inner or below or any(matches(element, one) for one in selectors)
            assert covered, (element.tag, element.get("class"), style)


@pytest.mark.parametrize("name", LETTERS)
def test_outlook_on_the_web_is_told_the_same_as_whoever_prefers_dark_colours(name: str) -> None:
    css = "".join(_STYLE.findall(email("en", name).html))
    rules = [
        {(setting, colour, tuple(one.strip().removeprefix(within).strip() for one in selectors.split(",")))
         for selectors, setting, colour in _BY_HAND.findall(part)}
        for within, part in (
            ("", css.partition("@media (prefers-color-scheme: dark) {")[2].partition("[data-ogsc]")[0]),
            ("[data-ogsc]", css[css.index("[data-ogsc]"):].partition("[data-ogsb]")[0]),
            ("[data-ogsb]", css[css.index("[data-ogsb]"):]),
        )
    ]  # fmt: skip
    assert rules[0] == rules[1] == rules[2]
    assert len(rules[0]) >= 10


@pytest.mark.parametrize("name", LETTERS)
def test_an_email_says_that_it_is_made_for_both_light_and_dark(name: str) -> None:
    metas = {one.get("name"): one.get("content") for one in elements(parsed("en", name), "meta")}
    assert (metas["color-scheme"], metas["supported-color-schemes"]) == ("light dark", "light dark")


@pytest.mark.parametrize("name", LETTERS)
def test_nothing_runs_from_the_left_in_an_email_that_is_read_from_the_right(name: str) -> None:
    code = {"pre", "code"}
    for element in elements(parsed("ar", name).body):
        style = style_of(element)
        engines_own = "mj-outlook-group-fix" in (element.get("class") or "")  # in which every text is aligned
        if element.tag not in code and not engines_own:
            assert style.get("text-align") in {None, "right", "center"}, (element.tag, words(element)[:40])
            assert element.get("align") in {None, "right", "center"}
            assert style.get("direction") in {None, "rtl"}
        if element.tag in {"ul", "ol"}:
            _, right, _, left = style["padding"].split()
            assert (right != "0", left) == (True, "0")
        assert not {"border-left", "margin-right", "padding-left"} & set(style)
    english = email("en", name).html
    assert english.count("text-align:right") == english.count('align="right"') == english.count('dir="rtl"') == 0


def test_the_cells_of_a_table_are_smaller_on_a_small_screen_yet_large_enough() -> None:
    narrow = email("en", "soil").html.partition("@media (max-width: 480px)")[2].partition("</style>")[0]
    rule = narrow.partition(".table th, .table td {")[2].partition("}")[0]
    assert ("padding-left: 4px !important" in rule, "font-size: 14px !important" in rule) == (True, True)


@pytest.mark.parametrize("level", ["h2", "h3", "h4", "h5", "h6"])
def test_a_heading_of_any_level_has_a_colour_for_dark_surroundings(level: str) -> None:
    assert f".ink {level}" in dark("en", "soil")["color"]


def bar(root: HtmlElement) -> list[str]:
    [drawn] = [one for one in elements(root, "table") if one.get("aria-hidden") == "true"]
    assert drawn.get("role") == "presentation"
    return [one.get("class") for one in drawn.iter("td") if one.get("class")]


@pytest.mark.parametrize(
    ("name", "drawn", "said"),
    [
        ("soil", ["done", "todo"], "Lesson 1 of 2 · Week 1"),
        ("light", ["done", "done"], "Lesson 2 of 2 · Week 2"),
    ],
)
def test_progress_is_drawn_for_the_eye_and_said_in_words(name: str, drawn: list[str], said: str) -> None:
    root = parsed("en", name)
    assert bar(root) == drawn
    assert said in words(root)
    [table] = [one for one in elements(root, "table") if one.get("aria-hidden") == "true"]
    assert all(
        one.get("style") and "background-color:#" in one.get("style", "")
        for one in table.iter("td")
        if one.get("class")
    )


def test_progress_is_drawn_from_the_right_where_that_is_the_beginning() -> None:
    [table] = [one for one in elements(parsed("ar", "soil"), "table") if one.get("aria-hidden") == "true"]
    assert table.get("dir") == "rtl"
    assert bar(parsed("ar", "soil")) == ["done", "todo"]


def long_course(lessons: int) -> Renderer:
    named = {
        f"lessons/{number:02}-l{number}.md": f"---\nsubject: Number {number}\npreheader: B\n---\n\nC.\n"
        for number in range(1, lessons + 1)
    }
    files = {
        path: content
        for path, content in small_course(named).items()
        if path not in {"lessons/01-soil.md", "lessons/02-light.md"}
    }
    return Renderer(load(files), files, "0123456789abcdef")


def test_the_progress_of_a_long_course_is_one_bar() -> None:
    from lxml import html

    renderer = long_course(40)
    made = [html.document_fromstring(sent(renderer, letter(renderer.course, name)).html) for name in ("l10", "l40")]
    assert [bar(one) for one in made] == [["done", "todo"], ["done"]]
    assert "width:25%" in sent(renderer, letter(renderer.course, "l10")).html


@pytest.mark.parametrize(
    ("name", "following"), [("welcome", "Soil"), ("soil", "Light for there"), ("light", "The end"), ("closing", None)]
)
def test_what_comes_next_is_said_with_its_day(name: str, following: str | None) -> None:
    root = parsed("en", name)
    heads = [one for one in elements(root, "h2") if words(one) == "What comes next"]
    assert len(heads) == (0 if following is None else 1)
    for head in heads:
        after = [words(one) for one in head.itersiblings()]
        assert after == [following, "Thursday, 29 October"]
        assert f"\n{following}\nThursday, 29 October\n" in email("en", name).text


def test_a_day_that_nobody_knows_leaves_no_gap_and_asks_nothing() -> None:
    one = room("en")
    reader = Reader(reader_values(one.course.fields, {}), SAMPLE_LINKS)
    variant = one.render(letter(one.course, "soil"), reader)
    assert variant.outcomes == {}
    assert "schedule.next_day" in {placeholder.expression for placeholder in variant.email.placeholders}


def test_a_title_with_a_name_in_it_makes_no_email_for_each_name() -> None:
    one = room("en")
    reader = Reader(reader_values(one.course.fields, {"first_name": "Ann"}), SAMPLE_LINKS)
    assert one.render(letter(one.course, "soil"), reader).outcomes == {}


def test_a_welcome_says_how_much_will_come() -> None:
    assert "2 lessons · 2 weeks" in words(parsed("en", "welcome"))
    assert "2 Lektionen · 2 Wochen" in words(parsed("de", "welcome"))
    assert "درسان · أسبوعان" in words(parsed("ar", "welcome"))


def test_a_closing_leads_to_the_certificate() -> None:
    links = [
        words(one) for one in elements(parsed("en", "closing"), "a") if one.get("href") == SAMPLE_LINKS["certificate"]
    ]
    assert links == ["See your certificate"]


@pytest.mark.parametrize(
    ("name", "link"), [("confirm", "confirm"), ("access", "access"), ("address", "address"), ("moved", "address")]
)
def test_a_notice_leads_to_its_own_question_and_nowhere_else(name: str, link: str) -> None:
    assert [one.get("href") for one in elements(parsed("en", name), "a")] == [SAMPLE_LINKS[link]]
    assert re.findall(r"https?://[^\s]+", email("en", name).text) == [SAMPLE_LINKS[link]]


def test_a_confirmation_says_what_the_course_is() -> None:
    files = small_course()
    files["course.toml"] = b'description = "On soil & light."\n' + files["course.toml"]
    renderer = Renderer(load(files), files, "0123456789abcdef")
    made = sent(renderer, Letter("field", None))
    assert "On soil &amp; light.</p>" in made.html
    assert "\n\nOn soil & light.\n\n" in made.text


def test_a_source_is_linked_by_its_title_and_by_the_times_that_are_cited() -> None:
    footnotes = [one for one in elements(parsed("en", "soil"), "ol") if "Sample Speaker" in words(one)]
    assert [words(one) for one in elements(footnotes[0], "li")] == [
        "A talk · Sample Speaker (5 March 2024)Watch from 51:54",
        "A page",
    ]
    assert [(words(one), one.get("href")) for one in elements(footnotes[0], "a")] == [
        ("51:54", "https://www.youtube.com/watch?v=abcdefghijk&t=3114s"),
        ("A page", "https://example.com/page"),
    ]


def test_a_preheader_is_the_first_thing_in_the_email_and_not_seen() -> None:
    first = next(one for one in elements(parsed("en", "soil").body) if one.text and one.text.strip())
    assert first.text == "What is under you."
    assert style_of(first)["display"] == "none"


def test_a_logo_is_shown_with_the_courses_name_in_its_place() -> None:
    [logo] = [one for one in elements(parsed("en", "soil", True), "img") if one.get("alt") == "Gardens"]
    assert (logo.get("width"), logo.get("height")) == ("187", "56")
    assert (logo.get("src") or "").startswith("https://example.com/assets/")
    style = style_of(logo)
    assert (style["font-weight"], style["color"]) == ("bold", "#23211d")
    assert "Gardens" not in [words(one) for one in elements(parsed("en", "soil", True), "p")]
    assert "Gardens" in [words(one) for one in elements(parsed("en", "soil"), "p")]


@pytest.mark.parametrize("name", ["layout", "lesson", "quiz", "next", "sources", "progress"])
def test_a_course_overrides_any_template_by_its_name(name: str) -> None:
    changes = {
        **a_lesson("Dig."),
        f"theme/{name}.mjml": "<mjml><mj-body></mj-body></mjml>" if name in {"layout", "lesson"} else "",
    }
    files = small_course(changes)
    renderer = Renderer(load(files), files, "0123456789abcdef")
    usual = small_course(a_lesson("Dig."))
    changed = sent(renderer, letter(renderer.course, "soil"))
    before = sent(Renderer(load(usual), usual, "0123456789abcdef"), letter(renderer.course, "soil"))
    assert (changed.html != before.html) == (name not in {"quiz", "sources"})
    assert changed.text == before.text


@pytest.mark.parametrize("name", ["welcome", "closing", "confirm", "hero"])
def test_a_course_overrides_the_other_emails_too(name: str) -> None:
    files = small_course({f"theme/{name}.mjml": "<mjml><mj-body></mj-body></mjml>" if name != "hero" else ""})
    renderer = Renderer(load(files), files, "0123456789abcdef")
    one = letter(renderer.course, "welcome" if name == "hero" else name)
    assert (
        sent(renderer, one).html != sent(Renderer(load(small_course()), small_course(), "0123456789abcdef"), one).html
    )


@cache
def bundled() -> Renderer:
    files = read_files(Path(ROOT) / "course/product_path")
    return Renderer(load(files), files, "0123456789abcdef")


@pytest.mark.parametrize("slug", [one.slug for one in bundled().course.all_lessons])
def test_a_bundled_lesson_is_far_below_the_size_at_which_gmail_cuts(slug: str) -> None:
    course = bundled().course
    lesson = next(one for one in course.all_lessons if one.slug == slug)
    track = next(one.slug for one in course.tracks if not lesson.tracks or one.slug in lesson.tracks)
    assert len(sent(bundled(), Letter(track, lesson)).html.encode()) < LARGEST


@pytest.mark.parametrize("name", LETTERS)
def test_the_style_sheet_that_gmail_needs_holds_nothing_for_which_it_would_drop_it(name: str) -> None:
    sheets = _STYLE.findall(email("en", name).html)
    [for_small_screens] = [one for one in sheets if "max-width: 480px" in one]
    assert "[data-" not in for_small_screens
    assert "color-scheme" not in for_small_screens
    assert all(len(one) < 8192 for one in sheets)
