"""What SendGrid makes of one request: 202, 200 in the sandbox, or a refusal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from tests.standin.limits import MAX_REQUEST_BYTES, Refusal, check_counts, check_request, is_sandboxed
from tests.standin.openapi import MailSendDescription


@dataclass(frozen=True, slots=True)
class Verdict:
    """A status, what is objected to (nothing for 2xx), and the body as parsed (None where it is not a JSON object)."""

    status: int
    errors: tuple[Refusal, ...] = ()
    payload: Mapping[str, Any] | None = None

    @property
    def taken(self) -> bool:
        """Whether the mail goes out."""
        return self.status == 202


def judge(
    headers: Mapping[str, str],
    body: bytes | None,
    *,
    key: str,
    now: float,
    quick: bool = False,
    description: MailSendDescription | None = None,
) -> Verdict:
    """The verdict on a request with these headers (names in lower case) and this body (None: too large to be read).

    `now` is in Unix seconds (UTC). `quick` checks the key, the JSON and the counts, and nothing that looks into
    each personalization. A violation of `description` is a 400 like any other.
    """
    if body is None or len(body) >= MAX_REQUEST_BYTES:
        return Verdict(413, (Refusal("content too large"),))
    payload, complaint = _parsed(body)
    refused = _unwelcome(headers, key)
    if refused is not None:
        return Verdict(refused[0], (refused[1],), payload)
    if complaint is not None:
        return Verdict(400, (complaint,))
    errors = check_counts(payload) if quick else check_request(payload, now=now)
    if not errors and description is not None:
        errors = description.violations(payload)
    if errors or payload is None:
        return Verdict(400, errors, payload)
    return Verdict(200 if is_sandboxed(payload) else 202, (), payload)


def _unwelcome(headers: Mapping[str, str], key: str) -> tuple[int, Refusal] | None:
    authorization = headers.get("authorization")
    if authorization is None:
        return 401, Refusal("authorization required")
    if authorization != f"Bearer {key}":
        return 401, Refusal("The provided authorization grant is invalid, expired, or revoked")
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return 415, Refusal("Content-Type should be application/json.")
    if "content-encoding" in headers:
        return 415, Refusal("Mail body compression is not enabled for this account.")
    return None


def _parsed(body: bytes) -> tuple[dict[str, Any] | None, Refusal | None]:
    try:
        payload = json.loads(body.decode("utf-8"), parse_constant=_not_json)
    except (ValueError, RecursionError):
        return None, Refusal("Bad Request")
    return (payload, None) if isinstance(payload, dict) else (None, Refusal("Bad Request"))


def _not_json(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
