"""A filled email and a person → the bytes of an internet message, for build, preview, SMTP and folder alike.

The headers are written here and not by the standard library, which encodes long addresses of links as if they were
words and loses spaces between the encoded words of a long subject.
"""

from __future__ import annotations

import re
from base64 import b64encode
from binascii import b2a_qp
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256
from html import escape

import idna

from course.model import Course, Mailbox
from course.personal.placeholders import Email
from course.pictures import Picture

_LINE, _LONGEST_LINE, _LONGEST_WORD = 76, 998, 60
_PLAIN = re.compile(r"[ -~]*")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-\u00a1-\U0010ffff]+|\"(?:[ !#-\[\]-~]|\\[ -~])*\"")
_DOMAIN = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_])?")
_ID = re.compile(r"[!-;=?-~]+@[!-;=?-~]+")
_LINK = re.compile(r"[!-;=?-~]+")
_LINE_END = re.compile(r"\r\n|\r|\n")
_KEPT_IN_WORD = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")


def mime_message(
    email: Email,
    course: Course,
    *,
    to: Mailbox,
    date: datetime,
    message_id: str,
    leave: str | None,
    pictures: Mapping[str, Picture] | None = None,
) -> bytes:
    """The message (RFC 5322) that brings a filled email, one without tags, to one person. Lines end in CRLF.

    `date` is aware. `message_id` may do without its angle brackets; the boundary derives from it, so that the same
    message is the same bytes each time. `leave` is the address of one-click unsubscribing (RFC 8058), or None for an
    email that is no part of a list. `pictures` travel in the message, each in place of its address in the HTML.

    A domain that is not ASCII is written in punycode; such a local part stays as it is (RFC 6532: SMTP needs SMTPUTF8).
    ValueError where a value holds a line break or cannot stand in a header.
    """
    if date.tzinfo is None:
        raise ValueError("A message's date needs a time zone.")
    identity = _matching(_ID, message_id.removeprefix("<").removesuffix(">"), "message id")
    boundary, inner = (f"=_{sha256(f'{kind}{identity}'.encode()).hexdigest()[:32]}" for kind in ("", "related "))
    headers = [
        _folded("From", _mailbox("From", course.sender)),
        _folded("To", _mailbox("To", to)),
        *([_folded("Reply-To", _mailbox("Reply-To", course.reply_to))] if course.reply_to else []),
        _folded("Subject", _words("Subject", email.subject, _as_typed)),
        f"Date: {format_datetime(date)}",
        f"Message-ID: <{identity}>",
        *([] if leave is None else _unsubscribing(leave)),
        f"Content-Language: {_matching(_LINK, course.language, 'language')}",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative; boundary="{boundary}"',
    ]
    if any(len(line.encode()) > _LONGEST_LINE for header in headers for line in header.split("\r\n")):
        raise ValueError("A header would be longer than the 998 bytes that a line may have.")
    parts = [_part("plain", email.text), _html(email.html, pictures or {}, inner)]
    return "\r\n".join(headers).encode() + b"\r\n\r\n" + _joined(parts, boundary)


def _joined(parts: Iterable[bytes], boundary: str) -> bytes:
    """The body of a multipart (RFC 2046, section 5.1)."""
    return b"".join(b"--%b\r\n%b\r\n" % (boundary.encode(), part) for part in parts) + f"--{boundary}--\r\n".encode()


def embedded(html: str, pictures: Mapping[str, Picture]) -> tuple[str, dict[str, Picture]]:
    """The HTML with `cid:` (RFC 2392) in place of these pictures' addresses, and those that it shows, by content id."""
    shown: dict[str, Picture] = {}
    for address, picture in pictures.items():
        source, identity = f'src="{escape(address)}"', f"{picture.hash[:32]}@dripcourse"
        if source in html:
            html = html.replace(source, f'src="cid:{identity}"')
            shown[identity] = picture
    return html, shown


def _html(html: str, pictures: Mapping[str, Picture], boundary: str) -> bytes:
    """The HTML, together with the pictures that it shows, if it shows any (RFC 2387)."""
    html, shown = embedded(html, pictures)
    if not shown:
        return _part("html", html)
    head = f'Content-Type: multipart/related; type="text/html"; boundary="{boundary}"\r\n\r\n'
    parts = [_part("html", html), *(_inline(picture, identity) for identity, picture in shown.items())]
    return head.encode() + _joined(parts, boundary)


def _inline(picture: Picture, identity: str) -> bytes:
    head = (
        f"Content-Type: {picture.media_type}\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        f"Content-ID: <{identity}>\r\n"
        f'Content-Disposition: inline; filename="{picture.name}"\r\n\r\n'
    )
    return head.encode() + _base64(picture.content)


def _base64(content: bytes) -> bytes:
    whole = b64encode(content)
    return b"\r\n".join(whole[start : start + _LINE] for start in range(0, len(whole), _LINE))


def _unsubscribing(leave: str) -> list[str]:
    # Never folded: a white space inside would become part of the address.
    address = _matching(_LINK, leave, "address of a link")
    return [f"List-Unsubscribe: <{address}>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click"]


def _part(subtype: str, text: str) -> bytes:
    # Neither encoding ever writes `=_`, so no body can hold the boundary. The last line has an end because b2a_qp ends
    # the lines that it breaks as it finds the others ended.
    ended = text if text.endswith(("\n", "\r")) else f"{text}\n"
    content = _LINE_END.sub("\r\n", ended).encode("utf-8", "replace")
    foreign = len(content) - len(content.translate(None, delete=bytes(range(128, 256))))
    if foreign * 6 < len(content):
        encoding, encoded = "quoted-printable", b2a_qp(content, istext=True)
    else:
        encoding, encoded = "base64", _base64(content)
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'
    return head.encode() + encoded


def _mailbox(header: str, mailbox: Mailbox) -> list[str]:
    """A display name and an address as words between which a line may be folded."""
    address = _address(mailbox.address)
    if not mailbox.name:
        return [address]
    return [*_words(header, mailbox.name, _phrase), f"<{address}>"]


def _address(address: str) -> str:
    local, at, domain = address.rpartition("@")
    if not at or not _LOCAL_PART.fullmatch(local):
        raise ValueError("That is not an email address.")
    if not domain.isascii():
        domain = idna.encode(domain, uts46=True).decode()
    return f"{local}@{_matching(_DOMAIN, domain, 'domain of an email address')}"


def _matching(pattern: re.Pattern[str], text: str, what: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(f"That is not the {what}.")
    return text


def _words(header: str, text: str, plain: Callable[[str], list[str]]) -> list[str]:
    """A text as words of a header: those that `plain` gives where they are read back as typed, else encoded ones."""
    if any(sign in text for sign in "\r\n\0"):
        raise ValueError(f"The {header} holds a line break or a NUL.")
    # Readers differ in what they make of more than one space, and some decode what only looks like an encoded word.
    if _PLAIN.fullmatch(text) and "=?" not in text and all(text.split(" ")):
        words = plain(text)
        if all(len(word) <= _LONGEST_WORD for word in words):
            return words
    return list(_encoded(text, _LINE - len(header) - 2))


def _as_typed(text: str) -> list[str]:
    return text.split(" ")


def _phrase(name: str) -> list[str]:
    """A display name as atoms or one quoted string (RFC 5322, section 3.2)."""
    if _ATOMS.fullmatch(name):
        return name.split(" ")
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return [f'"{escaped}"']


def _encoded(text: str, room: int) -> Iterator[str]:
    """Encoded words (RFC 2047) of whole characters, the first in `room`, the others in one line each."""
    spelled = {sign: _spelled(sign) for sign in set(text)}
    octets = {sign: len(sign.encode("utf-8", "replace")) for sign in spelled}
    as_letters = sum(len(spelled[sign]) for sign in text) <= sum(octets[sign] for sign in text) * 4 / 3
    start, size = 0, 0
    for position, sign in enumerate(text):
        size += len(spelled[sign]) if as_letters else octets[sign]
        if (size if as_letters else -(-size // 3) * 4) > room - len("=?utf-8?q??="):
            yield _word(text[start:position], spelled if as_letters else None)
            start, size, room = position, len(spelled[sign]) if as_letters else octets[sign], _LINE - 1
    if text:
        yield _word(text[start:], spelled if as_letters else None)


def _word(text: str, spelled: dict[str, str] | None) -> str:
    if spelled is not None:
        return f"=?utf-8?q?{''.join(spelled[sign] for sign in text)}?="
    return f"=?utf-8?b?{b64encode(text.encode('utf-8', 'replace')).decode()}?="


def _spelled(sign: str) -> str:
    if sign == " ":
        return "_"
    return sign if sign in _KEPT_IN_WORD else "".join(f"={octet:02X}" for octet in sign.encode("utf-8", "replace"))


def _folded(header: str, words: list[str]) -> str:
    lines = [f"{header}:"]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > _LINE and lines[-1] != f"{header}:":
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines)
