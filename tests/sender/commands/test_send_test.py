"""`send-test`: one email as it is in the folder, through the mailer that is set, without a database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from tests.course.drawn import a_png
from tests.sender.commands.conftest import Run
from tests.sender.operator import ROOT
from tests.sender.stage import a_course, a_lesson, written
from tests.standin import Fault, Options, SendGridStandin, Step
from tests.standin.smtp import SmtpStandin

RunJson = Callable[..., Any]
OPENAPI = ROOT.parent / "shared" / "facts" / "sendgrid-mail-v3.openapi.json"
TRACKS = (
    '[tracks.long]\ntitle = "Long"\n\n[tracks.short]\ntitle = "Short"\n\n'
    '[fields]\nfirst_name = { type = "text", default = "there" }\n'
)
NAMED = "Hello {{ subscriber.first_name }}, on {{ track.slug }}. {{ links.view }} ![A desk](assets/desk.png)"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course of two tracks, of which only one has the second lesson; it is the present folder."""
    files = a_course("one", "two", welcome=True, closing=True, tables=TRACKS)
    lessons = {
        "lessons/01-one.md": a_lesson("one", NAMED).encode(),
        "lessons/02-two.md": a_lesson("two", NAMED, "tracks: [short]\naliases: [second]\n").encode(),
    }
    return written(tmp_path, {**files, **lessons, "assets/desk.png": a_png(20, 10)})


@pytest.fixture
def standin(monkeypatch: pytest.MonkeyPatch) -> Iterator[SendGridStandin]:
    """A stand-in for SendGrid, which is the mailer that is set."""
    with SendGridStandin(Options(openapi=OPENAPI if OPENAPI.is_file() else None)) as running:
        monkeypatch.setenv("SENDGRID_API_KEY", running.key)
        monkeypatch.setenv("DRIPCOURSE_SENDGRID_HOST", running.url)
        yield running


def emails() -> list[EmailMessage]:
    paths = sorted(Path("outbox").glob("*.eml"))
    return [message_from_bytes(path.read_bytes(), policy=default) for path in paths]


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_a_lesson_goes_to_each_address_marked_as_a_test(run: Run, course: Path) -> None:
    shown = run("send-test", "one", "--to", "ann@example.com,bob@example.com", "--to", "cleo@example.com", status=0)
    assert shown.stdout.splitlines() == [f"{name}@example.com: sent." for name in ("ann", "bob", "cleo")]
    assert "lead to example.com" in shown.stderr
    assert [message["To"] for message in emails()] == ["ann@example.com", "bob@example.com", "cleo@example.com"]
    assert {message["Subject"] for message in emails()} == {"[Test] About one"}
    assert not any("List-Unsubscribe" in message for message in emails())


def test_nothing_is_made_but_the_emails(run: Run, course: Path) -> None:
    before = {path.name for path in course.iterdir()}
    run("send-test", "one", "--to", "ann@example.com", status=0)
    assert {path.name for path in course.iterdir()} == before | {"outbox"}


def test_it_says_what_became_of_it_as_one_document(run: Run, run_json: RunJson, course: Path) -> None:
    found = run_json("send-test", "one", "--to", "ann@example.com, nobody", status=1)
    assert (found["lesson"], found["sent"]) == ("one", ["ann@example.com"])
    [failed] = found["failed"]
    assert failed["address"] == "nobody"
    assert "is not an email address" in failed["reason"]
    shown = run("send-test", "one", "--to", "ann@example.com, nobody", status=1)
    assert shown.stdout.splitlines()[1].startswith("nobody: not sent. `nobody` is not an email address")


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("welcome", "[Test] About welcome"),
        ("closing", "[Test] About closing"),
        ("second", "[Test] About two"),
    ],
)
def test_it_sends_any_email_of_the_course(run: Run, course: Path, name: str, subject: str) -> None:
    run("send-test", name, "--to", "ann@example.com", status=0)
    assert [message["Subject"] for message in emails()] == [subject]


def test_it_sends_the_confirmation(run: Run, course: Path) -> None:
    run("send-test", "confirm", "--to", "ann@example.com", status=0)
    [message] = emails()
    assert message["Subject"].startswith("[Test] ")
    assert "https://example.com/confirm/sample" in text_of(message)


def test_it_is_as_a_persona_gets_it_on_a_track(run: Run, course: Path) -> None:
    run("send-test", "one", "--to", "ann@example.com", status=0)
    run("send-test", "one", "--to", "ann@example.com", "--track", "short", "--persona", "nobody", status=0)
    sample, nobody = map(text_of, emails())
    assert "Hello Sample, on long." in sample
    assert "Hello there, on short." in nobody
    assert "https://example.com/view/sample" in sample


def test_another_course_is_named_by_its_folder(run: Run, tmp_path: Path) -> None:
    written(tmp_path / "letters", a_course("one"))
    run("send-test", "one", "--course", "letters", "--to", "ann@example.com", status=0)
    assert len(emails()) == 1


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (["three"], 1, "There is no lesson `three`"),
        (["two", "--track", "long"], 1, "`two` is on no track `long`. Name one of short."),
        (["confirm", "--track", "tall"], 1, "The course has no track `tall`. Name one of long, short."),
        (["one", "--persona", "somebody"], 2, "There is no `somebody`."),
        (["one", "--course", "nowhere"], 1, "nowhere"),
    ],
)
def test_what_is_not_there_is_told(run: Run, course: Path, words: list[str], status: int, says: str) -> None:
    assert says in run("send-test", *words, "--to", "ann@example.com", status=status).stderr
    assert emails() == []


@pytest.mark.parametrize("words", [["one"], ["one", "--to", " , "], ["--to", "ann@example.com"]])
def test_without_a_lesson_and_an_address_it_is_wrong_use(run: Run, course: Path, words: list[str]) -> None:
    run("send-test", *words, status=2)


def test_a_lesson_that_cannot_be_rendered_is_told_with_its_place(run: Run, course: Path) -> None:
    (course / "lessons" / "01-one.md").write_text(a_lesson("one", "{{ nothing_such }}"))
    assert "lessons/01-one.md:6" in run("send-test", "one", "--to", "ann@example.com", status=1).stderr


def test_a_list_of_people_is_no_test(run: Run, course: Path) -> None:
    many = ",".join(f"sample{number}@example.com" for number in range(11))
    assert "at most 10 addresses" in run("send-test", "one", "--to", many, status=1).stderr
    assert emails() == []


def test_it_goes_through_sendgrid_with_its_pictures(run: Run, course: Path, standin: SendGridStandin) -> None:
    run("send-test", "one", "--to", "ann@example.com,bob@example.com", status=0)
    [one] = standin.arrived("ann@example.com")
    assert one.subject == "[Test] About one"
    assert 'src="cid:' in str(one.html)
    assert dict(one.custom_args) == {}
    assert not any("unsubscribe" in name.lower() for name in one.headers)


def test_an_address_that_sendgrid_refuses_keeps_it_from_nobody_else(
    run: Run, course: Path, standin: SendGridStandin
) -> None:
    refusal = Step(status=400, message="Does not contain a valid address.", field="personalizations.{index}.to.0.email",
                   recipient="bob@example.com")  # fmt: skip
    standin.script(refusal)
    shown = run("send-test", "one", "--to", "ann@example.com,bob@example.com", status=1)
    assert shown.stdout.splitlines() == [
        "ann@example.com: sent.", "bob@example.com: not sent. Does not contain a valid address.",
    ]  # fmt: skip
    assert [one.to for one in standin.arrived()] == ["ann@example.com"]


def test_what_sendgrid_says_is_told(
    run: Run, course: Path, standin: SendGridStandin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SENDGRID_API_KEY", "another-key")
    shown = run("send-test", "one", "--to", "ann@example.com", status=1)
    assert "ann@example.com: not sent. SendGrid refuses the key" in shown.stdout


def test_a_request_without_an_answer_is_told_as_what_it_is(run: Run, course: Path, standin: SendGridStandin) -> None:
    standin.script(Step(fault=Fault.DROP_AFTER))
    shown = run("send-test", "one", "--to", "ann@example.com", status=1)
    assert "may or may not have been sent" in shown.stdout


def test_it_goes_by_smtp_a_message_for_each_over_one_connection(
    run: Run, course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SmtpStandin() as server:
        monkeypatch.setenv("DRIPCOURSE_MAILER", "smtp")
        monkeypatch.setenv("DRIPCOURSE_SMTP_URL", server.url)
        server.say("RCPT", "250 Ok", "550 5.1.1 no such user")
        shown = run("send-test", "one", "--to", "ann@example.com,bob@example.com,cy@example.com", status=1)
    assert shown.stdout.splitlines() == [
        "ann@example.com: sent.",
        "bob@example.com: not sent. The SMTP server refuses the address: 550 5.1.1 no such user.",
        "cy@example.com: sent.",
    ]
    assert [(one.recipient, one.connection) for one in server.taken] == [("ann@example.com", 1), ("cy@example.com", 1)]
    message = message_from_bytes(server.taken[0].content, policy=default)
    assert message["Subject"] == "[Test] About one"
    assert message["List-Unsubscribe"] is None
    assert server.heard[-1] == "QUIT"


def test_what_concerns_the_whole_account_is_asked_once(run: Run, course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SmtpStandin() as server:
        monkeypatch.setenv("DRIPCOURSE_MAILER", "smtp")
        monkeypatch.setenv("DRIPCOURSE_SMTP_URL", server.url)
        server.always_say("MAIL", "530 5.7.0 log in first")
        shown = run("send-test", "one", "--to", "ann@example.com,bob@example.com", status=1)
    assert [line.partition(": ")[2][:9] for line in shown.stdout.splitlines()] == ["not sent."] * 2
    assert server.connections == 1
