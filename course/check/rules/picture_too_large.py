"""The rule `picture-too-large`: no picture is slow to come, or wider than any screen shows it."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from course.check.pictures import own_pictures
from course.check.report import Severity
from course.check.rule import Checked, Fault, Rule

LARGEST_BYTES, WIDEST = 1_000_000, 2_000
"""From what size on a picture is slow to come on a telephone: bytes, and pixels across (three times a usual email)."""


def too_large_pictures(checked: Checked) -> Iterator[Fault]:
    """A picture of the course of over 1 MB, or of over 2,000 pixels across."""
    for shown, picture in own_pictures(checked):
        found, asked = [], []
        if len(picture.content) > LARGEST_BYTES:
            megabytes = ceil(len(picture.content) / 100_000) / 10  # a little over 1 MB does not read as 1.0
            found.append(f"{megabytes} MB large")
            asked.append(f"{LARGEST_BYTES // 1_000_000} MB large")
        if picture.width > WIDEST:
            found.append(f"{picture.width:,} pixels wide")
            asked.append(f"{WIDEST:,} pixels wide")
        if found:
            message = f"The picture {picture.path} is {' and '.join(found)}."
            yield Fault(message, f"Save it at most {' and '.join(asked)}.", shown.place)


RULE = Rule(
    "picture-too-large",
    Severity.WARNING,
    "On a telephone out of doors it comes after the reader has gone, and no email shows it so wide.",
    in_course=too_large_pictures,
)
