"""The SMTP mailer, against a real server: what it sends, over which connections, and what it makes of every answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from time import monotonic

import pytest

from sender.mailers.smtp import SmtpMailer, connection
from sender.model import Answer, Verdict
from tests.sender.mailers.letters import a_request, sample
from tests.standin.smtp import Fault, SmtpStandin

ACCEPTED, REFUSED, WAIT, HELD, UNCERTAIN = (
    Verdict.ACCEPTED, Verdict.REFUSED_SOME, Verdict.WAIT, Verdict.HELD, Verdict.UNCERTAIN,
)  # fmt: skip


@pytest.fixture
def server() -> Iterator[SmtpStandin]:
    with SmtpStandin() as running:
        yield running


@contextmanager
def mailer_to(url: str, *, timeout: float = 20.0) -> Iterator[SmtpMailer]:
    with closing(SmtpMailer(url, timeout=timeout)) as mailer:
        yield mailer


def sent(server: SmtpStandin, *numbers: int, timeout: float = 20.0) -> list[Answer]:
    """Send samples one after the other; what became of each."""
    with mailer_to(server.url, timeout=timeout) as mailer:
        return [mailer.send(a_request(sample(number, f"sample{number}@example.com"))) for number in numbers]


def test_a_message_is_handed_over_with_an_envelope_and_its_own_id(server: SmtpStandin) -> None:
    assert sent(server, 5) == [Answer(ACCEPTED, message_id="<dripcourse.5@example.com>")]
    [taken] = server.taken
    assert (taken.sender, taken.recipient) == ("course@example.com", "sample5@example.com")
    message = message_from_bytes(taken.content, policy=default)
    assert message["Message-ID"] == "<dripcourse.5@example.com>"
    assert message["Date"] == "Tue, 03 Mar 2026 08:00:00 +0000"
    assert message["List-Unsubscribe"] == "<https://example.com/leave>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Subject"] == "Hello Sample"


def test_lines_that_are_dots_arrive_as_they_are(server: SmtpStandin) -> None:
    sent(server, 5)
    text = message_from_bytes(server.taken[0].content, policy=default).get_body(("plain",))
    assert text is not None
    assert text.get_content().splitlines() == ["Hello", ".", ".."]


def test_one_connection_carries_one_message_after_another(server: SmtpStandin) -> None:
    assert [answer.verdict for answer in sent(server, 1, 2, 3)] == [ACCEPTED] * 3
    assert [(one.recipient, one.connection) for one in server.taken] == [
        (f"sample{number}@example.com", 1) for number in (1, 2, 3)
    ]
    assert "RSET" not in server.heard
    assert server.heard[-1] == "QUIT"


def test_after_a_refusal_the_next_message_begins_afresh_on_the_same_connection(server: SmtpStandin) -> None:
    server.say("RCPT", "550 5.1.1 no such user")
    assert [answer.verdict for answer in sent(server, 1, 2)] == [REFUSED, ACCEPTED]
    assert server.heard.count("RSET") == 1
    assert [(one.recipient, one.connection) for one in server.taken] == [("sample2@example.com", 1)]


def test_a_server_that_takes_so_many_messages_a_connection_gets_another(server: SmtpStandin) -> None:
    server.most = 2
    assert [answer.verdict for answer in sent(server, 1, 2, 3, 4, 5)] == [ACCEPTED] * 5
    assert [one.connection for one in server.taken] == [1, 1, 2, 2, 3]


@pytest.mark.parametrize("reply", ["452 4.5.3 too many", "451 later", Fault.DROP, "421 bye", "nonsense"], ids=str)
def test_a_used_connection_that_fails_is_given_up_for_a_new_one(server: SmtpStandin, reply: str | Fault) -> None:
    with mailer_to(server.url) as mailer:
        assert mailer.send(a_request(sample(1))).verdict is ACCEPTED
        server.say("MAIL", reply)
        assert mailer.send(a_request(sample(2))).verdict is ACCEPTED
    assert [one.connection for one in server.taken] == [1, 2]


@pytest.mark.parametrize("command", ["RSET", "RCPT", "DATA"])
def test_whatever_is_lost_before_a_message_s_end_is_sent_on_a_new_connection(server: SmtpStandin, command: str) -> None:
    server.say("RCPT", "450 4.2.0 later")
    with mailer_to(server.url) as mailer:
        assert mailer.send(a_request(sample(1))).verdict is WAIT
        server.say(command, Fault.DROP)
        assert mailer.send(a_request(sample(2))).verdict is ACCEPTED
    assert [one.connection for one in server.taken] == [2]


def test_what_was_lost_after_a_message_s_end_is_never_sent_again(server: SmtpStandin) -> None:
    with mailer_to(server.url) as mailer:
        assert mailer.send(a_request(sample(1))).verdict is ACCEPTED
        server.say("END", Fault.DROP_TAKEN)
        assert mailer.send(a_request(sample(2))).verdict is UNCERTAIN
    assert len(server.taken) == 2


# At which point, what follows, whether it concerns the account, and what the server may have said.
MEANINGS: tuple[tuple[str, Verdict, bool, tuple[str | Fault, ...]], ...] = (
    ("GREETING", WAIT, True, ("421 4.3.2 busy", "450 later", Fault.DROP, Fault.SILENCE)),
    ("GREETING", HELD, True, ("554 5.7.1 go away", "SSH-2.0-sample")),
    ("EHLO", WAIT, True, ("421 bye", Fault.DROP)),
    ("EHLO", ACCEPTED, False, ("554 5.7.1 go away",)),  # then HELO is tried
    ("MAIL", WAIT, False, ("450 4.7.1 slowly", "nonsense", Fault.DROP, Fault.SILENCE)),
    ("MAIL", WAIT, True, ("421 4.7.0 slowly",)),
    ("MAIL", HELD, True, ("530 5.7.0 log in first", "553 5.7.1 not your address")),
    ("RCPT", ACCEPTED, False, ("250 2.1.5 Ok", "251 will forward")),
    ("RCPT", WAIT, False, ("450 4.2.0 greylisted", "452 4.2.2 full", Fault.DROP)),
    ("RCPT", REFUSED, False, ("550 5.1.1 no such user", "550 no such user", "552 5.2.2 full", "553 5.1.3 no address")),
    ("RCPT", HELD, False, ("550 5.7.1 relaying denied", "554 5.7.1 relaying denied", "503 5.5.1 out of order")),
    ("DATA", WAIT, False, ("451 4.3.0 later", "250 what?", Fault.DROP, Fault.SILENCE)),
    ("DATA", HELD, False, ("554 5.5.1 no",)),
    ("END", ACCEPTED, False, ("250",)),
    ("END", WAIT, True, ("421 4.3.2 going down",)),
    ("END", WAIT, False, ("451 4.7.1 later",)),
    ("END", HELD, False, ("552 5.3.4 too large", "554 5.7.1 looks like spam")),
    ("END", UNCERTAIN, False, ("354 go on", "what", "2", "550 " + "x" * 9000)),
    ("END", UNCERTAIN, False, (Fault.DROP, Fault.DROP_TAKEN, Fault.SILENCE)),
)


@pytest.mark.parametrize(
    ("command", "reply", "verdict", "account"),
    [(command, reply, verdict, account) for command, verdict, account, replies in MEANINGS for reply in replies],
)
def test_an_answer_at_any_point_has_its_meaning(
    server: SmtpStandin, command: str, reply: str | Fault, verdict: Verdict, account: bool
) -> None:
    server.say(command, reply)
    [answer] = sent(server, 5, timeout=0.5 if reply is Fault.SILENCE else 20.0)
    assert (answer.verdict, answer.account) == (verdict, account), answer
    assert len(server.taken) == (verdict is ACCEPTED or reply is Fault.DROP_TAKEN)
    assert list(answer.refused) == ([5] if verdict is REFUSED else [])
    assert answer.reason or verdict is ACCEPTED


def test_a_message_that_is_cut_off_in_the_middle_was_not_taken(server: SmtpStandin) -> None:
    request = a_request(sample(5))
    long = replace(request, email=replace(request.email, text="a line\n" * 4_000_000))  # more than sockets take in
    server.say("CONTENT", Fault.DROP)
    with mailer_to(server.url) as mailer:
        answer = mailer.send(long)
    assert (answer.verdict, answer.account, server.taken) == (WAIT, False, [])


@pytest.mark.parametrize("fault", [Fault.SILENCE, Fault.TRICKLE])
@pytest.mark.parametrize(
    ("command", "verdict", "least", "most"),
    [("GREETING", WAIT, 0.1, 5), ("MAIL", WAIT, 0.1, 5), ("END", UNCERTAIN, 0.4, 5)],
)
def test_nothing_is_waited_for_without_end(
    server: SmtpStandin, fault: Fault, command: str, verdict: Verdict, least: float, most: float
) -> None:
    server.say(command, fault)
    began = monotonic()
    assert sent(server, 5, timeout=0.5)[0].verdict is verdict
    assert least < monotonic() - began < most


@pytest.mark.parametrize("encrypted", [False, True])
def test_a_port_that_nobody_listens_at_makes_it_wait(encrypted: bool) -> None:
    with mailer_to(f"smtp{'s' if encrypted else ''}://127.0.0.1:9") as mailer:
        answer = mailer.send(a_request(sample(5)))
    assert (answer.verdict, answer.account) == (WAIT, True)
    assert "Connection refused" in answer.reason


def test_a_name_that_cannot_be_looked_up_makes_it_wait() -> None:
    with mailer_to("smtp://nowhere.invalid") as mailer:
        assert mailer.send(a_request(sample(5))).verdict is WAIT


def test_the_reason_quotes_the_server_without_the_address(server: SmtpStandin) -> None:
    server.say("RCPT", "550-5.1.1 <Sample5@Example.com>: no such user\r\n550 5.1.1 \x07here.")
    [answer] = sent(server, 5)
    assert answer.refused == {
        5: "The SMTP server refuses the address: 550 5.1.1 <the address>: no such user 5.1.1 here."
    }


# Addresses beyond ASCII.


def test_a_domain_that_is_not_ascii_is_written_in_punycode(server: SmtpStandin) -> None:
    with mailer_to(server.url) as mailer:
        answer = mailer.send(a_request(sample(5, "sample@bücher.example"), sender="course@bücher.example"))
    assert answer == Answer(ACCEPTED, message_id="<dripcourse.5@xn--bcher-kva.example>")
    assert (server.taken[0].sender, server.taken[0].recipient) == (
        "course@xn--bcher-kva.example", "sample@xn--bcher-kva.example",
    )  # fmt: skip
    assert server.heard[1].upper() == "MAIL FROM:<COURSE@XN--BCHER-KVA.EXAMPLE>"


def test_letters_before_the_at_sign_need_a_server_that_knows_them(server: SmtpStandin) -> None:
    with mailer_to(server.url) as mailer:
        answer = mailer.send(a_request(sample(5, "müller@example.com")))
        assert (answer.verdict, list(answer.refused)) == (REFUSED, [5])
        assert "SMTPUTF8" in answer.refused[5]
        assert mailer.send(a_request(sample(6))).verdict is ACCEPTED
    assert server.connections == 1


def test_they_are_sent_as_they_are_to_one_that_does() -> None:
    with SmtpStandin(extensions=("8BITMIME", "SMTPUTF8")) as server, mailer_to(server.url) as mailer:
        assert mailer.send(a_request(sample(5, "müller@example.com"))).verdict is ACCEPTED
        assert mailer.send(a_request(sample(6))).verdict is ACCEPTED
    assert server.taken[0].recipient == "müller@example.com"
    assert [line.upper() for line in server.heard if line.startswith("MAIL")] == [
        "MAIL FROM:<COURSE@EXAMPLE.COM> BODY=8BITMIME SMTPUTF8", "MAIL FROM:<COURSE@EXAMPLE.COM>",
    ]  # fmt: skip


def test_a_sender_that_the_server_cannot_write_holds_everything_and_fails_nobody(server: SmtpStandin) -> None:
    with mailer_to(server.url) as mailer:
        answer = mailer.send(a_request(sample(5), sender="kursbüro@example.com"))
    assert (answer.verdict, answer.account) == (HELD, True)


def test_an_address_that_no_message_can_carry_is_refused_before_anything_is_said(server: SmtpStandin) -> None:
    with mailer_to(server.url) as mailer:
        answer = mailer.send(a_request(sample(6, "no\r\nBcc: x@example.com")))
    assert (answer.verdict, list(answer.refused), server.connections) == (REFUSED, [6], 0)


# Connections that lie idle.


def test_a_connection_that_lay_idle_is_not_used_again(server: SmtpStandin, monkeypatch: pytest.MonkeyPatch) -> None:
    with mailer_to(server.url) as mailer:
        mailer.send(a_request(sample(1)))
        monkeypatch.setattr("sender.mailers.smtp.monotonic", lambda: monotonic() + 11)
        mailer.send(a_request(sample(2)))
    assert [one.connection for one in server.taken] == [1, 2]


def test_after_closing_the_next_message_opens_another_connection(server: SmtpStandin) -> None:
    with mailer_to(server.url) as mailer:
        mailer.send(a_request(sample(1)))
        mailer.close()
        assert mailer.send(a_request(sample(2))).verdict is ACCEPTED
    assert [one.connection for one in server.taken] == [1, 2]


def test_the_machine_is_introduced_by_its_full_name_or_by_where_it_speaks_from(
    server: SmtpStandin, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("sample-machine", "mail.example.com"):
        monkeypatch.setattr(connection, "gethostname", lambda name=name: name)
        sent(server, 5)
    said = [line for line in server.heard if line.startswith("EHLO")]
    assert said == ["EHLO [127.0.0.1]", "EHLO mail.example.com"]
