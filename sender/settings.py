"""The settings of an installation: the only module that reads the environment."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sender.errors import SettingError

Network = IPv4Network | IPv6Network
SENDGRID_HOST = "https://api.sendgrid.com"
_SHORTEST_SECRET = 16
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_RATE = re.compile(r"[0-9]{1,7}(?:\.[0-9]{1,3})?")
_WARM_UP = re.compile(r"([0-9]{1,9}):([0-9]{1,3})d")


class MailerName(StrEnum):
    """What carries emails away."""

    FOLDER = "folder"
    SMTP = "smtp"
    SENDGRID = "sendgrid"


@dataclass(frozen=True, slots=True)
class WarmUp:
    """How many recipients a day: `first` on the first day, and twice as many every `every` days."""

    first: int
    every: int


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, checked. What is secret is kept out of `repr`.

    `secrets` sign links: the first signs, all verify; it is empty where none is set and the
    database is no SQLite file, which `signing_secrets` refuses. `proxies` are believed when they say whose request
    they pass on. `rate` is how many recipients a second there are at the most, where there is a limit.
    """

    database: str = field(default="sqlite:///dripcourse.db", repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    base_url: str = "http://127.0.0.1:8000"
    mailer: MailerName = MailerName.FOLDER
    outbox: Path = Path("outbox")
    sendgrid_key: str = field(default="", repr=False)
    sendgrid_host: str = SENDGRID_HOST
    smtp_url: str = field(default="", repr=False)
    concurrency: int = 4
    rate: Fraction | None = None
    warm_up: WarmUp | None = None
    webhook_key: str = ""
    proxies: tuple[Network, ...] = ()

    @property
    def sqlite_file(self) -> Path | None:
        """The file of a SQLite database, or None for another one."""
        prefix = "sqlite:///"
        if not self.database.startswith(prefix):
            return None
        return Path(unquote(self.database.removeprefix(prefix).partition("?")[0]))


def load_settings(environment: Mapping[str, str] | None = None, folder: Path | None = None) -> Settings:
    """Read the settings from the environment, and from `.env` in `folder` (by default the working folder).

    The environment comes first. Raises SettingError, with the name of the setting.
    """
    given = dict(os.environ if environment is None else environment)
    values = {**_from_file((folder or Path()) / ".env"), **given}
    key = values.get("SENDGRID_API_KEY", "").strip()
    return Settings(
        database=_database(values.get("DRIPCOURSE_DATABASE") or "sqlite:///dripcourse.db"),
        secrets=_secrets(values.get("DRIPCOURSE_SECRET", "")),
        base_url=_address("DRIPCOURSE_BASE_URL", values.get("DRIPCOURSE_BASE_URL") or "http://127.0.0.1:8000"),
        mailer=_mailer(values.get("DRIPCOURSE_MAILER", ""), key),
        outbox=Path(values.get("DRIPCOURSE_OUTBOX") or "outbox"),
        sendgrid_key=key,
        sendgrid_host=_sendgrid_host(values.get("DRIPCOURSE_SENDGRID_HOST") or SENDGRID_HOST),
        smtp_url=values.get("DRIPCOURSE_SMTP_URL", "").strip(),
        concurrency=_count("DRIPCOURSE_CONCURRENCY", values.get("DRIPCOURSE_CONCURRENCY") or "4", most=64),
        rate=_rate(values.get("DRIPCOURSE_RATE", "")),
        warm_up=_warm_up(values.get("DRIPCOURSE_WARM_UP", "")),
        proxies=_networks("DRIPCOURSE_PROXIES", values.get("DRIPCOURSE_PROXIES", "")),
        webhook_key=values.get("DRIPCOURSE_WEBHOOK_KEY", "").strip(),
    )


def _from_file(file: Path) -> dict[str, str]:
    from dotenv import dotenv_values  # noqa: PLC0415  # only commands that need settings pay for it

    if not file.is_file():
        return {}
    try:
        return {key: value or "" for key, value in dotenv_values(file).items()}
    except (OSError, UnicodeError) as error:
        raise SettingError(f"{file} cannot be read.", fix="Make it a readable text file in UTF-8.") from error


def signing_secrets(settings: Settings) -> tuple[str, ...]:
    """The secrets that sign links: those set, or one made once and kept beside the SQLite file.

    Raises SettingError where there is neither, or the file cannot be kept.
    """
    if settings.secrets:
        return settings.secrets
    database = settings.sqlite_file
    if database is None:
        raise SettingError(
            "DRIPCOURSE_SECRET is not set.", fix="Set it to a long random text, the same on every machine."
        )
    file = database.with_name(f"{database.name}.secret")
    try:
        kept = _kept_secret(file)
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it holds no text"
        fix = "Make the folder writable, or set DRIPCOURSE_SECRET."
        raise SettingError(f"The secret cannot be kept in {file}: {reason}.", fix=fix) from error
    if len(kept) < _SHORTEST_SECRET:
        fix = "Put back what it held, or remove it: links in emails already sent then stop working."
        raise SettingError(f"{file} does not hold a secret.", fix=fix)
    return (kept,)


def _kept_secret(file: Path) -> str:
    """The secret in a file; where there is none, a new one is put there whole, so that nobody reads half of it."""
    if file.exists():
        return file.read_text("ascii").strip()
    partial = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(secrets.token_urlsafe(32) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    try:
        with suppress(FileExistsError):  # another process was first: its secret is the one
            os.link(partial, file)
    finally:
        partial.unlink()
    return file.read_text("ascii").strip()


def _database(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in {"sqlite", "postgresql+psycopg"}:
        fix = "Write sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME."
        raise SettingError("DRIPCOURSE_DATABASE is not the address of a database that dripcourse uses.", fix=fix)
    if scheme == "sqlite" and rest.lstrip("/") in {"", ":memory:"}:
        raise SettingError("DRIPCOURSE_DATABASE names no file.", fix="Write sqlite:///FILE.")
    return url


def _secrets(text: str) -> tuple[str, ...]:
    given = tuple(part.strip() for part in text.split(",") if part.strip())
    if any(len(secret) < _SHORTEST_SECRET for secret in given):
        fix = f"Use at least {_SHORTEST_SECRET} random characters."
        raise SettingError("DRIPCOURSE_SECRET is too short to be safe.", fix=fix)
    if not all(secret.isprintable() for secret in given):
        raise SettingError("DRIPCOURSE_SECRET holds what is not text.", fix="Use letters, digits and signs.")
    return given


def _address(name: str, text: str) -> str:
    try:
        parts = urlsplit(text)
        named = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
        proper = named and not parts.query and not parts.fragment
    except ValueError:
        proper = False
    if not proper or " " in text or not text.isprintable():
        raise SettingError(f"{name} is `{text}`, which is not a web address.", fix="Write it as https://example.com.")
    return text.rstrip("/")


def _sendgrid_host(text: str) -> str:
    address = _address("DRIPCOURSE_SENDGRID_HOST", text)
    parts = urlsplit(address)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        fix = "Write https://, or the address of a stand-in on this machine."
        raise SettingError("DRIPCOURSE_SENDGRID_HOST would send the key unencrypted.", fix=fix)
    return address


def _mailer(name: str, sendgrid_key: str) -> MailerName:
    if not name:
        return MailerName.SENDGRID if sendgrid_key else MailerName.FOLDER
    try:
        return MailerName(name)
    except ValueError:
        fix = f"Set it to one of {', '.join(MailerName)}."
        raise SettingError(f"DRIPCOURSE_MAILER is `{name}`, which is no mailer of this version.", fix=fix) from None


def _count(name: str, text: str, *, most: int) -> int:
    if not text.isdecimal() or len(text) > 9 or not 1 <= int(text) <= most:
        raise SettingError(f"{name} is `{text}`.", fix=f"Set it to a whole number from 1 to {most}.")
    return int(text)


def _rate(text: str) -> Fraction | None:
    """How many recipients a second; as it was written, since a float would not be."""
    given = text.strip()
    if not given:
        return None
    if not _RATE.fullmatch(given) or not Fraction(given):
        fix = "Set it to the recipients a second at the most, such as 100 or 0.5, or leave it out for no limit."
        raise SettingError(f"DRIPCOURSE_RATE is `{text}`, which is no number above 0.", fix=fix)
    return Fraction(given)


def _warm_up(text: str) -> WarmUp | None:
    given = text.strip()
    if not given:
        return None
    found = _WARM_UP.fullmatch(given)
    if found is None or not int(found[1]) or not int(found[2]):
        fix = "Write 500:2d to begin at 500 recipients a day and double that every 2 days, or leave it out."
        raise SettingError(f"DRIPCOURSE_WARM_UP is `{text}`, which is no warm-up.", fix=fix)
    return WarmUp(int(found[1]), int(found[2]))


def _networks(name: str, text: str) -> tuple[Network, ...]:
    """The networks of a comma list; an address by itself is a network of one."""
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        try:
            found.append(ip_network(part))
        except ValueError:
            fix = "Set it to addresses or networks, such as 127.0.0.1, 10.0.0.0/8."
            raise SettingError(f"{name} holds `{part}`, which is no address and no network.", fix=fix) from None
    return tuple(found)
