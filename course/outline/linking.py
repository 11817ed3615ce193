"""Links by label → links with their addresses: a definition would hold for the whole lesson, or be in another one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from markdown_it.common.utils import normalizeReference

from course.outline.reading import Definition, Reading

_LABEL = re.compile(r"\[([^\[\]]*)\]")


def linked(reading: Reading, text: str, links: Mapping[str, Definition]) -> str:
    """The text with the address in each of its links, and without definitions; what it shows is the same.

    `links` are definitions that stand elsewhere; the text's own come first.
    """
    links = {**links, **reading.definitions(text)}
    if not links:
        return text
    wanted = reading.shown(text, links)
    for found in reversed(list(_LABEL.finditer(text))):
        candidates = (one for one in _with_address(text, found, links) if reading.shown(one, links) == wanted)
        text = next(candidates, text)
    lines = text.split("\n")
    for number in reading.defining_lines(text):
        lines[number] = ""
    bare = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return bare if reading.shown(bare) == wanted else text


def _with_address(text: str, found: re.Match[str], links: Mapping[str, Definition]) -> Iterator[str]:
    """The text with an address in place of a label, or behind a label that is the link's words as well."""
    before, after = text[: found.start()], text[found.end() :]
    named = found[1] or next((one[1] for one in _LABEL.finditer(before) if one.end() == len(before)), "")
    link = links.get(normalizeReference(named))
    if link is not None:
        title = link["title"].replace("\\", "\\\\").replace('"', '\\"')
        behind = f' "{title}"' if title else ""
        for address in (f"({link['href']}{behind})", f"(<{link['href']}>{behind})"):
            if before.endswith("]"):
                yield f"{before}{address}{after}"
            yield f"{before}{found[0]}{address}{after}"
