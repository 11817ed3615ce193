"""A busy client, as a process of its own: reads requests from stdin, posts them, and prints how many a second it got.

It imports nothing of ours, so that it starts at once.
"""

from __future__ import annotations

import http.client
import json
import pickle
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from urllib.parse import urlsplit

Posted = tuple[str, bytes, Mapping[str, str]]
"""An address's path, a body and headers."""


def main() -> None:
    """Posts what stands on stdin to the address in the first argument, over as many connections as the second says."""
    address, connections = sys.argv[1], int(sys.argv[2])
    posted: list[Posted] = pickle.load(sys.stdin.buffer)  # noqa: S301  # from the benchmark itself
    shares = [posted[number::connections] for number in range(connections)]
    with ThreadPoolExecutor(connections) as pool:
        began = perf_counter()
        wrong = [answer for share in pool.map(lambda share: _post(address, share), shares) for answer in share]
        took = perf_counter() - began
    print(json.dumps({"rate": len(posted) / took, "wrong": wrong[:3]}))


def _post(address: str, posted: Sequence[Posted]) -> list[str]:
    """Posts over one connection, which is kept open; the answers that are no 200."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    wrong = []
    try:
        for path, body, headers in posted:
            connection.request("POST", path, body, dict(headers))
            response = connection.getresponse()
            content = response.read()
            if response.status != 200:
                wrong.append(f"{response.status} {content[:200]!r}")
    finally:
        connection.close()
    return wrong


if __name__ == "__main__":
    main()
