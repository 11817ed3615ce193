"""Settings come from the environment, then from `.env`; a wrong one is told by its name, and no secret is shown."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sender.errors import SettingError
from sender.settings import SENDGRID_HOST, MailerName, Settings, WarmUp, load_settings, signing_secrets

LONG = "a secret of twenty-nine signs"


def loaded(**environment: str) -> Settings:
    return load_settings(environment)


def refused(**environment: str) -> str:
    with pytest.raises(SettingError) as error:
        load_settings(environment)
    return str(error.value)


def test_without_any_setting_the_defaults_hold() -> None:
    assert load_settings({}) == Settings(
        database="sqlite:///dripcourse.db", secrets=(), base_url="http://127.0.0.1:8000", mailer=MailerName.FOLDER,
        outbox=Path("outbox"), sendgrid_key="", sendgrid_host="https://api.sendgrid.com", concurrency=4,
    )  # fmt: skip


@pytest.mark.parametrize(
    "name",
    ["DRIPCOURSE_DATABASE", "DRIPCOURSE_SECRET", "DRIPCOURSE_BASE_URL", "DRIPCOURSE_MAILER", "DRIPCOURSE_OUTBOX",
     "SENDGRID_API_KEY", "DRIPCOURSE_SENDGRID_HOST", "DRIPCOURSE_WEBHOOK_KEY",
     "DRIPCOURSE_CONCURRENCY", "DRIPCOURSE_RATE", "DRIPCOURSE_WARM_UP",
     "DRIPCOURSE_PROXIES"],
)  # fmt: skip
def test_an_empty_setting_is_none(name: str) -> None:
    assert loaded(**{name: ""}) == load_settings({})


def test_the_process_s_own_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIPCOURSE_CONCURRENCY", "7")
    assert load_settings().concurrency == 7


# Each setting, right and wrong.


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("sqlite:///course.db", "course.db"),
        ("sqlite:////var/lib/course.db", "/var/lib/course.db"),
        ("sqlite:///a folder/ä.db", "a folder/ä.db"),
        ("sqlite:///course.db?timeout=5", "course.db"),
        ("sqlite:///a%20folder/50%25.db", "a folder/50%.db"),
        ("postgresql+psycopg://user:pass@host/name", None),
        ("postgresql+psycopg:///name?host=/run/postgresql", None),
    ],
)
def test_a_database_is_a_sqlite_file_or_postgresql(url: str, file: str | None) -> None:
    found = loaded(DRIPCOURSE_DATABASE=url)
    assert found.database == url
    assert found.sqlite_file == (None if file is None else Path(file))


@pytest.mark.parametrize(
    "url",
    ["course.db", "sqlite://", "sqlite:///", "sqlite:////", "sqlite:///:memory:", "sqlite:course.db",
     "postgres://user:hunter2@host/name", "postgresql://user:hunter2@host/name", "mysql://user:hunter2@host/name",
     "hunter2"],
)  # fmt: skip
def test_another_database_is_refused_and_its_password_not_repeated(url: str) -> None:
    message = refused(DRIPCOURSE_DATABASE=url)
    assert "DRIPCOURSE_DATABASE" in message
    assert "sqlite:///FILE" in message
    assert "hunter2" not in message


@pytest.mark.parametrize(
    ("given", "secrets"),
    [
        (LONG, (LONG,)),
        (f" {LONG} , {LONG[::-1]},, ", (LONG, LONG[::-1])),
        ("ein Geheimnis für Ännchen", ("ein Geheimnis für Ännchen",)),
    ],
)
def test_secrets_are_a_comma_list(given: str, secrets: tuple[str, ...]) -> None:
    assert loaded(DRIPCOURSE_SECRET=given).secrets == secrets


@pytest.mark.parametrize("given", ["short", f"{LONG},short", "x" * 15, f"{LONG}\udcff", f"{LONG}\n{LONG}", f"{LONG}\0"])
def test_a_secret_that_is_none_is_refused_and_not_repeated(given: str) -> None:
    message = refused(DRIPCOURSE_SECRET=given)
    assert "DRIPCOURSE_SECRET" in message
    assert not any(part in message for part in given.split(",") if len(part) > 5)


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("https://example.com", "https://example.com"),
        ("https://example.com/", "https://example.com"),
        ("https://example.com/course//", "https://example.com/course"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("HTTPS://Example.com", "HTTPS://Example.com"),
    ],
)
def test_the_pages_address_has_no_slash_at_its_end(given: str, address: str) -> None:
    assert loaded(DRIPCOURSE_BASE_URL=given).base_url == address


NO_ADDRESSES = ["example.com", "ftp://example.com", "https://", "https:///path", "https://example.com?a=b",
                "https://example.com/#a", "https://exam ple.com", "https://example.com\n", "http://[::1", "http://a:99999",
                "http://a:b", "http://a:0", "http://a\udcff.example", "javascript:alert(1)"]  # fmt: skip


@pytest.mark.parametrize("name", ["DRIPCOURSE_BASE_URL", "DRIPCOURSE_SENDGRID_HOST"])
@pytest.mark.parametrize("given", NO_ADDRESSES)
def test_what_is_no_web_address_is_refused(name: str, given: str) -> None:
    message = refused(**{name: given})
    assert name in message
    assert "https://example.com" in message


@pytest.mark.parametrize("host", [SENDGRID_HOST, "https://api.eu.sendgrid.com", "http://127.0.0.1:8025",
                                  "http://localhost:1", "http://[::1]:8025"])  # fmt: skip
def test_sendgrid_s_host_may_be_another_or_a_stand_in(host: str) -> None:
    assert loaded(DRIPCOURSE_SENDGRID_HOST=host).sendgrid_host == host


@pytest.mark.parametrize("host", ["http://api.sendgrid.com", "http://127.0.0.1.example.com", "http://192.168.0.1",
                                  "http://localhost@example.com"])  # fmt: skip
def test_the_key_is_never_sent_unencrypted_to_another_machine(host: str) -> None:
    assert "unencrypted" in refused(DRIPCOURSE_SENDGRID_HOST=host)


@pytest.mark.parametrize(
    ("environment", "mailer"),
    [
        ({}, "folder"),
        ({"SENDGRID_API_KEY": "SG.x"}, "sendgrid"),
        ({"SENDGRID_API_KEY": " "}, "folder"),
        ({"SENDGRID_API_KEY": "SG.x", "DRIPCOURSE_MAILER": "folder"}, "folder"),
        ({"DRIPCOURSE_MAILER": "sendgrid"}, "sendgrid"),
    ],
)
def test_the_mailer_is_the_one_named_or_the_one_there_is_a_key_for(environment: dict[str, str], mailer: str) -> None:
    assert load_settings(environment).mailer == mailer


@pytest.mark.parametrize("name", ["pigeon", "Folder", "folder,sendgrid"])
def test_an_unknown_mailer_is_refused_and_the_known_ones_are_named(name: str) -> None:
    message = refused(DRIPCOURSE_MAILER=name)
    assert "DRIPCOURSE_MAILER" in message
    assert all(known in message for known in MailerName)


def test_the_key_is_taken_without_white_space_around_it() -> None:
    assert loaded(SENDGRID_API_KEY=" SG.x\n").sendgrid_key == "SG.x"


def test_the_outbox_is_a_folder() -> None:
    assert loaded(DRIPCOURSE_OUTBOX="/var/mail out").outbox == Path("/var/mail out")


@pytest.mark.parametrize("number", ["1", "64", "007"])
def test_so_many_requests_at_once(number: str) -> None:
    assert loaded(DRIPCOURSE_CONCURRENCY=number).concurrency == int(number)


@pytest.mark.parametrize("number", ["0", "65", "-1", "four", "1.5", " ", "1e1", "²", "9" * 5000])
def test_another_number_of_requests_is_refused(number: str) -> None:
    assert "from 1 to 64" in refused(DRIPCOURSE_CONCURRENCY=number)


@pytest.mark.parametrize(
    ("text", "rate"),
    [("100", 100), ("0.5", Fraction(1, 2)), (" 2.250 ", Fraction(9, 4)), ("9999999", 9_999_999), (" ", None)],
)
def test_a_rate_is_recipients_a_second(text: str, rate: Fraction | None) -> None:
    assert loaded(DRIPCOURSE_RATE=text).rate == rate


@pytest.mark.parametrize(
    "text", ["0", "0.000", "-1", "1/2", "1e3", ".5", "5.", "1,5", "100/s", "fast", "٣", "9" * 5000]
)
def test_another_rate_is_refused(text: str) -> None:
    message = refused(DRIPCOURSE_RATE=text)
    assert f"DRIPCOURSE_RATE is `{text}`" in message
    assert "such as 100 or 0.5" in message


@pytest.mark.parametrize(("text", "warm_up"), [("500:2d", WarmUp(500, 2)), (" 1:365d ", WarmUp(1, 365)), ("", None)])
def test_a_warm_up_is_a_first_day_and_the_days_in_which_it_doubles(text: str, warm_up: WarmUp | None) -> None:
    assert loaded(DRIPCOURSE_WARM_UP=text).warm_up == warm_up


@pytest.mark.parametrize(
    "text",
    ["500", "500:", "500:2", "500:2h", "0:2d", "500:0d", "-5:2d", "500: 2d", "5.5:2d", "a:2d", "500:2d,",
     "1000000000000:2d", "500:1000d"],
)  # fmt: skip
def test_another_warm_up_is_refused(text: str) -> None:
    message = refused(DRIPCOURSE_WARM_UP=text)
    assert f"DRIPCOURSE_WARM_UP is `{text}`" in message
    assert "500:2d" in message


@pytest.mark.parametrize(
    ("text", "networks"),
    [
        ("127.0.0.1", ["127.0.0.1/32"]),
        ("127.0.0.1, 10.0.0.0/8,\n::1,", ["127.0.0.1/32", "10.0.0.0/8", "::1/128"]),
        (" , ", []),
    ],
)
def test_proxies_are_addresses_and_networks(text: str, networks: list[str]) -> None:
    assert [str(one) for one in loaded(DRIPCOURSE_PROXIES=text).proxies] == networks


@pytest.mark.parametrize("text", ["*", "localhost", "10.0.0.1/8", "127.0.0.1:80", "10.0.0.0/33", "127.0.0.1;10.0.0.1"])
def test_what_is_no_address_and_no_network_is_no_proxy(text: str) -> None:
    message = refused(DRIPCOURSE_PROXIES=f"127.0.0.1, {text}")
    assert f"DRIPCOURSE_PROXIES holds `{text}`" in message
    assert "such as 127.0.0.1, 10.0.0.0/8" in message


def test_the_webhook_s_key_is_what_stands_there() -> None:
    assert loaded(DRIPCOURSE_WEBHOOK_KEY=" MFkw+/== \n").webhook_key == "MFkw+/=="
    assert loaded().webhook_key == ""


names = st.sampled_from(["DRIPCOURSE_DATABASE", "DRIPCOURSE_SECRET", "DRIPCOURSE_BASE_URL", "DRIPCOURSE_MAILER",
                         "DRIPCOURSE_OUTBOX", "SENDGRID_API_KEY", "DRIPCOURSE_SENDGRID_HOST",
                         "DRIPCOURSE_CONCURRENCY", "DRIPCOURSE_RATE", "DRIPCOURSE_WARM_UP",
                         "DRIPCOURSE_PROXIES"])  # fmt: skip


@given(st.dictionaries(names, st.text(st.characters()), max_size=4))
def test_whatever_is_set_it_is_taken_or_refused_in_a_sentence(environment: dict[str, str]) -> None:
    try:
        found = load_settings(environment)
    except SettingError as error:
        message = str(error)
        assert any(name in message for name in environment)
    else:
        assert all(len(secret) >= 16 for secret in found.secrets)


# `.env`.


def test_the_file_is_read_where_the_environment_says_nothing() -> None:
    Path(".env").write_text(
        'DRIPCOURSE_CONCURRENCY=7\nexport DRIPCOURSE_OUTBOX="my outbox" # a note\nDRIPCOURSE_MAILER\n'
    )
    found = load_settings({"DRIPCOURSE_CONCURRENCY": "9"})
    assert (found.concurrency, found.outbox, found.mailer) == (9, Path("my outbox"), MailerName.FOLDER)


def test_the_file_of_the_folder_named_is_read(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / ".env").write_text("DRIPCOURSE_CONCURRENCY=7\n")
    assert load_settings({}).concurrency == 4
    assert load_settings({}, tmp_path / "there").concurrency == 7


def test_the_file_changes_nothing_for_other_programs() -> None:
    Path(".env").write_text("DRIPCOURSE_OUTBOX=elsewhere\n")
    load_settings()
    assert "DRIPCOURSE_OUTBOX" not in os.environ


def test_a_wrong_setting_in_the_file_is_refused_by_its_name() -> None:
    Path(".env").write_text("DRIPCOURSE_CONCURRENCY=many\n")
    assert "DRIPCOURSE_CONCURRENCY is `many`" in refused()


@pytest.mark.parametrize("content", [b"DRIPCOURSE_OUTBOX=\xff\n", "DRIPCOURSE_OUTBOX=x".encode("utf-16")])
def test_a_file_that_is_no_text_is_told(content: bytes) -> None:
    Path(".env").write_bytes(content)
    assert ".env cannot be read" in refused()


def test_a_folder_of_that_name_is_no_file_of_settings() -> None:
    Path(".env").mkdir()
    assert load_settings({}) == Settings()


# What is secret.


def test_no_secret_is_shown() -> None:
    found = loaded(
        DRIPCOURSE_DATABASE="postgresql+psycopg://user:hunter2@host/name",
        DRIPCOURSE_SECRET=LONG,
        SENDGRID_API_KEY="SG.hidden",
    )
    for shown in (repr(found), str(found), f"{found}"):
        assert not any(hidden in shown for hidden in ("hunter2", LONG, "SG.hidden"))


def test_the_secrets_set_are_those_that_sign() -> None:
    assert signing_secrets(Settings(secrets=(LONG, LONG[::-1]))) == (LONG, LONG[::-1])
    assert list(Path().iterdir()) == []


def test_a_secret_is_made_once_and_kept_beside_the_database() -> None:
    [secret] = signing_secrets(Settings())
    assert len(secret) >= 32
    assert [path.name for path in Path().iterdir()] == ["dripcourse.db.secret"]
    assert signing_secrets(Settings()) == (secret,)
    assert signing_secrets(Settings(database="sqlite:///other.db")) != (secret,)


def test_only_its_owner_can_read_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    before = os.umask(0)
    try:
        signing_secrets(Settings())
    finally:
        os.umask(before)
    assert stat.S_IMODE(Path("dripcourse.db.secret").stat().st_mode) == 0o600


def test_processes_that_make_the_secret_at_once_have_the_same_one() -> None:
    at_once = Barrier(8)

    def one(number: int) -> tuple[str, ...]:
        at_once.wait()
        return signing_secrets(Settings(database=f"sqlite:///{number}.db"))

    with ThreadPoolExecutor(8) as pool:
        for number in range(25):
            assert len(set(pool.map(one, [number] * 8))) == 1
    assert sorted(path.name for path in Path().iterdir()) == sorted(f"{number}.db.secret" for number in range(25))


def test_the_secret_is_never_there_without_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes between two steps of making it finds no file, or the whole of it."""
    found: list[str] = []

    def between(name: str) -> None:
        step = getattr(os, name)

        def watched(*arguments: object, **named: object) -> object:
            result = step(*arguments, **named)
            file = Path("dripcourse.db.secret")
            found.extend([file.read_text()] if file.exists() else [])
            return result

        monkeypatch.setattr(f"sender.settings.os.{name}", watched)

    for name in ("open", "fsync", "link"):
        between(name)
    [secret] = signing_secrets(Settings())
    assert set(found) == {f"{secret}\n"}


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "does not hold a secret"), (b"short\n", "does not hold a secret"), (b"\xff" * 40, "no text")],
)
def test_a_secret_that_was_spoilt_is_told_and_not_replaced(content: bytes, said: str) -> None:
    file = Path("dripcourse.db.secret")
    file.write_bytes(content)
    with pytest.raises(SettingError, match=said):
        signing_secrets(Settings())
    assert file.read_bytes() == content


def test_a_secret_that_cannot_be_kept_is_told() -> None:
    with pytest.raises(SettingError, match=r"cannot be kept.*set DRIPCOURSE_SECRET"):
        signing_secrets(Settings(database="sqlite:///nowhere/dripcourse.db"))


def test_with_postgresql_the_secret_must_be_set() -> None:
    with pytest.raises(SettingError, match="DRIPCOURSE_SECRET is not set"):
        signing_secrets(Settings(database="postgresql+psycopg:///name"))
