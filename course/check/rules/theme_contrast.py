"""The rule `theme-contrast`: what a theme colours can be read, in light and in dark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from course.check.report import Severity
from course.check.rule import Checked, Fault, Rule
from course.theme import DEFAULT_THEME, TEXT_ON, contrast

LEAST = 4.5
"""For text of any size: https://www.w3.org/TR/WCAG22/#contrast-minimum."""

_STEPS = 20
_Pair = tuple[str, str]


def faint_colours(checked: Checked) -> Iterator[Fault]:
    """A colour of the theme that text cannot be read in, or on, one finding for each that the course has changed.

    Where both of a pair are changed, it is told of the one in front.
    """
    theme = checked.course.theme
    faint: dict[str, list[_Pair]] = {}
    for pair in TEXT_ON:
        if contrast(theme[pair[0]], theme[pair[1]]) < LEAST:
            changed = next((name for name in pair if theme[name] != DEFAULT_THEME[name]), pair[0])
            faint.setdefault(changed, []).append(pair)
    for name, pairs in faint.items():
        ratios = " and ".join(f"`{front}` on `{behind}` ({_ratio(theme, (front, behind))})" for front, behind in pairs)
        yield Fault(
            f"Text is hard to read with `{name}` as {theme[name]}: {ratios}; {LEAST}:1 is the least contrast.",
            _fix(theme, name),
            checked.theme_places[name],
        )


def _ratio(theme: Mapping[str, str], pair: _Pair) -> str:
    """Rounded down, so that what is too little never reads as enough."""
    return f"{int(contrast(theme[pair[0]], theme[pair[1]]) * 10) / 10}:1"


def _fix(theme: Mapping[str, str], name: str) -> str:
    """The colour nearest to the one that is there, made darker or lighter, that is right beside all others."""
    partners = [theme[one] for pair in TEXT_ON if name in pair for one in pair if one != name]
    for step in range(1, _STEPS + 1):
        for end in ("#000000", "#ffffff"):
            colour = _mixed(theme[name], end, step / _STEPS)
            if all(contrast(colour, partner) >= LEAST for partner in partners):
                kind = "darker" if end == "#000000" else "lighter"
                return f"Make it {kind}, such as {colour}."
    return "No colour is right here beside all the others of the theme: change those as well."


def _mixed(colour: str, other: str, share: float) -> str:
    parts = ((int(colour[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in parts)


RULE = Rule(
    "theme-contrast",
    Severity.WARNING,
    "A colour of the theme is in every email: in the sun, or with tired eyes, faint text cannot be read at all.",
    in_course=faint_colours,
)
