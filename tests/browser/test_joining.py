"""The sign-up form and the settings with a keyboard alone, in another time zone, and on another site's page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.browser.axe import violations
from tests.browser.people import Person, somebody
from tests.browser.states import a_school_in
from tests.sender.web.sample import School


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    with a_school_in("en", tmp_path_factory.mktemp("school")) as found:
        yield found


@pytest.fixture
def person(browser: Browser, school: School) -> Iterator[Person]:
    with somebody(browser, school) as found:
        yield found


def go_to(page: Page, words: str) -> None:
    """Press Tab until that is focused which has these words as its name, label or value; it can be seen to be."""
    named = """() => {
        const one = document.activeElement, label = one.labels && one.labels.length ? one.labels[0] : one;
        return [one.getAttribute("aria-label") || label.innerText || "", getComputedStyle(one).outlineStyle];
    }"""
    for _ in range(60):
        page.keyboard.press("Tab")
        name, outline = page.evaluate(named)
        if words in " ".join(name.split()):
            assert outline != "none", f"{words} has the focus, and nothing shows it"
            return
    raise AssertionError(f"no Tab leads to {words}")


def press(page: Page, words: str, key: str = "Enter") -> None:
    """Go to what has these words, and press a key there."""
    go_to(page, words)
    page.keyboard.press(key)


def test_with_a_keyboard_alone_somebody_joins_and_confirms(person: Person) -> None:
    page = person.page
    page.goto(f"{person.school.base_url}/courses/gardens")
    go_to(page, "Email address")
    page.keyboard.type(person.address)
    go_to(page, "First name")
    page.keyboard.type("Sample")
    press(page, "Balcony", "ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label("Balcony")).to_be_checked()
    go_to(page, "Time zone")
    page.keyboard.type("Berlin")
    press(page, "Sign up")
    person.expect_heading("Now look into your inbox")
    person.school.tick()
    person.follow("/confirm/")
    press(page, "Confirm and begin", "Space")
    person.expect_heading("You are in")
    assert person.school.ask("SELECT zone FROM subscriber WHERE email = ?", person.address) == [("Europe/Berlin",)]


def test_no_key_leads_into_the_field_that_nobody_is_to_fill_in(person: Person) -> None:
    page = person.page
    page.goto(f"{person.school.base_url}/courses/gardens")
    ids = []
    for _ in range(12):
        page.keyboard.press("Tab")
        ids.append(page.evaluate("document.activeElement.id"))
    assert "homepage" not in ids
    assert ids[:2] == ["email", "first_name"]


def test_with_a_keyboard_alone_somebody_changes_their_settings_and_takes_that_back(person: Person) -> None:
    person.join()
    person.follow("/preferences/")
    page = person.page
    press(page, "Take a break")
    press(page, "For 2 weeks")
    expect(person.said).to_contain_text("Your course is paused until")
    press(page, "Undo", "Space")
    expect(person.said).to_contain_text("Your course goes on.")
    press(page, "Pace", "Space")
    press(page, "As the course has it", "ArrowDown")
    press(page, "Change the pace")
    expect(person.said).to_contain_text("Your pace is changed.")
    press(page, "Leave this course")
    person.expect_heading("You have left the course")
    press(page, "Undo")
    expect(person.said).to_contain_text("You are back")


def test_a_form_with_a_fault_is_shown_again_with_the_focus_on_it(person: Person) -> None:
    page = person.page
    page.goto(f"{person.school.base_url}/courses/gardens")
    page.get_by_label("First name").fill("Sample")
    person.press("Sign up")
    email = page.get_by_label("Email address")
    expect(email).to_be_focused()
    expect(email).to_have_attribute("aria-invalid", "true")
    expect(email).to_have_accessible_description("An email address is needed here.")
    expect(page.get_by_label("First name")).to_have_value("Sample")
    email.fill(person.address)
    person.press("Sign up")
    person.expect_heading("Now look into your inbox")


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Argentina/Buenos_Aires", "Asia/Kolkata", "Etc/GMT+3"])
def test_the_browser_s_time_zone_is_found_and_can_be_changed(browser: Browser, school: School, zone: str) -> None:
    with somebody(browser, school, timezone_id=zone) as person:
        page = person.page
        page.goto(f"{school.base_url}/courses/gardens")
        own = page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")  # may be an older name for it
        expect(page.get_by_label("Time zone")).to_have_value(own)
        page.get_by_label("Email address").fill(person.address)
        person.press("Sign up")
        person.expect_heading("Now look into your inbox")
        [(kept,)] = school.ask("SELECT zone FROM subscriber WHERE email = ?", person.address)
        assert kept == own
        page.get_by_role("link", name="Go back to the form").click()
        page.get_by_label("Email address").fill(person.address)
        page.get_by_label("Time zone").select_option("Africa/Nairobi")
        person.press("Sign up")
        person.expect_heading("Now look into your inbox")
        [(kept,)] = school.ask("SELECT zone FROM subscriber WHERE email = ?", person.address)
        assert kept == "Africa/Nairobi"


def test_a_chosen_time_zone_stays_when_the_form_comes_back(browser: Browser, school: School) -> None:
    with somebody(browser, school, timezone_id="Asia/Tokyo") as person:
        person.page.goto(f"{school.base_url}/courses/gardens")
        person.page.get_by_label("Time zone").select_option("Africa/Nairobi")
        person.press("Sign up")
        expect(person.page.get_by_label("Time zone")).to_have_value("Africa/Nairobi")


def test_without_scripts_the_form_has_the_time_zone_of_the_course(browser: Browser, school: School) -> None:
    with somebody(browser, school, timezone_id="Asia/Tokyo", java_script_enabled=False) as person:
        person.page.goto(f"{school.base_url}/courses/gardens")
        expect(person.page.get_by_label("Time zone")).to_have_value("Europe/London")


@contextmanager
def another_site(html: str) -> Iterator[str]:
    """The address of a page of another origin: another port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(f"<!doctype html><title>Another site</title>{html}".encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as its base calls it
            """Say nothing of each request."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://localhost:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def framed(page: Page, site: str) -> FrameLocator:
    page.goto(site)
    return page.frame_locator("iframe")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_the_form_works_within_a_page_of_another_site(browser: Browser, school: School, *, scripts: bool) -> None:
    frame = f'<iframe title="Sign up" width="300" height="900" src="{school.base_url}/courses/gardens/form"></iframe>'
    with another_site(frame) as site, somebody(browser, school, java_script_enabled=scripts) as person:
        form = framed(person.page, site)
        form.get_by_role("button", name="Sign up").click()
        expect(form.get_by_text("An email address is needed here.")).to_be_visible()
        if scripts:
            assert violations(person.page.frames[1]) == []
            assert person.page.frames[1].evaluate("document.scrollingElement.scrollWidth") <= 300
        form.get_by_label("Email address").fill(person.address)
        form.get_by_role("button", name="Sign up").click()
        expect(form.get_by_role("heading", name="Now look into your inbox")).to_be_visible()
        form.get_by_role("link", name="Go back to the form").click()
        expect(form.get_by_label("Email address")).to_be_visible()
        assert person.page.url == site
        school.tick()
        person.follow("/confirm/")
        person.press("Confirm and begin")
        person.expect_heading("You are in")


def test_a_form_of_another_site_may_be_sent_to_us(browser: Browser, school: School) -> None:
    form = f'''<form method="post" action="{school.base_url}/courses/gardens/join">
        <label>Email <input name="email"></label><button name="go" value="1">Join</button></form>'''
    with another_site(form) as site, somebody(browser, school) as person:
        person.page.goto(site)
        person.page.get_by_label("Email").fill(person.address)
        person.press("Join")
        person.expect_heading("Now look into your inbox")


def test_no_other_page_of_ours_is_shown_within_another_site(browser: Browser, school: School) -> None:
    with somebody(browser, school) as person:
        person.join()
        own = [f"{school.base_url}/courses/gardens", *(link for link in person.emails[-1] if school.base_url in link)]
        assert len(own) > 4
    with browser.new_context() as context:  # a refusal is an error to the browser, and no fault here
        page = context.new_page()
        for address in own:
            frame = f'<iframe src="{address}"></iframe>'
            with another_site(frame) as site, page.expect_event("requestfailed") as refused:
                page.goto(site)
            assert refused.value.url == address
            assert "BLOCKED_BY_RESPONSE" in str(refused.value.failure)
