"""The main job, end to end: the real course, real processes, a real database, and the stand-in at the far end."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from course.folder import load_folder
from tests.sender.commands.conftest import run_here
from tests.sender.operator import PRODUCT_PATH, ROOT, Operator
from tests.standin import Options, SendGridStandin, Substitution, script

ARG = "dripcourse_delivery"
COURSE = load_folder(PRODUCT_PATH)
START = "2026-03-23"
OPENAPI = ROOT.parent / "shared" / "facts" / "sendgrid-mail-v3.openapi.json"

_published: dict[str, bytes] = {}

NAMES = {
    "braces": "{{ 7*7 }}",
    "markup": "<b>",
    "quotes": "\"O'Neil\" & sons; inc, 'x'",
    "emoji": "👨‍👩‍👧‍👦",
    "hindi": "नमस्ते",
    "arabic": "مَرْحَبًا",
    "markdown": "**x** [y](javascript:alert(1))",
}


@pytest.fixture
def standin() -> Iterator[SendGridStandin]:
    """A stand-in that also holds each request against SendGrid's own description, where that is at hand."""
    openapi = OPENAPI if OPENAPI.is_file() else None
    with SendGridStandin(Options(openapi=openapi)) as running:
        yield running


@pytest.fixture
def operator(standin: SendGridStandin, tmp_path: Path) -> Operator:
    """An operator who has published the bundled course (all get what the first did); the mailer is the stand-in."""
    operator = Operator(tmp_path, {"SENDGRID_API_KEY": standin.key, "DRIPCOURSE_SENDGRID_HOST": standin.url})
    if not _published:
        operator.run("publish", str(PRODUCT_PATH), "--yes")
        _published.update({file.name: file.read_bytes() for file in tmp_path.iterdir()})
    for name, content in _published.items():
        (tmp_path / name).write_bytes(content)
    return operator


def crowd(size: int, zone: str = "Europe/Berlin") -> str:
    """The CSV of so many sample people."""
    rows = (f"sample{number:04d}@example.com,Sample {number:04d},{zone}" for number in range(size))
    return "\n".join(("email,first_name,timezone", *rows))


def names_csv() -> str:
    """The CSV of people with difficult first names."""
    rows = (f'{who}@example.com,"{name.replace(chr(34), chr(34) * 2)}"' for who, name in NAMES.items())
    return "\n".join(("email,first_name", *rows))


def test_the_whole_course_reaches_everyone_once(operator: Operator, standin: SendGridStandin) -> None:
    (operator.folder / "people.csv").write_text(crowd(3), "utf-8")
    operator.run("subscribers", "import", "people.csv", "--course", "product-path", "--confirmed", "--start", START)
    operator.send_everything("2026-03-23T00:00")
    per_person = {address: [one.subject for one in standin.arrived(address)] for address in _addresses(3)}
    emails = len(COURSE.all_lessons)
    assert all(len(subjects) == emails for subjects in per_person.values())
    assert all(len(set(subjects)) == emails for subjects in per_person.values())
    assert set(standin.times_taken(ARG).values()) == {1}
    assert operator.json("status")["accepted"] == 3 * emails


def test_a_track_sets_where_one_begins_and_what_one_gets(
    operator: Operator, standin: SendGridStandin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ticks are in this process: it is in the operator's folder, and a process for each would take long."""
    operator.people(crowd(1), "--start", START, "--track", "leadership")
    for name, value in operator.settings.items():
        monkeypatch.setenv(name, value)
    moment: str | None = "2026-03-23T00:00"
    while moment is not None:
        moment = json.loads(run_here("send", "--now", moment, "--format", "json", status=0).stdout)["next_due_at"]
    [address] = _addresses(1)
    lessons = COURSE.lessons_of("leadership")
    assert 0 < len(lessons) < len(COURSE.lessons)
    ends = (COURSE.welcome, *lessons, COURSE.closing)
    assert [one.subject for one in standin.arrived(address)] == [one.subject for one in ends if one is not None]


def _addresses(size: int) -> list[str]:
    return [f"sample{number:04d}@example.com" for number in range(size)]


def test_one_request_carries_up_to_a_thousand_people(operator: Operator, standin: SendGridStandin) -> None:
    operator.people(crowd(1001), "--start", START)
    done = operator.json("send", "--now", "2026-03-23T07:00")
    assert done["claimed"] == done["accepted"] == 1001
    assert sorted(len(entry.recipients) for entry in standin.entries()) == [1, 1000]


def test_each_recipient_has_substitutions_headers_and_custom_args_of_their_own(
    operator: Operator, standin: SendGridStandin
) -> None:
    operator.people(crowd(50), "--start", START)
    operator.json("send", "--now", "2026-03-23T07:00")
    arrived = standin.arrived()
    assert len({one.custom_args[ARG] for one in arrived}) == 50
    leave = [one.headers["List-Unsubscribe"] for one in arrived]
    assert len(set(leave)) == 50
    for one, header in zip(arrived, leave, strict=True):
        name = f"Sample {one.to[6:10]}"
        assert one.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert header.startswith("<http://127.0.0.1:8000/unsubscribe/")
        assert one.html is not None
        assert one.text is not None
        assert header.strip("<>") in one.html
        assert header.strip("<>") in one.text
        assert f"Hello {name}," in one.html
        assert f"Hello {name}," in one.text
        assert len(re.findall(r"Sample \d{4}", one.html)) == 1


def test_the_body_of_a_request_holds_nobody_s_data(operator: Operator, standin: SendGridStandin) -> None:
    operator.people(crowd(20), "--start", START)
    operator.json("send", "--now", "2026-03-23T07:00")
    for entry in standin.entries():
        assert entry.payload is not None
        body = str(entry.payload["content"]) + str(entry.payload["subject"])
        assert "Sample " not in body.replace("Sample address", "").replace("Sample Street", "")
        assert "/unsubscribe/" not in body


@pytest.mark.parametrize("how", list(Substitution))
def test_odd_first_names_arrive_as_typed_and_change_nothing_else(
    operator: Operator, standin: SendGridStandin, how: Substitution
) -> None:
    operator.people(names_csv() + "\nplain@example.com,Ada", "--start", START)
    operator.json("send", "--now", "2026-03-23T08:00")
    plain = _without_links(standin.arrived("plain@example.com", how=how)[0].text or "")
    for who, name in NAMES.items():
        one = standin.arrived(f"{who}@example.com", how=how)[0]
        assert f"Hello {name}," in (one.text or "")
        assert f"Hello {name}," in unescape(one.html or "")
        assert f"<b>{name}" not in (one.html or "")
        assert _without_links(one.text or "").replace(name, "Ada") == plain


def _without_links(text: str) -> str:
    return re.sub(r"http://127\.0\.0\.1:8000/\S+", "LINK", text)


@pytest.mark.parametrize("how", list(Substitution))
def test_a_first_name_that_spells_a_placeholder_s_tag_arrives_as_typed(
    operator: Operator, standin: SendGridStandin, how: Substitution
) -> None:
    operator.people("email,first_name\nfirst@example.com,Ada", "--start", START)
    operator.json("send", "--now", "2026-03-23T08:00")
    payload = standin.entries()[0].payload
    assert payload is not None
    tags = list(payload["personalizations"][0]["substitutions"])
    rows = "\n".join(f"tag{number}@example.com,{tag}" for number, tag in enumerate(tags))
    operator.people(f"email,first_name\n{rows}", "--start", START)
    operator.json("send", "--now", "2026-03-23T08:00")
    for number, tag in enumerate(tags):
        one = standin.arrived(f"tag{number}@example.com", how=how)[0]
        assert f"Hello {tag}," in (one.text or "")
        assert f"Hello {tag}," in (one.html or "")


def test_a_line_break_in_a_name_becomes_a_space(operator: Operator, standin: SendGridStandin) -> None:
    operator.people('email,first_name\nx@example.com,"a\r\nBcc: x"', "--start", START)
    operator.json("send", "--now", "2026-03-23T08:00")
    one = standin.arrived("x@example.com")[0]
    assert "Hello a Bcc: x," in (one.text or "")
    assert one.to_name == "a Bcc: x"


def test_a_subject_carries_a_name_as_typed(operator: Operator, standin: SendGridStandin, tmp_path: Path) -> None:
    course = tmp_path / "course"
    operator.run("new", str(course), "--from", "product-path")
    lesson = course / "lessons" / "welcome.md"
    text = re.sub(r"^subject: .*$", 'subject: "Welcome, {{ subscriber.first_name }}"', lesson.read_text(), flags=re.M)
    lesson.write_text(text)
    operator.run("publish", str(course), "--yes")
    operator.people(names_csv(), "--start", START)
    operator.json("send", "--now", "2026-03-23T08:00")
    for who, name in NAMES.items():
        assert standin.arrived(f"{who}@example.com")[0].subject == f"Welcome, {name}"


def test_values_too_large_to_share_a_request_travel_alone(operator: Operator, standin: SendGridStandin) -> None:
    long = "👍" * 1000
    operator.people(f"email,first_name\nlong@example.com,{long}\nshort@example.com,Ada", "--start", START)
    done = operator.json("send", "--now", "2026-03-23T08:00")
    assert done["accepted"] == 2
    assert f"Hello {long}," in (standin.arrived("long@example.com")[0].text or "")


def test_sending_twice_in_a_row_sends_nothing_the_second_time(operator: Operator, standin: SendGridStandin) -> None:
    operator.people(crowd(5), "--start", START)
    assert operator.json("send", "--now", "2026-03-24T07:00")["accepted"] == 10
    again = operator.json("send", "--now", "2026-03-24T07:00")
    assert again["claimed"] == again["requests"] == 0
    assert set(standin.times_taken(ARG).values()) == {1}


def test_a_sender_killed_during_a_request_doubles_nothing_and_loses_nothing(
    operator: Operator, standin: SendGridStandin
) -> None:
    operator.people(crowd(2500), "--start", START)
    standin.script(script.Step(), script.held("gate"), script.held("gate"))
    killed = operator.start("send", "--now", "2026-03-23T07:00")
    standin.wait_for_requests(3)
    killed.kill()
    killed.communicate()
    standin.gate("gate").set()
    standin.wait_until_disconnected()
    standin.script()
    operator.json("send", "--now", "2026-03-23T07:00")
    taken = standin.times_taken(ARG)
    assert max(taken.values()) == 1
    status = operator.json("status")
    assert status["accepted"] + status["uncertain"] == 2500
    assert status["uncertain"] >= 1
    assert operator.json("send", "--now", "2026-03-23T07:00")["requests"] == 0


def test_refused_recipients_fail_alone(operator: Operator, standin: SendGridStandin) -> None:
    operator.people(crowd(10), "--start", START)
    standin.script(script.refuse_recipient("sample0003@example.com"))
    done = operator.json("send", "--now", "2026-03-23T07:00")
    assert (done["accepted"], done["failed"], done["requests"]) == (9, 1, 2)
    assert standin.arrived("sample0003@example.com") == []


@pytest.mark.parametrize(
    ("step", "state"),
    [
        (script.refuse(), "held"),
        (script.wrong_key(), "held"),
        (script.credits_spent(), "held"),
        (script.sender_not_verified(), "held"),
        (script.too_many(), "retry"),
        (script.broken(500), "retry"),
        (script.broken(503), "retry"),
        (script.drop_after(), "uncertain"),
        (script.empty_answer(), "uncertain"),
        (script.garbage(), "uncertain"),
    ],
)
def test_an_answer_that_is_no_yes_leaves_the_ledger_whole(
    operator: Operator, standin: SendGridStandin, step: script.Step, state: str
) -> None:
    operator.people(crowd(7), "--start", START)
    standin.script(step)
    done = operator.json("send", "--now", "2026-03-23T07:00")
    assert done[state] == 7
    assert done["requests"] == 1
    assert operator.json("status")[state] == 7
    assert max(standin.times_taken(ARG).values(), default=0) <= 1


def test_a_connection_that_is_cut_before_the_request_is_taken_loses_and_doubles_nothing(
    operator: Operator, standin: SendGridStandin
) -> None:
    operator.people(crowd(7), "--start", START)
    standin.script(script.drop_before())
    done = operator.json("send", "--now", "2026-03-23T07:00")
    assert done["retry"] + done["uncertain"] == 7  # by whether the request had gone out to its end
    assert standin.times_taken(ARG) == {}


def test_what_waited_goes_out_when_its_time_has_come(operator: Operator, standin: SendGridStandin) -> None:
    operator.people(crowd(7), "--start", START)
    standin.script(script.broken(503))
    first = operator.json("send", "--now", "2026-03-23T07:00")
    second = operator.json("send", "--now", first["next_due_at"])
    assert second["accepted"] == 7
    assert set(standin.times_taken(ARG).values()) == {1}


def test_a_wrong_key_is_told_in_a_sentence_and_what_it_held_is_released_later(
    operator: Operator, standin: SendGridStandin
) -> None:
    operator.people(crowd(3), "--start", START)
    settings = {**operator.settings, "SENDGRID_API_KEY": "SG.another"}
    wrong = Operator(operator.folder, settings).run("send", "--now", "2026-03-23T07:00")
    assert "SendGrid refuses the key in SENDGRID_API_KEY" in wrong.stderr
    assert operator.json("status")["held"] == 3
    operator.run("status", "--strict", status=1)
    operator.run("release", "product-path")
    assert operator.json("send", "--now", "2026-03-23T07:00")["accepted"] == 3


def test_without_a_network_everything_waits(operator: Operator, standin: SendGridStandin) -> None:
    operator.people(crowd(3), "--start", START)
    settings = {**operator.settings, "DRIPCOURSE_SENDGRID_HOST": "http://127.0.0.1:9"}
    done = Operator(operator.folder, settings).run("send", "--now", "2026-03-23T07:00")
    assert "SendGrid cannot be reached" in done.stderr
    assert operator.json("status")["retry"] == 3


def test_without_a_key_nothing_is_claimed(operator: Operator) -> None:
    operator.people(crowd(3), "--start", START)
    settings = {"DRIPCOURSE_MAILER": "sendgrid", "SENDGRID_API_KEY": ""}
    done = Operator(operator.folder, settings).run("send", "--now", "2026-03-23T07:00", status=1)
    assert "SENDGRID_API_KEY is not set" in done.stderr
    assert operator.json("status")["claimed"] == 0


def test_a_held_course_is_not_sent(operator: Operator, standin: SendGridStandin) -> None:
    operator.people(crowd(3), "--start", START)
    operator.run("hold", "product-path")
    assert operator.json("send", "--now", "2026-03-23T07:00")["claimed"] == 0
    operator.run("release", "--all")
    assert operator.json("send", "--now", "2026-03-23T07:00")["accepted"] == 3


def test_without_confirmed_each_is_asked_first(operator: Operator, standin: SendGridStandin) -> None:
    (operator.folder / "people.csv").write_text(crowd(2))
    operator.json("subscribers", "import", "people.csv", "--course", "product-path")
    assert operator.json("send")["accepted"] == 2
    for one in standin.arrived():
        assert one.subject == "Please confirm: The Product Path"
        assert "/confirm/" in (one.text or "")
        assert "List-Unsubscribe" not in one.headers
    assert operator.json("send")["claimed"] == 0
