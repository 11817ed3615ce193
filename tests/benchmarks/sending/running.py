"""Senders as processes of their own: how long each takes, and how much memory it holds at its peak."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

from tests.benchmarks.sending.school import NOW
from tests.standin import StandinProcess

ROOT = Path(__file__).parents[3]
_LOOK_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Run:
    """What a process printed as JSON, its seconds from start to end, and its peak in kilobytes of resident memory."""

    told: Mapping[str, Any]
    seconds: float
    peak: int


@contextmanager
def standin(folder: Path, *, delay: float = 0.0) -> Iterator[StandinProcess]:
    """A stand-in that looks only at the shape of a request, so that it is no brake; each takes `delay` seconds."""
    arguments = ("--quick", "--no-bodies", "--no-fsync", "--delay", str(delay))
    with StandinProcess(folder / "journal.jsonl", *arguments) as running:
        yield running


def ours(database: Path, far_end: StandinProcess, *, concurrency: int = 4) -> Run:
    """`dripcourse send`: one tick, at the moment when the lesson is due."""
    environment = {
        "DRIPCOURSE_DATABASE": f"sqlite:///{database}",
        "DRIPCOURSE_SENDGRID_HOST": far_end.url,
        "SENDGRID_API_KEY": far_end.key,
        "DRIPCOURSE_CONCURRENCY": str(concurrency),
    }
    return _ours("-m", "sender", "send", "--now", NOW.isoformat(), "--format", "json", environment=environment)


def one_tick(database: Path, far_end: StandinProcess, *, threads: int = 4) -> Run:
    """The same tick without the start of a process: from its claim to its last recorded answer."""
    return _ours("-m", "tests.benchmarks.sending.tick", str(database), far_end.url, far_end.key, str(threads))


def floor(database: Path, far_end: StandinProcess, *, threads: int = 4) -> Run:
    """The same rows and bytes, and no ledger."""
    return _ours("-m", "tests.benchmarks.sending.floor", str(database), far_end.url, far_end.key, str(threads))


def plain_loop(database: Path, far_end: StandinProcess, people: int) -> Run:
    """One request a recipient, as a user would write it."""
    return _ours("-m", "tests.benchmarks.sending.plain_loop", str(database), far_end.url, far_end.key, str(people))


def _ours(*arguments: str, environment: Mapping[str, str] | None = None) -> Run:
    return run([sys.executable, *arguments], ROOT, {"PYTHONPATH": str(ROOT), **(environment or {})})


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> Run:
    """Run a command in a folder, which prints JSON. Raises RuntimeError where it fails."""
    began = perf_counter()
    with subprocess.Popen(
        command, cwd=folder, env={**os.environ, **(environment or {})}, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        peak = _peak_until_end(process)
        told = process.stdout.read()
    seconds = perf_counter() - began
    if process.returncode:
        raise RuntimeError(f"{command} ended with {process.returncode}")
    return Run(json.loads(told), seconds, peak)


def _peak_until_end(process: subprocess.Popen[bytes]) -> int:
    """The most kilobytes of memory a process held, by proc(5): what the kernel tells at its end counts its parent's."""
    status, peak = Path(f"/proc/{process.pid}/status"), 0
    while process.poll() is None:
        found = [line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM:")]
        peak = max(peak, *map(int, found), 0)
        sleep(_LOOK_SECONDS)
    return peak
