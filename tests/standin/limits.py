"""SendGrid's documented limits on `POST /v3/mail/send`: a request's payload in, a list of refusals out.

Sources: Twilio's "Mail Send API: Limitations" and "Errors" pages and its OpenAPI description of the endpoint. Where
they disagree, or are silent and a mistake would be ours, the stricter reading holds: what passes here should pass
there. Everything here is pure; what needs the HTTP request itself (the key, the size of the body) is judged in
`verdict`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from typing import Final

from tests.standin.addresses import address_refusals, is_address

MAX_REQUEST_BYTES: Final = 30_000_000
MAX_PERSONALIZATIONS: Final = 1000
MAX_RECIPIENTS: Final = 1000
MAX_SUBSTITUTIONS: Final = 150
MAX_SUBSTITUTION_BYTES: Final = 10_000
MAX_CUSTOM_ARG_BYTES: Final = 10_000
MAX_CATEGORIES: Final = 10
MAX_CATEGORY_CHARACTERS: Final = 255
MAX_SECONDS_AHEAD: Final = 72 * 3600

RESERVED_HEADERS: Final = frozenset(
    {
        "x-sg-id",
        "x-sg-eid",
        "received",
        "dkim-signature",
        "content-type",
        "content-transfer-encoding",
        "to",
        "from",
        "subject",
        "reply-to",
        "cc",
        "bcc",
    }
)
ROOT_PROPERTIES: Final = frozenset(
    {
        "personalizations",
        "from",
        "reply_to",
        "reply_to_list",
        "subject",
        "content",
        "attachments",
        "template_id",
        "headers",
        "categories",
        "custom_args",
        "send_at",
        "batch_id",
        "asm",
        "ip_pool_name",
        "mail_settings",
        "tracking_settings",
    }
)
PERSONALIZATION_PROPERTIES: Final = frozenset(
    {
        "from",
        "to",
        "cc",
        "bcc",
        "subject",
        "headers",
        "substitutions",
        "dynamic_template_data",
        "custom_args",
        "send_at",
    }
)

_HELP: Final = "http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html#message."


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that SendGrid objects to: an element of the `errors` array of its answer."""

    message: str
    field: str | None = None

    @property
    def help(self) -> str | None:
        """The address SendGrid names for `field`; None where it names none."""
        if self.field is None:
            return None
        return _HELP + ".".join(part for part in self.field.split(".") if not part.isdigit())

    def as_json(self) -> dict[str, str | None]:
        """The refusal in SendGrid's own shape."""
        return {"message": self.message, "field": self.field, "help": self.help}


def check_request(payload: object, *, now: float) -> tuple[Refusal, ...]:
    """Every limit that `payload` breaks, in the order in which its parts are read; empty when it is in order.

    `payload` is the parsed JSON body; `now` is in Unix seconds (UTC) and bounds `send_at`.
    """
    if not isinstance(payload, dict):
        return (Refusal("Bad Request"),)
    counts = check_counts(payload)
    if counts:
        return counts
    return tuple(_root(payload, now)) + tuple(_personalizations(payload, now))


def check_counts(payload: object) -> tuple[Refusal, ...]:
    """The limits that cost next to nothing to check: how many personalizations and how many recipients."""
    if not isinstance(payload, dict):
        return (Refusal("Bad Request"),)
    personalizations = payload.get("personalizations")
    if not isinstance(personalizations, list) or not personalizations:
        message = "The personalizations field is required and must have at least one personalization."
        return (Refusal(message, "personalizations"),)
    if len(personalizations) > MAX_PERSONALIZATIONS:
        message = (
            f"The personalization block is limited to {MAX_PERSONALIZATIONS} personalizations per API request. "
            f"You have provided {len(personalizations)} personalizations."
        )
        return (Refusal(message, "personalizations"),)
    recipients = sum(_recipient_count(each) for each in personalizations)
    if recipients > MAX_RECIPIENTS:
        message = f"There is a limit of {MAX_RECIPIENTS} total recipients (to + cc + bcc) per request."
        return (Refusal(message, "personalizations"),)
    return ()


def is_sandboxed(payload: Mapping[str, object]) -> bool:
    """Whether the request asks only to be validated (`mail_settings.sandbox_mode`)."""
    settings = payload.get("mail_settings")
    sandbox = settings.get("sandbox_mode") if isinstance(settings, dict) else None
    return isinstance(sandbox, dict) and sandbox.get("enable") is True


def _recipient_count(personalization: object) -> int:
    if not isinstance(personalization, dict):
        return 0
    lists = (personalization.get(kind) for kind in ("to", "cc", "bcc"))
    return sum(len(each) for each in lists if isinstance(each, list))


def _root(payload: Mapping[str, object], now: float) -> Iterator[Refusal]:
    yield from _unknown(payload, ROOT_PROPERTIES, "")
    yield from _sender(payload)
    yield from _subject(payload)
    yield from _content(payload.get("content"))
    yield from _headers(payload.get("headers"), "headers")
    yield from _categories(payload.get("categories"))
    yield from _custom_args(payload.get("custom_args"), "custom_args")
    yield from _send_at(payload.get("send_at"), "send_at", now)


def _personalizations(payload: Mapping[str, object], now: float) -> Iterator[Refusal]:
    personalizations = payload["personalizations"]
    assert isinstance(personalizations, list)  # check_counts has seen to it
    root_args = payload.get("custom_args")
    root_bytes = _size(root_args) if isinstance(root_args, dict) else 0
    for index, personalization in enumerate(personalizations):
        path = f"personalizations.{index}"
        if not isinstance(personalization, dict):
            yield Refusal("Each personalization must be an object.", path)
            continue
        yield from _unknown(personalization, PERSONALIZATION_PROPERTIES, path + ".")
        yield from (Refusal(message, field) for message, field in address_refusals(personalization, path))
        yield from _substitutions(personalization.get("substitutions"), path + ".substitutions")
        yield from _headers(personalization.get("headers"), path + ".headers")
        yield from _custom_args(personalization.get("custom_args"), path + ".custom_args", root_bytes)
        yield from _send_at(personalization.get("send_at"), path + ".send_at", now)


def _unknown(found: Mapping[str, object], known: frozenset[str], prefix: str) -> Iterator[Refusal]:
    if not found.keys() <= known:
        for name in found.keys() - known:
            yield Refusal(f"Additional property {name} is not allowed", prefix + name)


def _sender(payload: Mapping[str, object]) -> Iterator[Refusal]:
    sender = payload.get("from")
    if not isinstance(sender, dict):
        yield Refusal("The from object must be provided for every email send.", "from")
    elif not is_address(sender.get("email")) or not str(sender["email"]).isascii():
        yield Refusal("The from email does not contain a valid address.", "from.email")
    reply_to = payload.get("reply_to")
    if reply_to is None:
        return
    # Only its type: substitutions apply to reply_to, so a tag may stand where the address will be.
    email = reply_to.get("email") if isinstance(reply_to, dict) else None
    if not isinstance(email, str) or not email:
        yield Refusal("The reply_to object, when used, must have an email parameter.", "reply_to.email")
    if payload.get("reply_to_list") is not None:
        yield Refusal("The reply_to and reply_to_list parameters are mutually exclusive.", "reply_to_list")


def _subject(payload: Mapping[str, object]) -> Iterator[Refusal]:
    if _is_text(payload.get("subject")):
        return
    message = "The subject is required: at the root, or in every personalization."
    personalizations = payload["personalizations"]
    assert isinstance(personalizations, list)
    for index, each in enumerate(personalizations):
        if not (isinstance(each, dict) and _is_text(each.get("subject"))):
            yield Refusal(message, "subject" if index == 0 else f"personalizations.{index}.subject")
            return


def _content(content: object) -> Iterator[Refusal]:
    if not isinstance(content, list) or not content:
        yield Refusal("The content array is required and must have at least one part.", "content")
        return
    kinds: list[object] = []
    for index, part in enumerate(content):
        kind, value = (part.get("type"), part.get("value")) if isinstance(part, dict) else (None, None)
        kinds.append(kind)
        if not _is_text(kind):
            yield Refusal("The content type must be a string, not an empty one.", f"content.{index}.type")
        if not _is_text(value):
            yield Refusal("The content value must be a string, not an empty one.", f"content.{index}.value")
    order = {"text/plain": 0, "text/html": 1}
    places = [order.get(str(kind), 2) for kind in kinds]
    if places != sorted(places):
        yield Refusal("The text/plain part must come first, then text/html, then any other.", "content")


def _substitutions(found: object, field: str) -> Iterator[Refusal]:
    if found is None:
        return
    if not isinstance(found, dict):
        yield Refusal("Substitutions must be an object of tags and strings.", field)
        return
    if len(found) > MAX_SUBSTITUTIONS:
        yield Refusal(f"There is a limit of {MAX_SUBSTITUTIONS} substitutions per personalization.", field)
    if not all(isinstance(value, str) for value in found.values()):
        yield Refusal("Every substitution value must be a string.", field)
    elif _size(found) > MAX_SUBSTITUTION_BYTES:
        yield Refusal(f"Substitutions may not exceed {MAX_SUBSTITUTION_BYTES} bytes per personalization.", field)
    for message in _tag_faults(tuple(found)):
        yield Refusal(message, field)


# A thousand personalizations carry the same tags, and comparing each with each costs most of all.
@lru_cache(maxsize=64)
def _tag_faults(tags: tuple[str, ...]) -> tuple[str, ...]:
    misspelt = (
        f"The substitution tag {tag!r} must be one or more characters, without spaces, <, > or &."
        for tag in tags
        if not tag or any(character.isspace() or character in "<>&" for character in tag)
    )
    nested = (
        f"The substitution tag {inner!r} is nested in the tag {outer!r}."
        for inner, outer in permutations(tags, 2)
        if inner and inner in outer
    )
    return (*misspelt, *nested)


def _headers(found: object, field: str) -> Iterator[Refusal]:
    if found is None:
        return
    if not isinstance(found, dict):
        yield Refusal("The headers must be an object of names and strings.", field)
        return
    for name, value in found.items():
        if not name or any(not "!" <= character <= "~" or character == ":" for character in name):
            yield Refusal(f"The header name {name!r} must be printable ASCII without spaces or colons.", field)
        elif name.lower() in RESERVED_HEADERS:
            yield Refusal(f"The header {name} is reserved and may not be set.", f"{field}.{name}")
        if not isinstance(value, str):
            yield Refusal("Every header value must be a string.", f"{field}.{name}")
        elif "\n" in value or "\r" in value:
            yield Refusal("A header value may not hold a line break.", f"{field}.{name}")


def _categories(found: object) -> Iterator[Refusal]:
    if found is None:
        return
    if not isinstance(found, list) or not all(_is_text(each) for each in found):
        yield Refusal("The categories must be an array of strings at least one character long.", "categories")
        return
    if len(found) > MAX_CATEGORIES:
        yield Refusal(f"There is a limit of {MAX_CATEGORIES} categories per request.", "categories")
    if len(set(found)) != len(found):
        yield Refusal("Each category must be unique.", "categories")
    for index, each in enumerate(found):
        if not each.isascii():
            yield Refusal("A category must be ASCII.", f"categories.{index}")
        if len(each) > MAX_CATEGORY_CHARACTERS:
            yield Refusal(f"A category may not exceed {MAX_CATEGORY_CHARACTERS} characters.", f"categories.{index}")


def _custom_args(found: object, field: str, root_bytes: int = 0) -> Iterator[Refusal]:
    if found is None:
        return
    if not isinstance(found, dict):
        yield Refusal("The custom_args must be an object of names and strings.", field)
        return
    for name, value in found.items():
        if not name or not _is_text(value):
            yield Refusal("Every custom arg needs a name and a string at least one character long.", f"{field}.{name}")
    if root_bytes + _size(found) >= MAX_CUSTOM_ARG_BYTES:
        yield Refusal(f"The custom_args must be less than {MAX_CUSTOM_ARG_BYTES} bytes.", field)


def _send_at(found: object, field: str, now: float) -> Iterator[Refusal]:
    if found is None:
        return
    if not isinstance(found, int) or isinstance(found, bool):
        yield Refusal("The send_at parameter must be a Unix timestamp.", field)
    elif found > now + MAX_SECONDS_AHEAD:
        yield Refusal("Scheduling more than 72 hours in advance is forbidden.", field)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _size(found: Mapping[object, object]) -> int:
    """Names and values together, in bytes of UTF-8."""
    joined = "".join(part for pair in found.items() for part in pair if isinstance(part, str))
    return len(joined) if joined.isascii() else len(joined.encode("utf-8", "surrogatepass"))
