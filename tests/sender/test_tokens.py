"""A token is good for one delivery and one purpose, and nothing but the secret makes one."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sender.tokens import Purpose, sign, verify

ids = st.integers(0, 2**63 - 1)
purposes = st.sampled_from(Purpose)
secrets = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]), min_size=1
)  # settings take nothing else; HMAC pads NUL
any_text = st.text(st.characters())  # lone surrogates too


@given(purposes, ids, secrets)
def test_a_token_gives_back_the_delivery_that_it_was_signed_for(purpose: Purpose, delivery: int, secret: str) -> None:
    assert verify(purpose, sign(purpose, delivery, secret), [secret]) == delivery


@given(purposes, purposes, ids, secrets)
def test_a_token_is_worth_nothing_for_another_purpose(one: Purpose, other: Purpose, delivery: int, secret: str) -> None:
    assume(one is not other)
    assert verify(other, sign(one, delivery, secret), [secret]) is None


@given(purposes, ids, secrets, secrets)
def test_a_token_of_another_secret_is_worth_nothing(purpose: Purpose, delivery: int, one: str, other: str) -> None:
    assume(one != other)
    assert verify(purpose, sign(purpose, delivery, one), [other]) is None


@given(purposes, ids, ids, secrets)
def test_the_signature_of_one_delivery_is_worth_nothing_for_another(
    purpose: Purpose, one: int, other: int, secret: str
) -> None:
    assume(one != other)
    signature = sign(purpose, one, secret).partition(".")[2]
    assert verify(purpose, f"{other}.{signature}", [secret]) is None


@given(purposes, ids, secrets, st.data())
def test_a_token_with_a_character_altered_is_worth_nothing(
    purpose: Purpose, delivery: int, secret: str, data: st.DataObject
) -> None:
    token = sign(purpose, delivery, secret)
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters())
    assume(other != token[at])
    assert verify(purpose, token[:at] + other + token[at + 1 :], [secret]) is None


@given(purposes, ids, secrets, st.text(st.characters(), min_size=1), st.booleans())
def test_a_token_with_anything_added_is_worth_nothing(
    purpose: Purpose, delivery: int, secret: str, more: str, before: bool
) -> None:
    token = sign(purpose, delivery, secret)
    assert verify(purpose, more + token if before else token + more, [secret]) is None


@given(purposes, ids, secrets, st.data())
def test_a_token_cut_anywhere_is_worth_nothing(
    purpose: Purpose, delivery: int, secret: str, data: st.DataObject
) -> None:
    token = sign(purpose, delivery, secret)
    start = data.draw(st.integers(0, len(token)))
    end = data.draw(st.integers(start, len(token)))
    assume((start, end) != (0, len(token)))
    assert verify(purpose, token[start:end], [secret]) is None


@given(purposes, purposes, ids, ids, secrets, st.data())
def test_what_is_put_together_from_two_tokens_is_worth_no_more_than_either(
    purpose: Purpose, other: Purpose, one: int, another: int, secret: str, data: st.DataObject
) -> None:
    first, second = sign(purpose, one, secret), sign(other, another, secret)
    spliced = first[: data.draw(st.integers(0, len(first)))] + second[data.draw(st.integers(0, len(second))) :]
    assume(spliced not in {first, second})
    assert verify(purpose, spliced, [secret]) is None


@given(st.sets(st.tuples(purposes, ids), min_size=2, max_size=20), secrets)
def test_no_two_purposes_or_deliveries_share_a_token(asked: set[tuple[Purpose, int]], secret: str) -> None:
    signatures = {sign(purpose, delivery, secret).partition(".")[2] for purpose, delivery in asked}
    assert len(signatures) == len(asked)


@given(purposes, ids, secrets, st.lists(secrets, max_size=4))
def test_only_the_secret_that_signed_decides(purpose: Purpose, delivery: int, secret: str, others: list[str]) -> None:
    token = sign(purpose, delivery, secret)
    assert verify(purpose, token, others) == (delivery if secret in others else None)


@given(purposes, any_text)
def test_any_text_is_no_token(purpose: Purpose, text: str) -> None:
    assert verify(purpose, text, ["a secret that is long enough"]) is None


@pytest.mark.parametrize(
    "number", ["", "-1", "+1", "01", " 1", "1 ", "1_000", "٣", "²", "1e3", "9" * 19, "9" * 5000, str(2**63), "\ud800"]
)
def test_what_is_no_delivery_s_number_is_no_token(number: str) -> None:
    signature = sign(Purpose.LEAVE, 1, "secret").partition(".")[2]
    assert verify(Purpose.LEAVE, f"{number}.{signature}", ["secret"]) is None


@given(purposes, ids, st.lists(secrets, min_size=1, max_size=4, unique=True), st.data())
def test_a_secret_that_no_longer_signs_still_verifies(
    purpose: Purpose, delivery: int, all_secrets: list[str], data: st.DataObject
) -> None:
    earlier = data.draw(st.sampled_from(all_secrets))
    assert verify(purpose, sign(purpose, delivery, earlier), all_secrets) == delivery


@given(st.text(st.characters(), max_size=30))
def test_a_number_with_any_text_for_a_signature_is_no_token(text: str) -> None:
    assert verify(Purpose.LEAVE, f"7.{text}", ["secret"]) is None
    assert verify(Purpose.LEAVE, f"7.{text}\ud800", ["secret"]) is None


def test_without_secrets_nothing_verifies() -> None:
    assert verify(Purpose.LEAVE, sign(Purpose.LEAVE, 1, "secret"), []) is None


@given(purposes, ids, secrets)
def test_a_token_stands_in_an_address_as_it_is(purpose: Purpose, delivery: int, secret: str) -> None:
    token = sign(purpose, delivery, secret)
    assert token.isascii()
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")


def test_a_signature_has_128_bits() -> None:
    signatures = {sign(Purpose.LEAVE, delivery, "secret").partition(".")[2] for delivery in range(500)}
    assert len(signatures) == 500
    assert {len(signature) for signature in signatures} == {22}
