"""Line ends after Jinja's block tags: kept where a tag ends a line of text, gone where it has the line to itself."""

from __future__ import annotations

import re

_TAG = re.compile(r"\{%-?\s*raw\b.*?\{%-?\s*endraw\s*[-+]?%\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)


def keep_line_ends(source: str) -> str:
    """A Markdown template in which Jinja's `trim_blocks` takes the line end of lines with nothing but tags.

    Jinja takes the one after any tag; a `+` before its end (`+%}`) tells it not to. Without it, a
    paragraph that ends with `{% endif %}` would run into the next one. No line is added or removed.

    >>> keep_line_ends("Hello{% if x %}, you{% endif %}\\nNext\\n{% if y %}\\nMore\\n{% endif %}\\n")
    'Hello{% if x %}, you{% endif +%}\\nNext\\n{% if y %}\\nMore\\n{% endif %}\\n'
    """
    pieces: list[str] = []
    last = 0
    for tag in _TAG.finditer(source):
        pieces += (source[last : tag.start()], _closing(source, tag))
        last = tag.end()
    return "".join((*pieces, source[last:]))


def _closing(source: str, tag: re.Match[str]) -> str:
    text = tag[0]
    ends_line = source[tag.end() : tag.end() + 1] == "\n"
    if not ends_line or text[-3] in "-+" or not _shares_its_line(source, tag):
        return text
    return f"{text[:-2]}+{text[-2:]}"


def _shares_its_line(source: str, tag: re.Match[str]) -> bool:
    """Whether anything but tags and spaces stands before the tag on the lines that it is on."""
    before = source[: tag.start()]
    line = _TAG.sub("", before[before.rfind("\n") + 1 :])
    return bool(line.strip())
