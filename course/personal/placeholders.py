"""Placeholders: the tags that stand in a rendered email where one reader's value will go.

A value is written differently in HTML, in plain text and in an address, so each place where an
expression stands becomes a tag of its own kind. Tags have one length, begin with the same
unguessable letters and are replaced in one pass, so a value that spells a tag stays as typed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from html import escape
from urllib.parse import quote

from course.errors import CourseError
from course.personal.readers import Expressions, Reader
from course.personal.tokens import MARK, Spot, in_address, in_pieces, replace_symbols

ALLOWED_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
MOST_PLACEHOLDERS = 150
"""SendGrid takes at most this many substitutions a recipient (its limit of 2026)."""

_SALT = 10
_ADDRESSES = frozenset({"href", "src", "background", "action", "formaction", "poster", "cite", "data", "longdesc"})
_TEXTS = frozenset({"alt", "title", "label", "summary", "abbr", "value", "placeholder", "class", "id", "name"})
_TAG = re.compile(r"""<[a-zA-Z](?:[^<>"']++|"[^"]*+"|'[^']*+')*+>""")
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(\s*=\s*)("[^"]*"|'[^']*')""")
_CODE = re.compile(r"<(style|script)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_LINK = re.compile(r"(?:https?://|mailto:|tel:)[^\s<>]+", re.IGNORECASE)
_SCHEME = re.compile(rf"(?:{'|'.join(sorted(ALLOWED_SCHEMES))}):", re.IGNORECASE)


class Where(StrEnum):
    """Where in an email a value stands, by the letter that its tag carries."""

    HTML = "h"
    TEXT = "t"
    ADDRESS = "a"
    ADDRESS_IN_TEXT = "b"
    ADDRESS_PART = "p"


_IN_HTML = {Spot.TEXT: Where.HTML, Spot.ADDRESS: Where.ADDRESS, Spot.ADDRESS_PART: Where.ADDRESS_PART}
_IN_TEXT = {Spot.TEXT: Where.TEXT, Spot.ADDRESS: Where.ADDRESS_IN_TEXT, Spot.ADDRESS_PART: Where.ADDRESS_PART}


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A tag, the expression whose value takes its place, and where it stands."""

    tag: str
    expression: str
    where: Where


@dataclass(frozen=True, slots=True)
class Email:
    """One rendering of one email, for all readers of a variant.

    `salt` is what all tags begin with, after two letters.
    """

    subject: str
    html: str
    text: str
    placeholders: tuple[Placeholder, ...]
    salt: str


class UnsafeSpotError(CourseError):
    """A subscriber's value stands where no way of writing it would be safe. `expression` is what stands there."""

    def __init__(self, expression: str) -> None:
        self.expression = expression
        message = f"`{expression}` stands where a subscriber's value cannot be made safe, such as in a style."
        fix = "Use it in the text, in an address or in a quoted attribute that is text, such as alt or title."
        super().__init__(message, fix=fix, rule="template")


class Tags:
    """Gives out the tags of one email while its parts are put together."""

    def __init__(self, salt: str) -> None:
        self.salt = salt[:_SALT]
        self._tags: dict[tuple[str, Where], Placeholder] = {}

    def tag(self, expression: str, where: Where) -> str:
        """The tag for an expression in a kind of place: the same one each time."""
        key = (expression, where)
        if key not in self._tags:
            tag = f"dc{self.salt}{len(self._tags):03d}{where}z"
            self._tags[key] = Placeholder(tag, expression, where)
        return self._tags[key].tag

    def in_text(self, text: str) -> str:
        """Plain text, or a subject, with its tokens turned into tags."""
        addresses = _LINK.sub(lambda found: in_address(found[0]), text)
        return replace_symbols(addresses, lambda spot, expression: self.tag(expression, _IN_TEXT[spot]))

    def in_html(self, html: str) -> str:
        """HTML with its tokens turned into tags. Raises UnsafeSpotError for one in a style, a script or a handler."""
        for found in _CODE.finditer(html):
            _refuse(found[0])
        in_tags = _TAG.sub(lambda found: self._in_tag(found[0]) if MARK in found[0] else found[0], html)
        return replace_symbols(in_tags, lambda spot, expression: self.tag(expression, _IN_HTML[spot]))

    def _in_tag(self, tag: str) -> str:
        _refuse(_ATTRIBUTE.sub("", tag))
        return _ATTRIBUTE.sub(self._in_attribute, tag)

    def _in_attribute(self, found: re.Match[str]) -> str:
        name, quoted = found[1].lower(), found[3]
        _refuse(name)
        if name in _ADDRESSES:
            return f"{found[1]}{found[2]}{quoted[0]}{in_address(quoted[1:-1])}{quoted[0]}"
        if name not in _TEXTS and not name.startswith(("aria-", "data-")):
            _refuse(quoted)
        return found[0]

    def placeholders(self) -> tuple[Placeholder, ...]:
        """All tags given out. Raises CourseError where there are more than SendGrid takes."""
        if len(self._tags) > MOST_PLACEHOLDERS:
            raise CourseError(
                f"The email prints {len(self._tags)} different values of a subscriber.",
                fix=f"Print at most {MOST_PLACEHOLDERS}.",
                rule="template",
            )
        return tuple(self._tags.values())


def _refuse(html: str) -> None:
    for expression in in_pieces(html, lambda _: "", str):
        if expression:
            raise UnsafeSpotError(expression)


def tag_values(email: Email, expressions: Expressions, reader: Reader) -> dict[str, str]:
    """The text that takes each tag's place for one reader, escaped for where it stands."""
    return {
        placeholder.tag: written(expressions.value(placeholder.expression, reader), placeholder.where)
        for placeholder in email.placeholders
    }


def written(value: object, where: Where) -> str:
    """A value as it stands in HTML (attributes included), plain text or an address.

    An address that does not begin with an allowed scheme is left empty (`javascript:` among them).
    """
    text = str(value)
    match where:
        case Where.HTML:
            return escape(text)
        case Where.ADDRESS_PART:
            return quote(text, safe="", errors="ignore")
        case Where.ADDRESS:
            return escape(_address(text))
        case Where.ADDRESS_IN_TEXT:
            return _address(text)
        case Where.TEXT:
            return text


def _address(text: str) -> str:
    address = text.strip()
    return quote(address, safe="/:?&=#%+,;@~!$'()*[]", errors="ignore") if _SCHEME.match(address) else ""


def fill(email: Email, values: Mapping[str, str]) -> Email:
    """The email as one reader gets it: each tag replaced once, the values themselves left alone."""
    if not email.placeholders:
        return email

    def filled(text: str) -> str:
        parts = list(_parts(text, email.salt))
        parts[1::2] = [values.get(tag, tag) for tag in parts[1::2]]
        return "".join(parts)

    return Email(filled(email.subject), filled(email.html), filled(email.text), (), email.salt)


@lru_cache(maxsize=64)
def _parts(text: str, salt: str) -> tuple[str, ...]:
    """A text taken apart at its tags, which are every other part: once for all readers."""
    return tuple(re.split(f"(dc{re.escape(salt)}\\d{{3}}[a-z]z)", text))


def salted_afresh(email: Email, values: Sequence[Mapping[str, str]]) -> Email:
    """The email with tags that none of the readers' values contains.

    SendGrid does not say whether it replaces in one pass; this way the answer does not matter. A
    subscriber would have to guess the tags of an edition for anything to change here.
    """
    salt, attempt = email.salt, 0
    while any(f"dc{salt}" in text for one in values for text in one.values()):
        attempt += 1
        salt = f"{attempt:0{_SALT}d}"
    return email if salt == email.salt else _resalted(email, salt)


def _resalted(email: Email, salt: str) -> Email:
    def changed(text: str) -> str:
        return text.replace(f"dc{email.salt}", f"dc{salt}")

    placeholders = tuple(replace(one, tag=changed(one.tag)) for one in email.placeholders)
    return Email(changed(email.subject), changed(email.html), changed(email.text), placeholders, salt)
