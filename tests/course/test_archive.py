"""An archive is a site that can be published as it is: it holds the lessons, and nothing that is one reader's."""

from __future__ import annotations

import posixpath
import re
from importlib import resources
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from lxml import html

from course.archive import MARK, archive_files
from course.errors import CourseError
from course.folder import load, read_files
from tests.course.archived import Archive, archived, words
from tests.course.check.small import COURSE, a_lesson, small_course
from tests.course.drawn import a_png

RICH = """\
Hello {{ subscriber.first_name }}. [Leave]({{ links.unsubscribe }}), or see [a site](https://example.org/a).

![A desk](../assets/desk.png) ![Elsewhere](https://example.org/b.png)

## Exercise: dig

1. Dig.

| A | B |
|---|---|
| 1 | 2 |
"""
QUIZ = (
    "aliases: [earth]\nquiz:\n  id: q\n  question: Which?\n  answers:\n    - text: One\n      explanation: No.\n"
    "    - text: Two\n      right: true\n      explanation: Yes.\n"
)


def rich() -> Archive:
    return archived(a_lesson(RICH, settings=QUIZ), {"assets/desk.png": a_png()})


def bundled() -> Archive:
    return Archive(read_files(Path(str(resources.files("course") / "product_path"))))


def addresses(archive: Archive, name: str) -> list[str]:
    """Whatever a page refers to, followed or fetched."""
    return [str(address) for _, attribute, address, _ in archive.page(name).iterlinks() if attribute]


def test_an_archive_has_a_list_a_page_for_each_lesson_and_a_style_sheet() -> None:
    assert list(archived().files) == ["index.html", "style.css", "soil.html", "light.html"]


def test_a_welcome_and_a_closing_are_letters_and_not_in_it() -> None:
    archive = archived({"lessons/closing.md": "---\nsubject: Farewell\npreheader: Bye.\n---\n\nThe last email.\n"})
    assert not any(word in archive.source(name) for name in archive.pages for word in ("Farewell", "Welcome"))


def test_whatever_it_refers_to_in_itself_is_there_and_relative() -> None:
    for archive in (rich(), bundled()):
        for name in archive.pages:
            own = [one for one in addresses(archive, name) if not urlsplit(one).scheme]
            assert own
            for address in own:
                file, _, anchor = address.partition("#")
                assert not file.startswith("/")
                assert posixpath.normpath(unquote(file) or name) in archive.files
                assert not anchor or archive.page(name).get_element_by_id(anchor) is not None


def test_reading_it_asks_nobody_else_for_anything() -> None:
    for archive in (rich(), bundled()):
        for name in archive.pages:
            page = archive.page(name)
            fetched = [*page.iterfind(".//link[@rel='stylesheet']"), *page.iterfind(".//*[@src]")]
            assert not [one for one in fetched if urlsplit(one.get("src") or one.get("href") or "").scheme]
            assert not list(page.iter("script", "iframe", "form", "style", "object", "embed"))
        assert not re.search(r"@import|url\(", archive.source("style.css"))


def test_no_link_of_a_readers_own_is_in_it() -> None:
    page = rich().page("soil.html")
    assert words(page.find(".//main/p[2]")).startswith("Hello there. Leave, or see a site.")
    assert [one.text for one in page.iterfind(".//main/p[2]/a")] == ["a site"]


def test_the_bundled_course_leaves_nothing_made_up_in_its_archive() -> None:
    archive = bundled()
    for name in archive.pages:
        source = archive.source(name).lower()
        assert not [word for word in ("sample", "example.com", "unsubscribe", "dripc0urse", "{{") if word in source]


def test_the_same_course_gives_the_same_bytes() -> None:
    assert rich().files == rich().files


@pytest.mark.parametrize("name", ["index.html", "soil.html", "light.html", "earth.html"])
def test_every_page_says_what_it_is_in_its_language(name: str) -> None:
    page = rich().page(name)
    assert (page.get("lang"), page.get("dir")) == ("en", "ltr")
    assert "Gardens" in words(page.find(".//title"))
    assert page.find(".//meta[@name='viewport']") is not None
    assert MARK in rich().files[name][:1000]


def test_a_site_that_is_written_from_the_right_says_so_in_its_own_words() -> None:
    arabic = COURSE.replace('language = "en"', 'language = "ar"')
    archive = archived({**a_lesson("## تمرين\n\nText.", settings=QUIZ), "course.toml": arabic})
    page = archive.page("soil.html")
    assert (page.get("lang"), page.get("dir")) == ("ar", "rtl")
    assert page.find(".//main/section[@class='exercise']") is not None
    said = page.text_content()
    assert not [word for word in ("Lesson", "Week", "question", "right", "All", "next", "Skip") if word in said]


def test_german_words_are_said_in_german() -> None:
    german = COURSE.replace('language = "en"', 'language = "de"')
    archive = archived(
        {**a_lesson("## Übung: graben\n\nText [@on-soil#what-soil-is-1].", settings=QUIZ), "course.toml": german}
    )
    assert "Lektion 1 von 2 · Woche 1" in archive.text("soil.html")
    assert "Text (Quelle 1)." in archive.text("soil.html")
    assert "2 Lektionen · 2 Wochen" in archive.text("index.html")
    assert archive.page("soil.html").find(".//section[@class='exercise']") is not None


def test_a_courses_own_words_take_the_place_of_ours() -> None:
    catalogue = 'msgid ""\nmsgstr "Language: en\\n"\n\nmsgid "All lessons"\nmsgstr "The whole garden"\n'
    archive = archived({"theme/locale/en/LC_MESSAGES/messages.po": catalogue})
    assert words(archive.page("soil.html").find(".//nav")).endswith("The whole garden")


@pytest.mark.parametrize("name", ["index.html", "soil.html", "light.html", "earth.html"])
def test_headings_begin_with_the_only_first_one_and_skip_no_level(name: str) -> None:
    levels = [int(one.tag[1]) for one in rich().page(name).iter("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("name", ["index.html", "soil.html", "light.html", "earth.html"])
def test_the_first_link_skips_to_the_text(name: str) -> None:
    page = rich().page(name)
    first = next(page.iter("a"))
    assert page.get_element_by_id((first.get("href") or "").removeprefix("#")).tag == "main"


def test_search_engines_are_told_what_a_lesson_is_about() -> None:
    description = rich().page("soil.html").find(".//meta[@name='description']")
    assert description is not None
    assert description.get("content") == "It is under you."


def test_a_course_without_a_description_has_a_list_without_one() -> None:
    assert archived().page("index.html").find(".//meta[@name='description']") is None
    told = archived(
        {"course.toml": COURSE.replace('title = "Gardens"', 'title = "Gardens"\ndescription = "On <soil>."')}
    )
    meta = told.page("index.html").find(".//meta[@name='description']")
    assert meta is not None
    assert meta.get("content") == "On <soil>."
    assert "On <soil>." in told.text("index.html")


def test_the_style_sheet_has_the_courses_colours_light_and_dark() -> None:
    theme = '\n[theme]\naccent = "#123456"\ndark_accent = "#abcdef"\nwidth = "700px"\n'
    style = archived({"course.toml": COURSE + theme}).source("style.css")
    assert "--accent: #123456;" in style
    assert "--dark-accent: #abcdef;" in style
    assert "--width: 700px;" in style
    assert "prefers-color-scheme: dark" in style


def test_a_logo_leads_back_to_the_list_and_is_the_archives_own() -> None:
    logo = a_png(960, 112)
    archive = archived({"course.toml": f'{COURSE}\n[theme]\nlogo = "assets/logo.png"\n'}, {"assets/logo.png": logo})
    [shown] = archive.page("soil.html").iterfind(".//header/a/img")
    assert archive.files[shown.get("src") or ""] == logo
    assert [shown.get(one) for one in ("alt", "width", "height")] == ["Gardens", "240", "28"]
    [above] = archive.page("index.html").iterfind(".//header/img")
    assert above.get("alt") == ""
    assert "logo" not in archive.source("style.css")


def test_a_page_under_an_earlier_slug_leads_to_the_lesson() -> None:
    page = rich().page("earth.html")
    refresh = page.find(".//meta[@http-equiv='refresh']")
    assert refresh is not None
    assert refresh.get("content") == "0; url=soil.html"
    assert [one.get("href") for one in page.iterfind(".//main//a")] == ["soil.html"]


def test_an_earlier_slug_takes_the_place_of_no_page() -> None:
    archive = archived(a_lesson("Text.", settings="aliases: [index]"))
    assert words(archive.page("index.html").find(".//h1")) == "Gardens"
    assert list(archive.files) == list(archived().files)


def test_a_lesson_called_index_has_no_page_to_be() -> None:
    files = small_course({"lessons/03-index.md": "---\nsubject: x\npreheader: y\n---\n\nText.\n"})
    with pytest.raises(CourseError, match=r"lessons/03-index\.md"):
        Archive(files)


def test_its_pages_lead_to_the_sign_up_page_where_there_is_one() -> None:
    files = small_course()
    address = "../../courses/gardens?a=1&b=2"
    site = archive_files(load(files), files, sign_up=address)
    for name in ("index.html", "soil.html", "light.html"):
        page = html.document_fromstring(site[name].decode())
        assert [one.text for one in page.iter("a") if one.get("href") == address] == ["Get this course by email"]
    assert not any("courses/" in archived().source(name) for name in archived().pages)
