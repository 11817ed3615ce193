"""A certificate is for who has had every lesson of their track, and it stays; before that, the page says how far."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.sender.stage import SLOTS, a_course
from tests.sender.web.sample import Answer, School, get, post, request, words

TRACKS = '[tracks.long]\ntitle = "Long <way>"\n\n[tracks.short]\ntitle = "Short"\n'


def the_course(*lessons: str, **more: object) -> dict[str, bytes]:
    return a_course(*lessons, welcome=True, closing=True, **more)  # type: ignore[arg-type]


def up_to(school: School, until: datetime) -> None:
    """Tick at every slot up to a moment."""
    for slot in SLOTS:
        if school.now < slot <= until:
            school.now = slot
            school.tick()


def begun(school: School, files: dict[str, bytes] | None = None, *, first: str = "Sample", last: str = "001") -> None:
    """One person has had the welcome of a course."""
    school.publish(files or the_course("one", "two"))
    school.enrol(1, course="letters", confirmed=True, first_name=first, last_name=last)
    school.tick()


def page_of(school: School, delivery: int = 1) -> Answer:
    return get(school.links(delivery)["certificate"])


def test_who_has_had_every_lesson_has_a_certificate(school: School) -> None:
    begun(school)
    up_to(school, SLOTS[2])
    answer = page_of(school)
    assert answer.status == 200
    text = words(answer)
    assert text.startswith(
        "Certificate Sample 001 has finished the email course Letters 2 lessons 5 March 2026 Letters"
    )
    assert "<title>Certificate – Letters</title>" in answer.text


def test_every_email_of_the_course_leads_to_it(school: School) -> None:
    begun(school)
    up_to(school, SLOTS[2])
    texts = {page_of(school, delivery).text for delivery in (1, 2, 3, 4)}
    assert len(texts) == 1


def test_it_is_there_with_the_last_lesson_and_keeps_its_day_when_the_closing_comes(school: School) -> None:
    begun(school)
    up_to(school, SLOTS[1])
    before = page_of(school)
    assert "5 March 2026" in words(before)
    up_to(school, SLOTS[2])
    assert page_of(school).text == before.text


@pytest.mark.parametrize(
    ("until", "says"),
    [
        (SLOTS[0].replace(hour=7), "You have not had any lesson of “Letters” so far."),
        (SLOTS[0], "You have had 1 of 3 lessons of “Letters”."),
        (SLOTS[1], "You have had 2 of 3 lessons of “Letters”."),
    ],
)
def test_before_that_it_says_how_far_they_are(school: School, until: datetime, says: str) -> None:
    begun(school, the_course("one", "two", "three"))
    up_to(school, until)
    answer = page_of(school)
    assert answer.status == 200
    assert words(answer).startswith(f"Not yet {says}")
    assert "Sample 001" not in answer.text


def test_a_track_has_its_own_certificate(school: School) -> None:
    files = the_course("one", "two", tables=TRACKS)
    files["lessons/02-two.md"] = files["lessons/02-two.md"].replace(b"---\n\n", b"tracks: [long]\n---\n\n", 1)
    begun(school, files)
    school.ask("UPDATE enrolment SET track = 'short'")
    up_to(school, SLOTS[0])
    text = words(page_of(school))
    assert "Track “Short”, 1 lesson" in text
    school.ask("UPDATE enrolment SET track = 'long'")
    assert words(page_of(school)).startswith("Not yet You have had 1 of 2 lessons")
    up_to(school, SLOTS[1])


def test_titles_and_names_are_data_and_nothing_else(school: School) -> None:
    files = the_course("one", tables=TRACKS)
    files["course.toml"] = files["course.toml"].replace(b'title = "Letters"', b'title = "<i>Letters</i> & {{ 7*7 }}"')
    begun(school, files, first="<b>{{ 7*7 }}</b>", last="& Söhne")
    up_to(school, SLOTS[0])
    answer = page_of(school)
    assert "&lt;b&gt;{{ 7*7 }}&lt;/b&gt; &amp; Söhne" in answer.text
    assert "&lt;i&gt;Letters&lt;/i&gt; &amp; {{ 7*7 }}" in answer.text
    assert "Long &lt;way&gt;" in answer.text
    assert "<b>" not in answer.text
    assert "<i>" not in answer.text


def test_without_a_name_there_is_a_line_to_write_it_on(school: School) -> None:
    fields = '[fields]\nfirst_name = { type = "text", default = "reader" }\n'
    begun(school, the_course("one", tables=fields), first="", last="")
    up_to(school, SLOTS[0])
    answer = page_of(school)
    assert words(answer).startswith("Certificate Name has finished the email course Letters")
    assert 'class="name blank"' in answer.text
    assert "reader" not in answer.text


@pytest.mark.parametrize("state", ["failed", "uncertain", "cancelled", "held"])
def test_a_lesson_that_did_not_arrive_is_missing(school: School, state: str) -> None:
    begun(school)
    up_to(school, SLOTS[2])
    school.ask("UPDATE batch SET state = ? WHERE id = 2", state)
    assert words(page_of(school)).startswith("Not yet You have had 1 of 2 lessons")


def test_a_lesson_that_failed_for_one_person_is_missing(school: School) -> None:
    begun(school)
    up_to(school, SLOTS[2])
    school.ask("UPDATE delivery SET outcome = 'failed' WHERE id = 3")
    assert words(page_of(school)).startswith("Not yet You have had 1 of 2 lessons")


def test_lessons_that_come_to_the_course_later_take_nothing_away(school: School) -> None:
    begun(school)
    up_to(school, SLOTS[2])
    before = page_of(school).text
    school.publish(the_course("one", "two", "three"))
    assert page_of(school).text == before


def test_a_lesson_put_in_before_their_place_is_not_missing(school: School) -> None:
    begun(school)
    up_to(school, SLOTS[0])
    school.publish(the_course("zero", "one", "two"))
    assert words(page_of(school)).startswith("Not yet You have had 1 of 2 lessons")
    up_to(school, SLOTS[1])
    assert "2 lessons" in words(page_of(school))


def test_a_lesson_taken_out_before_its_turn_is_not_missing(school: School) -> None:
    begun(school)
    up_to(school, SLOTS[0])
    school.publish(the_course("one"))
    assert "1 lesson 3 March 2026" in words(page_of(school))


def test_a_lesson_that_is_sent_again_changes_no_day(school: School) -> None:
    begun(school)
    up_to(school, SLOTS[2])
    before = page_of(school).text
    school.ask(
        "INSERT INTO delivery (enrolment_id, kind, lesson_id, occasion, slot_at, slot_on, batch_id)"
        " SELECT enrolment_id, kind, lesson_id, 1, slot_at + 864000, '2026-03-20', batch_id FROM delivery WHERE id = 3"
    )
    assert page_of(school).text == before


def test_who_left_before_the_end_has_none_and_who_left_after_it_keeps_it(school: School) -> None:
    begun(school)
    up_to(school, SLOTS[0])
    post(school.links(1)["unsubscribe"])
    assert words(page_of(school)).startswith("Not yet")
    school.enrol(2, course="letters", confirmed=True)
    up_to(school, SLOTS[5])
    post(school.links(4)["unsubscribe"])
    assert words(page_of(school, 4)).startswith("Certificate Sample 002")


def test_a_confirmation_leads_to_it_too_and_says_that_it_is_early(school: School) -> None:
    school.publish(the_course("one"))
    school.enrol(1, course="letters")
    school.tick()
    assert words(page_of(school)).startswith("Not yet You have not had any lesson")


def test_an_erased_persons_certificate_is_gone(school: School) -> None:
    begun(school)
    up_to(school, SLOTS[2])
    school.ask("UPDATE subscriber SET email = '', email_key = NULL, first_name = '', erased_at = 1")
    answer = page_of(school)
    assert answer.status == 410
    assert "has been erased" in answer.text


def test_an_email_that_is_not_on_record_has_none(school: School) -> None:
    assert page_of(school, 99).status == 404


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_asking_for_it_changes_nothing(school: School, method: str) -> None:
    begun(school)
    up_to(school, SLOTS[2])
    before = school.everything()
    answer = request(method, school.links(1)["certificate"])
    assert answer.status == (405 if method == "POST" else 200)
    assert school.everything() == before
