"""Draws rates, as JSON on stdin, as bars into the file in the first argument; run where matplotlib is."""

from __future__ import annotations

import json
import sys

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot as plt  # after the backend is chosen

INK, PAPER, OURS, OTHERS = "#1f2328", "#ffffff", "#1a5fb4", "#9a9996"


def main() -> None:
    """A bar for each sender, the longest at the top."""
    rates = dict(sorted(json.load(sys.stdin).items(), key=lambda item: item[1]))
    mpl.rcParams.update({"svg.hashsalt": "dripcourse", "svg.fonttype": "none", "font.family": "sans-serif"})
    figure, axes = plt.subplots(figsize=(8, 0.5 * len(rates) + 1), facecolor=PAPER)
    bars = axes.barh(
        list(rates), list(rates.values()), color=[OURS if one == "dripcourse" else OTHERS for one in rates]
    )
    axes.bar_label(bars, [f"{rate:,.0f}" for rate in rates.values()], padding=4, color=INK)
    axes.set_xlabel("recipients a second", color=INK)
    axes.set_xlim(0, max(rates.values()) * 1.15)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title("One lesson to many people, on two cores, to a stand-in on loopback", loc="left", color=INK)
    figure.tight_layout()
    figure.savefig(sys.argv[1], metadata={"Date": None})


if __name__ == "__main__":
    main()
