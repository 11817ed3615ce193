"""Where a document can be opened: a web address, or the id of a YouTube video."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

ADDRESS = re.compile(r"https?://[^\s<>\"'\[\]|]{3,2000}")
_ID = re.compile(r"[A-Za-z0-9_-]{6,20}")
_VIDEO_ADDRESS = re.compile(
    r"(?:https?://)?(?:www\.|m\.)?(?:youtu\.be/|youtube(?:-nocookie)?\.com/"
    r"(?:watch\?(?:[^\s#]{0,200}?&)?v=|embed/|shorts/|live/|v/))([A-Za-z0-9_-]{6,20})"
)


def video_id(text: str) -> str:
    """The id of the YouTube video that `text` names by its id or its address; empty where it names none.

    >>> video_id("https://youtu.be/abc_DEF-123?t=5"), video_id("abc_DEF-123"), video_id("https://example.com/")
    ('abc_DEF-123', 'abc_DEF-123', '')
    """
    text = text.strip()
    if _ID.fullmatch(text):
        return text
    found = _VIDEO_ADDRESS.match(text)
    return found[1] if found else ""


def web_address(text: str) -> str:
    """The web address that `text` is, or empty where it is none."""
    text = text.strip().strip("<>")
    if not ADDRESS.fullmatch(text):
        return ""
    try:
        return text if urlsplit(text).hostname else ""
    except ValueError:
        return ""
