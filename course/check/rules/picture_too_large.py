"""The rule `picture-too-large`: no picture is slow to come, or wider than any screen shows it."""

from __future__ import annotations

from collections.abc import Iterator

from course.check.pictures import own_pictures
from course.check.report import Severity
from course.check.rule import Checked, Fault, Rule

LARGEST_BYTES, WIDEST = 1_000_000, 2_000
"""From what size on a picture is slow to come on a telephone: bytes, and pixels across (three times a usual email)."""


def too_large_pictures(checked: Checked) -> Iterator[Fault]:
    """A picture of the course of over 1 MB, or of over 2,000 pixels across."""
    for shown, picture in own_pictures(checked):
        if len(picture.content) > LARGEST_BYTES or picture.width > WIDEST:
            size = f"{len(picture.content) / 1_000_000:.1f} MB and {picture.width:,} pixels wide"
            yield Fault(
                f"The picture {picture.path} is large: {size}.",
                f"Save it at most {WIDEST:,} pixels wide and {LARGEST_BYTES // 1_000_000} MB large.",
                shown.place,
            )


RULE = Rule(
    "picture-too-large",
    Severity.WARNING,
    "On a telephone out of doors it comes after the reader has gone, and no email shows it so wide.",
    in_course=too_large_pictures,
)
