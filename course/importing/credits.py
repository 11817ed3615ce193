"""Lines that credit a document: who wrote it, who publishes it, when, and where it can be opened."""

from __future__ import annotations

import re
from datetime import date

from course.importing.addresses import ADDRESS, video_id, web_address
from course.importing.dates import dates
from course.importing.document import Stated
from course.importing.furniture import furniture
from course.importing.names import is_person

_LONGEST = 200
_FIELDS = (
    ("title", "title"),
    ("author", "author, authors, by, written by, words by, writer, writers, posted by, text, creator, contributor"),
    ("author", "speaker, speakers, guest, guests, with, featuring, presenter, presented by, interviewee, talk by"),
    (
        "publisher",
        "publisher, published by, published in, site, website, channel, show, podcast, from, source, publication",
    ),
    ("publisher", "organisation, organization, company, blog, series, platform, hosted by"),
    ("date", "date, published, published on, posted, posted on, publication date, date published, first published"),
    ("date", "release date, released, aired, recorded, created"),
    ("url", "url, link, address, original, originally published at, read online, permalink, page"),
    ("video", "video, watch, watch on youtube, watch here, youtube, recording, full video, video id"),
    ("nothing", "category, type, format, topic, topics, tags, level, language, share, host, hosts, interviewer"),
    ("nothing", "reading time, read time, time to read, duration, length, last updated, updated, modified"),
)
_LABELS = {name: field for field, names in _FIELDS for name in names.split(", ")}
_ALONE = frozenset(
    {
        *("author", "authors", "written by", "words by", "posted by", "writer", "speaker", "guest"),
        *(
            "publisher",
            "published by",
            "published in",
            "published",
            "published on",
            "posted on",
            "date",
            "last updated",
            "updated",
        ),
        *("reading time", "read time", "category", "topic", "type"),
    }
)
"""The labels that may have a line to themselves, with what they name on the next."""
_LABELLED = re.compile(r"([A-Za-z][A-Za-z ]{1,25}?)\s?[:：]\s?(\S.*)")
_BYLINE = re.compile(
    r"(?:(?:(?:an?|the)\s)?(?:words|written|posted|story|text|article|shared|told|reported|reporting|essay|guide|post|talk"
    r"|recipe|report|column|tutorial|lecture|notes|answer|letter|interview)\s)?by:?\s+(?P<author>\S.*)"
    r"|published by\s+(?P<publisher>\S.*)",
    re.IGNORECASE,
)
_WORKED_ON = re.compile(
    r"(?:photo(?:graph)?(?:s|y)?|pictures?|images?|illustrat(?:ions?|ed)|drawings?|art(?:work)?|graphics?|design(?:ed)?|edited"
    r"|(?:additional )?(?:editing|reporting|research)|translat(?:ed|ion)|(?:medically |peer |technically )?reviewed"
    r"|fact[- ]checked|produced|production|video|audio|music|sponsored|curated|narrated) by:?\s+(?P<name>\S.*)",
    re.IGNORECASE,
)
_UPDATED = re.compile(r"\b(?:updated?|modified|edited|reviewed|revised|changed)(?:\s(?:on|at))?\W*$", re.IGNORECASE)
_TIME_TO_READ = re.compile(
    r"(?:reading|read) time:?\s?|(?:\b(?:about|an?)\s)?\b\d{1,3}(?:\s?[-–]\s?\d{1,3})?[\s-]?min(?:ute)?s?\b\.?"
    r"(?:[\s-]?(?:to )?read(?:ing)?\b(?: time)?)?|\b\d{1,2}:\d{2}(?::\d{2})?\s?(?:am|pm|utc|gmt|cet|est|pst)?\b",
    re.IGNORECASE,
)
_AROUND_DATES = re.compile(
    r"\b(?:first|originally|last)?\s?(?:published|posted|updated?|modified|edited|reviewed|revised|released|recorded"
    r"|written|created|added|aired)(?:\s(?:on|at|in))?\b|\b(?:on|at)\s*$|\bdate\b"
    r"|\b(?:\d[\d.,]*[km]?|no|one) (?:comments?|views?|shares?|likes?|replies|reply|responses?|claps?|reads?)\b"
    r"|\b(?:leave|add|post|write) a (?:comment|reply|response)\b",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"\s*[·|•–—/@]\s*|\s+-\s+|\s*,\s+|\s*[()]\s*|\s{2,}|\s+(?:for|in|at|on)\s+")
_EDGES = " \t·|•–—-/:,;()."
_MOST_WORDS = 6


def label(line: str) -> str:
    """What the line below a label such as `Author` or `Published` states: a field of `Stated`, `nothing`, or empty."""
    name = line.strip(" :：").lower()
    return _LABELS[name] if name in _ALONE else ""


def credit(line: str) -> Stated | None:
    """What a line states about the document where that is all it does; None for any other line.

    `Updated: May 2, 2024` and `5 min read` are such lines too, and state nothing.
    """
    line = line.strip()
    if not line or len(line) > _LONGEST:
        return None
    if (found := _LABELLED.fullmatch(line)) and (field := _LABELS.get(found[1].lower())):
        return labelled(field, found[2])
    if (address := _bare_address(line)) is not None:
        return address
    rest, published, dated = _without_dates(line)
    if byline := _BYLINE.fullmatch(rest):
        return _from_byline(byline, published)
    if (other := _WORKED_ON.fullmatch(rest)) and author_of(other["name"]):
        return Stated(date=published)
    if not dated:
        return None
    return _from_parts(rest, published)


def updated(line: str) -> date | None:
    """The day on which a line says that the document was last changed."""
    if len(line) > _LONGEST:
        return None
    return next((one.date for one in dates(line) if one.date and _UPDATED.search(line[: one.start])), None)


def labelled(field: str, value: str) -> Stated | None:
    """What `value` states as the `field` that a label names; None where it cannot be that."""
    value = value.strip()
    match field:
        case "title":
            return Stated(title=value)
        case "author":
            name = author_of(value)
            return Stated(author=name) if name else None
        case "publisher" | "url" | "video" if ADDRESS.match(value):
            return _opened_at(value)
        case "publisher":
            fits = len(value.split()) <= _MOST_WORDS and value[-1] not in ".?!"
            return Stated(publisher=value) if fits else None
        case "date":
            _, published, dated = _without_dates(value)
            return Stated(date=published) if dated else None
        case "video":
            return Stated(video=video_id(value)) if video_id(value) else None
        case "nothing":
            return Stated() if len(value.split()) <= _MOST_WORDS else None
    return None


def author_of(text: str) -> str:
    """The name at the beginning of what stands after `By`: without a role, a site, a date; empty where it is none."""
    rest, _, _ = _without_dates(text)
    if is_person(rest):
        return rest
    name = _SEPARATOR.split(rest, maxsplit=1)[0].strip(_EDGES)
    fits = 0 < len(name.split()) <= _MOST_WORDS and name[0].isupper() and rest[-1] not in "?!"
    return name if fits and not any(sign.isdigit() for sign in name) else ""


def _from_byline(byline: re.Match[str], published: date | None) -> Stated | None:
    if byline["publisher"]:
        name = author_of(byline["publisher"])
        return Stated(publisher=name, date=published) if name else None
    name = author_of(byline["author"])
    if not name or (byline["author"].endswith(".") and not is_person(name)):
        return None
    return Stated(author=name, date=published)


def _from_parts(rest: str, published: date | None) -> Stated | None:
    """What stands around a date: names are credits, other words mean that the line is none."""
    if rest and is_person(rest):
        return Stated(author=rest, date=published)
    author = ""
    for part in _SEPARATOR.split(rest):
        part = part.strip(_EDGES)
        byline = _BYLINE.fullmatch(part)
        if byline and byline["author"]:
            author = author or author_of(byline["author"])
        elif part and is_person(part):
            author = author or part
        elif (
            part
            and furniture(part) is None
            and not (len(part.split()) <= 4 and all(_is_a_title_word(word) for word in part.split()))
        ):
            return None
    return Stated(author=author, date=published)


def _is_a_title_word(word: str) -> bool:
    return word[0].isupper() or word in {"and", "of", "the", "&", "read"} or not word[0].isalpha()


def _without_dates(line: str) -> tuple[str, date | None, bool]:
    """The line without dates and reading times, the day on which it was published, and whether any stood there."""
    published: date | None = None
    parts, last = list[str](), 0
    for found in dates(line):
        before = line[last : found.start]
        parts.append(before)
        if published is None and not _UPDATED.search(before):
            published = found.date
        last = found.end
    without, count = _TIME_TO_READ.subn(" ", " ".join((*parts, line[last:])))
    dated = bool(parts) or count > 0
    if dated:
        without = _AROUND_DATES.sub(" ", without)
    return " ".join(without.split()).strip(_EDGES), published, dated


def _bare_address(line: str) -> Stated | None:
    address = line.strip("<>")
    return _opened_at(address) if ADDRESS.fullmatch(address) else None


def _opened_at(value: str) -> Stated:
    video = video_id(value)
    return Stated(video=video) if video else Stated(url=web_address(value))
