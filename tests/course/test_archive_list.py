"""The list of an archive: which lessons there are, in which week they come, and which tracks take them."""

from __future__ import annotations

from tests.course.archived import Archive, archived, words
from tests.course.check.small import COURSE, a_lesson

FIELD = '[tracks.field]\n    title = "Field"\n'
WINTER = "---\nsubject: Winter\npreheader: Rest.\n---\n\nRest.\n"
APART = {
    **a_lesson("Text.", settings="tracks: [balcony]"),
    "lessons/03-winter.md": WINTER,
    "course.toml": COURSE.replace(FIELD, f'{FIELD}    description = "Out of doors."\n'),
}
"""Courses whose tracks part: Soil and Winter on the balcony, Light and Winter in the field."""


def headings(archive: Archive) -> list[str]:
    """Headings and links of the list, in order, each after the level of its heading."""
    main = archive.page("index.html").find(".//main")
    assert main is not None
    return [f"{one.tag} {words(one)}" for one in main.iter("h1", "h2", "h3", "a")]


def test_lessons_are_listed_by_week_where_a_track_takes_them_all() -> None:
    found = headings(archived({"lessons/03-winter.md": WINTER}))
    weeks = ["h2 Week 1", "a Soil", "h2 Week 2", "a Light for there", "a Winter"]
    assert found == ["h1 Gardens", "h2 Tracks", *weeks]


def test_a_lesson_is_listed_with_its_number_its_preheader_and_the_tracks_that_choose_it() -> None:
    archive = archived({"lessons/03-winter.md": WINTER.replace("preheader", "tracks: [field]\npreheader")})
    first, second = archive.page("index.html").iterfind(".//main/ol")
    assert [first.get("start"), second.get("start")] == ["1", "2"]
    assert words(first) == "Soil What is under you. Also in: Balcony"
    assert words(second) == "Light for there What is above you. Winter Rest."


def test_each_track_is_told_with_its_length() -> None:
    tracks = archived({"lessons/03-winter.md": WINTER}).page("index.html").find(".//main/dl")
    assert words(tracks) == "Balcony 2 lessons · 1 week Field 3 lessons · 2 weeks"


def test_a_course_of_one_track_tells_no_tracks() -> None:
    one = archived({"course.toml": COURSE.replace('[tracks.balcony]\n    title = "Balcony"\n', "")})
    assert headings(one) == ["h1 Gardens", "h2 Week 1", "a Soil", "h2 Week 2", "a Light for there"]
    assert "2 lessons · 2 weeks" in one.text("index.html")


def test_tracks_of_which_none_takes_all_are_listed_one_after_the_other() -> None:
    archive = archived(APART)
    balcony = ["h2 Balcony", "h3 Week 1", "a Soil", "a Winter"]
    field = ["h2 Field", "h3 Week 1", "a Light for there", "a Winter"]
    assert headings(archive) == ["h1 Gardens", *balcony, *field]
    assert "Out of doors." in archive.text("index.html")
    soil, winter = "Soil It is under you.", "Winter Rest. Also in:"
    light = "Light for there What is above you."
    found = [words(one) for one in archive.page("index.html").iterfind(".//main//ol")]
    assert found == [f"{soil} {winter} Field", f"{light} {winter} Balcony"]


def test_a_lesson_of_several_such_tracks_reads_as_on_the_first() -> None:
    winter = WINTER.replace("Rest.\n", "Rest on the {{ track.title }}.\n")
    assert "Rest on the Balcony." in archived({**APART, "lessons/03-winter.md": winter}).text("winter.html")


def test_a_track_that_takes_every_lesson_is_named_beside_none() -> None:
    light = {"lessons/02-light.md": "---\nsubject: Light\npreheader: Up.\n---\n\nUp.\n"}
    assert "Also in" not in archived(light).text("index.html")


def test_lessons_follow_each_other_as_they_are_listed() -> None:
    archive = archived(APART)
    followed = ["soil.html"]
    for _ in archive.pages:
        if (link := archive.page(followed[-1]).find(".//nav//a[@rel='next']")) is not None:
            followed.append(link.get("href") or "")
    assert followed == ["soil.html", "winter.html", "light.html"]


def test_a_holiday_moves_no_lesson_to_another_week() -> None:
    course = COURSE.replace('time = "08:00"', 'time = "08:00"\n    skip = [2001-01-02, 2001-01-04]')
    assert headings(archived({"course.toml": course})) == headings(archived())


def test_a_week_without_a_lesson_is_left_out() -> None:
    light = "---\nsubject: Light\npreheader: Up.\nwait: 3w\n---\n\nUp.\n"
    found = headings(archived({"lessons/02-light.md": light}))
    assert [one for one in found if "Week" in one] == ["h2 Week 1", "h2 Week 4"]


def test_titles_and_preheaders_are_listed_as_text() -> None:
    archive = archived(a_lesson("Text.", subject='"<b>Soil</b> for {{ subscriber.first_name }}"'))
    assert "a <b>Soil</b> for there" in headings(archive)
    assert archive.page("index.html").find(".//b") is None
