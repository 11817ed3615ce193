"""What programs may ask is described as it is: made-up requests, right and wrong ones, are answered as described."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from sender.signature import WebhookKey
from sender.web import create_app
from sender.web.description import description
from sender.web.gate import Gate
from sender.web.serving import address_of, listen, serving
from tests.sender.web.sample import a_school, get
from tests.standin.webhook import EventWebhook

AS_DESCRIBED = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
THE_SAME_EACH_TIME = settings(
    max_examples=60, derandomize=True, database=None, deadline=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip

schema = schemathesis.openapi.from_dict(description("http://127.0.0.1:8000"))
SENDER = EventWebhook()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site that turns nobody away."""
    with a_school(tmp_path_factory.mktemp("openapi")) as school, listen("127.0.0.1", 0) as listener:
        school.gate = Gate(per_network=10**6, per_address=10**6, least_seconds=0.0)
        school.base_url = address_of(listener)
        key = WebhookKey(SENDER.public_key)
        with serving(create_app(replace(school.site, clock=lambda: datetime.now(UTC), webhook_key=key)), listener):
            yield school.base_url


@schema.include(operation_id="join").parametrize()
@THE_SAME_EACH_TIME
def test_joining_is_as_described(case: Case[Any], address: str) -> None:
    case.path_parameters = {"slug": "product-path"}
    case.call_and_validate(base_url=address, checks=AS_DESCRIBED)


@schema.include(operation_id=["join", "health"]).parametrize()
@settings(THE_SAME_EACH_TIME, max_examples=15)
def test_so_is_what_no_course_answers_and_the_health(case: Case[Any], address: str) -> None:
    case.call_and_validate(base_url=address, checks=AS_DESCRIBED)


@schema.include(operation_id="events").parametrize()
@THE_SAME_EACH_TIME
def test_events_are_taken_as_described(case: Case[Any], address: str) -> None:
    case.call_and_validate(base_url=address, checks=AS_DESCRIBED)  # nobody has signed it
    if isinstance(case.body, list | dict):
        body = json.dumps(case.body).encode()
        signed = SENDER.signed(body, int(datetime.now(UTC).timestamp()))
        response = requests.post(f"{address}/webhooks/sendgrid", data=body, headers=signed, timeout=20)
        case.validate_response(response, checks=AS_DESCRIBED)


def test_the_description_is_one_and_served_to_any_site(address: str) -> None:
    answer = get(f"{address}/openapi.json")
    assert answer.headers["access-control-allow-origin"] == "*"
    document = json.loads(answer.text)
    assert document == description(address)
    assert set(document["paths"]) == {"/courses/{slug}/join", "/healthz", "/webhooks/sendgrid"}
    for component in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(component)
