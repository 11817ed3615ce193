"""A subscriber in a browser: joining, confirming, learning at their own pace, answering, leaving and coming back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.people import Person, somebody
from tests.browser.states import a_school_in
from tests.sender.web.sample import NOW, School


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A school for all the people here, each of whom is somebody else."""
    with a_school_in("en", tmp_path_factory.mktemp("school")) as found:
        yield found


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def person(request: pytest.FixtureRequest, browser: Browser, school: School) -> Iterator[Person]:
    with somebody(browser, school, java_script_enabled=request.param) as found:
        yield found


def test_somebody_joins_confirms_and_gets_the_welcome_and_then_the_first_lesson(person: Person) -> None:
    school = person.school
    school.now = NOW
    person.ask_to_join()
    expect(person.main).to_contain_text(person.address)
    assert person.emails == []
    school.tick()
    person.follow("/confirm/")
    person.expect_heading("Please confirm")
    assert school.tick().accepted == 0
    person.press("Confirm and begin")
    person.expect_heading("You are in")
    expect(person.main).to_contain_text("on its way to you")
    school.tick()
    person.follow("/lessons/")
    expect(person.page.get_by_text("Hello Sample, one lesson a week will come.")).to_be_visible()
    person.follow("/preferences/")
    expect(person.main).to_contain_text("The next email comes on Tuesday, 3 March at 08:00 (Europe/Berlin).")
    school.now = NOW + timedelta(days=1)
    school.tick()
    person.follow("/lessons/")
    expect(person.page.get_by_role("heading", name="What soil is made of")).to_be_visible()


def test_every_setting_is_changed_confirmed_and_taken_back(person: Person) -> None:
    person.join()
    person.follow("/preferences/")
    person.expect_heading("Your course, your way")
    page = person.page

    person.open("Pace")
    page.get_by_label("Faster, every weekday").check()
    person.change("Change the pace", "Wednesday, 4 March at 08:00 (Europe/Berlin)")
    expect(person.said).to_contain_text("Your pace is changed.")
    person.change("Undo", "Thursday, 5 March at 08:00 (Europe/Berlin)")

    person.open("Time of day")
    page.get_by_label("At what time shall a lesson come?").fill("19:30")
    person.change("Change the time", "Thursday, 5 March at 19:30 (Europe/Berlin)")
    person.change("Undo", "Thursday, 5 March at 08:00 (Europe/Berlin)")

    person.open("Time zone")
    page.get_by_label("Where are you?").select_option("Asia/Tokyo")
    person.change("Change the time zone", "Thursday, 5 March at 08:00 (Asia/Tokyo)")
    person.change("Undo", "Thursday, 5 March at 08:00 (Europe/Berlin)")

    person.open("Track")
    page.get_by_label("What soil is made of").check()
    person.press("Change the track")
    expect(person.said).to_contain_text("Your track is changed.")
    person.press("Undo")
    expect(page.locator("summary", has_text="Track")).to_contain_text("Balcony")


def test_a_course_is_paused_and_gone_on_with_and_read_at_one_s_own_pace(person: Person) -> None:
    person.join()
    person.follow("/preferences/")
    page = person.page

    person.open("Take a break")
    page.get_by_label("Nothing comes before").fill("2026-04-01")
    person.press("Pause until that day")
    expect(person.said).to_contain_text("paused until 1 April 2026")
    assert person.school.tick().accepted == 0
    person.change("Undo", "The next email comes on Thursday, 5 March")

    person.open("Take a break")
    person.press("For 2 weeks")
    expect(person.said).to_contain_text("paused until 17 March 2026")
    person.press("Go on with the course")
    expect(person.said).to_contain_text("Your course goes on.")

    person.open("Read at my own pace")
    person.press("Read the rest at my own pace")
    expect(person.said).to_contain_text("No more emails of this course come until you say so.")
    page.get_by_role("link", name="Read the lessons").click()
    person.expect_heading("All lessons")
    page.get_by_role("link", name="Rain, as it falls").click()
    person.expect_heading("Rain, as it falls")
    page.get_by_role("link", name="All lessons").click()
    page.get_by_role("link", name="Change that").click()
    person.change("Go on with the course", "The next email comes on Thursday, 5 March")


def test_the_next_lesson_comes_at_once_where_somebody_asks_and_may_be_called_off(person: Person) -> None:
    person.join()
    person.follow("/preferences/")
    person.press("Send me the next one now")
    expect(person.said).to_contain_text("on its way to you")
    person.press("Undo")
    expect(person.said).to_contain_text("comes in its own time again")
    person.press("Send me the next one now")
    had = len(person.emails)
    person.school.tick()
    assert len(person.emails) == had + 1
    person.follow("/preferences/")
    expect(person.page.get_by_role("button", name="Send me the next one now")).to_have_count(0)
    expect(person.main).to_contain_text("You can have the next one sent at once from")


def test_a_question_is_answered_from_the_email(person: Person) -> None:
    person.join()
    person.follow("/quiz/")
    person.expect_heading("One question")
    expect(person.page.get_by_label("Worms, as they dig")).to_be_checked()
    person.page.get_by_label("Rain, as it falls").check()
    person.press("Send my answer")
    person.expect_heading("Not quite")
    expect(person.main).to_contain_text("They make room for air and water.")
    person.page.get_by_role("link", name="Choose again").click()
    person.page.get_by_label("Worms, as they dig").check()
    person.press("Send my answer")
    person.expect_heading("That is right")
    expect(person.main).to_contain_text("You have answered 1 of 1 question, and got 1 right.")


def test_somebody_leaves_takes_it_back_leaves_everything_and_joins_again(person: Person) -> None:
    person.join()
    person.follow("/unsubscribe/")
    person.press("Pause for 2 weeks")
    person.expect_heading("Your course is paused")
    person.press("Undo")
    person.follow("/unsubscribe/")
    person.press("Unsubscribe")
    person.expect_heading("You have left the course")
    person.press("Undo")
    expect(person.said).to_contain_text("You are back")
    person.press("Leave all courses")
    person.expect_heading("You have left all courses")
    had = len(person.emails)
    person.school.now += timedelta(days=7)
    person.school.tick()
    assert len(person.emails) == had
    person.follow("/preferences/")
    person.page.get_by_role("link", name="Sign up again").click()
    person.ask_to_join()
    person.school.tick()
    person.follow("/confirm/")
    expect(person.main).to_contain_text("You had 1 lesson of it before.")
    person.press("Confirm and go on")
    person.expect_heading("You are in")


def test_an_address_is_changed_and_data_downloaded_and_erased_by_fresh_links(person: Person) -> None:
    person.join()
    person.follow("/preferences/")
    person.open("Another address")
    new = f"new-{person.address}"
    person.page.get_by_label("New email address").fill(new)
    person.press("Change my address")
    expect(person.said).to_contain_text(new)
    person.open("Download or erase my data")
    person.press("Send me the link")
    expect(person.said).to_contain_text("on its way to your address")
    person.school.tick()
    person.follow("/privacy/")
    with person.page.expect_download() as download:
        person.press("Download my data")
    assert person.address.encode() in download.value.path().read_bytes()
    moved = Person(person.school, person.page, new)
    moved.follow("/address/")
    person.press("Yes, send them here")
    person.expect_heading("Your address is changed")
    person.follow("/privacy/")
    person.page.get_by_label("Yes, erase everything about me").check()
    person.press("Erase me")
    person.expect_heading("You have been erased")
    assert person.school.ask("SELECT id FROM subscriber WHERE email IN (?, ?)", person.address, new) == []
