"""Rules for emails see every variant on every track, as each made-up reader gets it, and say a thing once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from course.check.emails import faults_in_emails, pages
from course.check.page import Page
from course.check.report import Severity
from course.check.rule import Checked, Fault, Rule
from course.folder import load
from course.render import NOTICES
from tests.course.check.small import a_lesson, small_course


@dataclass
class Spy:
    """A rule that finds a fault in each text that holds `words`, and remembers what it saw."""

    words: str = "Hello"
    seen: list[Page] = field(default_factory=list)

    def rule(self) -> Rule:
        return Rule("spy", Severity.WARNING, "For a test.", in_email=self._look)

    def _look(self, page: Page) -> Iterator[Fault]:
        self.seen.append(page)
        if self.words in page.email.text:
            yield Fault("It is there.", "Take it away.", page.line_of("subject"))


def checked(changes: dict[str, str] | None = None) -> Checked:
    files = small_course(changes)
    return Checked(load(files), files)


def texts(changes: dict[str, str]) -> list[str]:
    spy = Spy()
    list(faults_in_emails(checked(changes), [spy.rule()]))
    return [page.email.text for page in spy.seen]


def test_every_variant_is_looked_at() -> None:
    found = texts(a_lesson("{% if subscriber.indoors %}Inside.{% else %}Outside.{% endif %}"))
    assert any("Inside." in text for text in found)
    assert any("Outside." in text for text in found)


@pytest.mark.parametrize("notice", NOTICES)
def test_notices_are_looked_at_and_a_theme_may_have_its_own(notice: str) -> None:
    assert "Our own words.\n" in texts({f"theme/{notice}.txt": "Our own words."})


def test_every_persona_is_looked_at_as_they_get_it() -> None:
    found = texts(a_lesson("Dear {{ subscriber.first_name }}!"))
    for name in ("Sample", "there", "Wolfeschlegelsteinhausenbergerdorff", "عيّنة", "見本"):
        assert any(f"Dear {name}" in text for text in found), name


def test_a_variant_for_those_who_have_a_name_is_seen_with_a_long_one() -> None:
    course = {"course.toml": (small_course()["course.toml"].decode()).replace(', default = "there"', "", 1)}
    found = texts(course | a_lesson("{% if subscriber.first_name %}Dear {{ subscriber.first_name }}{% endif %} hello."))
    assert any("Dear Wolfe" in text for text in found)


def test_an_email_that_is_the_same_for_several_is_looked_at_once() -> None:
    found = [page.marked for page, _ in pages(checked())]
    assert len(found) == len(set(found))


def test_a_fault_that_everyone_meets_is_told_once() -> None:
    faults = list(faults_in_emails(checked(a_lesson("Hello.")), [Spy("Hello.").rule()]))
    assert [fault.message for _, fault in faults] == ["It is there."]


def test_a_fault_that_only_some_readers_meet_says_for_whom() -> None:
    faults = list(faults_in_emails(checked(a_lesson("Dear {{ subscriber.first_name }}!")), [Spy("Dear there!").rule()]))
    assert [fault.message for _, fault in faults] == ["It is there. So it is for some readers (nothing known)."]


def test_an_email_that_cannot_be_rendered_hides_no_fault_of_the_others() -> None:
    faults = list(faults_in_emails(checked(a_lesson("{{ nobody }}")), [Spy("Look up.").rule()]))
    assert [fault.place.file for _, fault in faults] == ["lessons/02-light.md"]


def test_a_page_knows_the_preheader_and_the_line_of_a_setting() -> None:
    [page] = [page for page, _ in pages(checked()) if page.letter.lesson and page.letter.lesson.slug == "soil"][:1]
    assert page.preheader == "What is under you."
    assert page.line_of("preheader").line == 3
