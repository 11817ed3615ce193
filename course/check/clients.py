"""What large mail programs do not support of HTML and CSS, by the data of caniemail.com.

The data in `client_support.json` is a part of the npm package caniemail, under the licence that stands in it;
`requirements/client_support.py` makes the file. Many of its tests are years old: whoever quotes it says from when.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

_NAMES = {
    "apple-mail": "Apple Mail",
    "gmail": "Gmail",
    "outlook": "Outlook",
    "yahoo": "Yahoo Mail",
    "samsung-email": "Samsung Email",
}


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature that a large mail program does not support in the newest version that was tested.

    `tested` is when, a date as YYYY-MM-DD; `clients` are the programs, in words; `looks` is what it looks like in a
    template, as `course.check.markup` tells it.
    """

    slug: str
    title: str
    tested: str
    clients: tuple[str, ...]
    looks: tuple[str, ...]

    @property
    def address(self) -> str:
        """The page that says more of it."""
        return f"https://www.caniemail.com/features/{self.slug}/"


@cache
def unsupported() -> Mapping[str, Feature]:
    """The features that some large mail program does not support, each by all that it looks like."""
    data = json.loads((resources.files("course.check") / "client_support.json").read_text("utf-8"))
    found = (
        Feature(slug, one["title"], one["tested"], _in_words(one["unsupported"], data["clients"]), tuple(one["looks"]))
        for slug, one in data["features"].items()
    )
    return {look: feature for feature in found for look in feature.looks}


def _in_words(clients: Sequence[str], known: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
    """`Gmail` where no version of it does, and `Gmail (iOS)` where one does not."""
    words = []
    for family, platforms in known.items():
        refusing = [label for platform, label in platforms.items() if f"{family} {platform}" in clients]
        if len(refusing) == len(platforms):
            words.append(_NAMES[family])
        elif refusing:
            words.append(f"{_NAMES[family]} ({'; '.join(refusing)})")
    return tuple(words)
