"""The stand-in's own pages under `/_standin/`: what a test in another process tells it and asks it.

| request | does |
|---|---|
| `POST script` | replaces the script by the JSON in the body (see `script.script_from_json`) |
| `POST reset` | forgets journal, script, counts and gates |
| `POST open?gate=NAME` | opens a gate |
| `POST suppressed?list=NAME` | puts the addresses of a JSON array on a suppression list |
| `GET journal` | `{"requests": n, "entries": […]}`, the entries as in the journal's file |
| `GET arrived?address=A&how=one-pass` | `[{"to", "subject", "html", …}]`, both parameters optional |
| `GET wait?requests=N&timeout=SECONDS` | answers when N requests have been dealt with: 200, or 504 |
| `GET disconnected?timeout=SECONDS` | answers when no other client is connected: 200, or 504 |
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from tests.standin.script import script_from_json
from tests.standin.substitution import Substitution
from tests.standin.wire import Answer, Connection, Head

if TYPE_CHECKING:
    from tests.standin.standin import SendGridStandin

PREFIX: Final = "/_standin/"
_DEFAULT_TIMEOUT: Final = "10"


class Control:
    """Answers the requests under `/_standin/` for one stand-in."""

    def __init__(self, standin: SendGridStandin) -> None:
        self._standin = standin
        self._pages: Mapping[tuple[str, str], Callable[[Mapping[str, str], bytes], Answer]] = {
            ("POST", "script"): self._script,
            ("POST", "reset"): self._reset,
            ("POST", "open"): self._open,
            ("POST", "suppressed"): self._suppressed,
            ("GET", "journal"): self._journal,
            ("GET", "arrived"): self._arrived,
            ("GET", "wait"): self._wait,
            ("GET", "disconnected"): self._disconnected,
        }

    def exchange(self, head: Head, connection: Connection) -> bool:
        """Answers one request; a mistake in it is a 400 that says which, an unknown page a 404."""
        body = connection.read_body(head)
        if body is None:
            return False
        page = self._pages.get((head.method, head.path.removeprefix(PREFIX)))
        try:
            answer = Answer(404) if page is None else page(head.query, body)
        except (ValueError, LookupError, TypeError) as error:
            answer = _json({"error": str(error)}, status=400)
        # Closed each time: `disconnected` counts every connection but the one that asks.
        connection.send(answer, keep_alive=False)
        return False

    def _script(self, query: Mapping[str, str], body: bytes) -> Answer:
        self._standin.use(script_from_json(json.loads(body), self._standin.options.default))
        return _json({})

    def _reset(self, query: Mapping[str, str], body: bytes) -> Answer:
        self._standin.reset()
        return _json({})

    def _open(self, query: Mapping[str, str], body: bytes) -> Answer:
        self._standin.gate(query["gate"]).set()
        return _json({})

    def _suppressed(self, query: Mapping[str, str], body: bytes) -> Answer:
        self._standin.suppressions.add(query["list"], *json.loads(body))
        return _json({})

    def _journal(self, query: Mapping[str, str], body: bytes) -> Answer:
        lines = b",".join(self._standin.journal.lines())
        return Answer(200, b'{"requests":%d,"entries":[%b]}' % (self._standin.requests, lines))

    def _arrived(self, query: Mapping[str, str], body: bytes) -> Answer:
        how = Substitution(query["how"]) if "how" in query else None
        return _json([asdict(each) for each in self._standin.arrived(query.get("address"), how=how)])

    def _wait(self, query: Mapping[str, str], body: bytes) -> Answer:
        try:
            self._standin.wait_for_requests(int(query["requests"]), float(query.get("timeout", _DEFAULT_TIMEOUT)))
        except TimeoutError as error:
            return _json({"error": str(error)}, status=504)
        return _json({"requests": self._standin.requests})

    def _disconnected(self, query: Mapping[str, str], body: bytes) -> Answer:
        alone = self._standin.only_connected(1, float(query.get("timeout", _DEFAULT_TIMEOUT)))
        return _json({}, status=200 if alone else 504)


def _json(document: object, *, status: int = 200) -> Answer:
    return Answer(status, json.dumps(document).encode("ascii"))
