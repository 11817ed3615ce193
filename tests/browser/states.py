"""Every page that subscribers can get to see, in every state: what a site answers, to be shown in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from jinja2 import Environment, Template

from sender.editions import EditionBook
from sender.model import DeliveryKind
from sender.store.database import open_database
from sender.web.gate import Gate
from tests.browser.courses import longer_course_in
from tests.sender.web.doors import links_of
from tests.sender.web.sample import NOW, Answer, School, get, post, request, served

LESSON, WELCOME, CONFIRM = DeliveryKind.LESSON, DeliveryKind.WELCOME, DeliveryKind.CONFIRM
_BEFORE: Final = timedelta(days=14)


@contextmanager
def a_school_in(language: str, folder: Path) -> Iterator[School]:
    """A served school with a course in a language, and nobody on it. It lets an address ask twice an hour."""
    database = open_database(f"sqlite:///{folder}/school.db")
    gate = Gate(per_network=10_000, per_address=2, least_seconds=0.0)
    school = School(folder, database, EditionBook(), gate=gate)
    try:
        school.publish(longer_course_in(language))
        with served(school):
            yield school
    finally:
        database.close()


@dataclass
class States:
    """What was seen, by a name for each state: the address and what the site answered there; and by which template."""

    school: School
    seen: dict[str, tuple[str, Answer]] = field(default_factory=dict)
    templates: dict[str, str] = field(default_factory=dict)
    _rendered: list[str] = field(default_factory=list)

    def see(self, name: str, url: str, form: str | None = None) -> None:
        """Look at a page, or send a form to it and look at what comes."""
        assert name not in self.seen
        self._rendered.clear()
        self.seen[name] = (url, get(url) if form is None else post(url, form.encode()))
        self.templates[name] = self._rendered[-1] if self._rendered else ""

    @contextmanager
    def noting_templates(self) -> Iterator[None]:
        """Note which template the site renders, while this lasts: the site runs in this process."""
        load = Environment.get_template

        def noted(environment: Environment, name: str | Template, *more: Any) -> Template:
            if not more and isinstance(name, str):  # not one that another is made of
                self._rendered.append(name)
            return load(environment, name, *more)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Environment, "get_template", noted)
            yield

    def links(self, person: int, kind: DeliveryKind = LESSON) -> dict[str, str]:
        """The links in the latest email of that kind to somebody."""
        return links_of(self.school, kind, person)


def states_of(school: School) -> States:
    """Lead sample people through everything."""
    states = States(school)
    _people(school)
    with states.noting_templates():
        for look in (_joining, _confirming, _learning, _choosing, _resting, _leaving, _own_data, _moving, _problems):
            look(states)
        _unreadable(states)
    return states


def _people(school: School) -> None:
    """1 and 2 have finished, 2 without a name; the others had a lesson, but for 21 to 23, who are yet to confirm."""
    start = NOW - _BEFORE
    school.now = start
    school.enrol(1, course="gardens", confirmed=True)
    school.enrol(2, course="gardens", confirmed=True, first_name="", last_name="")
    _days(school, start, 12)
    school.now = NOW
    school.enrol(*range(3, 20), course="gardens", confirmed=True)
    school.enrol(21, 22, 23, course="gardens")
    _days(school, NOW, 2)


def _days(school: School, start: datetime, days: int) -> None:
    for day in range(days):
        school.now = start + timedelta(days=day)
        while school.tick().accepted:
            pass


def _joining(states: States) -> None:
    course = f"{states.school.base_url}/courses/gardens"
    wrong = "email=nobody&first_name=" + "x" * 1001 + "&timezone=Nowhere&track=none"
    states.see("sign up", course)
    states.see("sign up, all wrong", f"{course}/join", f"form=page&{wrong}")
    states.see("signed up", f"{course}/join", "form=page&email=asker%40example.com")
    states.see("sign up in a frame", f"{course}/form")
    states.see("sign up in a frame, all wrong", f"{course}/join", f"form=embedded&{wrong}")
    states.see("signed up in a frame", f"{course}/join", "form=embedded&email=asker%40example.com")
    states.see("signed up too often", f"{course}/join", "form=page&email=asker%40example.com")
    states.see("signed up too often in a frame", f"{course}/join", "form=embedded&email=asker%40example.com")


def _confirming(states: States) -> None:
    confirm = states.links(21, CONFIRM)["confirm"]
    states.see("settings before confirming", states.links(22, CONFIRM)["preferences"])
    states.see("confirm", confirm)
    states.see("confirmed", confirm, "")
    states.see("confirmed before", confirm)
    gone = states.links(22, CONFIRM)
    post(gone["unsubscribe"], b"")
    states.see("confirming after leaving", gone["confirm"])
    post(states.links(3)["unsubscribe"], b"")
    post(f"{states.school.base_url}/courses/gardens/join", b"email=sample003%40example.com")
    states.school.tick()
    states.see("confirm and go on or start again", states.links(3, CONFIRM)["confirm"])
    states.see("confirmed to go on", states.links(3, CONFIRM)["confirm"], "")


def _learning(states: States) -> None:
    own, quiz = states.links(4), f"{states.links(4)['quiz']}/soil"
    states.see("welcome", states.links(4, WELCOME)["view"])
    states.see("lesson as sent", own["view"])
    states.see("all lessons", f"{own['view']}/all")
    states.see("all lessons before any", f"{states.links(21, CONFIRM)['view']}/all")
    states.see("lesson", f"{own['view']}/read/soil")
    states.see("lesson to come", f"{own['view']}/read/water")
    states.see("question", f"{quiz}/a")
    states.see("question without an answer", f"{quiz}/a", "answer=")
    states.see("wrong answer", f"{quiz}/b", "answer=b")
    states.see("question answered before", f"{quiz}/a")
    states.see("right answer", f"{quiz}/a", "answer=a")
    states.see("lesson with its question answered", f"{own['view']}/read/soil")
    states.see("certificate to come", own["certificate"])
    states.see("certificate before any lesson", states.links(21, CONFIRM)["certificate"])
    finished = states.links(1)
    states.see("certificate", finished["certificate"])
    states.see("certificate without a name", states.links(2)["certificate"])
    states.see("all lessons when finished", f"{finished['view']}/all")
    states.see("settings when finished", finished["preferences"])


def _choosing(states: States) -> None:
    url = states.links(5)["preferences"]
    states.see("settings", url)
    for act in ("pace&days=0", "time&at=19%3A30", "zone&zone=Asia%2FTokyo", "track&track=field", "now", "not-now"):
        states.see(f"done: {act}", url, f"act={act}")
    states.see("settings of one's own", url)
    for act in ("pace&days=x", "time&at=x", "zone&zone=x", "track&track=x", "pause&until=2026-01-01"):
        states.see(f"wrong: {act}", url, f"act={act}")
    states.see("settings too late to undo", url, "act=not-now")
    other = states.links(6)["preferences"]
    post(other, b"act=now")
    states.school.tick()
    states.see("settings after a lesson at once", other)
    states.see("another lesson too soon", other, "act=now")


def _resting(states: States) -> None:
    url = states.links(7)["preferences"]
    states.see("done: pause", url, "act=pause&weeks=2")
    states.see("settings while paused", url)
    states.see("done: own pace", url, "act=own-pace")
    states.see("settings at one's own pace", url)
    states.see("all lessons at one's own pace", f"{states.links(7)['view']}/all")
    states.see("leave while paused", states.links(7)["unsubscribe"])
    states.see("done: resume", url, "act=resume")


def _leaving(states: States) -> None:
    url = states.links(8)["unsubscribe"]
    states.see("leave", url)
    states.see("pause instead", url, "act=pause&weeks=4")
    states.see("pause instead undone", url, "act=resume")
    states.see("pause that is none", url, "act=pause&weeks=9")
    states.see("left", url, "List-Unsubscribe=One-Click")
    states.see("left before", url)
    states.see("settings after leaving", states.links(8)["preferences"])
    states.see("all lessons after leaving", f"{states.links(8)['view']}/all")
    states.see("left and returned", url, "act=return")
    states.see("left everything", url, "act=everything")
    states.see("settings after leaving everything", states.links(8)["preferences"])
    states.school.now += timedelta(hours=2)
    states.see("left for good", url)
    states.see("returning too late", url, "act=return")
    states.school.now -= timedelta(hours=2)
    states.see("leave with an email of no record", states.school.links(99_999)["unsubscribe"])


def _own_data(states: States) -> None:
    school, settings = states.school, states.links(9)["preferences"]
    states.see("done: access", settings, "act=access")
    school.tick()
    url = states.links(9, DeliveryKind.ACCESS)["access"]
    states.see("own data", url)
    states.see("erase without a tick", url, "act=erase")
    school.now += timedelta(days=2)
    states.see("own data too late", url)
    states.see("own data again", url, "act=again")
    for _ in range(2):
        post(url, b"act=again")
    states.see("own data again too often", url, "act=again")
    states.see("too many emails asked for", settings, "act=access")
    school.now -= timedelta(days=2)
    states.see("erased", url, "act=erase&sure=yes")
    states.see("erased before", settings)


def _moving(states: States) -> None:
    school, settings = states.school, states.links(10)["preferences"]
    states.see("wrong: change-address", settings, "act=change-address&email=nobody")
    states.see("wrong: the same address", settings, "act=change-address&email=sample010%40example.com")
    states.see("done: change-address", settings, "act=change-address&email=new010%40example.com")
    post(settings, b"act=change-address&email=sample011%40example.com")
    school.tick()
    taken = links_of(school, DeliveryKind.ADDRESS, 10)["address"]
    states.see("another's address", taken, "")
    first = int(taken.rpartition("/")[2].partition(".")[0]) - 1
    url = school.links(first)["address"]
    states.see("new address", url)
    states.see("new address confirmed", url, "")
    states.see("new address confirmed before", url)
    states.see("own data so soon", settings, "act=access")
    school.tick()
    back = states.links(10, DeliveryKind.MOVED)["address"]
    states.see("have the former address again", back)
    states.see("the former address again", back, "")
    states.see("new address too late", url)


def _problems(states: States) -> None:
    base = states.school.base_url
    states.see("nothing there", f"{base}/nowhere")
    states.see("no such act", states.links(12)["preferences"], "act=nothing")
    states.see("too large", states.links(12)["preferences"], "x" * 70_000)
    states.see("no POST", states.links(12)["view"], "")
    join = f"{base}/courses/gardens/join"
    states.seen["no form"], states.templates["no form"] = (join, request("POST", join, b"x")), "problem.html"


def _unreadable(states: States) -> None:
    """What a process shows that has read nothing yet of a course whose edition is damaged."""
    states.school.ask("UPDATE content SET bytes = ? WHERE hash IN (SELECT hash FROM edition_file)", b"no course")
    school = replace(states.school, book=EditionBook())
    with served(school):
        url = school.links(13)["unsubscribe"]
        states.see("leave a course that cannot be read", url)
        states.see("left a course that cannot be read", url, "List-Unsubscribe=One-Click")
        states.see("left everything, and no course can be read", url, "act=everything")
        states.see("settings of a course that cannot be read", school.links(14)["preferences"])
