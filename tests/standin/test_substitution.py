"""Both ways in which tags may be replaced, and what therefore arrives."""

from __future__ import annotations

import doctest

import pytest

from tests.standin import substitution
from tests.standin.arrival import arrivals
from tests.standin.sample import mail, personalization
from tests.standin.substitution import Substitution, substitute


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(substitution).failed == 0


@pytest.mark.parametrize("how", Substitution)
def test_every_place_of_a_tag_is_replaced(how: Substitution) -> None:
    assert substitute("-a- and -a-, -b-", {"-a-": "x", "-b-": "{{ 7*7 }}"}, how) == "x and x, {{ 7*7 }}"


@pytest.mark.parametrize("how", Substitution)
def test_a_tag_with_signs_of_a_pattern_is_taken_literally(how: Substitution) -> None:
    assert substitute("[a.*] ab", {"[a.*]": r"\1"}, how) == r"\1 ab"


def test_in_one_pass_a_value_that_spells_a_tag_stays() -> None:
    values = {"-a-": "-b-", "-b-": "-a-"}
    assert substitute("-a- -b-", values, Substitution.ONE_PASS) == "-b- -a-"


def test_tag_after_tag_a_value_that_spells_a_later_tag_is_replaced_again() -> None:
    values = {"-a-": "-b-", "-b-": "secret"}
    assert substitute("-a-", values, Substitution.SEQUENTIAL) == "secret"
    assert substitute("-a-", values, Substitution.SEQUENTIAL_REVERSED) == "-b-"


def test_a_value_that_completes_a_tag_is_replaced_only_tag_after_tag() -> None:
    values = {"-a-": "-b", "-b-": "secret"}
    assert substitute("-a--", values, Substitution.ONE_PASS) == "-b-"
    assert substitute("-a--", values, Substitution.SEQUENTIAL) == "secret"


def test_subject_reply_to_html_and_text_are_filled_and_headers_and_custom_args_are_not() -> None:
    person = personalization(
        substitutions={"-t-": "value"}, headers={"X-Own": "-t-"}, custom_args={"own": "-t-", "both": "own"}
    )
    payload = mail(
        personalizations=[person],
        subject="S -t-",
        reply_to={"email": "-t-@example.com"},
        headers={"X-Root": "-t-", "X-Own": "root"},
        custom_args={"root": "-t-", "both": "root"},
        content=[{"type": "text/plain", "value": "T -t-"}, {"type": "text/html", "value": "H -t-"}],
    )
    (found,) = arrivals(payload, message_id="m", request_number=3)
    assert (found.subject, found.reply_to) == ("S value", "value@example.com")
    assert (found.text, found.html) == ("T value", "H value")
    assert found.headers == {"X-Root": "-t-", "X-Own": "-t-"}
    assert found.custom_args == {"root": "-t-", "own": "-t-", "both": "own"}
    assert (found.message_id, found.request_number) == ("m", 3)


def test_each_recipient_gets_their_own_values_and_subject() -> None:
    payload = mail(2)
    payload["personalizations"][1]["subject"] = "Only for -name0-"
    first, second = arrivals(payload, message_id="m", request_number=1)
    assert (first.to, second.to) == ("sample001@example.com", "sample002@example.com")
    assert (first.subject, second.subject) == ("Lesson 1 for Sample 001", "Only for Sample 002")
    assert (first.text, second.text) == ("Dear Sample 001", "Dear Sample 002")
    assert (first.html, second.html) == ("<p>Dear <b>Sample 001</b></p>", "<p>Dear <b>Sample 002</b></p>")


def test_a_request_without_an_html_part_arrives_without_one() -> None:
    payload = mail(content=[{"type": "text/plain", "value": "Dear -name0-"}])
    (found,) = arrivals(payload, message_id="m", request_number=1)
    assert (found.text, found.html, found.reply_to) == ("Dear Sample 001", None, None)
