"""How fast a lesson goes out, beside a plain loop, two packages from PyPI and a floor without a ledger, in one run.

Each sender is a process of its own, and so is the stand-in for SendGrid. `DRIPCOURSE_BENCH_SCALE` makes everything
smaller for a quick look: 0.01 sends to 2,000 people in place of 200,000.
"""

from __future__ import annotations

import os
from pathlib import Path
from statistics import median

from tests.benchmarks.sending import measures

SCALE = float(os.environ.get("DRIPCOURSE_BENCH_SCALE", "1"))
ROUNDS = 3
PEOPLE = int(200_000 * SCALE)
ALONE = max(int(2_000 * SCALE), 100)
MILLION = int(1_000_000 * SCALE)
DUE = int(1_000 * SCALE)


def test_recipients_a_second(tmp_path: Path) -> None:
    """The aim is 25 times the plain loop and half of the floor."""
    for had, when in ((1, "the first lesson"), (12, "the twelfth lesson")):
        found = measures.rates(tmp_path, PEOPLE, had=had, rounds=ROUNDS, alone=ALONE)
        print(f"\nrecipients a second, {when} to {PEOPLE:,} people (to {ALONE:,} by those with a request for each)")
        for name, figures in found.others.items():
            print(f"  {name}: {median(figures):,.0f}, ours {found.times(name):.1f} times as many")
        print(f"  floor without a ledger: {median(found.floor):,.0f}, ours {found.of_the_floor:.2f} of it")
        print(f"  ours: {median(found.ours):,.0f} (from {min(found.ours):,.0f} to {max(found.ours):,.0f})")
        print(f"  ours with the start of the process: {median(found.whole):,.0f}")


def test_a_claim_among_many(tmp_path: Path) -> None:
    """The aim is 150 ms among a million, and twice as long at most among four."""
    print()
    for people in (MILLION, 4 * MILLION):
        taken = measures.claims(tmp_path, people, due=DUE, rounds=5)
        figures = ", ".join(f"{one:.0f}" for one in taken)
        print(f"  claim of {DUE:,} due among {people:,}: median {median(taken):.0f} ms ({figures})")


def test_memory(tmp_path: Path) -> None:
    """The aim is 1.2 times as much for a million as for ten thousand, and under 200 MB."""
    found = dict(measures.peaks(tmp_path, (MILLION // 100, MILLION)))
    told = ", ".join(f"{people:,} people {kilobytes / 1024:.0f} MB" for people, kilobytes in found.items())
    print(f"\n  a tick at its peak: {told}, {max(found.values()) / min(found.values()):.2f} times as much")


def test_a_slow_far_end(tmp_path: Path) -> None:
    """The aim is 1.5 times as long at most when each request takes 300 ms, with enough of them at once."""
    found = measures.seconds_at(tmp_path, PEOPLE, (0.0, 0.3), concurrency=32, rounds=ROUNDS)
    at_once, slow = (median(figures) for figures in found.values())
    times = f"{slow / at_once:.2f} times as long"
    print(f"\n  {PEOPLE:,} people, 32 requests at once: {at_once:.1f} s; at 300 ms a request {slow:.1f} s, {times}")
