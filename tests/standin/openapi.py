"""Validates a request against Twilio's own OpenAPI description of the endpoint, where a copy of it is at hand.

It takes about 190 ms for 1000 personalizations, so it is for tests that ask for it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from tests.standin.limits import Refusal

MAX_VIOLATIONS: Final = 10
_BODY: Final = "#/components/requestBodies/PostMailSend/content/application~1json/schema"


class MailSendDescription:
    """The request body of `POST /v3/mail/send` as the OpenAPI file at `path` describes it (needs `jsonschema`)."""

    def __init__(self, path: Path) -> None:
        from jsonschema import Draft202012Validator  # only where it is asked for: it starts slowly

        document = json.loads(path.read_text(encoding="utf-8"))
        body = document["components"]["requestBodies"]["PostMailSend"]["content"]["application/json"]["schema"]
        # The description types it as a string; the endpoint and its documentation want an object.
        body["properties"]["custom_args"] = {"type": "object", "additionalProperties": {"type": "string"}}
        self._validator = Draft202012Validator({"$ref": _BODY, "components": document["components"]})

    def violations(self, payload: object) -> tuple[Refusal, ...]:
        """What in `payload` contradicts the description: at most the first ten, empty when nothing does."""
        found = []
        for error in self._validator.iter_errors(payload):
            where = ".".join(str(part) for part in error.absolute_path)
            found.append(Refusal(f"OpenAPI: {error.message[:300]}", where or None))
            if len(found) == MAX_VIOLATIONS:
                break
        return tuple(found)
