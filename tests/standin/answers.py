"""SendGrid's answers: a verdict as status, headers and JSON body."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tests.standin.verdict import Verdict
from tests.standin.wire import Answer


def answer_to(verdict: Verdict, message_id: str | None, headers: Mapping[str, str]) -> Answer:
    """The answer that tells the client of `verdict`: empty with an X-Message-Id for 202, else the errors.

    `headers` are a script's and stand beside the usual ones.
    """
    if verdict.status == 202 and message_id is not None:
        return Answer(202, headers={"X-Message-Id": message_id, **headers})
    if verdict.status < 300:
        return Answer(verdict.status, headers=headers)
    errors = {"errors": [error.as_json() for error in verdict.errors]}
    return Answer(verdict.status, json.dumps(errors).encode("ascii"), headers)
