"""The SMTP server that DRIPCOURSE_SMTP_URL names, checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from sender.errors import SettingError

_PORTS = {"smtp": 587, "smtps": 465}
"""Where mail is handed in (RFC 6409), and where it is within TLS from the first byte on (RFC 8314)."""

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Server:
    """Where the server is, and whom to log in as: nobody, where `user` is empty. `tls`: from the first byte on."""

    host: str
    port: int
    tls: bool
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @property
    def is_here(self) -> bool:
        """Whether it is on this machine, so that nobody can listen in between."""
        return self.host in _LOOPBACK

    @property
    def must_prove_itself(self) -> bool:
        """Whether its certificate is looked at. Mail that could as well go out unencrypted gains nothing by that."""
        return not self.is_here and (self.tls or bool(self.user))


def server_at(url: str) -> Server:
    """The server of such a URL. Raises SettingError, which never shows the password."""
    if not url:
        fix = "Set it to smtp://USER:PASSWORD@HOST:587, or set DRIPCOURSE_MAILER=folder to try things out."
        raise SettingError("DRIPCOURSE_SMTP_URL is not set.", fix=fix)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host.encode("idna")
    except ValueError:
        host, port = "", None
    if not host or port == 0 or not url.isprintable() or " " in url or not _is_bare(parts):
        fix = (
            "Write smtp://USER:PASSWORD@HOST:587, or smtps://…:465; signs such as / and # in a password as %2F and %23."
        )
        raise SettingError("DRIPCOURSE_SMTP_URL is not the address of an SMTP server.", fix=fix)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise SettingError("DRIPCOURSE_SMTP_URL names a user or a password, but not both.", fix="Write USER:PASSWORD@.")
    if not all(text.isascii() and text.isprintable() for text in (user, password)):
        fix = "Choose a password of letters without accents, digits and signs."
        raise SettingError("DRIPCOURSE_SMTP_URL has a user or a password that cannot be sent.", fix=fix)
    return Server(host, port or _PORTS[parts.scheme], parts.scheme == "smtps", user, password)


def _is_bare(parts: SplitResult) -> bool:
    """Whether there is nothing but a server: a `/` or `#` in a password would end the address early."""
    return parts.scheme in _PORTS and parts.path in {"", "/"} and not parts.query and not parts.fragment
