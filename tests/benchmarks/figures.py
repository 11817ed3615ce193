"""How benchmarks measure, and how they tell what they measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median, quantiles
from time import perf_counter


def milliseconds(work: Callable[[], object]) -> float:
    """How long some work takes."""
    began = perf_counter()
    work()
    return (perf_counter() - began) * 1000


def told(figures: Sequence[float]) -> str:
    """Figures in milliseconds, as their median and how far they spread."""
    twentieths = quantiles(figures, n=20, method="inclusive")
    return (
        f"median {median(figures):.2f} ms, from {min(figures):.2f} to {max(figures):.2f}, "
        f"19 of 20 under {twentieths[-1]:.2f} ({len(figures)} times)"
    )
