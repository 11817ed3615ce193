"""A bare Starlette application with one SQLite file: the floor beside which ours is measured."""

from __future__ import annotations

import json
import pickle
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sender.web.serving import address_of, listen, serving
from tests.benchmarks.posting import Posted

ROOT = Path(__file__).parents[2]


def opened(file: Path) -> sqlite3.Connection:
    """A connection as our own are: WAL, and a commit that reaches the disk."""
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()
    return connection


@contextmanager
def floor(path: str, write: Callable[[bytes, Mapping[str, str]], None]) -> Iterator[str]:
    """The address of an application whose only page reads a body and calls `write` with it, in a thread."""

    async def page(request: Request) -> Response:
        body = await request.body()
        await run_in_threadpool(write, body, request.headers)
        return Response(status_code=200)

    application = Starlette(routes=[Route(path, page, methods=["POST"])])
    with listen("127.0.0.1", 0) as listener, serving(application, listener):
        yield address_of(listener)


def post_all(address: str, posted: Sequence[Posted], connections: int) -> float:
    """Posts everything from a process of its own, over so many connections; requests a second. All must get a 200."""
    program = [sys.executable, "-m", "tests.benchmarks.posting", address, str(connections)]
    done = subprocess.run(program, cwd=ROOT, input=pickle.dumps(list(posted)), stdout=subprocess.PIPE, check=True)
    found = json.loads(done.stdout)
    assert found["wrong"] == []
    return float(found["rate"])


def resident_kilobytes() -> int:
    """How much memory this process holds now."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError("no VmRSS")


def parsed(body: bytes) -> list[dict[str, str]]:
    """The events of a body, parsed at once."""
    found: list[dict[str, str]] = json.loads(body)
    return found
