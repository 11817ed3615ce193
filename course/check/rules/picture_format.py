"""The rule `picture-format`: every picture is in a format that all mail programs show."""

from __future__ import annotations

from collections.abc import Iterator

from course.check.pictures import own_pictures
from course.check.report import Severity
from course.check.rule import Checked, Fault, Rule
from course.pictures import SVG

_SHOWN_EVERYWHERE = frozenset({"image/png", "image/jpeg", "image/gif"})
_NAMES = {SVG: "an SVG", "image/webp": "a WebP"}


def unusual_pictures(checked: Checked) -> Iterator[Fault]:
    """A picture of the course that is neither PNG, JPEG nor GIF."""
    for shown, picture in own_pictures(checked):
        if picture.media_type not in _SHOWN_EVERYWHERE:
            yield Fault(
                f"The picture {picture.path} is {_NAMES[picture.media_type]}, which many mail programs do not show.",
                "Save it as PNG, JPEG or GIF.",
                shown.place,
            )


# https://www.caniemail.com/features/image-svg/ and /image-webp/
RULE = Rule(
    "picture-format",
    Severity.WARNING,
    "Gmail and Outlook show no SVG, and Outlook for Windows no WebP either: their readers see an empty frame.",
    in_course=unusual_pictures,
)
