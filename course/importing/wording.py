"""The plain words of a piece of text: without Markdown's inline marks, wiki links, HTML tags and odd spaces."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

# Characters that Unicode keeps for a program's own use (23.7, noncharacters) stand for signs that are no marks.
_HIDE = {ord(sign): 0xFDD2 + number for number, sign in enumerate("\\`*_[]()<>&!~|")}
_REVEAL = {hidden: chr(sign) for sign, hidden in _HIDE.items()}
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad\x00-\x08\x0e-\x1b\x7f\ufdd2-\ufdef]")

_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>&~\"'$%,/:;=?@^])")
_CODE = re.compile(r"``([^`]{1,500}(?:`[^`]{1,500}){0,5})``|`([^`]{1,500})`")
_DESTINATION = (
    r"\(\s{0,9}(?:<[^<>]{0,2000}>|(?:[^()\s]|\([^()\s]{0,300}\)){0,2000}+)"
    r"(?:\s{1,9}(?:\"[^\"]{0,300}\"|'[^']{0,300}'))?\s{0,9}\)"
)
_EMBEDDED = re.compile(r"!\[\[[^\[\]]{0,300}\]\]")
_WIKI = re.compile(r"\[\[([^\[\]|]{1,300})(?:\|([^\[\]|]{0,300}))?\]\]")
_PICTURE = re.compile(rf"!\[([^\[\]]{{0,500}})\](?:{_DESTINATION}|\[[^\[\]]{{0,200}}\])")
_LINK = re.compile(rf"\[((?:[^\[\]]|\[[^\[\]]{{0,300}}\]){{0,1000}}+)\]{_DESTINATION}")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^\s<>]{1,2000})>")
_TAG = re.compile(
    r"</?(?:a|abbr|b|big|br|center|cite|code|del|dfn|em|font|i|iframe|img|ins|kbd|mark|q|s|small|source|span|strike|"
    r"strong|sub|sup|time|u|var|video|wbr)(?:\s[^<>]{0,2000})?/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_RUN = re.compile(r"\*+|_+|~~")
_SENTENCE = re.compile(r".{12,}[.!?]$")


def plain(text: str) -> str:
    """The words of `text` on one line, with single spaces between them.

    >>> plain("**Ask** [[someone_new | somebody]], or [read](https://example.com) `a_b` &amp; more<br/>")
    'Ask somebody, or read a_b & more'
    """
    text = _INVISIBLE.sub("", text)
    if "`" in text:
        text = _CODE.sub(lambda found: (found[1] or found[2]).strip().translate(_HIDE), text)
    if "\\" in text:
        text = _ESCAPE.sub(lambda found: found[1].translate(_HIDE), text)
    if "[" in text:
        text = _unlinked(text)
    if "<" in text:
        text = _TAG.sub(_space_for_break, _AUTOLINK.sub(lambda found: found[1].removeprefix("mailto:"), text))
    text = without_emphasis(text)
    if "&" in text:
        text = _ENTITY.sub(lambda found: _INVISIBLE.sub("", html.unescape(found[0])), text)
    return " ".join(text.translate(_REVEAL).split())


def _unlinked(text: str) -> str:
    text = _EMBEDDED.sub("", text)
    text = _WIKI.sub(_wiki_words, text)
    text = _PICTURE.sub(lambda found: found[1] if _SENTENCE.match(found[1]) else "", text)
    return _LINK.sub(r"\1", text)


def _wiki_words(link: re.Match[str]) -> str:
    return (link[2] or link[1].replace("_", " ")).strip()


def _space_for_break(tag: re.Match[str]) -> str:
    return " " if tag[0][:3].lower() == "<br" else ""


@dataclass(slots=True)
class _Marks:
    """A run of one sign that may open or close emphasis, and how many of its signs have found a partner."""

    sign: str
    length: int
    paired: int = 0


def without_emphasis(text: str) -> str:
    """The text without the signs that set words in italics or bold, or strike them out.

    A sign without a partner is no mark and stays, as does one within a word or between spaces.
    """
    runs: list[_Marks] = []
    pieces: list[str] = []
    open_: dict[str, list[_Marks]] = {"*": [], "_": [], "~": []}
    last = 0
    for found in _RUN.finditer(text):
        before, after = text[found.start() - 1 : found.start()], text[found.end() : found.end() + 1]
        opens, closes = bool(after) and not after.isspace(), bool(before) and not before.isspace()
        inside = before.isalnum() and after.isalnum() and (found[0][0] == "_" or len(found[0]) == 1)
        run = _Marks(found[0][0], len(found[0]))
        runs.append(run)
        pieces.append(text[last : found.start()])
        last = found.end()
        if inside:
            continue
        if closes:
            _pair(run, open_[run.sign])
        if opens and run.paired < run.length:
            open_[run.sign].append(run)
    marks = (run.sign * (run.length - run.paired) for run in runs)
    return "".join(part for pair in zip(pieces, marks, strict=True) for part in pair) + text[last:]


def _pair(closing: _Marks, open_: list[_Marks]) -> None:
    while open_ and closing.paired < closing.length:
        opening = open_[-1]
        count = min(opening.length - opening.paired, closing.length - closing.paired)
        opening.paired += count
        closing.paired += count
        if opening.paired == opening.length:
            open_.pop()
