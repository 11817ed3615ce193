"""A small course that is in order, for tests to break in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

from course.check import Finding, Report, check_files

COURSE = """\
    slug = "gardens"
    title = "Gardens"
    language = "en"
    from = { name = "Gardens", address = "course@example.com" }
    postal_address = "Gardens, 1 Sample Street, Sampletown"

    [cadence]
    days = ["tuesday", "thursday"]
    time = "08:00"
    timezone = "Europe/London"

    [tracks.balcony]
    title = "Balcony"

    [tracks.field]
    title = "Field"

    [fields]
    first_name = { type = "text", default = "there" }
    role = { type = "text", values = ["novice", "expert"] }
    plants = { type = "number" }
    indoors = { type = "boolean" }
    nickname = { type = "text" }
    """
SOURCE = """\
    ---
    title: On soil
    ---

    ## What soil is

    ### what-soil-is-1

    Soil holds water and air.

    ### what-soil-is-2

    Worms keep it loose.
    """
ENOUGH = (
    "Take a spoon and dig in three places, a hand deep. What you find is dark or light, wet or dry, loose or hard.\n"
    "Write down what you see, and where. Do the same in a week, after some rain, and look at both. You will know more\n"
    "of your garden than most people do."
)
"""So many words that a lesson with them is not too short."""

SMALL = {
    "course.toml": COURSE,
    "lessons/welcome.md": (
        "---\nsubject: Welcome\npreheader: Into the garden.\n---\n\nHello {{ subscriber.first_name }}.\n"
    ),
    "lessons/01-soil.md": (
        "---\nsubject: Soil\npreheader: What is under you.\n---\n\nSoil holds water [@on-soil#what-soil-is-1].\n\n"
        f"It is loose [@on-soil#what-soil-is-2].\n\n{ENOUGH}\n"
    ),
    "lessons/02-light.md": (
        "---\nsubject: Light for {{ subscriber.first_name }}\npreheader: What is above you.\n"
        f"tracks: [field]\nwait: 3d\n---\n\nLook up.\n\n{ENOUGH}\n"
    ),
    "lessons/closing.md": "---\nsubject: The end\npreheader: For now, that is.\n---\n\nDig on.\n",
    "sources/on-soil.md": SOURCE,
}
_LENGTHS = frozenset({"lesson-length", "preheader-length", "picture-only"})


def small_course(changes: dict[str, str] | None = None, *, without: str = "") -> dict[str, bytes]:
    """The files of the small course, some of them other than usual, or one left out."""
    texts = {**SMALL, **(changes or {})}
    return {path: dedent(text).encode() for path, text in texts.items() if path != without}


def a_lesson(body: str, *, subject: str = "Soil", settings: str = "") -> dict[str, str]:
    """The first lesson with another text, whose first line is line 5, or later by each line of further settings."""
    more = f"{settings}\n" if settings else ""
    return {"lessons/01-soil.md": f"---\nsubject: {subject}\npreheader: It is under you.\n{more}---\n{body}\n"}


def written(folder: Path, files: dict[str, bytes]) -> Path:
    """The folder, with the files in it."""
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def check(changes: dict[str, str] | None = None, *, without: str = "") -> Report:
    """What a check says of the small course with changes, but for how short its texts are."""
    return check_of(small_course(changes, without=without))


def check_of(files: Mapping[str, bytes]) -> Report:
    """What a check says of a course, but for how short its texts are: one of a few words shows best what is wrong."""
    report = check_files(files)
    return replace(report, findings=tuple(one for one in report.findings if one.rule not in _LENGTHS))


def only_finding(changes: dict[str, str] | None = None, *, without: str = "") -> Finding:
    """The one thing that `check` finds."""
    [finding] = check(changes, without=without).findings
    return finding
