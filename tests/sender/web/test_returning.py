"""Whoever comes back to a course chooses on a page where to begin, and is told what comes."""

from __future__ import annotations

from tests.sender.web.asking import PAGE, send, the_words
from tests.sender.web.sample import School, get, post


def asked_again(school: School, *, day: int) -> str:
    """The link by which somebody confirms who had the first lesson on the third, left, and asks on that day again."""
    school.enrol(1, confirmed=True)
    school.tick()
    school.now = school.now.replace(day=3)
    assert school.tick().accepted == 1
    post(school.links(1)["unsubscribe"])
    school.now = school.now.replace(day=day)
    send(school, {**PAGE, "email": "sample001@example.com"})
    school.tick()
    return school.links(3)["confirm"]


def test_whoever_comes_back_chooses_where_to_begin(school: School) -> None:
    link = asked_again(school, day=4)
    text = get(link).text
    assert "You had 1 lesson of it before." in text
    assert '<button class="secondary" name="afresh" value="yes">Confirm and start again</button>' in text
    assert "goes on with its next lesson on Thursday, 5 March at 08:00 (Europe/London)" in the_words(post(link, b""))
    assert school.ask("SELECT afresh FROM enrolment WHERE status = 'active'") == [(0,)]


def test_whoever_starts_again_gets_the_welcome_at_once(school: School) -> None:
    link = asked_again(school, day=3)
    assert "Its first email is on its way to you." in the_words(post(link, b"afresh=yes"))
    assert school.ask("SELECT afresh FROM enrolment WHERE status = 'active'") == [(1,)]


def test_whoever_comes_back_as_a_lesson_is_due_is_told_that_the_course_goes_on(school: School) -> None:
    link = asked_again(school, day=4)
    school.now = school.now.replace(day=5, hour=8, minute=0)
    assert "goes on. Its next lesson is on its way to you." in the_words(post(link, b""))
