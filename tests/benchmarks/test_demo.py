"""How long the demonstration takes: the bundled course as it is, and cut to its first nine lessons, in one run."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from sender.demo import bundled, run_demo


def seconds(out: Path, files: dict[str, bytes]) -> float:
    """How long 100 people and all weeks take, without the start of the process."""
    began = perf_counter()
    run_demo(100, out, lambda: datetime.now(UTC), files)
    return perf_counter() - began


def test_the_demonstration(tmp_path: Path) -> None:
    """Prints seconds; the aim is under 20. It judges nothing but that all emails are there."""
    files = dict(bundled())
    cut = {path: content for path, content in files.items() if not path.startswith("lessons/1")}
    for name, course in (("bundled", files), ("cut", cut)):
        took = seconds(tmp_path / name, course)
        written = len(list((tmp_path / name).glob("*.eml")))
        print(f"\ndemo, {name}: {written} emails in {took:.1f} s")
        assert written > 0
