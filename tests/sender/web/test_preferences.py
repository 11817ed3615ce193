"""The preferences: one page that says how things stand, a form for each act, and what each did, with a way back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import urlencode

import pytest

from tests.sender.web.sample import Answer, School, get, post, product_path, said

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
LESSON = datetime(2026, 3, 3, 8, tzinfo=UTC)
ACTS = (
    "pause", "resume", "own-pace", "pace", "time", "zone", "track", "now", "not-now", "leave", "everything", "return",
    "change-address", "access",
)  # fmt: skip


@pytest.fixture
def link(school: School) -> str:
    """The preferences of somebody who had the first lesson this morning."""
    school.enrol(1, confirmed=True)
    school.tick()
    school.now = LESSON
    school.tick()
    school.now = LESSON + timedelta(hours=1)
    return school.links(2)["preferences"]


def sent(link: str, **fields: str) -> Answer:
    return post(link, urlencode(fields).encode())


def done(answer: Answer) -> str:
    """What a page says was done, without its markup."""
    assert answer.status == 200
    return told(answer, "status")


def told(answer: Answer, role: str) -> str:
    _, _, rest = answer.text.partition(f'role="{role}">')
    assert rest
    return said(rest.split("</div>")[0])


def undo(answer: Answer) -> dict[str, str]:
    """What the button that takes an act back sends."""
    (form,) = [part for part in answer.text.split("<form") if ">Undo</button>" in part]
    return {name: unescape(value) for name, value in HIDDEN.findall(form)}


def the_enrolment(school: School) -> list[tuple[object, ...]]:
    return school.ask("SELECT * FROM enrolment") + school.ask("SELECT zone FROM subscriber")


def text_of(answer: Answer) -> str:
    return said(answer.text)


def test_it_says_where_somebody_stands_and_when_the_next_email_comes(link: str) -> None:
    text = text_of(get(link))
    assert "You have had 1 of 16 lessons of “The Product Path”." in text
    assert "The next email comes on Thursday, 5 March at 08:00 (Europe/London)." in text


def test_the_next_email_is_told_by_the_person_s_own_clock(school: School, link: str) -> None:
    sent(link, act="zone", zone="Asia/Kolkata")
    assert "on Thursday, 5 March at 08:00 (Asia/Kolkata)" in text_of(get(link))
    school.now = datetime(2026, 3, 5, 2, 45, tzinfo=UTC)
    assert "The next email is on its way to you." in text_of(get(link))


def test_it_leads_to_the_lessons(link: str) -> None:
    token = link.rpartition("/")[2]
    assert f'href="../lessons/{token}/all"' in get(link).text


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"act": "pause", "until": "2026-03-20"}, "Your course is paused until 20 March 2026."),
        ({"act": "pause", "weeks": "1"}, "Your course is paused until 10 March 2026."),
        ({"act": "own-pace"}, "No more emails of this course come until you say so."),
        ({"act": "pace", "days": "1"}, "Your pace is changed."),
        ({"act": "pace", "days": "01234"}, "Your pace is changed."),
        ({"act": "time", "at": "19:15"}, "Your time of day is changed."),
        ({"act": "zone", "zone": "America/Argentina/Buenos_Aires"}, "Your time zone is changed"),
        ({"act": "track", "track": "breaking-in"}, "Your track is changed."),
        ({"act": "now"}, "The next email is on its way to you."),
    ],
    ids=["pause", "a week", "own pace", "slower", "faster", "time", "zone", "track", "now"],
)  # fmt: skip
def test_each_act_is_told_and_can_be_undone(school: School, link: str, fields: dict[str, str], says: str) -> None:
    before = the_enrolment(school)
    answer = sent(link, **fields)
    assert says in done(answer)
    assert the_enrolment(school) != before
    assert "location" not in answer.headers
    assert done(sent(link, **undo(answer)))
    assert the_enrolment(school) == before


def test_going_on_is_told_and_can_be_undone(school: School, link: str) -> None:
    sent(link, act="pause", until="2026-03-20")
    before = the_enrolment(school)
    answer = sent(link, act="resume")
    assert "Your course goes on." in done(answer)
    assert "The next email comes on Thursday, 5 March" in text_of(answer)
    sent(link, **undo(answer))
    assert the_enrolment(school) == before


def test_a_pace_of_one_s_own_is_among_the_choices_and_comes_back(school: School, link: str) -> None:
    school.ask("UPDATE enrolment SET overrides = ?", '{"days": "06"}')
    assert "Your own days: Monday and Sunday" in text_of(get(link))
    answer = sent(link, act="pace", days="")
    assert undo(answer) == {"act": "pace", "days": "06"}
    assert "Your own days" not in text_of(answer)


def test_the_paces_are_said_in_words_with_their_days(link: str) -> None:
    text = text_of(get(link))
    assert "As the course has it: Tuesday and Thursday" in text
    assert "Slower, once a week: Tuesday" in text
    assert "Faster, every weekday: Monday, Tuesday, Wednesday, Thursday and Friday" in text


def test_what_is_chosen_already_is_no_act_to_undo(link: str) -> None:
    assert "Undo" not in done(sent(link, act="pace", days=""))
    assert "Undo" not in done(sent(link, act="zone", zone=""))


def test_a_track_that_the_course_has_no_more_cannot_be_had_again(school: School, link: str) -> None:
    school.ask("UPDATE enrolment SET track = 'abandoned'")
    assert get(link).status == 200
    assert "Undo" not in done(sent(link, act="track", track="breaking-in"))


def test_a_course_of_one_track_offers_none(school: School) -> None:
    files = product_path()
    toml = files["course.toml"].decode()
    files["course.toml"] = re.sub(r"(?ms)^\[tracks\..*?(?=^\[(?!tracks))", "", toml).encode()
    for path, content in files.items():
        if path.startswith("lessons/"):
            files[path] = re.sub(rb"(?m)^tracks:.*\n", b"", content)
    school.publish(files)
    school.enrol(1, confirmed=True)
    school.tick()
    assert 'name="track"' not in get(school.links(1)["preferences"]).text


@pytest.mark.parametrize(
    ("fields", "field", "kept"),
    [
        ({"act": "pause", "until": "2026-03-01"}, "until", "2026-03-01"),
        ({"act": "pause", "until": '"><script>x</script>'}, "until", "&#34;&gt;&lt;script&gt;x&lt;/script&gt;"),
        ({"act": "pause"}, "until", ""),
        ({"act": "time", "at": "25:00"}, "at", "25:00"),
        ({"act": "time", "at": "<b>"}, "at", "&lt;b&gt;"),
        ({"act": "change-address", "email": "no address<i>"}, "email", "no address&lt;i&gt;"),
        ({"act": "change-address", "email": "sample001@example.com"}, "email", "sample001@example.com"),
    ],
    ids=["past", "script", "no day", "no time", "markup", "no address", "same address"],
)  # fmt: skip
def test_what_cannot_be_taken_is_told_beside_its_field_and_kept(
    school: School, link: str, fields: dict[str, str], field: str, kept: str
) -> None:
    before = school.everything()
    answer = sent(link, **fields)
    assert (answer.status, 'role="alert"' in answer.text) == (422, True)
    assert f'id="{field}-error"' in answer.text
    (control,) = re.findall(rf'<input id="{field}"[^>]*>', answer.text)
    assert f'value="{kept}"' in control
    assert 'aria-invalid="true"' in control
    assert f"{field}-error" in control
    assert "<title>Please check" in answer.text
    assert answer.text.count("<details open>") == 1
    assert school.everything() == before


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"act": "pace", "days": "9"}, "days"),
        ({"act": "zone", "zone": "Mars/Olympus"}, "zone"),
        ({"act": "track", "track": "scenic"}, "track"),
        ({"act": "track"}, "track"),
        ({"act": "zone"}, "zone"),
        ({"act": "pace"}, "days"),
    ],
    ids=["pace", "zone", "track", "no track", "no zone", "no pace"],
)  # fmt: skip
def test_a_choice_that_there_is_not_is_told_beside_the_choices(
    school: School, link: str, fields: dict[str, str], field: str
) -> None:
    before = school.everything()
    answer = sent(link, **fields)
    assert answer.status == 422
    assert f'id="{field}-error"' in answer.text
    assert f"{field}-error" in re.findall(r'aria-invalid="true"[^>]*', answer.text)[0]
    assert school.everything() == before


@pytest.mark.parametrize("fields", [{}, {"act": ""}, {"act": "dance"}, {"List-Unsubscribe": "One-Click"}])
def test_what_no_form_sends_changes_nothing(school: School, link: str, fields: dict[str, str]) -> None:
    before = school.everything()
    assert sent(link, **fields).status == 400
    assert school.everything() == before


def test_the_next_one_comes_at_once_and_can_be_had_again_after_twelve_hours(school: School, link: str) -> None:
    sent(link, act="now")
    assert school.tick().accepted == 1
    answer = sent(link, act="now")
    assert answer.status == 409
    assert "You can have the next one from Tuesday, 3 March at 21:00 on." in told(answer, "alert")
    assert "Send me the next one now" not in get(link).text
    school.now += timedelta(hours=12)
    assert "Send me the next one now" in get(link).text


def test_it_is_too_late_to_take_back_what_is_on_its_way(school: School, link: str) -> None:
    sent(link, act="now")
    school.tick()
    before = school.everything()
    assert sent(link, act="not-now").status == 409
    assert school.everything() == before


@pytest.mark.parametrize("status", ["pending", "finished", "ended"])
def test_who_is_not_taking_the_course_is_offered_nothing_that_they_cannot_do(
    school: School, link: str, status: str
) -> None:
    school.ask("UPDATE enrolment SET status = ?, next_due_at = NULL", status)
    text = get(link).text
    assert "When emails come" not in text
    before = school.everything()
    fields = {"until": "2026-03-20", "days": "1", "at": "09:00", "zone": "Asia/Tokyo", "track": "breaking-in"}
    for act in ACTS[:9]:
        answer = sent(link, act=act, **fields)
        assert (answer.status, "nothing has changed" in told(answer, "alert")) == (409, True)
    assert school.everything() == before


@pytest.mark.parametrize("status", ["pending", "active", "paused", "finished", "ended"])
def test_every_act_that_is_offered_can_be_done(school: School, link: str, status: str) -> None:
    due = None if status != "active" else int(datetime(2026, 3, 5, 8, tzinfo=UTC).timestamp())
    values = {"until": "2026-03-20", "days": "1", "at": "09:00", "zone": "Asia/Tokyo", "track": "breaking-in"}

    def stand() -> None:
        school.ask("UPDATE enrolment SET status = ?, next_due_at = ?, resume_on = NULL, asked_at = NULL", status, due)

    stand()
    text = get(link).text
    offered = [act for act in ACTS if f'name="act" value="{act}"' in text]
    assert {"leave", "everything"} & set(offered)
    for act in sorted(offered, key=lambda act: act in {"leave", "everything"}):
        stand()
        assert sent(link, act=act, email="new001@example.com", **values).status == 200, act


def test_who_has_yet_to_confirm_is_told_so(school: School) -> None:
    school.enrol(1)
    school.tick()
    text = text_of(get(school.links(1)["preferences"]))
    assert "You have not confirmed yet that you want this course." in text
    assert "You and your data" not in text


def test_who_has_finished_is_told_so_and_led_to_the_certificate(school: School, link: str) -> None:
    school.ask("UPDATE enrolment SET status = 'finished', next_due_at = NULL")
    answer = get(link)
    assert "You have finished this course." in text_of(answer)
    assert 'href="../certificate/' in answer.text


def test_a_paused_course_says_until_when_and_what_then_comes(link: str) -> None:
    sent(link, act="pause", until="2026-03-11")
    text = text_of(get(link))
    assert "paused until 11 March 2026. The next email then comes on Thursday, 12 March at 08:00" in text
    assert "Go on with the course" in text
    assert "Send me the next one now" not in text


def test_a_day_in_another_year_is_told_with_it(link: str) -> None:
    assert "The next email then comes on 2 February 2027 at 08:00" in text_of(
        sent(link, act="pause", until="2027-02-02")
    )


def test_leaving_from_here_ends_the_course_and_is_undone_here(school: School, link: str) -> None:
    before = the_enrolment(school)
    answer = sent(link, act="leave")
    assert "<h1>You have left the course</h1>" in answer.text
    assert school.ask("SELECT status, ended_reason FROM enrolment") == [("ended", "unsubscribed")]
    text = get(link).text
    assert "You have left this course." in text
    assert 'value="return">Take me back</button>' in text
    assert "You are back" in sent(link, act="return").text
    assert the_enrolment(school) == before


def test_leaving_everything_from_here_is_of_every_course(school: School, link: str) -> None:
    assert "<h1>You have left all courses</h1>" in sent(link, act="everything").text
    assert "Leave all courses" not in get(link).text


def test_an_hour_after_leaving_one_may_sign_up_again(school: School, link: str) -> None:
    sent(link, act="leave")
    school.now += timedelta(hours=2)
    text = get(link).text
    assert "Take me back" not in text
    assert 'href="../courses/product-path"' in text
    assert sent(link, act="return").status == 409


def test_a_link_to_the_data_is_sent_by_email(school: School, link: str) -> None:
    assert "A link to your data is on its way" in done(sent(link, act="access"))
    school.tick()
    assert school.emails()[-1]["To"].addresses[0].addr_spec == "sample001@example.com"
    for _ in range(2):
        sent(link, act="access")
    answer = sent(link, act="access")
    assert answer.status == 429
    assert "lately" in told(answer, "alert")


def test_a_new_address_is_asked_and_nothing_changes_yet(school: School, link: str) -> None:
    answer = sent(link, act="change-address", email="new001@example.com")
    assert "An email is on its way to new001@example.com." in done(answer)
    assert school.ask("SELECT email FROM subscriber") == [("sample001@example.com",)]


def test_an_erased_person_s_preferences_are_gone(school: School, link: str) -> None:
    school.ask("UPDATE subscriber SET email = '', email_key = NULL, erased_at = 1")
    assert get(link).status == 410
    before = school.everything()
    for act in ACTS:
        assert sent(link, act=act, until="2026-03-20").status == 410
    assert school.everything() == before


def test_an_email_that_is_not_on_record_has_no_preferences(school: School) -> None:
    strange = school.links(99)["preferences"]
    assert get(strange).status == 404
    assert sent(strange, act="pause", weeks="1").status == 404


def test_looking_changes_nothing(school: School, link: str) -> None:
    before = school.everything()
    get(link)
    assert school.everything() == before


def test_titles_are_data_and_nothing_else(school: School) -> None:
    files = product_path()
    files["course.toml"] = files["course.toml"].replace(
        b'title = "Breaking in"', b'title = "<script>x</script>"')  # fmt: skip
    school.publish(files)
    school.enrol(1, confirmed=True)
    school.tick()
    text = get(school.links(1)["preferences"]).text
    assert "&lt;script&gt;x&lt;/script&gt;" in text
    assert "<script>" not in text


def test_it_is_said_in_the_language_of_the_course(school: School) -> None:
    files = product_path()
    files["course.toml"] = files["course.toml"].replace(b'language = "en"', b'language = "de"')
    school.publish(files)
    school.enrol(1, confirmed=True)
    school.tick()
    text = get(school.links(1)["preferences"]).text
    assert '<html lang="de" dir="ltr">' in text
    assert "Dienstag und Donnerstag" in text


def test_no_log_tells_an_address(school: School, link: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    sent(link, act="change-address", email="new001@example.com")
    sent(link, act="pause", weeks="1")
    assert "enrolment 1: pause" in caplog.text
    assert "example.com" not in caplog.text
    assert link.rpartition("/")[2] not in caplog.text
