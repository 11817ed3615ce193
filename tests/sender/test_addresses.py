"""Which addresses can be sent to, and which two are one."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from sender.addresses import LONGEST, AddressError, checked_address, email_key

LABEL = "d" * 63


@pytest.mark.parametrize(
    "address",
    [
        "ann@example.com",
        "Ann.Bee+course@Example.Com",
        "o'neil@example.co.uk",
        "!#$%&'*+-/=?^_`{|}~@example.com",
        "1@2.example",
        f"{'a' * 64}@example.com",
        f"a@{LABEL}.example",
        "ann@xn--mnchen-3ya.example",
        "ann@münchen.example",
        "ann@例え.テスト.example",
        "用户@example.com",
        "अजय@example.com",
    ],
)
def test_an_address_that_can_be_sent_to_stays_as_typed(address: str) -> None:
    assert checked_address(f" {address}\t") == address


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("", "no address"),
        ("   ", "no address"),
        ("ann", "not an email address"),
        ("ann@", "not an email address"),
        ("@example.com", "not an email address"),
        ("ann@example", "not an email address"),
        ("ann@localhost", "not an email address"),
        ("ann@@example.com", "not an email address"),
        ("ann@example..com", "not an email address"),
        ("ann@.example.com", "not an email address"),
        ("ann@example.com.", "not an email address"),
        (".ann@example.com", "not an email address"),
        ("ann.@example.com", "not an email address"),
        ("a..n@example.com", "not an email address"),
        ("ann@-example.com", "not an email address"),
        ("ann@example-.com", "not an email address"),
        ("ann@exa_mple.com", "not an email address"),
        ("ann@127.0.0.1", "not an email address"),
        ("ann@[127.0.0.1]", "not an email address"),
        ("ann bee@example.com", "not an email address"),
        ("Ann <ann@example.com>", "not an email address"),
        ("ann@example.com, bob@example.com", "not an email address"),
        ("ann@example.com Bcc: bob@example.com", "not an email address"),
        ('"ann"@example.com', "not an email address"),
        ("ann@example.com\u200b", "not an email address"),
        ("ann\u202e@example.com", "not an email address"),
        (f"{'a' * 65}@example.com", "not an email address"),
        (f"a@d{LABEL}.example", "not an email address"),
        (f"a@{'.'.join([LABEL] * 4)}.example", "allowed"),
        ("é" * 200 + "@example.com", "not an email address"),
    ],
)
def test_what_cannot_be_sent_to_is_refused_with_the_reason(address: str, why: str) -> None:
    with pytest.raises(AddressError, match=why):
        checked_address(address)


@pytest.mark.parametrize("address", ["@" * 300, "a" * 10_000_000, "ann@" + "x." * 5_000_000])
def test_a_long_text_is_refused_without_being_repeated(address: str) -> None:
    with pytest.raises(AddressError) as refused:
        checked_address(address)
    assert len(str(refused.value)) < 200


def test_a_reason_shows_at_most_the_beginning_of_an_address() -> None:
    with pytest.raises(AddressError) as refused:
        checked_address("a b" * 60)
    assert "…" in str(refused.value)


def test_the_longest_address_is_that_of_rfc_5321() -> None:
    domain = f"{LABEL}.{LABEL}.{'d' * 57}.io"
    assert len(checked_address(f"{'a' * 64}@{domain[: LONGEST - 65]}")) <= LONGEST
    with pytest.raises(AddressError, match="255 characters, 254 are allowed"):
        checked_address(f"{'a' * 64}@{domain}d{'x' * (190 - len(domain) - 1)}")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann@Example.COM", "ann@example.com"),
        ("ann@MÜNCHEN.example", "ann@xn--mnchen-3ya.example"),
        ("ann@münchen.example", "ann@XN--MNCHEN-3YA.example"),
        ("ann@mu\u0308nchen.example", "ann@münchen.example"),
        ("RENE\u0301@example.com", "rené@example.com"),
    ],
    ids=["case", "punycode", "punycode in capitals", "a composed domain", "a composed name"],
)
def test_two_spellings_of_one_address_are_one(one: str, other: str) -> None:
    assert email_key(one) == email_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("a.b@example.com", "ab@example.com"), ("a+b@example.com", "a@example.com"), ("a@example.com", "a@example.org")],
)
def test_what_a_provider_may_tell_apart_is_told_apart(one: str, other: str) -> None:
    assert email_key(one) != email_key(other)


@given(st.text(st.characters()))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    with suppress(AddressError):
        assert email_key(checked_address(text)).count("@") >= 1


@given(st.from_regex(r"[a-z0-9]{1,10}(\.[a-z0-9]{1,10}){0,2}@[a-z0-9]{1,10}\.[a-z]{2,6}", fullmatch=True))
def test_a_plain_address_is_taken(address: str) -> None:
    assert checked_address(address) == address
    assert email_key(address.upper()) == email_key(address)


ANY_PART = st.text(st.sampled_from("abzAZ019.-_+!'\"\\@ \t<>(),;:[]éüßñ例\u0301\u200b\u202e．。"), max_size=70)
PLAIN_PART = st.text(st.sampled_from("abzAZ09.-_+!'"), max_size=70)
A_DOMAIN = st.lists(
    st.one_of(
        st.from_regex(r"[a-zA-Z0-9-]{1,5}", fullmatch=True),
        st.sampled_from(
            ["münchen", "例え", "xn--mnchen-3ya", "example", "d" * 63, "d" * 64, "ü" * 60, "ß", "faß", "123"]
        ),
    ),
    max_size=6,
).map(".".join)


def is_good_to_the_library(address: str) -> bool:
    """The whole check, by the library alone, with what we ask of a domain besides."""
    try:
        validate_email(address, check_deliverability=False, globally_deliverable=False, strict=True)
    except EmailNotValidError:
        return False
    _, dot, last = address.rpartition("@")[2].rpartition(".")
    return bool(dot) and not last.isdecimal()


def is_good(address: str) -> bool:
    try:
        checked_address(address)
    except AddressError:
        return False
    return True


@given(st.one_of(ANY_PART, PLAIN_PART), st.one_of(A_DOMAIN, ANY_PART))
def test_the_quick_way_decides_as_the_library_does(local: str, domain: str) -> None:
    """But for names that no registry would give, which have the form of a domain (see below)."""
    address = f"{local}@{domain}".strip()
    unregistered = re.search(r"(?i)[.@](?!xn--mnchen-3ya)..--|[.@](arpa|invalid|local|localhost|onion|test)$", address)
    if len(address) <= LONGEST and not unregistered:
        assert is_good(address) == is_good_to_the_library(address)


@given(st.one_of(ANY_PART, PLAIN_PART), A_DOMAIN)
def test_a_verdict_on_a_domain_is_the_same_whoever_is_asked_for_there(local: str, domain: str) -> None:
    """Whether the domain's verdict is kept from before or not."""
    before = is_good(f"{local}@{domain}")
    for other in ("a", "a" * 64, "é"):
        is_good(f"{other}@{domain}")
    assert is_good(f"{local}@{domain}") == before


def test_a_domain_that_is_long_in_punycode_leaves_less_room_before_it() -> None:
    domain = ".".join(["ü" * 24] * 4) + ".example"
    assert checked_address(f"a@{domain}")
    with pytest.raises(AddressError, match="too long"):
        checked_address(f"{'a' * 64}@{domain}")
    assert checked_address(f"a@{domain}")


@pytest.mark.parametrize("domain", ["corp.local", "sample.test", "ab--cd.example", "xn--zzzzzz9.example"])
def test_a_domain_of_an_own_network_is_taken_where_it_has_the_form_of_one(domain: str) -> None:
    assert checked_address(f"ann@{domain}") == f"ann@{domain}"
