"""An author and the preview in a browser: what they choose is shown, what they save appears, what breaks is told."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from sender.demo import bundled
from tests.browser.axe import violations
from tests.browser.courses import course_in
from tests.browser.emails import too_wide
from tests.browser.previewing import WIDTHS, Preview, frame, previewing

SOIL = "lessons/01-soil.md"


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preview]:
    """A preview of the small course: one process for all tests, as it is for all of an author's afternoon."""
    with previewing(tmp_path_factory.mktemp("preview") / "gardens", course_in("en")) as running:
        yield running


@pytest.fixture(scope="module")
def of_bundled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preview]:
    """A preview of the bundled course."""
    with previewing(tmp_path_factory.mktemp("preview") / "product-path", bundled()) as running:
        yield running


@pytest.fixture
def preview(started: Preview) -> Iterator[Preview]:
    """The same, whose files may be changed; they are as before when the test is over."""
    yield started
    started.undo_edits()


@pytest.fixture
def opened(page: Page, preview: Preview) -> Page:
    """The page, as it is when it has been opened."""
    page.set_viewport_size({"width": 1400, "height": 900})
    page.goto(preview.address)
    expect(frame(page).get_by_role("heading", level=1)).to_have_text("What soil is made of")
    return page


def stop(page: Page, name: str | re.Pattern[str]) -> Locator:
    """An email in the timeline, or several."""
    return page.get_by_role("navigation", name="Timeline").get_by_role("link", name=name)


def break_(preview: Preview) -> None:
    preview.edit(SOIL, "Whoever digs", "{% if %}Whoever digs")


def mend(preview: Preview) -> None:
    preview.edit(SOIL, "{% if %}Whoever digs", "Whoever digs")


def test_the_first_lesson_is_shown_at_four_widths(opened: Page) -> None:
    inside = {
        width: frame(opened, width).locator("html").evaluate("one => one.clientWidth")
        for width in (*WIDTHS, "full width")
    }
    assert {width: inside[width] for width in WIDTHS} == WIDTHS


KEEPS_ITS_NEWS = """
    window.EventSource = class extends EventSource { constructor(address) { super(address); window.news = this; } };
"""


def test_an_email_that_is_on_its_way_is_shown_though_findings_come_before_it(page: Page, preview: Preview) -> None:
    page.set_viewport_size({"width": 1400, "height": 900})
    page.add_init_script(KEEPS_ITS_NEWS)
    page.goto(preview.address)
    held: list[Route] = []
    page.route("**/email?lesson=closing*", lambda route: route.fallback() if held else held.append(route))
    with page.expect_request("**/email?lesson=closing*"):
        stop(page, "Closing").click()
    page.evaluate("news.dispatchEvent(new MessageEvent('findings', { data: '{}' }))")
    expect(page.get_by_role("main").get_by_role("heading", level=2)).to_have_text("Gardens")
    for route in held:
        route.fallback()
    expect(frame(page).get_by_text("That was all.")).to_be_visible()


def test_another_reader_gets_another_email(opened: Page) -> None:
    stop(opened, "Welcome").click()
    expect(frame(opened).get_by_text("Hello Sample,")).to_be_visible()
    opened.get_by_label("Reader", exact=True).select_option(label="Long name")
    expect(frame(opened).get_by_text("Hello Wolfeschlegelsteinhausenbergerdorff")).to_be_visible()
    opened.get_by_label("Reader", exact=True).select_option(label="Nothing known")
    expect(frame(opened).get_by_text("Hello there,")).to_be_visible()


def test_a_value_of_the_reader_can_be_typed(opened: Page) -> None:
    stop(opened, "Welcome").click()
    opened.get_by_text("The reader’s values").click()
    opened.get_by_label("first_name").fill("Sample Gardener")
    opened.get_by_label("first_name").press("Enter")
    expect(frame(opened).get_by_text("Hello Sample Gardener,")).to_be_visible()


def test_another_track_has_other_lessons(page: Page, of_bundled: Preview) -> None:
    page.goto(of_bundled.address)
    lessons = stop(page, re.compile("Lesson"))
    expect(lessons).to_have_count(16)
    page.get_by_label("Track").select_option(label="Crossing to leadership")
    expect(lessons).not_to_have_count(16)


def test_dark_is_what_the_email_says_of_itself_and_inversion_an_approximation(opened: Page) -> None:
    words = frame(opened).get_by_role("heading", level=1)
    ink = str(words.evaluate("one => getComputedStyle(one).color"))
    opened.get_by_role("radio", name="Dark").check()
    expect(opened.get_by_text("as the email’s own styles say")).to_be_visible()
    expect(words).not_to_have_css("color", ink)
    opened.get_by_role("radio", name="Inverted").check()
    expect(opened.get_by_text("Forced inversion, an approximation")).to_be_visible()
    expect(frame(opened).locator("html")).to_have_css("filter", re.compile("invert"))
    opened.get_by_role("radio", name="Light").check()
    expect(words).to_have_css("color", ink)


def test_without_pictures_their_words_stand_in_their_places(opened: Page) -> None:
    picture = frame(opened).get_by_role("img", name="A spade that stands in a bed")
    assert picture.evaluate("one => one.naturalWidth") == 640
    opened.get_by_role("checkbox", name="Off").check()
    expect(picture).not_to_have_attribute("src", re.compile("."))
    expect(picture).to_be_visible()


def test_plain_text_and_source_are_views_of_the_same_email(opened: Page) -> None:
    opened.get_by_role("radio", name="Plain text").check()
    expect(opened.get_by_role("region", name="Plain text")).to_contain_text("Soil holds")
    opened.get_by_role("radio", name="Source").check()
    expect(opened.get_by_role("region", name="Source")).to_contain_text("<!doctype html>")


def test_what_is_saved_appears_without_a_reload(opened: Page, preview: Preview) -> None:
    opened.evaluate("window.still = true")
    preview.edit(SOIL, "Whoever digs, learns.", "Whoever looks, sees.")
    for width in (*WIDTHS, "full width"):
        expect(frame(opened, width).get_by_text("Whoever looks, sees.")).to_be_visible()
    assert opened.evaluate("window.still") is True


def test_what_is_broken_is_told_with_its_line_and_mended_without_a_reload(opened: Page, preview: Preview) -> None:
    opened.evaluate("window.still = true")
    break_(preview)
    line = next(
        number
        for number, text in enumerate((preview.folder / SOIL).read_text("utf-8").splitlines(), 1)
        if "{% if %}" in text
    )
    expect(opened.get_by_role("heading", name="This email cannot be shown")).to_be_visible()
    email = opened.get_by_role("region", name="The email", exact=True)
    expect(email.get_by_role("link", name=f"{SOIL}:{line}")).to_be_visible()
    expect(email.locator(".marked")).to_contain_text("{% if %}Whoever digs")
    mend(preview)
    expect(frame(opened).get_by_text("Whoever digs, learns.")).to_be_visible()
    expect(opened.get_by_role("heading", name="This email cannot be shown")).to_have_count(0)
    assert opened.evaluate("window.still") is True


def test_a_course_file_that_cannot_be_read_is_told_and_mended(opened: Page, preview: Preview) -> None:
    preview.edit("course.toml", "[cadence]", "[cadence")
    email = opened.get_by_role("region", name="The email", exact=True)
    expect(email.get_by_role("link", name=re.compile(r"course\.toml:\d+"))).to_be_visible()
    preview.edit("course.toml", "[cadence", "[cadence]")
    expect(frame(opened).get_by_role("heading", level=1)).to_have_text("What soil is made of")


def test_a_finding_appears_beside_the_email_and_leads_to_its_line(opened: Page, preview: Preview) -> None:
    preview.edit(SOIL, "![A spade that stands in a bed]", "![]")
    findings = opened.get_by_role("complementary", name="Findings")
    expect(findings.get_by_text("picture-without-alt")).to_be_visible()
    findings.get_by_role("listitem").filter(has_text="picture-without-alt").get_by_role("link").click()
    expect(opened.locator("li.marked")).to_contain_text("![](../assets/spade.png)")
    expect(opened.locator("li.marked")).to_be_in_viewport()


def test_what_is_chosen_and_where_one_was_stay_when_a_file_is_saved_or_the_page_loaded_anew(
    opened: Page, preview: Preview
) -> None:
    opened.get_by_label("Reader", exact=True).select_option(label="Long name")
    opened.get_by_role("radio", name="Dark").check()
    expect(opened.get_by_text("as the email’s own styles say")).to_be_visible()
    address, sheets = opened.url, opened.get_by_role("region", name="The email at four widths")
    sheets.evaluate("one => one.scrollTo(200, 400)")
    opened.evaluate("scrollTo(0, 20)")
    preview.edit(SOIL, "Dig one hole, and look.", "Dig two holes, and look.")
    expect(frame(opened).get_by_text("Dig two holes, and look.")).to_be_attached()
    expect(opened.get_by_role("radio", name="Dark")).to_be_checked()
    assert sheets.evaluate("one => [one.scrollLeft, one.scrollTop]") == [200, 400]
    assert opened.evaluate("scrollY") == 20
    opened.reload()
    assert opened.url == address
    expect(opened.get_by_role("radio", name="Dark")).to_be_checked()
    expect(opened.get_by_label("Reader", exact=True)).to_have_value("long-name")


def test_without_a_mouse_one_gets_to_every_lesson_and_choice(opened: Page, preview: Preview) -> None:
    opened.keyboard.press("Tab")
    expect(opened.get_by_role("link", name="Skip to the email")).to_be_focused()
    expect(opened.get_by_role("link", name="Skip to the email")).to_be_in_viewport()
    here = opened.get_by_role("navigation", name="Timeline").locator("[aria-current]")
    here.focus()
    opened.keyboard.press("j")
    opened.keyboard.press("Enter")
    expect(here).to_contain_text("Gardens")
    expect(here).to_be_focused()
    expect(frame(opened).get_by_text("That was all.")).to_be_visible()
    opened.keyboard.press("k")
    opened.keyboard.press("Enter")
    expect(frame(opened).get_by_role("heading", level=1)).to_have_text("What soil is made of")
    opened.get_by_role("radio", name="Light").focus()
    opened.keyboard.press("ArrowRight")
    expect(opened.get_by_role("radio", name="Dark")).to_be_checked()
    expect(opened.get_by_role("radio", name="Dark")).to_be_focused()
    expect(opened.get_by_text("as the email’s own styles say")).to_be_visible()


def test_whoever_types_keeps_the_focus_when_a_file_is_saved(opened: Page, preview: Preview) -> None:
    opened.get_by_text("The reader’s values").click()
    name = opened.get_by_label("first_name")
    name.fill("")
    name.press_sequentially("Sam")
    preview.edit(SOIL, "Whoever digs, learns.", "Whoever looks, sees.")
    expect(frame(opened).get_by_text("Whoever looks, sees.")).to_be_visible()
    expect(name).to_be_focused()
    expect(name).to_have_value("Sam")


def states(page: Page, preview: Preview) -> Iterator[str]:
    """Leads the page from one state to the next, and says which it is in."""
    yield "an email"
    page.get_by_role("checkbox", name="Off").check()
    yield "without pictures"
    for choice in ("Dark", "Inverted", "Plain text", "Source"):
        page.get_by_role("radio", name=choice).check()
        region = "The email at four widths" if choice in {"Dark", "Inverted"} else choice
        expect(page.get_by_role("region", name=region)).to_be_visible()
        yield choice
    page.goto(preview.address)
    preview.edit(SOIL, "![A spade that stands in a bed]", "![]")
    findings = page.get_by_role("complementary", name="Findings")
    expect(findings.get_by_text("picture-without-alt")).to_be_visible()
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true; })")
    yield "findings"
    findings.get_by_role("listitem").filter(has_text="picture-without-alt").get_by_role("link").click()
    expect(page.locator("li.marked")).to_be_visible()
    yield "a file"
    page.goto(preview.address)
    break_(preview)
    expect(page.get_by_role("heading", name="This email cannot be shown")).to_be_visible()
    yield "an error"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_state_of_the_page_keeps_anyone_out(opened: Page, preview: Preview, scheme: str) -> None:
    opened.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    found = {state: violations(opened) for state in states(opened, preview)}
    assert {state: told for state, told in found.items() if told} == {}
    assert len(found) == 9


def test_no_state_of_the_page_is_wider_than_a_small_phone(opened: Page, preview: Preview) -> None:
    opened.set_viewport_size({"width": 320, "height": 640})
    found = {state: too_wide(opened) for state in states(opened, preview)}
    assert {state: told for state, told in found.items() if told} == {}


def without_sandbox(route: Route) -> None:
    """Answers with an email in which scripts may run, as axe must."""
    answer = route.fetch()
    route.fulfill(response=answer, headers=answer.headers | {"content-security-policy": ""})


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_no_email_in_the_preview_keeps_anyone_out(page: Page, of_bundled: Preview, mode: str) -> None:
    page.route("**/email?*", without_sandbox)
    page.goto(of_bundled.address)
    slugs = stop(page, re.compile("")).evaluate_all("all => all.map(one => one.id.replace('stop-', ''))")
    found = {}
    for slug in slugs:
        page.goto(f"{of_bundled.address}email?lesson={slug}&mode={mode}")
        found[slug] = violations(page)
    assert {slug: told for slug, told in found.items() if told} == {}
    assert len(found) == 22


def test_a_test_is_sent_to_those_who_are_named(opened: Page, preview: Preview) -> None:
    opened.get_by_text("Send this email as a test").click()
    opened.get_by_label("To, up to").fill("sample@example.com, another@example.com")
    opened.get_by_role("button", name="Send the test").click()
    for address in ("sample@example.com", "another@example.com"):
        expect(opened.get_by_role("status").get_by_text(address)).to_be_visible()
    sent = list((preview.folder.parent / "outbox").rglob("*.eml"))
    assert len(sent) == 2


def test_without_scripts_the_form_still_shows_what_is_chosen(browser: Browser, preview: Preview) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(preview.address)
        page.get_by_role("radio", name="Plain text").check()
        page.get_by_role("button", name="Show").click()
        expect(page.get_by_role("region", name="Plain text")).to_contain_text("Soil holds")
