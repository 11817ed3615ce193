"""Which addresses SendGrid accepts in a personalization, and which recipients a payload names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

KINDS: Final = ("to", "cc", "bcc")

_CHARACTER: Final = r"[^\s@<>()\[\],;:\\\".\x00-\x20\x7f]"
_ATOM: Final = rf"{_CHARACTER}+"
_LABEL: Final = rf"(?!-){_ATOM}(?<!-)"
_ADDRESS: Final = re.compile(rf"(?=.{{3,254}}\Z)(?=[^@]{{1,64}}@){_ATOM}(\.{_ATOM})*@({_LABEL}\.)+{_LABEL}\Z")


@dataclass(frozen=True, slots=True)
class Recipient:
    """One address that a request names, with the custom args that its events will carry (root and own, merged)."""

    address: str
    custom_args: Mapping[str, str]


def is_address(value: object) -> bool:
    """Whether `value` is a plain `local@domain` with a dot in the domain (RFC 5321's dot-atom form, lengths included).

    Characters outside ASCII are let through: what SendGrid does with them is not documented.
    """
    return isinstance(value, str) and _ADDRESS.match(value) is not None


def recipients_of(payload: object) -> tuple[Recipient, ...]:
    """Everyone whom `payload` names, in order; whatever in it is misshapen is passed over."""
    return tuple(Recipient(address, args) for _, address, args in _named(payload))


def index_of(payload: object, address: str) -> int | None:
    """The number of the first personalization that names `address` (compared without case), or None."""
    wanted = address.casefold()
    return next((index for index, found, _ in _named(payload) if found.casefold() == wanted), None)


def _named(payload: object) -> Iterator[tuple[int, str, dict[str, str]]]:
    personalizations = payload.get("personalizations") if isinstance(payload, dict) else None
    if not isinstance(payload, dict) or not isinstance(personalizations, list):
        return
    root = payload.get("custom_args")
    root_args = root if isinstance(root, dict) else {}
    for index, personalization in enumerate(personalizations):
        if not isinstance(personalization, dict):
            continue
        own = personalization.get("custom_args")
        args = {**root_args, **own} if isinstance(own, dict) else dict(root_args)
        for kind in KINDS:
            people = personalization.get(kind)
            for person in people if isinstance(people, list) else ():
                email = person.get("email") if isinstance(person, dict) else None
                if isinstance(email, str):
                    yield index, email, args


def address_refusals(personalization: Mapping[str, object], path: str) -> Iterator[tuple[str, str]]:
    """What is wrong with the people of one personalization, as (message, field) pairs.

    `path` is `personalizations.N`. A malformed or repeated address is reported at `personalizations.N.to`; an absent
    one, or one of a wrong type, at `personalizations.N.to.M.email`, as SendGrid does.
    """
    if not isinstance(personalization.get("to"), list) or not personalization["to"]:
        message = (
            "The to array is required for all personalization objects, and must have at least one email object "
            "with a valid email address."
        )
        yield message, f"{path}.to"
    seen: set[str] = set()
    for kind in KINDS:
        people = personalization.get(kind)
        if people is None:
            continue
        if not isinstance(people, list):
            yield f"The {kind} parameter must be an array of email objects.", f"{path}.{kind}"
            continue
        for place, person in enumerate(people):
            yield from _person_refusals(person, kind, f"{path}.{kind}", place, seen)


def _person_refusals(person: object, kind: str, field: str, place: int, seen: set[str]) -> Iterator[tuple[str, str]]:
    email = person.get("email") if isinstance(person, dict) else None
    if not isinstance(person, dict) or email is None or email == "":
        yield f"The {kind} email parameter is required.", f"{field}.{place}.email"
    elif not isinstance(email, str):
        yield "Invalid type. Expected: string.", f"{field}.{place}.email"
    elif not is_address(email):
        yield "Does not contain a valid address.", field
    elif email.casefold() in seen:
        message = (
            "Each email address in the personalization block should be unique between to, cc, and bcc. "
            f"We found the first duplicate instance of [{email}] in the {field} field."
        )
        yield message, field
    else:
        seen.add(email.casefold())
    name = person.get("name") if isinstance(person, dict) else None
    if name is not None and not isinstance(name, str):
        yield "Invalid type. Expected: string.", f"{field}.{place}.name"
    elif name is not None and ("," in name or ";" in name) and not (name.startswith('"') and name.endswith('"')):
        yield "A name may not hold a comma or a semicolon unless it is quoted.", f"{field}.{place}.name"
