"""A course, a person and requests that try to bring markup and scripts into every page that could show them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlencode

from sender.editions import EditionBook
from sender.model import DeliveryKind
from sender.store.database import open_database
from sender.web.gate import Gate
from tests.sender.stage import a_lesson
from tests.sender.web.doors import links_of
from tests.sender.web.sample import NOW, Answer, School, get, request, served

SCRIPT: Final = "<script>alert(1)</script>"
HOSTILE: Final = (
    f"{SCRIPT}\"><img src=x onerror=alert(1)>' onfocus=alert(1) autofocus x='</title></style></textarea>"
    "<svg/onload=alert(1)>javascript:alert(1) &lt;script&gt; ${7*191} #{7*191}"
)
"""What breaks out of texts, attributes of either quote, elements that hold text, and addresses."""

JINJA: Final = "{{7*191}}{%print(7*191)%}"
PRODUCT: Final = "1337"
"""What a template makes of the product in these texts, if it takes them for its own."""

ADDRESS: Final = "{{7*191}}'&{x}@example.com"
"""An address that mail can be sent to."""

_QUOTED: Final = json.dumps(HOSTILE)
_COURSE: Final = f"""\
slug = "hostile"
title = {_QUOTED}
description = {_QUOTED}
from = {{ name = {_QUOTED}, address = "course@example.com" }}
postal_address = {_QUOTED}
public_archive = true

[cadence]
days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
time = "08:00"
timezone = "Europe/London"

[tracks.one]
title = {_QUOTED}
description = {_QUOTED}

[tracks.two]
title = "Two"

[fields]
first_name = {{ type = "text" }}
nickname = {{ type = "text" }}
site = {{ type = "text" }}
"""
_QUIZ: Final = f"""\
quiz:
  id: first
  question: {_QUOTED}
  answers:
    - text: {_QUOTED}
      right: true
      explanation: {_QUOTED}
    - text: "Other"
      explanation: {_QUOTED}
"""
_BODY: Final = """\
Hello {{ subscriber.first_name }}, known as **{{ subscriber.nickname }}**.

| Who | Where |
|---|---|
| {{ subscriber.first_name }} | `{{ subscriber.nickname }}` |

[Your site]({{ subscriber.site }}) or
[a search](https://example.com/?q={{ subscriber.nickname }} "{{ subscriber.nickname }}").
"""
_SAID: Final = HOSTILE + JINJA
_HEADERS: Final = {"User-Agent": HOSTILE, "Referer": HOSTILE, "Accept-Language": HOSTILE, "X-Forwarded-For": HOSTILE}


def hostile_course() -> dict[str, bytes]:
    """Words that attack wherever a course file takes words; its author is only careless, and they must be text."""
    texts = {
        "course.toml": _COURSE,
        "lessons/welcome.md": a_lesson("{{ subscriber.first_name }}", _BODY),
        "lessons/01-one.md": a_lesson("{{ subscriber.nickname }}", _BODY, _QUIZ),
        "lessons/02-two.md": a_lesson("two"),
    }
    return {path: text.encode() for path, text in texts.items()}


@contextmanager
def attacked(folder: Path) -> Iterator[School]:
    """A served school with that course and people of a hostile name: 1 had all of it, 2 is to confirm, 3 takes it."""
    database = open_database(f"sqlite:///{folder}/school.db")
    school = School(folder, database, EditionBook(), gate=Gate(per_network=1000, per_address=1000, least_seconds=0.0))
    try:
        school.publish(hostile_course())
        _enrol(school, 1, confirmed=True)
        with served(school):
            for days in range(4):
                school.now = NOW + timedelta(days=days)
                school.tick()
            _enrol(school, 2, confirmed=False)
            _enrol(school, 3, confirmed=True)
            school.tick()
            school.now += timedelta(days=1)
            school.tick()
            yield school
    finally:
        database.close()


def _enrol(school: School, person: int, *, confirmed: bool) -> None:
    school.enrol(
        person, course="hostile", confirmed=confirmed, first_name=_SAID, last_name=HOSTILE, nickname=_SAID,
        site="javascript:alert(1)",
    )  # fmt: skip


def pages(school: School) -> Iterator[tuple[str, Answer]]:
    """Every page that shows something of the course, of the person, or of the request, by its address and form."""
    lesson, welcome = links_of(school, DeliveryKind.LESSON, 3), links_of(school, DeliveryKind.WELCOME, 3)
    finished = links_of(school, DeliveryKind.LESSON, 1)
    confirm = links_of(school, DeliveryKind.CONFIRM, 2)["confirm"]
    course, archive = f"{school.base_url}/courses/hostile", f"{school.base_url}/archive/hostile/"
    quiz, view = f"{lesson['quiz']}/first/a", lesson["view"]
    for url in (
        course, f"{course}/form", f"{archive}index.html", f"{archive}one.html", confirm, welcome["view"], view,
        f"{view}/all", f"{view}/read/one", f"{view}/read/welcome", quiz, lesson["preferences"], lesson["unsubscribe"],
        finished["certificate"], finished["preferences"],
    ):  # fmt: skip
        yield url, get(url)
    for url, form in _forms(course, confirm, quiz, lesson["preferences"], lesson["unsubscribe"]):
        yield f"{url}?{form}"[:200], _sent(url, form)
    for address in (school.base_url, course, view, quiz, lesson["preferences"], f"{archive}one.html"):
        for path in (f"/{quote(_SAID, safe='')}", f"?{quote(_SAID)}={quote(_SAID)}"):
            yield address + path, request("GET", address + path, headers=_HEADERS)


def _forms(course: str, confirm: str, quiz: str, preferences: str, leave: str) -> Iterator[tuple[str, dict[str, str]]]:
    wish = {"email": _SAID, "first_name": _SAID, "timezone": _SAID, "track": _SAID}
    for form in ("page", "embedded", _SAID):
        yield f"{course}/join", {"form": form, **wish}
        yield f"{course}/join", {"form": form, "email": ADDRESS, "first_name": _SAID}
    yield quiz, {"answer": _SAID}
    yield quiz, {"answer": "a"}
    for name, act in (("until", "pause"), ("at", "time"), ("zone", "zone"), ("track", "track"), ("days", "pace")):
        yield preferences, {"act": act, name: _SAID}
    yield preferences, {"act": "change-address", "email": _SAID}
    yield preferences, {"act": "change-address", "email": ADDRESS}
    yield preferences, {"act": _SAID}
    yield preferences, {"act": "track", "track": "two"}
    yield confirm, {"afresh": _SAID}
    yield leave, {"act": "pause", "weeks": _SAID}
    yield leave, {"act": "pause", "weeks": "2"}
    yield leave, {"act": "leave"}


def _sent(url: str, form: dict[str, str]) -> Answer:
    headers = {"Content-Type": "application/x-www-form-urlencoded", **_HEADERS}
    return request("POST", url, urlencode(form).encode(), headers)
