"""Whose request it is, whatever a header says that no believed proxy wrote."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from sender.web.peers import Network, network_of

PROXIES: tuple[Network, ...] = (ip_network("127.0.0.1"), ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


def seen(peer: str | None, *forwarded: str, proxies: tuple[Network, ...] = PROXIES) -> str:
    headers = [(b"x-forwarded-for", line.encode("latin-1", "replace")) for line in forwarded]
    client = None if peer is None else (peer, 1234)
    return network_of(Request({"type": "http", "client": client, "headers": headers}), proxies)


@pytest.mark.parametrize(
    ("peer", "forwarded", "network"),
    [
        ("192.0.2.7", [], "192.0.2.7/32"),
        ("2001:db8:1:2:3:4:5:6", [], "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", [], "192.0.2.7/32"),
        ("fe80::1%eth0", [], "fe80::/64"),
        ("192.0.2.7", ["198.51.100.1"], "192.0.2.7/32"),  # nobody believes it
        ("127.0.0.1", [], "127.0.0.1/32"),
        ("127.0.0.1", ["198.51.100.1"], "198.51.100.1/32"),
        ("::ffff:127.0.0.1", ["198.51.100.1"], "198.51.100.1/32"),
        ("127.0.0.1", ["203.0.113.5, 198.51.100.1"], "198.51.100.1/32"),  # the first was made up
        ("127.0.0.1", ["203.0.113.5", "198.51.100.1"], "198.51.100.1/32"),
        ("127.0.0.1", ["198.51.100.1, 10.1.2.3"], "198.51.100.1/32"),
        ("127.0.0.1", ["10.9.9.9, 10.1.2.3"], "10.9.9.9/32"),
        ("127.0.0.1", ["198.51.100.1:4711"], "198.51.100.1/32"),
        ("127.0.0.1", ["[2001:db8::1]:4711"], "2001:db8::/64"),
        ("127.0.0.1", ["2001:db8::1, fd00::7"], "2001:db8::/64"),
        ("127.0.0.1", ["198.51.100.1, unknown"], "127.0.0.1/32"),
        ("127.0.0.1", [""], "127.0.0.1/32"),
        ("127.0.0.1", ["198.51.100.1,"], "127.0.0.1/32"),
    ],
)
def test_only_what_a_believed_proxy_wrote_counts(peer: str, forwarded: list[str], network: str) -> None:
    assert seen(peer, *forwarded) == network


def test_without_proxies_nothing_is_believed() -> None:
    assert seen("127.0.0.1", "198.51.100.1", proxies=()) == "127.0.0.1/32"


@pytest.mark.parametrize("peer", [None, "testclient", ""])
def test_a_peer_without_an_address_is_of_no_network(peer: str | None) -> None:
    assert seen(peer, "198.51.100.1") == ""


@given(st.lists(st.text(st.characters(codec="latin-1"))))
def test_no_header_is_too_odd(forwarded: list[str]) -> None:
    network = ip_network(seen("127.0.0.1", *forwarded))
    assert network.prefixlen in {32, 64}


@given(st.ip_addresses(), st.lists(st.ip_addresses(), max_size=4))
def test_whatever_a_stranger_writes_before_it_the_proxy_s_word_counts(stranger: object, made_up: list[object]) -> None:
    address = ip_address(str(stranger))
    if any(address in network for network in PROXIES):
        return
    alone = seen("10.0.0.1", str(stranger))
    assert seen("10.0.0.1", ", ".join(map(str, [*made_up, stranger]))) == alone
