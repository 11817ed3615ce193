"""Asking for a course on its page, from a form elsewhere and in JSON, and what is answered."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from urllib.parse import urlencode

from tests.sender.web.sample import Answer, School, post, request, said

PAGE, FORM = {"form": "page"}, {"form": "embedded"}


def at(school: School, path: str = "", course: str = "product-path") -> str:
    """An address of a course."""
    return f"{school.base_url}/courses/{course}{path}"


def send(school: School, fields: Mapping[str, str], course: str = "product-path") -> Answer:
    """Send a form."""
    return post(at(school, "/join", course), urlencode(fields).encode())


def send_json(
    school: School, document: object, *, kind: str = "application/json", course: str = "product-path", **headers: str
) -> Answer:
    """Send JSON: a document, or bytes as they are."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return request("POST", at(school, "/join", course), body, {"Content-Type": kind, **headers})


def errors(answer: Answer) -> dict[str, str]:
    """What is wrong with each field, as JSON is answered."""
    document = json.loads(answer.text)
    assert list(document) == ["errors"]
    return dict(document["errors"])


def field(answer: Answer, name: str) -> str:
    """The tag of a field of the form."""
    (found,) = re.findall(rf'<(?:input|select)[^>]* name="{name}"[^>]*>', answer.text)
    return str(found)


def the_words(answer: Answer) -> str:
    """All that is to be read in a page."""
    return said(answer.text.partition("</style>")[2])
