"""How long a check of the whole bundled course takes: as a command, and in a process that has loaded all it needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from course.check import check_files, letters, variants
from course.folder import load
from course.personas import PERSONAS
from course.render import Renderer
from sender.demo import bundled
from tests.benchmarks.figures import milliseconds, told

RUNS = 7
DRIPCOURSE = Path(sys.executable).with_name("dripcourse")
FOLDER = Path(__file__).parents[2] / "course" / "product_path"


def as_a_command() -> None:
    subprocess.run([DRIPCOURSE, "check", FOLDER], check=True, stdout=subprocess.DEVNULL)


def test_a_check_of_the_bundled_course() -> None:
    """Prints milliseconds; the aim is under 3 seconds. It judges nothing but that all was rendered."""
    files = bundled()
    check_files(files)
    pairs = [(milliseconds(as_a_command), milliseconds(lambda: check_files(files))) for _ in range(RUNS)]
    course = load(files)
    renderer = Renderer(course, files, "be9c4a0000")
    counts = [len(variants(renderer, letter)) for letter in letters(course)]
    print(f"\ncheck, {len(counts)} emails in {sum(counts)} variants, for {len(PERSONAS)} personas")
    print(f"  dripcourse check: {told([pair[0] for pair in pairs])}")
    print(f"  the check alone: {told([pair[1] for pair in pairs])}")
    assert counts
