"""What is to be seen of a course for some choices: one email, and the course around it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from course.confined.messages import packed, unpacked
from course.errors import CourseError, Place
from course.personal.readers import Reader
from course.preview.choices import CONFIRMATION, Choices, Mode
from course.preview.showing import shown_course, shown_email, test_email
from course.render import Letter, Renderer
from tests.course.check.small import COURSE, a_lesson, small_course
from tests.course.drawn import a_course_showing, a_png
from tests.course.preview.served import TODAY


def choose(**chosen: Any) -> Choices:
    return Choices(TODAY, **chosen)


GREETING = a_lesson("Hello {{ subscriber.first_name }}, {{ subscriber.nickname | default('you') }}.")


def test_without_a_choice_the_first_lesson_is_shown() -> None:
    shown = shown_email(small_course(), choose())
    assert shown.email.subject == "Soil"
    assert shown.preheader == "What is under you."
    assert shown.place.file == "lessons/01-soil.md"


@pytest.mark.parametrize(
    ("lesson", "file"),
    [
        ("welcome", "lessons/welcome.md"),
        ("closing", "lessons/closing.md"),
        (CONFIRMATION, "templates/email/confirm.mjml"),
        ("@access", "templates/email/access.mjml"),
        ("@address", "templates/email/address.mjml"),
        ("@moved", "templates/email/moved.mjml"),
        ("@nothing", "lessons/01-soil.md"),
        ("no-such-lesson", "lessons/01-soil.md"),
        ("light", "lessons/01-soil.md"),  # which the first track does not take
    ],
)
def test_any_email_can_be_chosen_and_the_first_lesson_takes_the_place_of_one_that_is_not_there(
    lesson: str, file: str
) -> None:
    assert shown_email(small_course(), choose(lesson=lesson)).place.file == file
    assert shown_course(small_course(), choose(lesson=lesson)).lesson == (
        lesson if file in {f"lessons/{lesson}.md", f"templates/email/{lesson[1:]}.mjml"} else "soil"
    )


def test_a_lesson_is_found_by_the_name_that_it_had() -> None:
    files = small_course(a_lesson("Text.", settings="aliases: [earth]"))
    assert shown_course(files, choose(lesson="earth")).lesson == "soil"


def test_a_confirmation_of_the_themes_own_is_the_courses_file() -> None:
    own = "<mjml><mj-body><mj-section><mj-column><mj-text>Yes?</mj-text></mj-column></mj-section></mj-body></mjml>"
    shown = shown_email(small_course({"theme/confirm.mjml": own}), choose(lesson=CONFIRMATION))
    assert shown.place.file == "theme/confirm.mjml"
    assert "Yes?" in shown.html


def test_an_email_is_for_the_chosen_reader() -> None:
    files = small_course(GREETING)
    assert "Hello Sample, Sample." in shown_email(files, choose()).html
    assert "Hello there, you." in shown_email(files, choose(persona="nobody")).html
    assert "عيّنة" in shown_email(files, choose(persona="right-to-left")).email.text


def test_values_that_the_author_writes_stand_over_the_personas() -> None:
    files = small_course(GREETING)
    written = shown_email(files, choose(values=(("first_name", "<b>Ada</b>"), ("nickname", ""), ("unknown", "x"))))
    assert "Hello &lt;b&gt;Ada&lt;/b&gt;, you." in written.html
    assert ("first_name", "<b>Ada</b>") in [
        (field.name, value)
        for field, value in shown_course(files, choose(values=(("first_name", "<b>Ada</b>"),))).fields
    ]


@pytest.mark.parametrize(
    ("lesson", "day"),
    [("welcome", "Tuesday, 3 March"), ("soil", "Tuesday, 10 March"), ("light", "Thursday, 12 March"), ("closing", "")],
)
def test_an_email_says_when_the_readers_next_one_comes(lesson: str, day: str) -> None:
    ask = "Next: {{ schedule.next_day }}."
    files = {
        path: content + ask.encode() if path.startswith("lessons/") else content
        for path, content in small_course().items()
    }
    assert f"Next: {day}." in shown_email(files, choose(track="field", lesson=lesson)).email.text


def test_a_track_is_chosen_and_an_unknown_one_is_the_first() -> None:
    assert shown_email(small_course(), choose(track="field", lesson="light")).email.subject == "Light for Sample"
    assert shown_course(small_course(), choose(track="sky")).track == "balcony"


def test_a_zone_is_chosen_and_an_unknown_one_is_the_courses_own() -> None:
    assert shown_course(small_course(), choose(zone="Asia/Tokyo")).zone == "Asia/Tokyo"
    assert shown_course(small_course(), choose(zone="Mars/Olympus")).zone == "Europe/London"


def test_subjects_in_the_calendar_are_the_readers_own() -> None:
    stops = shown_course(small_course(), choose(track="field")).calendar.stops
    assert [stop.subject for stop in stops][1:] == ["Welcome", "Soil", "Light for Sample", "The end"]
    later = shown_course(small_course(), choose(track="field", persona="nobody")).calendar.stops
    assert later[3].subject == "Light for there"


def test_a_subject_that_cannot_be_rendered_is_shown_as_written_and_the_others_all_the_same() -> None:
    files = small_course(a_lesson("Text.", subject='"{{ nobody.knows }}"'))
    stops = shown_course(files, choose(lesson="welcome")).calendar.stops
    assert [stop.subject for stop in stops][1:] == ["Welcome", "{{ nobody.knows }}", "The end"]


def test_once_a_subject_never_ends_nobody_waits_for_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def render(_renderer: Renderer, letter: Letter, _reader: Reader) -> None:
        tried.append(letter.lesson and letter.lesson.slug)
        raise CourseError("Too slow.", fix="Less.", rule="render-limit")

    monkeypatch.setattr(Renderer, "render", render)
    monkeypatch.setattr("course.preview.showing._subjects", {})
    files = small_course(a_lesson("Text.", subject="Soil for {{ subscriber.first_name }} alone"))
    stops = shown_course(files, choose(track="field")).calendar.stops
    assert tried == [None]
    assert stops[2].subject == "Soil for {{ subscriber.first_name }} alone"


def test_subjects_can_be_left_unrendered() -> None:
    stops = shown_course(small_course(), choose(track="field"), False).calendar.stops
    assert stops[3].subject == "Light for {{ subscriber.first_name }}"


def test_pictures_come_from_the_preview() -> None:
    files = a_course_showing("![A desk](../assets/desk.png)", desk_png=a_png())
    shown = shown_email(files, choose())
    assert 'src="/assets/' in shown.html
    assert "https://example.com/assets" not in shown.html
    assert 'src="https://example.com/assets/' in shown.email.html
    assert "/assets/" not in shown_email(files, choose(images=False)).html


def test_modes_change_what_is_shown_and_not_what_is_sent() -> None:
    light, dark = (shown_email(small_course(), choose(mode=mode)) for mode in (Mode.LIGHT, Mode.DARK))
    assert light.email == dark.email
    assert light.html != dark.html


def test_the_size_is_that_of_what_is_sent_in_bytes() -> None:
    shown = shown_email(small_course(a_lesson("Ünïcödé 😀")), choose())
    assert shown.size == len(shown.email.html.encode())


@pytest.mark.parametrize("body", ["One.", "word " * 10_000, "😀", "{{ subscriber.first_name }}"])
def test_a_lesson_of_any_length_is_shown(body: str) -> None:
    files = small_course(a_lesson(body, subject="😀 Soil"))
    assert shown_email(files, choose()).email.subject == "😀 Soil"


def test_an_email_that_is_far_too_large_is_an_error_and_not_sent_to_a_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("course.preview.showing.MOST_BYTES", 200_000)
    with pytest.raises(CourseError) as caught:
        shown_email(small_course(a_lesson("word " * 50_000)), choose())
    assert caught.value.rule == "render-limit"
    assert "0.3 MB" in caught.value.message
    assert caught.value.place == Place("lessons/01-soil.md")


def test_what_is_kept_of_one_state_of_the_files_is_not_shown_for_the_next() -> None:
    for word in ("First.", "Second.", "First."):
        assert word in shown_email(small_course(a_lesson(word)), choose()).html
    changed = COURSE.replace('default = "there"', 'default = "you"')
    shown_course(small_course(), choose(track="field", persona="nobody"))
    stops = shown_course(small_course({"course.toml": changed}), choose(track="field", persona="nobody")).calendar.stops
    assert stops[3].subject == "Light for you"


def test_what_is_shown_can_travel_between_processes() -> None:
    for one in (
        shown_email(small_course(), choose()),
        shown_course(small_course(), choose()),
        test_email(small_course(), choose()),
    ):
        assert unpacked(packed(one)) == one
    undated = shown_course(small_course(), Choices(date.max)).calendar
    assert str(unpacked(packed(undated))) == str(undated)


@pytest.mark.parametrize(("lesson", "label"), [("", "soil"), ("welcome", "welcome"), (CONFIRMATION, "confirm")])
def test_a_test_is_named_after_its_lesson(lesson: str, label: str) -> None:
    test = test_email(small_course(), choose(lesson=lesson))
    assert test.label == label
    assert test.course.slug == "gardens"
    assert not test.email.placeholders


def test_a_course_that_cannot_be_loaded_says_why() -> None:
    files = small_course({"course.toml": COURSE + '\n[theme]\naccent = "reddish"\n'})
    with pytest.raises(CourseError, match="reddish"):
        shown_email(files, choose())
