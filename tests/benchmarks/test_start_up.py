"""How long `dripcourse --help` takes, beside a click program that has nothing in it, in turn in one run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

EMPTY = "import click\n\n\n@click.command()\ndef main() -> None:\n    pass\n\n\nmain()\n"
RUNS = 20


def seconds(*command: str) -> float:
    """How long a command takes as a whole process."""
    began = perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return perf_counter() - began


def test_help_beside_an_empty_click_program(tmp_path: Path) -> None:
    """Prints the medians; the aim is a ratio of at most two. It judges nothing but that both ran."""
    empty = tmp_path / "empty.py"
    empty.write_text(EMPTY)
    ours = (str(Path(sys.executable).with_name("dripcourse")), "--help")
    theirs = (sys.executable, str(empty), "--help")
    seconds(*ours), seconds(*theirs)
    pairs = [(seconds(*ours), seconds(*theirs)) for _ in range(RUNS)]
    help_, nothing = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
    ratio = median(pair[0] / pair[1] for pair in pairs)
    print(f"\ndripcourse --help {help_ * 1000:.0f} ms, empty click program {nothing * 1000:.0f} ms, ratio {ratio:.2f}")
    assert len(pairs) == RUNS
