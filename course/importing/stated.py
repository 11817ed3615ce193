"""The front matter of a document that is not ours: read for what it says, whatever else it holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

import yaml

from course.importing.addresses import video_id, web_address
from course.importing.dates import day
from course.importing.document import Stated
from course.importing.wording import plain

_FENCE = re.compile(r"---[ \t]*")
_CLOSING = re.compile(r"(?:---|\.\.\.)[ \t]*")
_ENTRY = re.compile(r"([A-Za-z][\w .-]{0,40}?)[ \t]*:(?:[ \t]+(.*)|[ \t]*)")
_MOST_LINES, _LONGEST_VALUE, _DEEPEST = 300, 2_000, 8
_FIELDS = {
    **dict.fromkeys(["title", "name", "headline"], "title"),
    **dict.fromkeys(["author", "authors", "speaker", "speakers", "guest", "guests", "by", "creator"], "author"),
    **dict.fromkeys(
        ["publisher", "site", "sitename", "channel", "show", "podcast", "source", "publication"], "publisher"
    ),
    **dict.fromkeys(["date", "published", "publishedat", "publishdate", "datepublished", "publicationdate"], "date"),
    **dict.fromkeys(["url", "link", "address", "sourceurl", "sourceaddress", "canonical", "permalink"], "url"),
    **dict.fromkeys(["video", "videoid", "youtube", "youtubeid", "videourl", "youtubeurl"], "video"),
}


def split_front_matter(text: str) -> tuple[Stated, str]:
    """What a document's front matter states, and the text below it.

    Front matter that is repeated is read once; lines between `---` that are no settings belong to the text.
    """
    entries: list[tuple[str, str]] = []
    rest = text
    while True:
        found = _front_matter(rest)
        if found is None:
            return _stated(entries), rest
        entries += found[0]
        rest = found[1]


def _front_matter(text: str) -> tuple[list[tuple[str, str]], str] | None:
    lines = text.lstrip().split("\n", _MOST_LINES)
    if not _FENCE.fullmatch(lines[0]):
        return None
    close = next((number for number, line in enumerate(lines[1:], 1) if _CLOSING.fullmatch(line)), None)
    if close is None or close >= _MOST_LINES:
        return None
    entries = list(_entries(lines[1:close]))
    if not entries:
        return None
    return [entry for entry in entries if entry[0]], "\n".join(lines[close + 1 :])


def _entries(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Names and their values as they are written; nothing at all where a line is no part of a setting."""
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        entry = _ENTRY.fullmatch(line.rstrip())
        if entry:
            found.append((re.sub(r"[\W_]", "", entry[1].lower()), [entry[2] or ""]))
        elif found and (line[0] in " \t" or line.startswith("- ")):
            found[-1][1].append(line)
        else:
            return
    yield from ((name, "\n".join(value)) for name, value in found)


def _stated(entries: list[tuple[str, str]]) -> Stated:
    said: dict[str, str] = {}
    address = ""
    for name, source in entries:
        field = _FIELDS.get(name)
        value = _value(source) if field else ""
        if not field or not value:
            continue
        if field == "publisher" and (web_address(value) or (video_id(value) and "/" in value)):
            field = "url"
        if field == "url" and video_id(value) and "/" in value:
            field = "video"
        if field == "url":
            address = address or web_address(value)
        said.setdefault(field, value)
    video = video_id(said.get("video", ""))
    return Stated(
        title=said.get("title", ""),
        author=said.get("author", ""),
        publisher=said.get("publisher", ""),
        date=day(said.get("date", "")),
        url="" if video else address,
        video=video,
    )


def _value(source: str) -> str:
    """A setting's value as plain words: one text, or several joined with commas."""
    source = source[:_LONGEST_VALUE]
    value: object = source
    if sum(map(source.count, "[{-")) <= _LONGEST_VALUE // 20 and max(map(source.count, "[{")) <= _DEEPEST:
        try:
            value = yaml.load(f"value: {source}\n", Loader=yaml.BaseLoader)["value"]  # noqa: S506 - makes texts alone
        except (yaml.YAMLError, ValueError, OverflowError, TypeError, KeyError):
            value = source.strip().strip("\"'")
    return plain(", ".join(_texts(value)))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (text for one in value for text in _texts(one))
    elif isinstance(value, dict):
        named = (one for key in ("name", "title", "id", "url") if isinstance(one := value.get(key), str))
        yield from islice(named, 1)
