"""How an email would look elsewhere: its HTML changed so that a browser shows it light, dark, inverted or bare."""

from __future__ import annotations

import re

from course.preview.choices import Mode

_STYLED = re.compile(
    r"<style\b[^>]*>.*?</style\s*>|\b(?:media|style)\s*=\s*(?:\"[^\"]*\"|'[^']*')|<meta\b[^>]*color-scheme[^>]*>",
    re.IGNORECASE | re.DOTALL,
)
_PREFERS = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)", re.IGNORECASE)
_SCHEMES = re.compile(r"\b(?:light\s+dark|dark\s+light)\b(?:\s+only\b)?", re.IGNORECASE)
_ALWAYS, _NEVER = "(min-width: 0px)", "(max-width: 0px)"
_HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)
_HEAD_END = re.compile(r"</head\s*>", re.IGNORECASE)

_SOURCE = re.compile(r"\s(?:src|srcset|background|poster)\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'>]+)", re.IGNORECASE)
_TAG = re.compile(r"<[a-z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>", re.IGNORECASE)
_URL = re.compile(r"url\(\s*(?:\"[^\"]*\"|'[^']*'|[^)]*)\s*\)", re.IGNORECASE)

_TURNED = "filter: invert(1) hue-rotate(180deg) !important"
_INVERSION = f"<style>html {{ {_TURNED}; background: #fff }} img, video, svg, [background] {{ {_TURNED} }}</style>"
_BARE = (
    "<style>img { display: inline-block !important; width: auto !important; max-width: 100% !important;"
    " height: auto !important; min-height: 1.4em; padding: 2px; outline: 1px dashed currentcolor;"
    " outline-offset: -1px; font: 14px/1.4 sans-serif; color: inherit }</style>"
)
# Links open in a tab of their own: a frame has no way back.
_FRAMED = '<base target="_blank">'


def appearing(html: str, mode: Mode, *, images: bool = True) -> str:
    """An email's HTML as it looks in a mode, whatever the machine that shows it is set to.

    In the light and the dark mode the email's own rules for them hold always, or never. The inversion is an
    approximation of what some mail programs do to an email that is light: all colours turned, pictures left. Without
    `images` nothing is fetched, and their alternative texts stand in their places.
    """
    dark = mode is Mode.DARK
    html = _STYLED.sub(lambda found: _settled(found[0], dark=dark), html)
    more = _INVERSION if mode is Mode.INVERTED else ""
    if not images:
        html = _TAG.sub(lambda found: _SOURCE.sub("", found[0]), html)
        html = _STYLED.sub(lambda found: _URL.sub("none", found[0]), html)
        more += _BARE
    html = _HEAD_END.sub(lambda found: more + found[0], html, count=1)
    return _HEAD.sub(lambda found: found[0] + _FRAMED, html, count=1)


def _settled(css: str, *, dark: bool) -> str:
    """CSS that no longer asks whether somebody prefers dark colours."""
    wanted = "dark" if dark else "light"
    css = _PREFERS.sub(lambda found: _ALWAYS if found[1].lower() == wanted else _NEVER, css)
    return _SCHEMES.sub(wanted, css)
