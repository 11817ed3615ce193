"""Validation against SendGrid's own description, where a copy of it lies beside the project."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.standin import Options, SendGridStandin
from tests.standin.openapi import MailSendDescription
from tests.standin.sample import mail, personalization, post

DESCRIPTION = Path(__file__).resolve().parents[3] / "shared" / "facts" / "sendgrid-mail-v3.openapi.json"

pytestmark = pytest.mark.skipif(not DESCRIPTION.exists(), reason="SendGrid's OpenAPI description is not at hand")


@pytest.fixture(scope="module")
def description() -> MailSendDescription:
    return MailSendDescription(DESCRIPTION)


@pytest.fixture
def strict() -> Iterator[SendGridStandin]:
    with SendGridStandin(Options(openapi=DESCRIPTION)) as standin:
        yield standin


def test_a_plain_request_agrees_with_the_description(description: MailSendDescription) -> None:
    assert description.violations(mail(2)) == ()


def test_root_custom_args_are_an_object_whatever_the_description_says(description: MailSendDescription) -> None:
    assert description.violations(mail(custom_args={"course": "1"})) == ()
    assert [each.field for each in description.violations(mail(custom_args="course"))] == ["custom_args"]


def test_a_violation_names_its_place(description: MailSendDescription) -> None:
    payload = mail(personalizations=[personalization(1), personalization(2, substitutions={"-a-": 1})])
    assert [each.field for each in description.violations(payload)] == ["personalizations.1.substitutions.-a-"]


def test_no_more_than_ten_violations_are_listed(description: MailSendDescription) -> None:
    assert len(description.violations(mail(personalizations=[{}] * 30))) == 10


def test_a_violation_is_refused_and_journalled(strict: SendGridStandin) -> None:
    bad = mail(asm={"group_id": "seven"})
    assert post(strict.url, bad).fields == ["asm.group_id"]
    (entry,) = strict.entries()
    assert not entry.taken
    assert entry.errors[0]["field"] == "asm.group_id"
    assert post(strict.url, mail(2)).status == 202
