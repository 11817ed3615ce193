"""People with a browser and an inbox, who join a course and follow the links of its emails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any, Final

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.chromium import guarded
from tests.sender.web.sample import NOW, School, links_in

_NUMBERS: Final = count(1)
_REFUSALS: Final = (409, 422)


@dataclass(frozen=True)
class Person:
    """Somebody with a browser window and an inbox."""

    school: School
    page: Page
    address: str

    @property
    def emails(self) -> list[list[str]]:
        """The links in each email that they got, the latest last."""
        own = [one for one in self.school.emails() if str(one["To"]).rstrip(">").endswith(self.address)]
        return [links_in(one) for one in own]

    def follow(self, part: str) -> None:
        """Follow the link in their latest email whose address has that part."""
        found = [link for link in self.emails[-1] if part in link]
        self.page.goto(found[0])

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def expect_heading(self, name: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(name)

    @property
    def said(self) -> Locator:
        """What the page says was done."""
        return self.page.get_by_role("status")

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    def open(self, name: str) -> None:
        """Open one of the settings."""
        summary = self.page.locator(f"summary:has(> b:text-is('{name}'))")
        if not summary.evaluate("one => one.parentElement.open"):
            summary.click()

    def change(self, button: str, words: str) -> None:
        """Press the button of an act, after which the page has these words."""
        self.press(button)
        expect(self.main).to_contain_text(words)

    def ask_to_join(self) -> None:
        """Fill in the form and send it."""
        self.page.goto(f"{self.school.base_url}/courses/gardens")
        self.page.get_by_label("Email address").fill(self.address)
        self.page.get_by_label("First name").fill("Sample")
        self.page.get_by_label("Balcony").check()
        self.page.get_by_label("Time zone").select_option("Europe/Berlin")
        self.press("Sign up")
        self.expect_heading("Now look into your inbox")

    def join(self) -> None:
        """Join, and have the first lesson."""
        self.school.now = NOW
        self.ask_to_join()
        self.school.tick()
        self.follow("/confirm/")
        self.press("Confirm and begin")
        self.expect_heading("You are in")
        self.school.tick()
        self.school.now = NOW + timedelta(days=1)
        self.school.tick()


@contextmanager
def somebody(browser: Browser, school: School, **options: Any) -> Iterator[Person]:
    """Somebody new, whose browser has these options."""
    with guarded(browser, refusals=_REFUSALS, **options) as context:
        yield Person(school, context.new_page(), f"person{next(_NUMBERS)}@example.com")
