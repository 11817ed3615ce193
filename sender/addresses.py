"""Email addresses: whether one can be sent to, and the form in which two are compared."""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import normalize

import idna

LONGEST = 254
"""The longest address that can be used as a mailbox (RFC 5321, section 4.5.3.1.3: a path of 256 with its brackets)."""

_LONGEST_LOCAL = 64
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_DOMAIN = re.compile(
    r"(?=.{1,253}\Z)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)


class AddressError(ValueError):
    """An address cannot be sent to; the message says why."""


def checked_address(text: str) -> str:
    """The address as typed, without white space around it. Raises AddressError.

    No name server is asked. What stands before the `@` in the usual ASCII form takes one pattern, and the verdict on a
    domain is kept; any other address is looked at by a library that knows RFC 5321, 6531 and the rules of
    internationalised domains.
    """
    address = text.strip()
    if not address:
        raise AddressError("there is no address")
    if len(address) > LONGEST:
        raise AddressError(f"the address has {len(address)} characters, {LONGEST} are allowed")
    local, _, domain = address.rpartition("@")
    if len(local) <= _LONGEST_LOCAL and _LOCAL.fullmatch(local) and _is_good_domain(domain):
        return address
    return _looked_at(address)


def email_key(address: str) -> str:
    """The form in which addresses are compared: lower case, composed (RFC 6532, section 3.1), a domain in punycode."""
    local, _, domain = address.rpartition("@")
    local = local.lower()
    return f"{local if local.isascii() else normalize('NFC', local)}@{_punycode(domain)}"


@lru_cache(maxsize=10_000)
def _punycode(domain: str) -> str:
    if domain.isascii():
        return domain.lower()
    return idna.encode(domain, uts46=True).decode().lower()


@lru_cache(maxsize=10_000)
def _is_good_domain(domain: str) -> bool:
    """Whether whatever is in the usual form before the `@` can be sent to at a domain, however long that is."""
    if _DOMAIN.fullmatch(domain):
        return True
    try:
        _looked_at(f"{'a' * _LONGEST_LOCAL}@{domain}")
    except AddressError:
        return False
    return True


def _looked_at(address: str) -> str:
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415  # slow to import, seldom needed

    shown = address if len(address) <= 80 else f"{address[:77]}…"
    try:
        validate_email(address, check_deliverability=False, globally_deliverable=False, strict=True)
    except EmailNotValidError as error:
        raise AddressError(f"`{shown}` is not an email address: {str(error).rstrip('.')}") from error
    _, dot, last = address.rpartition("@")[2].rpartition(".")
    if not dot:
        raise AddressError(f"`{shown}` is not an email address: its domain has no dot")
    if last.isdecimal():
        raise AddressError(f"`{shown}` is not an email address: its domain ends in a number")
    return address
