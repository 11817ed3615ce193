"""A scanner that follows every link of every email, and what those pages lead to, changes nothing and meets no defect.

Mail servers fetch links before their reader does, some of them whatever a page then offers, and forms by their address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from email.message import EmailMessage
from urllib.parse import urljoin

import pytest
from lxml import html
from lxml.html import HtmlElement

from sender.links import PATHS
from sender.model import DeliveryKind
from sender.privacy import Told, ask_access, ask_address_change
from tests.course.drawn import a_png
from tests.sender.stage import SLOTS, a_course, a_lesson
from tests.sender.web.sample import Answer, School, a_school, request, served

LEVELS = 2
"""How far it follows what the pages of an email's links lead to."""

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
QUIZ = """\
quiz:
  id: {id}
  question: Which?
  answers:
    - text: This
      explanation: No.
    - text: That
      right: true
      explanation: Yes.
    - text: Neither
      explanation: No.
"""
BODY = """\
{% if subscriber.role == 'expert' %}You know.{% endif %} Hello {{ subscriber.first_name }}.
[Leave]({{ links.unsubscribe }}), [change]({{ links.preferences }}), [read]({{ links.view }}), or
[finish]({{ links.certificate }}). ![A desk](../assets/desk.png)
"""
TABLES = """\
[tracks.long]
title = "Long"

[tracks.short]
title = "Short"

[fields]
first_name = { type = "text", default = "there" }
role = { type = "text", values = ["novice", "expert"] }
"""


def the_course() -> dict[str, bytes]:
    """A public course on two tracks, in all of whose emails there is every link and a picture, and often a question."""
    lessons = {
        f"lessons/{file}.md": a_lesson(file.rpartition("-")[2], BODY, QUIZ.format(id=f"about-{file}") + more)
        for file, more in (("welcome", ""), ("01-one", ""), ("02-two", "tracks: [long]\n"), ("03-three", ""))
    }
    files = a_course("one", "two", "three", welcome=True, closing=True, tables=TABLES, files=lessons)
    files["course.toml"] = b"public_archive = true\n" + files["course.toml"]
    return {**files, "lessons/closing.md": a_lesson("closing", BODY).encode(), "assets/desk.png": a_png()}


@pytest.fixture(scope="module")
def everybody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A school in which people stand in every way on two courses, and have had every kind of email."""
    with a_school(tmp_path_factory.mktemp("scanned")) as school, served(school):
        school.publish(the_course())
        school.enrol(1, course="letters")  # who does not confirm
        school.enrol(2, 3, 4, 5, course="letters", confirmed=True, role="expert")
        school.enrol(1, confirmed=True, role="engineer")
        for moment in (school.now, *SLOTS[:2]):
            school.now = moment
            school.tick()
        stand_about(school)
        for moment in SLOTS[2:5]:
            school.now = moment
            school.tick()
        assert ask_access(school.database, school.book, theirs(school, 3), school.now).told is Told.SENT
        ask_to_move(school, 3, "sample998@example.com")
        ask_to_move(school, 4, "sample999@example.com")
        assert request("POST", school.links(theirs(school, 4))["address"], b"", FORM).status == 200
        school.tick()
        yield school


def stand_about(school: School) -> None:
    """Some pause, some read at their own pace, some leave, some have answered."""
    token = school.links(theirs(school, 4))["preferences"]
    assert request("POST", token, b"act=own-pace", FORM).status == 200
    assert request("POST", school.links(theirs(school, 5))["unsubscribe"], b"", FORM).status == 200
    assert request("POST", f"{school.links(theirs(school, 2))['quiz']}/about-01-one/b", b"", FORM).status == 200


def ask_to_move(school: School, number: int, address: str) -> None:
    asked = ask_address_change(school.database, school.book, theirs(school, number), address, school.now)
    assert asked.told is Told.SENT
    school.tick()


def theirs(school: School, number: int) -> int:
    """The latest email of somebody on the course of letters."""
    [(found,)] = school.ask(
        "SELECT max(d.id) FROM delivery d JOIN enrolment e ON e.id = d.enrolment_id JOIN subscriber s"
        " ON s.id = e.subscriber_id JOIN course c ON c.id = e.course_id WHERE c.slug = 'letters' AND s.email = ?",
        f"sample{number:03d}@example.com",
    )
    assert isinstance(found, int)
    return found


def links_in(message: EmailMessage) -> set[str]:
    """Every address in an email: in any of its headers, in its text, and wherever its HTML refers to something."""
    headers = " ".join(f"{value}" for value in message.values())
    plain, rich = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert rich is not None
    written = re.findall(r"https?://[^\s<>\"')\]]+", f"{headers} {plain.get_content()}")
    return {address.rstrip(".,") for address in (*written, *referred(rich.get_content(), ""))}


def referred(page: str, url: str) -> Iterator[str]:
    """What a page links, shows, and sends forms to, as seen from its address; of a form without a target, itself."""
    document: HtmlElement = html.document_fromstring(page)
    for _, _, address, _ in document.iterlinks():
        yield urljoin(url, address).partition("#")[0]
    for form in document.iter("form"):
        yield urljoin(url, form.get("action") or url)


def ours(school: School, addresses: Iterable[str]) -> set[str]:
    return {address for address in addresses if address.startswith(school.base_url)}


def is_page(answer: Answer) -> bool:
    return answer.status < 300 and answer.headers["content-type"].startswith("text/html")


def emails(school: School) -> list[EmailMessage]:
    found = school.emails()
    assert found
    return found


def test_the_school_has_sent_every_kind_of_email_with_every_link_that_there_can_be(everybody: School) -> None:
    kinds = everybody.ask("SELECT DISTINCT v.kind FROM batch b JOIN variant v ON v.id = b.variant_id"
                          " WHERE b.state = 'accepted'")  # fmt: skip
    assert {kind for (kind,) in kinds} == set(DeliveryKind)
    links = ours(everybody, (link for message in emails(everybody) for link in links_in(message)))
    pages = {link.removeprefix(f"{everybody.base_url}/").partition("/")[0] for link in links}
    assert pages == {"assets", *(path for path, _ in PATHS.values())}
    assert any("List-Unsubscribe" in message for message in emails(everybody))


def test_every_link_of_every_email_can_be_fetched_and_changes_nothing(everybody: School) -> None:
    links = ours(everybody, (link for message in emails(everybody) for link in links_in(message)))
    before = everybody.everything()
    answers = {(link, method): request(method, link) for link in sorted(links) for method in ("GET", "HEAD")}
    assert {key: answer.status for key, answer in answers.items() if answer.status != 200} == {}
    assert all(answer.content == b"" for (_, method), answer in answers.items() if method == "HEAD")
    assert everybody.everything() == before


def test_following_what_the_pages_lead_to_changes_nothing_either(everybody: School) -> None:
    seen: dict[str, int] = {}
    level = ours(everybody, (link for message in emails(everybody) for link in links_in(message)))
    before = everybody.everything()
    for _ in range(LEVELS + 1):
        found: set[str] = set()
        for link in sorted(level):
            answer = request("GET", link)
            seen[link] = answer.status
            if is_page(answer):
                found |= ours(everybody, referred(answer.text, link))
        level = found - set(seen)
    assert everybody.everything() == before
    assert {link: status for link, status in seen.items() if status not in {200, 405}} == {}
    shapes = {re.sub(r"/\d+\.[^/]+", "", link.removeprefix(everybody.base_url)) for link in seen}
    assert shapes >= {
        "/lessons/all",
        "/lessons/read/one",
        "/lessons/read/welcome",
        "/quiz/about-03-three/c",
        "/preferences",
    }
