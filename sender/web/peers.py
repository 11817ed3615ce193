"""Whose request it is: the address that it comes from, past the proxies that are believed, and that one's network."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.requests import Request

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_OF_ONE_SUBSCRIBER = {4: 32, 6: 64}
_MOST_HOPS = 20


def network_of(request: Request, proxies: Sequence[Network]) -> str:
    """The network that a request comes from, as requests are counted: an IPv4 address alone, or the /64 of an IPv6 one.

    That much is what one line is given (RFC 6177, section 2): whoever has it can use any address of it. Empty where it
    is not known, as behind a Unix socket.
    """
    peer = _read(request.client.host) if request.client is not None else None
    if peer is None:
        return ""
    found = believed(peer, request.headers.getlist("x-forwarded-for"), proxies)
    return str(ip_network((found, _OF_ONE_SUBSCRIBER[found.version]), strict=False))


def believed(peer: Address, forwarded: Sequence[str], proxies: Sequence[Network]) -> Address:
    """The address that a request began at. `forwarded` are its X-Forwarded-For headers.

    Each proxy adds at the end whom it got the request from. So the list is read from there, and only as far as it was
    written by proxies that are believed: what stands before that, anybody may have made up.
    """
    hops = [hop for line in forwarded for hop in line.split(",")]
    for hop in reversed(hops[-_MOST_HOPS:]):
        if not any(peer in network for network in proxies):
            break
        before = _read(hop)
        if before is None:
            break
        peer = before
    return peer


def _read(text: str) -> Address | None:
    """The address in a text that may hold a port as well; None where there is none. IPv4 within IPv6 is IPv4."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
