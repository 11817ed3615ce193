"""A sample of an email shows what the reader of it would see, also of what comes next."""

from __future__ import annotations

from dataclasses import replace

import pytest

from course.folder import load
from course.links import LINKS, SAMPLE_LINKS, SAMPLE_SCHEDULE, SCHEDULE
from course.model import Course
from course.render import Letter
from course.sample import Samples, sample_schedule
from tests.course.check.small import small_course

FILES = small_course()
COURSE = load(FILES)


def letter(course: Course, slug: str) -> Letter:
    return Letter("field", next(lesson for lesson in course.all_lessons if lesson.slug == slug))


@pytest.mark.parametrize("slug", ["welcome", "soil", "light"])
def test_a_sample_says_a_day_for_what_comes_next(slug: str) -> None:
    assert sample_schedule(COURSE, letter(COURSE, slug)) == {"next_day": "Thursday, 29 October"}
    german = replace(COURSE, language="de")
    assert sample_schedule(german, letter(german, slug)) == {"next_day": "Donnerstag, 29. Oktober"}


def test_after_the_last_email_nothing_comes_and_a_confirmation_says_no_day() -> None:
    assert sample_schedule(COURSE, letter(COURSE, "closing")) == {}
    assert sample_schedule(COURSE, Letter("field", None)) == {}
    endless = replace(COURSE, closing=None)
    assert sample_schedule(endless, letter(endless, "light")) == {}
    assert sample_schedule(endless, letter(endless, "soil")) != {}


def test_the_day_is_printed_in_every_part_of_a_sample() -> None:
    lesson = "---\nsubject: Until {{ schedule.next_day }}\npreheader: x\n---\n\nThe next: {{ schedule.next_day }}.\n"
    files = {**FILES, "lessons/01-soil.md": lesson.encode()}
    course = load(files)
    email = Samples(course, files).email(course.lessons[0])
    assert email.subject == "Until Thursday, 29 October"
    assert "The next: Thursday, 29 October." in email.html
    assert "The next: Thursday, 29 October." in email.text


def test_there_is_a_sample_of_every_name() -> None:
    assert set(SAMPLE_LINKS) == LINKS
    assert set(SAMPLE_SCHEDULE) == SCHEDULE
