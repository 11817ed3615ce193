"""The lessons can be read on our pages: those that somebody had, and all of them at their own pace."""

from __future__ import annotations

import re
from datetime import datetime
from hashlib import sha256
from urllib.parse import urljoin

import pytest

from tests.course.drawn import a_png
from tests.sender.stage import SLOTS, a_course, a_lesson
from tests.sender.web.sample import School, get, policy_of, post, request, said, words

BODY = """\
Hello {{ subscriber.first_name }}. [Leave]({{ links.unsubscribe }}). [A page]({{ subscriber.page }}). The next one:
{{ schedule.next_day }}.

![A desk](../assets/desk.png)

It is so [@talk#t-1], and so [@book#b-1].
{% if subscriber.role == 'expert' %}You know that.{% endif %}
"""
QUIZ = """\
quiz:
  id: which
  question: Which?
  answers:
    - text: This
      explanation: No.
    - text: That <one>
      right: true
      explanation: Yes.
"""
TALK = "---\ntitle: A talk\nvideo: abcdefghijk\n---\n\n### t-1 · 51:54\n\nA.\n"
BOOK = "---\ntitle: A book\n---\n\n## On soil\n\n### b-1\n\nA.\n"
FIELDS = """\
[fields]
first_name = { type = "text", default = "there" }
page = { type = "text" }
role = { type = "text", values = ["novice", "expert"] }
"""
PNG = a_png(30, 20)


def the_course(*names: str, title: str = "", tables: str = "") -> dict[str, bytes]:
    """A course whose first lesson shows everything."""
    files = {
        "lessons/01-one.md": a_lesson("one", BODY, QUIZ + title),
        "sources/talk.md": TALK,
        "sources/book.md": BOOK,
    }
    made = a_course(*names, welcome=True, closing=True, tables=tables + FIELDS, files=files)
    return {**made, "assets/desk.png": PNG}


def up_to(school: School, until: datetime) -> None:
    for slot in SLOTS:
        if school.now < slot <= until:
            school.now = slot
            school.tick()


def begun(school: School, until: datetime | None = None, files: dict[str, bytes] | None = None, **fields: str) -> None:
    """One person takes a course of three lessons, up to a moment: the welcome is delivery 1, the lessons follow."""
    school.publish(files or the_course("one", "two", "three"))
    school.enrol(1, course="letters", confirmed=True, start=None, **fields)
    school.tick()
    if until is not None:
        up_to(school, until)


def place(school: School, delivery: int = 1) -> str:
    return school.links(delivery)["view"]


def listed(school: School, delivery: int = 1) -> list[str]:
    """The list as it reads: an open lesson in brackets, and what is said of it."""
    text = get(f"{place(school, delivery)}/all").text
    rows = re.findall(r"<li>(.*?)</li>", text.partition('<ul class="lessons">')[2], re.DOTALL)
    return [said(re.sub(r"<a [^>]*>(.*?)</a>", r"[\1] ", row)) for row in rows]


def status_of(school: School, slug: str, delivery: int = 1) -> int:
    return get(f"{place(school, delivery)}/read/{slug}").status


def at_own_pace(school: School) -> None:
    """What asking for the rest to read leaves behind."""
    school.ask("UPDATE enrolment SET status = 'paused', resume_on = NULL, next_due_at = NULL, due_since = NULL")


def test_the_list_says_what_was_had_what_is_next_and_what_is_to_come(school: School) -> None:
    begun(school, SLOTS[0])
    assert listed(school) == [
        "[About welcome]",
        "[About one] Lesson 1 of 3",
        "About two Lesson 2 of 3 · next, on Thursday, 5 March",
        "About three Lesson 3 of 3 · to come",
    ]


def test_before_the_first_lesson_only_the_welcome_is_open(school: School) -> None:
    begun(school)
    assert listed(school)[:2] == ["[About welcome]", "About one Lesson 1 of 3 · next, on Tuesday, 3 March"]


def test_every_email_of_the_course_leads_to_the_same_list(school: School) -> None:
    begun(school, SLOTS[3])
    assert listed(school, 1) == listed(school, 3) == listed(school, 5)


def test_who_has_had_a_lesson_reads_it_here_and_no_later_one(school: School) -> None:
    begun(school, SLOTS[0])
    assert [status_of(school, slug) for slug in ("welcome", "one", "two", "three", "closing")] == [
        200, 200, 403, 403, 404,
    ]  # fmt: skip
    answer = get(f"{place(school)}/read/two")
    assert words(answer).startswith("Not yet The lesson “About two” has not come to you yet.")
    assert "All about two" not in answer.text


def test_who_asked_for_the_rest_reads_everything(school: School) -> None:
    begun(school, SLOTS[0])
    at_own_pace(school)
    assert listed(school) == [
        "[About welcome]",
        "[About one] Lesson 1 of 3",
        "[About two] Lesson 2 of 3 · next",
        "[About three] Lesson 3 of 3",
        "[About closing]",
    ]
    slugs = ("welcome", "one", "two", "three", "closing")
    assert [status_of(school, slug) for slug in slugs] == [200] * 5
    assert "You read at your own pace" in words(get(f"{place(school)}/all"))


def test_a_pause_with_an_end_opens_nothing(school: School) -> None:
    begun(school, SLOTS[0])
    at_own_pace(school)
    school.ask("UPDATE enrolment SET resume_on = '2026-04-01'")
    assert status_of(school, "two") == 403


def test_who_has_finished_reads_everything_that_was_added_since(school: School) -> None:
    begun(school, SLOTS[5])
    assert status_of(school, "closing") == 200
    school.publish(the_course("one", "two", "three", "four"))
    assert status_of(school, "four") == 200


def test_who_has_left_keeps_what_they_had(school: School) -> None:
    begun(school, SLOTS[0])
    post(school.links(2)["unsubscribe"])
    assert [status_of(school, slug) for slug in ("welcome", "one", "two")] == [200, 200, 403]
    answer = get(f"{place(school)}/all")
    assert "You have left this course. What you had of it stays here to read." in words(answer)
    assert listed(school)[2] == "About two Lesson 2 of 3 · next"


def test_who_comes_back_goes_on_with_what_they_had_unless_they_start_again(school: School) -> None:
    begun(school, SLOTS[0])
    post(school.links(2)["unsubscribe"])
    again = (
        "INSERT INTO enrolment (id, subscriber_id, course_id, track, status, overrides, start_at, created_at, afresh)"
        " SELECT 9, subscriber_id, course_id, track, 'active', overrides, start_at, created_at, ? FROM enrolment"
    )
    delivery = (
        "INSERT INTO delivery (id, enrolment_id, kind, occasion, slot_at, slot_on, batch_id)"
        " SELECT 9, 9, 'welcome', 0, slot_at + 864000, '2026-03-13', batch_id FROM delivery WHERE id = 1"
    )
    school.ask(again, 0)
    school.ask(delivery)
    assert [status_of(school, "one", one) for one in (1, 9)] == [200, 200]
    school.ask("UPDATE enrolment SET afresh = 1 WHERE id = 9")
    assert [status_of(school, "one", one) for one in (1, 9)] == [200, 403]
    school.ask("UPDATE enrolment SET status = 'pending' WHERE id = 9")
    assert status_of(school, "one", 1) == 200


def test_an_email_that_may_not_have_arrived_can_be_read_here(school: School) -> None:
    begun(school, SLOTS[1])
    school.ask("UPDATE batch SET state = 'uncertain' WHERE id = 2")
    assert listed(school)[1] == "[About one] Lesson 1 of 3 · its email may not have reached you"
    assert status_of(school, "one") == 200


def test_a_lesson_put_in_before_their_place_is_there_only_for_who_reads_on(school: School) -> None:
    begun(school, SLOTS[1])
    school.publish(the_course("one", "zero", "two", "three"))
    assert "About zero" not in " ".join(listed(school))
    assert status_of(school, "zero") == 404
    at_own_pace(school)
    assert listed(school)[2] == "[About zero] Lesson 2 of 4"
    assert status_of(school, "zero") == 200


def test_a_track_has_its_own_lessons(school: School) -> None:
    files = the_course("one", "two", "three", tables='[tracks.long]\ntitle = "Long"\n\n[tracks.short]\ntitle = "S"\n\n')
    files["lessons/02-two.md"] = files["lessons/02-two.md"].replace(b"---\n\n", b"tracks: [long]\n---\n\n", 1)
    begun(school, SLOTS[0], files)
    school.ask("UPDATE enrolment SET track = 'short'")
    assert listed(school)[1:] == ["[About one] Lesson 1 of 2", "About three Lesson 2 of 2 · next, on Thursday, 5 March"]
    assert status_of(school, "two") == 404


def test_a_lesson_reads_as_its_reader_s_own(school: School) -> None:
    begun(school, SLOTS[0], first_name="Sample", role="expert", page="https://example.org/mine")
    answer = get(f"{place(school)}/read/one")
    text = words(answer)
    assert text.startswith("Lesson 1 of 3 About one Hello Sample. Leave . A page . The next one: Thursday, 5 March.")
    assert "You know that." in text
    assert f'href="{school.links(1)["unsubscribe"]}"' in answer.text
    assert 'href="https://example.org/mine"' in answer.text
    school.ask("UPDATE subscriber SET attributes = '{}', first_name = ''")
    text = words(get(f"{place(school)}/read/one"))
    assert "Hello there." in text
    assert "You know that." not in text


def test_names_and_values_are_data_and_nothing_else(school: School) -> None:
    files = the_course("one", "two", title="title: One for {{ subscriber.first_name }}\n")
    begun(school, SLOTS[1], files, first_name="<script>{{ 7*7 }}</script> **x**", page="javascript:alert(1)")
    for url in ("all", "read/one", "read/two"):
        text = get(f"{place(school)}/{url}").text
        assert "&lt;script&gt;{{ 7*7 }}&lt;/script&gt; **x**" in text
        assert "<script" not in text
        assert "javascript:" not in text


def test_sources_and_pictures_are_where_they_belong(school: School) -> None:
    begun(school, SLOTS[0])
    url = f"{place(school)}/read/one"
    answer = get(url)
    assert 'href="https://www.youtube.com/watch?v=abcdefghijk&amp;t=3114s"' in answer.text
    assert 'href="#source-2"' in answer.text
    assert "Sources A talk . Watch from 51:54 . A book ." in words(answer)
    [picture] = re.findall(r'<img src="([^"]*)"', answer.text)
    assert urljoin(url, picture) == f"{school.base_url}/assets/{sha256(PNG).hexdigest()}/desk.png"
    assert get(urljoin(url, picture)).content == PNG


def test_its_question_leads_to_the_pages_of_its_answers(school: School) -> None:
    begun(school, SLOTS[0])
    url = f"{place(school)}/read/one"
    answer = get(url)
    links = re.findall(r'<a href="([^"]*/which/\w)">', answer.text)
    assert [urljoin(url, link) for link in links] == [f"{school.links(1)['quiz']}/which/{letter}" for letter in "ab"]
    assert get(urljoin(url, links[0])).status == 200
    assert "That &lt;one&gt;" in answer.text
    assert post(urljoin(url, links[1]), b"answer=b").status == 200
    assert "You have answered “That <one>” before. That is right." in words(get(url))


def test_a_page_leads_to_those_around_it_that_are_open(school: School) -> None:
    begun(school, SLOTS[1])
    found = {
        slug: re.findall(r'<a rel="(prev|next)" href="([^"]*)"', get(f"{place(school)}/read/{slug}").text)
        for slug in ("welcome", "one", "two")
    }
    assert found == {
        "welcome": [("next", "one")],
        "one": [("prev", "welcome"), ("next", "two")],
        "two": [("prev", "one")],
    }
    url = f"{place(school)}/read/one"
    assert urljoin(url, "two") == f"{place(school)}/read/two"
    assert urljoin(url, "../all") == f"{place(school)}/all"
    assert '<a href="../all">' in get(url).text


def test_an_earlier_name_of_a_lesson_leads_to_it(school: School) -> None:
    begun(school, SLOTS[0])
    files = the_course("one", "two", "three", title="aliases: [uno]\n")
    school.publish(files)
    assert words(get(f"{place(school)}/read/uno")).startswith("Lesson 1 of 3 About one")


def test_it_reads_as_the_course_is_now(school: School) -> None:
    begun(school, SLOTS[0])
    files = the_course("one", "two", "three")
    school.publish({**files, "lessons/01-one.md": a_lesson("one", "A mended text.").encode()})
    assert "A mended text." in words(get(f"{place(school)}/read/one"))
    assert "A mended text." not in get(place(school, 2)).text


@pytest.mark.parametrize("path", ["all", "read/one", "read/two", "read/nowhere"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reading_changes_nothing(school: School, path: str, method: str) -> None:
    begun(school, SLOTS[0])
    before = school.everything()
    assert request(method, f"{place(school)}/{path}").status < 500
    assert request("POST", f"{place(school)}/{path}").status == 405
    assert school.everything() == before


def test_its_own_style_is_all_that_a_page_allows(school: School) -> None:
    begun(school, SLOTS[0])
    answer = get(f"{place(school)}/read/one")
    policy = policy_of(answer)
    assert policy["default-src"] == "'none'"
    assert policy["img-src"] == "'self'"
    assert policy["style-src"].startswith("'sha256-")
    assert "script-src" not in policy
    assert " style=" not in answer.text
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.text.count("<h1>") == answer.text.count("<main") == 1


@pytest.mark.parametrize("path", ["read", "read/", "read/../all", "all/", "read/%00", "read/one/", "read/ONE"])
def test_what_is_not_there_is_not_found(school: School, path: str) -> None:
    begun(school, SLOTS[0])
    assert get(f"{place(school)}/{path}").status == 404


def test_an_erased_person_s_lessons_are_gone_and_another_token_opens_nothing(school: School) -> None:
    begun(school, SLOTS[0])
    leave = school.links(1)["unsubscribe"].rpartition("/")[2]
    for path in ("all", "read/one"):
        assert get(f"{school.base_url}/lessons/{leave}/{path}").status == 404
        assert get(f"{place(school, 99)}/{path}").status == 404
    school.ask("UPDATE subscriber SET email = '', email_key = NULL, first_name = '', erased_at = 1")
    assert {get(f"{place(school)}/{path}").status for path in ("all", "read/one", "read/two")} == {410}


def test_the_certificate_is_there_once_it_is_due(school: School) -> None:
    begun(school, SLOTS[1])
    assert "certificate/" not in get(f"{place(school)}/all").text
    up_to(school, SLOTS[2])
    [link] = re.findall(r'<a href="([^"]*certificate[^"]*)"', get(f"{place(school)}/all").text)
    assert get(urljoin(f"{place(school)}/all", link)).status == 200
    up_to(school, SLOTS[3])
    school.publish(the_course("one", "two", "three", "four"))
    assert link in get(f"{place(school)}/all").text
