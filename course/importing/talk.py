"""The reader of a talk: notes or a transcript whose remarks carry the moment at which they are said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from course.importing.contents import without_contents
from course.importing.credits import author_of
from course.importing.document import NOTHING_STATED, Block, Document, Section, Stated
from course.importing.head import merged, read_head
from course.importing.headings import heading_words, with_headings
from course.importing.names import is_person
from course.importing.page import without_furniture
from course.importing.pieces import Kind, Piece, pieces
from course.importing.stamps import MARKED, OPEN, begins_with_stamp, split_at_stamps

_CLOSING_SIGNS = re.compile(r"\s*([.,;:!?…)\]\"'”’]+)(?=\s|$)")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*(?:\s+(?=\S)|$)")
_FEWEST_STAMPED = 4
_LONGEST_LEAD = 12
_BEFORE_WORDS = " \t:–—-|>]."
_SPEAKER = re.compile(r"[^\W\d][\w .'’-]{0,40}:?\W{0,4}")
_CUE = re.compile(r"\d{1,6}|WEBVTT.*|NOTE")
_SAYS = (
    "is|shares?|explains?|talks?|discusses|describes|tells|joins|argues|says|recommends?|believes|walks|speaks|presents?|"
    "leads|offers?|gives|reflects|outlines|answers|breaks|covers|shows|teaches|works|led|founded|and"
)
_FIRST_WORDS = re.compile(
    r"(?:In this (?:talk|episode|interview|conversation|session|video),? )?"
    rf"(?P<name>(?:[^\W\d_][\w.'’-]* ){{1,3}}[^\W\d_][\w.'’-]*)(?:, | \(| (?:{_SAYS})\b)"
)


def read_talk(text: str, stated: Stated, given: Stated = NOTHING_STATED) -> Document:
    """Read a text whose stamps are marked (see `mark_stamps`); `stated` is its front matter."""
    found = [piece for piece in pieces(text) if not _CUE.fullmatch(piece.text)]
    head = read_head(without_contents(found), stated, given)
    body, states = without_furniture(head.pieces)
    leading = _stamps_lead(body)
    body = _with_their_words(body) if leading else body
    apart = leading and _is_apart(body)
    whole = merged(stated, head.states, states, Stated(author=_first_named(body)))
    return Document(
        title=MARKED.sub("", whole.title).strip(),
        sections=tuple(
            _section(heading, below, leading=leading, apart=apart) for heading, below in _parts(with_headings(body))
        ),
        author=whole.author,
        publisher=whole.publisher,
        date=whole.date,
        url=whole.url,
        video=whole.video,
    )


def _first_named(body: Sequence[Piece]) -> str:
    """The person with whom the notes begin: `Sample Speaker, head of design, talks about …`."""
    first = next((piece.text for piece in body if piece.kind is not Kind.HEADING), "")
    found = _FIRST_WORDS.match(MARKED.sub("", first[:300]))
    return author_of(found["name"]) if found and is_person(found["name"]) else ""


def _parts(body: Iterable[Piece]) -> list[tuple[str, list[Piece]]]:
    parts: list[tuple[str, list[Piece]]] = [("", [])]
    for piece in body:
        if piece.kind is Kind.HEADING and not _is_bare(piece.text):
            parts.append((piece.text, []))
        else:
            parts[-1][1].append(piece)
    return parts if parts[0][1] else parts[1:]


def _stamps_lead(body: Sequence[Piece]) -> bool:
    """Whether a stamp stands before the words that it belongs to, as in a transcript, rather than after them."""
    stamped = [piece.text for piece in body if OPEN in piece.text and piece.kind is not Kind.HEADING]
    first = sum(begins_with_stamp(text) for text in stamped)
    last = sum(_ends_with_stamp(text) and not begins_with_stamp(text) for text in stamped)
    return first > last


def _with_their_words(body: Iterable[Piece]) -> list[Piece]:
    """The pieces with each stamp that has a line to itself put in front of the next."""
    joined: list[Piece] = []
    for piece in body:
        if joined and _is_bare(joined[-1].text) and piece.kind is not Kind.HEADING:
            piece = replace(piece, text=f"{joined.pop().text} {piece.text}")
        joined.append(piece)
    return joined


def _ends_with_stamp(text: str) -> bool:
    return not any(sign.isalnum() for sign in MARKED.split(text)[-1])


def _is_bare(text: str) -> bool:
    return not any(sign.isalnum() for sign in MARKED.sub("", text))


def _is_apart(body: Sequence[Piece]) -> bool:
    """Whether paragraphs without a stamp are none of the remarks before them, where stamps lead.

    So it is in notes, and below the chapters that a video's description lists: hardly a paragraph stands between two
    stamps. In a transcript somebody goes on speaking.
    """
    stamped = [place for place, piece in enumerate(body) if OPEN in piece.text and not _is_bare(piece.text)]
    if not stamped:
        return False
    between = sum(OPEN not in piece.text and piece.kind is Kind.TEXT for piece in body[stamped[0] : stamped[-1]])
    return between * _FEWEST_STAMPED <= len(stamped)


def _section(heading: str, below: Sequence[Piece], *, leading: bool, apart: bool) -> Section:
    stamps = MARKED.findall(heading)
    words = heading_words(" ".join(MARKED.sub(" ", heading).split()).strip(_BEFORE_WORDS))
    if not any(OPEN in piece.text for piece in below):
        stamp = stamps[0] if stamps else ""
        return Section(words, tuple(Block(piece.text, stamp) for piece in below))
    remarks = _Remarks()
    for number, piece in enumerate(below):
        if stamps and number == 0 and not begins_with_stamp(piece.text) and leading:
            remarks.begin(stamps[0])
        if OPEN in piece.text:
            (_read_leading if leading else _read_trailing)(piece.text, remarks)
        elif _leads_on(piece, below[number + 1 : number + 2]):
            remarks.wait(piece.text)
        elif leading and remarks.goes_on and not (apart and piece.kind is Kind.TEXT):
            remarks.add(piece.text)
        else:
            remarks.stand_alone(piece.text)
    return Section(words, remarks.blocks())


def _leads_on(piece: Piece, below: Sequence[Piece]) -> bool:
    """Whether a piece without a stamp leads to what stands below: `Two ways:`, or the subject of a list in a list."""
    if piece.text.endswith(":"):
        return True
    short = len(piece.text.split()) <= _LONGEST_LEAD and piece.text[-1] not in ".!?…"
    return piece.kind is Kind.ITEM and short and any(one.kind is Kind.ITEM and OPEN in one.text for one in below)


@dataclass(slots=True)
class _Remark:
    stamp: str
    parts: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Remarks:
    """The stamped remarks of a section, and the words that no stamp has taken up yet."""

    done: list[_Remark] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)

    def wait(self, words: str) -> None:
        """Keep words for the next stamp."""
        words = words.strip()
        if any(sign.isalnum() for sign in words):
            self.waiting.append(words)

    @property
    def goes_on(self) -> bool:
        """Whether words without a stamp may belong to the remark before them."""
        return bool(self.done) and self.done[-1].stamp != ""

    def stand_alone(self, words: str) -> None:
        """Keep words that have no stamp, with what led to them."""
        self.wait(words)
        self.begin("")

    def cut_short(self) -> bool:
        """Whether the last stamp stands within a sentence, so far as can be seen before it."""
        return bool(self.done and self.done[-1].parts) and not self.waiting and self.done[-1].parts[-1][-1:] in ",;"

    def begin(self, stamp: str) -> None:
        """Begin a remark with what waits."""
        self.done.append(_Remark(stamp, self.waiting))
        self.waiting = []

    def add(self, words: str) -> None:
        """Go on with the last remark; words before the first wait for it."""
        if not self.done:
            self.wait(words)
        elif words.strip():
            self.done[-1].parts.append(words.strip())

    def close(self, signs: str) -> None:
        """Put signs that follow a stamp behind the words before it."""
        if self.done and self.done[-1].parts:
            self.done[-1].parts[-1] = self.done[-1].parts[-1].rstrip(",;") + signs

    def blocks(self) -> tuple[Block, ...]:
        """A block for each remark that has words."""
        self.stand_alone("")
        texts = ((" ".join(remark.parts), remark.stamp) for remark in self.done)
        return tuple(Block(text, stamp) for text, stamp in texts if any(sign.isalnum() for sign in text))


def _read_trailing(text: str, remarks: _Remarks) -> None:
    """`Words [stamp]. Words [stamp].`: a stamp takes the words before it, and the paragraph's last those after it.

    A sentence with a stamp in its middle stays whole, and has its first.
    """
    for number, (words, stamp) in enumerate(split_at_stamps(text)):
        if number and (signs := _CLOSING_SIGNS.match(words)):
            remarks.close(signs[1])
            words = words[signs.end() :]
        if number and remarks.cut_short() and words.strip()[:1].islower():
            end = _SENTENCE_END.search(words)
            rest = words[end.end() :] if end else ""
            remarks.add(words[: end.end()] if end else words)
            if not rest.strip():
                continue
            words = rest
        if number and not stamp and not words.rstrip().endswith(":"):
            remarks.add(words)
        else:
            remarks.wait(words)
        if stamp and (remarks.waiting or not remarks.done):
            remarks.begin(stamp)


def _read_leading(text: str, remarks: _Remarks) -> None:
    """`[stamp] Words`, `Name (stamp): words`: a stamp takes the words after it, up to the next."""
    speaker = ""
    pairs = list(split_at_stamps(text))
    for number, (words, stamp) in enumerate(pairs):
        if number == 0 and stamp and begins_with_stamp(text) and _SPEAKER.fullmatch(words.strip()):
            speaker = words.strip().rstrip(_BEFORE_WORDS + "([")
        else:
            spoken = words.lstrip(_BEFORE_WORDS) if number else words
            remarks.add(f"{speaker}: {spoken}" if speaker else spoken)
            speaker = ""
        if stamp:
            remarks.begin(stamp)
