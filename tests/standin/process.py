"""A stand-in as a process of its own, driven from a test: started, scripted, asked, stopped or killed."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import quote, urlencode, urlsplit

from tests.standin.arrival import Arrived
from tests.standin.journal import Entry, read_journal, times_taken
from tests.standin.script import Step, step_as_json
from tests.standin.standin import DEFAULT_KEY

PROJECT: Final = Path(__file__).resolve().parents[2]
_STOP_SECONDS: Final = 10.0


class StandinProcess:
    """`python -m tests.standin` with `arguments`, writing its journal to `journal`; a context manager."""

    def __init__(self, journal: Path, *arguments: str, key: str = DEFAULT_KEY) -> None:
        self.journal_path = journal.resolve()
        self.key = key
        self._command = [sys.executable, "-m", "tests.standin", "--journal", str(self.journal_path)]
        self._command += ["--key", key, *arguments]
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Starts the process and waits until it listens; raises RuntimeError if it does not come to that."""
        self._process = subprocess.Popen(self._command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        if not self.url:
            self.stop()
            raise RuntimeError(f"the stand-in did not start: {self._command}")

    def stop(self) -> int:
        """Ends it with SIGTERM and returns its exit status; does nothing the second time."""
        return self._end(lambda process: process.terminate())

    def kill(self) -> int:
        """Ends it with SIGKILL, as an outage would."""
        return self._end(lambda process: process.kill())

    def script(self, *steps: Step, every: Sequence[tuple[int, Step]] = (), default: Step | None = None) -> None:
        """Replaces the script, as `SendGridStandin.script` does; `every` holds (nth, step) pairs."""
        document: dict[str, object] = {
            "steps": [step_as_json(step) for step in steps],
            "every": [{"nth": nth, "step": step_as_json(step)} for nth, step in every],
        }
        if default is not None:
            document["default"] = step_as_json(default)
        self._ask("POST", "script", document)

    def reset(self) -> None:
        """Forgets journal, script, counts, gates and suppression lists."""
        self._ask("POST", "reset")

    def open_gate(self, name: str) -> None:
        """Lets go the requests held at that gate, and those to come."""
        self._ask("POST", f"open?gate={quote(name)}")

    def suppress(self, name: str, *addresses: str) -> None:
        """Puts addresses on a suppression list."""
        self._ask("POST", f"suppressed?list={quote(name)}", list(addresses))

    def wait_for_requests(self, count: int, timeout: float = 10.0) -> None:
        """Waits until `count` requests have been dealt with; raises TimeoutError."""
        self._ask("GET", f"wait?requests={count}&timeout={timeout}", timeout=timeout)

    def wait_until_disconnected(self, timeout: float = 10.0) -> None:
        """Waits until no client is connected; raises TimeoutError."""
        self._ask("GET", f"disconnected?timeout={timeout}", timeout=timeout)

    @property
    def requests(self) -> int:
        """How many requests have been dealt with."""
        return int(self._ask("GET", "journal")["requests"])

    def entries(self) -> list[Entry]:
        """The journal, read from its file: also after the process has ended."""
        return list(self.read())

    def read(self) -> Iterator[Entry]:
        """The journal's entries one at a time."""
        return read_journal(self.journal_path)

    def arrived(self, address: str | None = None) -> list[Arrived]:
        """What is in the inboxes, or in one of them."""
        query = "" if address is None else "?" + urlencode({"address": address})
        return [Arrived(**each) for each in self._ask("GET", f"arrived{query}")]

    def times_taken(self, custom_arg: str) -> Counter[str]:
        """How often each value of `custom_arg` went out."""
        return times_taken(self.read(), custom_arg)

    def _end(self, how: Any) -> int:
        if self._process is None:
            return 0
        process, self._process = self._process, None
        how(process)
        try:
            process.communicate(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        return process.returncode

    def _ask(self, method: str, page: str, document: object = None, timeout: float = 10.0) -> Any:
        address = urlsplit(self.url)
        connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=timeout + 5.0)
        try:
            connection.request(method, f"/_standin/{page}", None if document is None else json.dumps(document))
            response = connection.getresponse()
            found = response.read()
        finally:
            connection.close()
        if response.status == 504:
            raise TimeoutError(found.decode())
        if response.status != 200:
            raise RuntimeError(f"{method} {page}: {response.status} {found.decode()}")
        return json.loads(found)
