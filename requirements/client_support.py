"""Writes course/check/client_support.json: which features of HTML and CSS a large mail program does not support.

Usage: python requirements/client_support.py FOLDER, where FOLDER holds the unpacked npm package caniemail, as
`npm pack caniemail` and `tar xf` give it. Take a newer version now and then: support changes, and so do the tests.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

PLACE = Path(__file__).resolve().parents[1] / "course" / "check" / "client_support.json"

CLIENTS = {
    "apple-mail": {"macos": "macOS", "ios": "iOS"},
    "gmail": {"desktop-webmail": "web", "ios": "iOS", "android": "Android"},
    "outlook": {
        "windows": "classic, Windows",
        "outlook-com": "Outlook.com",
        "macos": "macOS",
        "ios": "iOS",
        "android": "Android",
    },
    "yahoo": {"desktop-webmail": "web", "ios": "iOS", "android": "Android"},
    "samsung-email": {"android": "Android"},
}
"""The mail programs that most people read their email in, by family and platform as the package names them.

The new Outlook for Windows shows emails as Outlook.com does.
"""

# What a feature looks like in a template, for those whose title does not say it.
LOOKS: dict[str, Sequence[str]] = {
    "css-animation": [
        *(f"property animation{part}" for part in (
            "", "-delay", "-direction", "-duration", "-fill-mode", "-iteration-count", "-name", "-timing-function",
        )),
    ],
    "css-at-media-device-pixel-ratio": ["media device-pixel-ratio"],
    "css-at-media-hover": ["media hover", "media any-hover"],
    "css-block-inline-size": ["property block-size", "property inline-size"],
    "css-border-inline-block": ["property border-inline", "property border-block"],
    "css-border-inline-block-individual": [
        *(f"property border-{axis}-{end}" for axis in ("inline", "block") for end in ("start", "end")),
    ],
    "css-border-inline-block-longhand": [
        *(f"property border-{axis}-{part}" for axis in ("inline", "block") for part in ("color", "style", "width")),
    ],
    "css-border-image": [f"property border-image{part}" for part in ("", "-source", "-slice", "-width", "-repeat")],
    "css-border-radius": [
        "property border-radius",
        *(f"property border-{corner}-radius" for corner in ("top-left", "top-right", "bottom-left", "bottom-right")),
    ],
    "css-border-radius-logical": [
        *(f"property border-{one}-{two}-radius" for one in ("start", "end") for two in ("start", "end")),
    ],
    "css-color-scheme": ["property color-scheme"],
    "css-column-layout-properties": [
        *(f"property {name}" for name in ("column-fill", "column-rule", "column-span", "column-width", "columns")),
    ],
    "css-conic-gradient": ["function conic-gradient", "function repeating-conic-gradient"],
    "css-gap": ["property gap", "property column-gap", "property row-gap"],
    "css-grid-template": [
        *(f"property grid-template{part}" for part in ("", "-areas", "-columns", "-rows")),
    ],
    "css-inert-attribute": ["attribute inert"],
    "css-inline-size": [],  # tested once more, later, with block-size
    "css-intrinsic-size": ["word fit-content", "word min-content", "word max-content"],
    "css-left-right-top-bottom": ["property left", "property right", "property top", "property bottom"],
    "css-linear-gradient": ["function linear-gradient", "function repeating-linear-gradient"],
    "css-margin-block-start-end": ["property margin-block-start", "property margin-block-end"],
    "css-margin-inline-block": ["property margin-inline", "property margin-block"],
    "css-margin-inline-start-end": ["property margin-inline-start", "property margin-inline-end"],
    "css-modern-color": [f"function {name}" for name in ("lch", "oklch", "lab", "oklab")],
    "css-nesting": ["nesting"],
    "css-outline": [f"property outline{part}" for part in ("", "-color", "-style", "-width")],
    "css-overflow": ["property overflow", "property overflow-x", "property overflow-y"],
    "css-padding-block-start-end": ["property padding-block-start", "property padding-block-end"],
    "css-padding-inline-block": ["property padding-inline", "property padding-block"],
    "css-padding-inline-start-end": ["property padding-inline-start", "property padding-inline-end"],
    "css-pseudo-class-lang": ["pseudo lang"],
    "css-radial-gradient": ["function radial-gradient", "function repeating-radial-gradient"],
    "css-scroll-snap": ["property scroll-snap-type", "property scroll-snap-align"],
    "css-selector-adjacent-sibling": ["selector +"],
    "css-selector-attribute": ["selector ["],
    "css-selector-child": ["selector >"],
    "css-selector-general-sibling": ["selector ~"],
    "css-selector-id": ["selector #"],
    "css-selector-universal": ["selector *"],
    "css-sytem-ui": [
        *(f"word {name}" for name in ("system-ui", "ui-serif", "ui-sans-serif", "ui-rounded", "ui-monospace")),
    ],
    "css-text-emphasis": [f"property text-emphasis{part}" for part in ("", "-color", "-style")],
    "css-transform": ["property transform", "property transform-origin"],
    "css-transition": [
        *(f"property transition{part}" for part in ("", "-delay", "-duration", "-property", "-timing-function")),
    ],
    "css-unit-calc": ["function calc"],
    "css-unit-initial": ["word initial"],
    "css-unit-percent": ["unit %"],
    "css-variables": ["function var"],
    "html-address": ["element address"],
    "html-image-maps": ["element map", "element area"],
    "html-meta-color-scheme": [],  # a program that knows it not takes no harm, and the property says the same
    "html-semantics": [
        *(f"element {name}" for name in (
            "article", "aside", "details", "figcaption", "figure", "footer", "header", "main", "mark", "nav", "section",
            "summary", "time",
        )),
    ],
    "html-srcset": ["attribute srcset", "attribute sizes"],
    "html-svg": ["element svg"],
}  # fmt: skip
_PATTERNS = (
    (re.compile(r"@media \(([\w-]+)\)"), "media {}"),
    (re.compile(r"@([\w-]+)"), "at {}"),
    (re.compile(r"::?([\w-]+)(?:\(\))?"), "pseudo {}"),
    (re.compile(r"([\w-]+)\(\)"), "function {}"),
    (re.compile(r"(\w+) unit"), "unit {}"),
    (re.compile(r"([\w-]+): ?([\w-]+)"), "value {}:{}"),
    (re.compile(r'<(input|button) type="(\w+)"> element'), "{} {}"),
    (re.compile(r"<(\w+)>(?: element)?"), "element {}"),
    (re.compile(r"([\w-]+) attribute"), "attribute {}"),
)


def features(data: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The features that one of the clients does not support in its newest version, with what they look like."""
    for feature in data:
        refusing = [
            f"{family} {platform}"
            for family, platforms in CLIENTS.items()
            for platform in platforms
            if _newest(feature["stats"].get(family, {}).get(platform, {})).startswith("n")
        ]
        looks = looks_of(feature)
        if feature["category"] in {"html", "css"} and refusing and looks:
            yield (
                feature["slug"],
                {
                    "title": " ".join(feature["title"].split()),
                    "tested": feature["last_test_date"],
                    "looks": looks,
                    "unsupported": refusing,
                },
            )


def _newest(by_version: Mapping[str, str]) -> str:
    """`y`, `a …` (partly), `n` or `u` (unknown) for the newest version, which stands last."""
    return list(by_version.values())[-1] if by_version else "u"


def looks_of(feature: Mapping[str, Any]) -> list[str]:
    """How a feature is told in a template; see `course.check.markup` for what can be told."""
    slug, title = feature["slug"], feature["title"].strip()
    if slug in LOOKS:
        return list(LOOKS[slug])
    for pattern, look in _PATTERNS:
        if found := pattern.fullmatch(title):
            return [look.format(*found.groups())]
    name = title.removesuffix(" property").removesuffix(" shorthand")
    return [f"property {name}"] if slug.startswith("css-") and re.fullmatch(r"[a-z-]+", name) else []


def main(folder: Path) -> None:
    """Write the file from the package in `folder`."""
    package = json.loads((folder / "package.json").read_text("utf-8"))
    content = json.loads((folder / "data" / "caniemail.json").read_text("utf-8"))
    written = {
        "source": "https://www.caniemail.com, by way of the npm package caniemail",
        "version": package["version"],
        "updated": content["last_update_date"].partition(" ")[0],
        "licence": (folder / "LICENSE").read_text("utf-8").strip().split("\n"),
        "clients": CLIENTS,
        "features": dict(features(content["data"])),
    }
    lines = json.dumps(written, ensure_ascii=False, indent=1)
    PLACE.write_text(_compact(lines) + "\n", encoding="utf-8")


def _compact(text: str) -> str:
    """The same JSON with each list and each client on one line, so that a new version shows what changed in it."""
    return re.sub(
        r"([\[{])\n\s+([^\[\]{}]*?)\n\s+([\]}])",
        lambda found: found[1] + re.sub(r"\n\s+", " ", found[2]) + found[3],
        text,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
