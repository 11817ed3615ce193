"""Where the SMTP mailer connects to: what DRIPCOURSE_SMTP_URL may say, encryption, and where the password goes."""

from __future__ import annotations

import socket
import ssl
from base64 import b64encode
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sender.errors import SettingError
from sender.mailers import open_mailer
from sender.mailers.smtp import SmtpMailer
from sender.mailers.smtp.server import Server, server_at
from sender.model import Answer, Verdict
from sender.settings import MailerName, Settings, load_settings
from tests.sender.mailers.letters import a_request, sample
from tests.standin.smtp import SmtpStandin

PASSWORD = "p@ss/w:rd#1"
WRITTEN = "p%40ss%2Fw%3Ard%231"
LOGIN = ("ann", PASSWORD)

# What the setting may say.


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.com", Server("mail.example.com", 587, tls=False)),
        ("smtps://mail.example.com", Server("mail.example.com", 465, tls=True)),
        ("smtp://127.0.0.1:1025/", Server("127.0.0.1", 1025, tls=False)),
        ("smtp://[::1]:25", Server("::1", 25, tls=False)),
        (f"smtp://ann:{WRITTEN}@mail.example.com:25", Server("mail.example.com", 25, False, *LOGIN)),
        ("smtp://ann%40example.com:p%25@h", Server("h", 587, False, "ann@example.com", "p%")),
    ],
)
def test_a_url_names_a_server(url: str, server: Server) -> None:
    assert server_at(url) == server
    assert PASSWORD not in repr(server)


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.com", "http://mail.example.com", "smtp://", "smtp://:25", "smtp://h:0", "smtp://h:99999",
        "smtp://h:port", "smtp://h/inbox", "smtp://h?tls=1", "smtp://h#1", "smtp://h h", "smtp://h\n", "smtp://a..b",
        "smtp://ann:secret/1@h", "smtp://ann:secret#1@h", "smtp://ann:secret?1@h", "smtp://ann:[secret@h",
        "smtp://ann@h", "smtp://:secret@h", "smtp://ann:secret%0A@h", "smtp://ann:secr%C3%A9t@h",
    ],
)  # fmt: skip
def test_any_other_is_told_without_the_password(url: str) -> None:
    with pytest.raises(SettingError, match="DRIPCOURSE_SMTP_URL") as error:
        server_at(url)
    assert "secr" not in str(error.value)
    assert error.value.__cause__ is None


@given(st.text(max_size=40))
def test_no_text_is_beyond_it(text: str) -> None:
    for url in (text, f"smtp://{text}", f"smtp://ann:{text}@h"):
        with suppress(SettingError):
            assert server_at(url).host


def test_the_setting_chooses_the_mailer_and_is_not_shown() -> None:
    settings = load_settings({"DRIPCOURSE_MAILER": "smtp", "DRIPCOURSE_SMTP_URL": f" smtp://ann:{WRITTEN}@h "})
    assert (settings.mailer, settings.smtp_url) == (MailerName.SMTP, f"smtp://ann:{WRITTEN}@h")
    assert WRITTEN not in repr(settings)
    with closing(open_mailer(settings, lambda: datetime.now(UTC))) as mailer:
        assert isinstance(mailer, SmtpMailer)
        assert (mailer.largest, mailer.repeatable) == (1, False)


def test_without_a_url_the_mailer_says_what_to_set() -> None:
    with pytest.raises(SettingError, match="DRIPCOURSE_SMTP_URL is not set"):
        open_mailer(Settings(mailer=MailerName.SMTP), lambda: datetime.now(UTC))


# Logging in, and encryption.


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every machine is this one, by whatever name it is called."""
    connect: Callable[..., socket.socket] = socket.create_connection

    def here(address: tuple[str, int], *rest: object, **named: object) -> socket.socket:
        return connect(("127.0.0.1", address[1]), *rest, **named)

    monkeypatch.setattr(socket, "create_connection", here)


def sent(server: SmtpStandin, url: str) -> Answer:
    with closing(SmtpMailer(url.replace("PORT", str(server.port)), timeout=20)) as mailer:
        return mailer.send(a_request(sample(5)))


def says_the_password(server: SmtpStandin) -> bool:
    spelled = b64encode(f"\0ann\0{PASSWORD}".encode()).decode()
    return any(spelled in line or PASSWORD in line for line in server.heard)


def test_on_this_machine_the_password_may_go_unencrypted() -> None:
    with SmtpStandin(login=LOGIN) as server:
        assert sent(server, f"smtp://ann:{WRITTEN}@127.0.0.1:PORT").verdict is Verdict.ACCEPTED
    assert says_the_password(server)


@pytest.mark.usefixtures("elsewhere")
def test_to_another_machine_the_password_never_goes_unencrypted() -> None:
    with SmtpStandin(login=LOGIN) as server:
        answer = sent(server, f"smtp://ann:{WRITTEN}@mail.example.com:PORT")
    assert (answer.verdict, answer.account) == (Verdict.HELD, True)
    assert "offers no encryption" in answer.reason
    assert not says_the_password(server)
    assert server.taken == []


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_it_goes_to_one_that_proves_who_it_is(
    scheme: str, tls: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with SmtpStandin(login=LOGIN, tls=tls, encrypted=scheme == "smtps") as server:
        assert sent(server, f"{scheme}://ann:{WRITTEN}@mail.example.com:PORT").verdict is Verdict.ACCEPTED
    assert len(server.taken) == 1
    assert ("STARTTLS" in server.heard) == (scheme == "smtp")


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("host", ["mail.example.com", "other.example.com"])
@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_it_goes_to_nobody_else(
    scheme: str, host: str, tls: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if host == "other.example.com":  # known, but by another name
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with SmtpStandin(login=LOGIN, tls=tls, encrypted=scheme == "smtps") as server:
        answer = sent(server, f"{scheme}://ann:{WRITTEN}@{host}:PORT")
    assert (answer.verdict, answer.account) == (Verdict.HELD, True)
    assert "is not safe" in answer.reason
    assert "certificate" in answer.reason
    assert not any(line.startswith(("AUTH", "MAIL")) for line in server.heard)


@pytest.mark.usefixtures("elsewhere")
def test_without_a_password_encryption_is_taken_where_it_is_offered_whoever_signed_it(tls: ssl.SSLContext) -> None:
    with SmtpStandin(tls=tls) as server:
        assert sent(server, "smtp://relay.example.com:PORT").verdict is Verdict.ACCEPTED
        server.tls = None
        assert sent(server, "smtp://relay.example.com:PORT").verdict is Verdict.ACCEPTED
    assert server.heard.count("STARTTLS") == 1


def test_a_port_that_speaks_no_tls_is_held() -> None:
    with SmtpStandin() as server:
        answer = sent(server, "smtps://127.0.0.1:PORT")
    assert (answer.verdict, answer.account) == (Verdict.HELD, True)


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (f"535 5.7.8 {b64encode(PASSWORD.encode()).decode()} is wrong, {PASSWORD}", Verdict.HELD),
        ("534 5.7.9 Please log in with your web browser", Verdict.HELD),
        ("454 4.7.0 try later", Verdict.WAIT),
        ("421 4.7.0 too many tries", Verdict.WAIT),
        ("what?", Verdict.HELD),
    ],
)
def test_a_log_in_that_fails_stops_everything_and_shows_no_secret(reply: str, verdict: Verdict) -> None:
    with SmtpStandin(login=LOGIN) as server:
        server.say("AUTH", reply)
        answer = sent(server, f"smtp://ann:{WRITTEN}@127.0.0.1:PORT")
    assert (answer.verdict, answer.account, server.taken) == (verdict, True, [])
    assert not any(secret in answer.reason for secret in (PASSWORD, WRITTEN, b64encode(PASSWORD.encode()).decode()))
    if reply.startswith("535"):
        assert answer.reason == "The SMTP server refuses the user and password in DRIPCOURSE_SMTP_URL: 535 5.7.8."


def test_a_wrong_password_is_told_as_one() -> None:
    with SmtpStandin(login=LOGIN) as server:
        answer = sent(server, "smtp://ann:another@127.0.0.1:PORT")
    assert answer.verdict is Verdict.HELD
    assert "refuses the user and password" in answer.reason


def test_a_server_that_nobody_can_log_in_to_is_told_as_one() -> None:
    with SmtpStandin() as server:
        answer = sent(server, f"smtp://ann:{WRITTEN}@127.0.0.1:PORT")
    assert (answer.verdict, answer.account) == (Verdict.HELD, True)
    assert "offers no way to log in" in answer.reason
