"""`python -m tests.benchmarks.sending.report`: measures sending, and writes the figures into docs/performance.md."""

from __future__ import annotations

import json
import os
import platform
import re
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

from tests.benchmarks.sending import measures
from tests.benchmarks.sending.measures import Rates
from tests.benchmarks.sending.peers import python
from tests.benchmarks.sending.running import ROOT

PAGE = ROOT / "docs" / "performance.md"
PLOT = ROOT / "docs" / "performance.svg"
PEOPLE, ALONE, MILLION, DUE, ROUNDS = 200_000, 2_000, 1_000_000, 1_000, 3
_MEASURED = re.compile(r"(?<=<!-- measured -->\n).*(?=<!-- end of what was measured -->)", re.DOTALL)


def main() -> None:
    """Measures for some minutes, and writes the page's figures and the plot."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first = measures.rates(folder, PEOPLE, had=1, rounds=ROUNDS, alone=ALONE)
        twelfth = measures.rates(folder, PEOPLE, had=12, rounds=ROUNDS, alone=ALONE)
        rows = [*_of_rates("the first lesson", first), *_of_rates("the twelfth", twelfth), *_of_the_rest(folder)]
    table = ["| measure | figure | beside |", "|---|---|---|", *("| " + " | ".join(row) + " |" for row in rows)]
    text = "\n".join((f"Measured on {datetime.now(UTC):%Y-%m-%d}, {_machine()}.", "", *table, ""))
    PAGE.write_text(_MEASURED.sub(lambda _: text, PAGE.read_text("utf-8")), "utf-8")
    _draw({"plain loop": first.others["plain loop"], **first.others, "dripcourse": first.ours, "floor": first.floor})


def _of_rates(lesson: str, found: Rates) -> Iterator[tuple[str, str, str]]:
    timed = "from the claim to the last recorded answer"
    yield f"{lesson}, recipients a second", f"**{median(found.ours):,.0f}**", timed
    yield "", f"{median(found.whole):,.0f}", "with the start and the end of the process"
    for name, figures in found.others.items():
        yield "", f"{median(figures):,.0f}", f"{name}: ours sends {found.times(name):.1f} times as many"
    yield "", f"{median(found.floor):,.0f}", f"the floor: ours reaches {found.of_the_floor:.2f} of it"


def _of_the_rest(folder: Path) -> Iterator[tuple[str, str, str]]:
    among = {people: measures.claims(folder, people, due=DUE, rounds=5) for people in (MILLION, 4 * MILLION)}
    for people, taken in among.items():
        told = f"{min(taken):.0f} to {max(taken):.0f} ms in {len(taken)} claims"
        yield f"the claim of {DUE:,} due among {people:,}", f"{median(taken):.0f} ms", told
    for people, kilobytes in measures.peaks(folder, (MILLION // 100, MILLION)):
        yield f"the most memory that sending to {people:,} took", f"{kilobytes / 1024:.0f} MB", ""
    for delay, taken in measures.seconds_at(folder, PEOPLE, (0.0, 0.3), concurrency=32, rounds=ROUNDS).items():
        yield f"{PEOPLE:,} people, 32 requests at once", f"{median(taken):.1f} s", f"each takes {delay * 1000:.0f} ms"


def _machine() -> str:
    """What it was measured with, in words."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("sendgrid", "SQLAlchemy", "orjson"))
    listed = subprocess.run(
        [str(python()), "-m", "pip", "freeze"], check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    peers = ", ".join(
        line.replace("==", " ") for line in listed.splitlines() if line.startswith(("Django==", "django-"))
    )
    cores = len(os.sched_getaffinity(0))
    engines = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    return f"on {cores} cores of {_processor()} under {platform.system()}, with {engines}, {packages}; {peers}"


def _processor() -> str:
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return names[0].partition(": ")[2] if names else platform.machine()


def _draw(figures: dict[str, list[float]]) -> None:
    """The plot, by the environment that has what draws it."""
    rates = {name: median(found) for name, found in figures.items()}
    script = ROOT / "tests" / "benchmarks" / "sending" / "plot.py"
    subprocess.run([str(python()), str(script), str(PLOT)], check=True, input=json.dumps(rates), text=True)


if __name__ == "__main__":
    main()
