"""A web page → its text and what it states of itself; trafilatura tells the article from what surrounds it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from copy import deepcopy
from datetime import date

import trafilatura

from course.errors import CourseError
from course.folder.source_note import is_web_address
from course.importing.addresses import video_id
from course.importing.document import Stated
from course.importing.formats.markup import Node, Piece, as_markdown, pieces
from course.importing.formats.text import Text

# What an article may hold and trafilatura drops with its surroundings: under another name it counts as prose.
_RENAMED = {"figcaption": "p", "figure": "div", "time": "span", "label": "span", "legend": "p", "output": "span"}
_DEEPEST = 250  # the parser leaves out what is nested more deeply than 256 elements
_NEUTRAL = re.compile(
    r"<(/?)(?:div|span|b|i|u|em|strong|font|center|section|small|big|a|article)\b[^<>]*>", re.IGNORECASE
)
_LATEST = "2200-01-01"  # dates are read alike on every day: htmldate would leave out those after the present one
_MOST_ELEMENTS = 50_000  # of more, trafilatura would take minutes
_SMALL = 3_000
_MOST_LINKED = 0.5
_LEAST_FOUND = 0.4
_LARGEST_SEARCH = 300_000
_LONGEST_NAME = 80
_SENTENCE = re.compile(r"[.!?:;…。！？][\"'”’)\]]*$")


def read_html(text: str) -> Text:
    """The article of a page as Markdown. Raises CourseError where the page cannot be read."""
    tree = _tree(text)
    stated = _stated(tree)
    for name, other in _RENAMED.items():
        for node in list(tree.iter(name)):
            node.tag = other
    kept, remarks = _of_the_article(tree)
    return Text(as_markdown(kept), stated, remarks)


def pieces_of(markup: str) -> list[Piece]:
    """All that a piece of HTML says. Raises CourseError where it cannot be read."""
    return pieces(_tree(f"<html><body>{markup}</body></html>"))


def _tree(text: str) -> Node:
    tree = _parsed(text)
    if tree is not None and _depth(tree) > _DEEPEST:
        tree = _parsed(_NEUTRAL.sub(lambda tag: "</p>" if tag[1] else "<p>", text))
        if tree is not None and _depth(tree) > _DEEPEST:
            message = f"The page is nested more than {_DEEPEST} elements deep."
            raise CourseError(message, fix="Save its text alone, and import that.")
    if tree is None:
        raise CourseError("This cannot be read as HTML.", fix="Save its text alone, and import that.")
    return tree


def _parsed(text: str) -> Node | None:
    # A page without <html> would be refused.
    tree: Node | None = trafilatura.load_html(text if "<html" in text[:500].lower() else f"<html>{text}</html>")
    return tree


def _depth(tree: Node) -> int:
    deepest, waiting = 0, [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting.extend((child, depth + 1) for child in node)
    return deepest


def _stated(tree: Node) -> Stated:
    """What the page says of itself, and not what could be concluded from its address."""
    dates = {"original_date": True, "extensive_search": False, "max_date": _LATEST}
    found = trafilatura.extract_metadata(deepcopy(tree), date_config=dates, extensive=False)
    url = found.url if found.url and is_web_address(found.url) else ""
    video = video_id(url)
    site = found.sitename or ""
    return Stated(
        title=_title(tree, (found.title or "").rstrip(" ¶#§"), site),
        author=_author(tree, (found.author or "").replace("; ", ", ")),
        publisher="" if "." in site and site.lower() in url.lower() else site,
        date=_date(found.date or ""),
        url="" if video else url,
        video=video or ("" if url else _embedded_video(tree)),
    )


def _title(tree: Node, found: str, site: str) -> str:
    """The title of the page; where its first heading is the site's name, what its head states instead."""
    if found and found.casefold() != site.casefold():
        return found
    titles = [meta.get("content", "") for meta in tree.iter("meta") if meta.get("property") == "og:title"]
    titles += [node.text or "" for node in tree.iter("title")]
    return next((" ".join(title.split()) for title in titles if title.strip()), found)


def _author(tree: Node, found: str) -> str:
    """The author as the page spells the name: trafilatura leaves out single words, and sets capitals."""
    named = {" ".join(meta.get("content", "").split()) for meta in tree.iter("meta") if meta.get("name") == "author"}
    [spelled] = named if len(named) == 1 else [""]
    if "<" in spelled:
        return ""  # no name, but markup
    if spelled and "://" not in spelled and (not found or spelled.casefold() == found.casefold()):
        return spelled
    return found or _marked_author(tree)


def _marked_author(tree: Node) -> str:
    """The one author whom the page marks (schema.org's microdata), by a name that no reader may see."""
    found = set[str]()
    for node in tree.iter():
        if node.get("itemprop") == "author":
            names = [one for one in node.iter() if one.get("itemprop") == "name"] or [node]
            found.add(" ".join((names[0].get("content", "") or names[0].text or "").split()))
    [name] = found if len(found) == 1 else [""]
    return name if 0 < len(name) <= _LONGEST_NAME and "://" not in name else ""


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _embedded_video(tree: Node) -> str:
    """The video that a page without an address of its own is about."""
    addresses = (
        meta.get("content", "") for meta in tree.iter("meta") if meta.get("property", "").startswith("og:video")
    )
    return next(filter(None, map(video_id, addresses)), "")


def _of_the_article(tree: Node) -> tuple[list[Piece], tuple[str, ...]]:
    """What trafilatura finds, and what it lost of the article; all of the page where it finds next to nothing."""
    written = pieces(tree)
    if sum(1 for _ in tree.iter()) > _MOST_ELEMENTS:
        remark = "The page is very large: all of it is taken but what is marked as navigation. Look it through."
        return _with_words([piece for piece in written if not piece.marginal]), (remark,)
    extracted = trafilatura.extract(
        deepcopy(tree),
        output_format="markdown",
        favor_recall=True,
        include_comments=False,
        date_extraction_params={"max_date": _LATEST},
    )
    found = _Found(extracted or "")
    body = [piece for piece in written if not piece.marginal]
    kept = [piece for piece in written if piece in found]
    small = _length(body) < _SMALL
    region = body
    if not small and _length(kept) >= _LEAST_FOUND * _length(body):
        articles = [piece for part in _articles(tree) for piece in pieces(part) if not piece.marginal]
        region = [*_between([(piece, piece in found) for piece in body]), *articles]
    own = {piece.text for piece in region if _is_prose(piece, small=small)}
    chosen = [piece for piece in written if piece in found or (not piece.marginal and piece.text in own)]
    if not chosen or (not small and _length(chosen) - _length(kept) > _LEAST_FOUND * _length(chosen)):
        remark = "The article could not be told from its page: look for what is not of it."
        return _with_words(chosen or written), (remark,)
    return _with_words(chosen), ()


def _between(body: Sequence[tuple[Piece, bool]]) -> list[Piece]:
    """The pieces from the first that was found, with the headings above it, to the last."""
    places = [place for place, (_, is_found) in enumerate(body) if is_found]
    first, last = (places[0], places[-1]) if places else (0, -1)
    while first and body[first - 1][0].level:
        first -= 1
    return [piece for piece, _ in body[first : last + 1]]


class _Found:
    """The text that was extracted, to ask whether a piece is in it."""

    def __init__(self, extracted: str) -> None:
        parts = (part for line in extracted.split("\n") for part in (line, *line.split("|")))
        self._lines = {_bare(part) for part in parts}
        self._all = _bare(extracted) if len(extracted) < _LARGEST_SEARCH else ""

    def __contains__(self, piece: Piece) -> bool:
        bare = _bare(piece.text)
        if bare in self._lines:
            return not piece.marginal or (len(bare) >= 40 and not piece.boxed)
        return len(bare) >= 40 and bare in self._all and not piece.boxed


def _articles(tree: Node) -> list[Node]:
    """The elements that a page marks as its content: the article, if there is one, else the main part."""
    for found in ([*tree.iter("article")], [*tree.iter("main")]):
        if len(found) == 1:
            return found
    return []


def _is_prose(piece: Piece, *, small: bool) -> bool:
    if piece.linked > _MOST_LINKED:
        return small and not piece.markdown.startswith(("- ", "  "))
    words = len(piece.text.split())
    marked = piece.level > 0 or piece.markdown.startswith(("|", "`", "-", ">"))
    return small or marked or words >= 8 or (words >= 3 and _SENTENCE.search(piece.text) is not None)


def _with_words(found: Sequence[Piece]) -> list[Piece]:
    """The pieces without headings that nothing stands below: what did has been left out."""
    return [piece for piece, following in zip(found, [*found, None][1:], strict=True) if _stands(piece, following)]


def _stands(piece: Piece, following: Piece | None) -> bool:
    return not piece.level or (following is not None and (not following.level or following.level > piece.level))


def _length(found: Iterable[Piece]) -> int:
    return sum(len(piece.text) for piece in found)


def _bare(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())
