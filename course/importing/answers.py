"""The reader of a question-and-answer page: the question is its title, the answers are its words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from course.importing.contents import without_contents
from course.importing.dates import day
from course.importing.document import Document, Stated
from course.importing.furniture import furniture, is_menu, is_trail
from course.importing.head import merged
from course.importing.headings import is_short_line, sections, with_headings
from course.importing.names import is_person, is_role
from course.importing.page import without_furniture
from course.importing.patterns import any_of
from course.importing.pieces import Kind, Piece, pieces

_WHEN = (
    r"(?:(?:about |over |almost )?(?:an?|\d+|one|two|three|several|a few) [a-z]+ ago|yesterday|today|last [a-z]+"
    r"|recently|just now|\d+ ?(?:s|m|min|h|d|w|mo|y)(?: ago)?"
    r"|(?:on |in |at )?(?:(?:mon|tue|wed|thu|fri|sat|sun)\w*,? )?"
    r"(?:\d{1,4}|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*\.? \d)[\w ,.:/-]{2,40})"
)
_BETWEEN = r"(?:[\s,:·|•()–-]{1,4})"
_BY_AND_WHEN = rf"(?:{_BETWEEN}by:? (?P<by>.{{2,60}}?))?(?:{_BETWEEN}(?P<when>{_WHEN}))?"
_OF_AND_WHEN = rf"(?: by|:| from) (?P<of>\S.{{1,50}}?)(?:{_BETWEEN}(?P<then>{_WHEN}))?"
_ASKED = any_of(rf"""
    (?:(?P<before>\S.{{1,50}}?){_BETWEEN})?(?:asked|posted)(?: (?:a|this|the))?(?: question)?{_BY_AND_WHEN}:?
    question(?: asked)?{_OF_AND_WHEN}
""")
_ANSWERED = any_of(rf"""
    (?:(?P<before>\S.{{1,50}}?){_BETWEEN})?(?:answered|replied)(?: (?:to )?(?:this|the)(?: question)?)?{_BY_AND_WHEN}:?
    (?:(?:best |top |accepted )?answer|reply|response){_OF_AND_WHEN}:?
""")
_MARKER = any_of(r"""
    (?:(?:all|top|best|accepted|most helpful|\d+|one|two|three|the) ){0,3}(?:answers?|replies)(?: ?\(?\d+\)?)?:?
""")
_AROUND = any_of(r"""
    sort(?:ed)? by:? ?(?:votes?|newest|oldest|date|best|top|most|recent|relevance|helpful).{0,20}
    (?:up|down)vote[sd]?(?: ?\(?\d+\)?)?
    (?:\d+ )?(?:votes?|points?|helpful|likes?|follow(?:ers?|ing)?)
    (?:helpful|like|thanks|useful|reply|comment|share|follow|report|flag|edit|save|bookmark|vote)s?(?: ?\(?\d+\)?)?
    (?:viewed|modified|active|edited|views|asked|member since|joined)\b.{0,30}(?:\d|\bago|today|yesterday)\b.{0,20}
    (?:ask|add|post|write|submit) (?:a|an|your|another)(?: own| new)? (?:question|answer)|your answer
    (?:have|got) (?:a|an|another)(?: \w{1,20})? question.{0,40}
    \d+ (?:answers?|views)|\d+ people (?:found|like|follow|have).{0,40}
    (?:log|sign) ?(?:in|up) (?:to|with) .{0,60}
    (?:this )?(?:answer|question) (?:was|is|has been) (?:accepted|closed|edited|helpful).{0,60}
    view (?:all )?(?:answers|profile|question).{0,20}
    question|author|original poster|op|accepted|verified|expert|staff|moderator|(?:top|best) contributor
    (?:be the first to|know the|can you) answer.{0,30}
    level \d+|\d[\d,.]*k? (?:reputation|points|karma)
""")
_SITE = re.compile(
    r"(?=.{0,250}\bquestions?\b)(?=.{0,250}\b(?:answers?|share|experts?|community|members)\b)"
    r"(?:in|at|on|with|welcome to|join)?\s?(?P<name>[A-Z0-9].{1,60}?),?\s"
    r"(?:you can|(?:is|are) (?:an?|the|where)|lets you|helps|allows|members)\b.{5,250}",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"(?:[Aa]sk (?:and|or) (?:answer|share)|(?:[Aa]sk|[Pp]ost) (?:your )?questions?)\b.{0,30}\bon "
    r"(?P<name>[A-Z].{1,50}?)[.!]?"
)
_ABOUT_THE_SITE = any_of(r"""
    where am i\??
    what is this(?: place| site| page)?\??
    about this (?:site|community|page|space)
""")
_NAMED_AT_THE_START = re.compile(r"(?:In|On|At|Welcome to) (?P<name>[A-Z].{1,60}?)(?:,? you can|[.,!])")
_PREFIX = re.compile(r"(?:Q(?:uestion)?|A(?:nswer)?)\s?\d{0,3}[.:)]\s+(?=\S)")
_LONGEST_LINE = 300


def asks_and_answers(text: str) -> bool:
    """Whether a text is a question-and-answer page: it says when a question was asked, or counts its answers."""
    lines = [line.strip(" #*_\t") for line in text.split("\n")]
    short = [line for line in lines if 0 < len(line) <= 120]
    if any(line[:1].isupper() and "sked" in line and _asked(line) for line in short):
        return True
    questions = any(line.endswith("?") for line in short[:30]) or any(
        line.startswith(("Q:", "Question:")) for line in short
    )
    answered = any(_ANSWERED.fullmatch(line) or re.fullmatch(r"\d+ answers?", line, re.IGNORECASE) for line in short)
    labelled = any(line.startswith("Q:") for line in short) and any(line.startswith("A:") for line in lines)
    return (questions and (answered or labelled)) or any(_site_of(line) for line in lines if len(line) <= _LONGEST_LINE)


def read_answers(text: str, stated: Stated) -> Document:
    """Read a question-and-answer page; `stated` is its front matter."""
    found = without_contents(pieces(text))
    title_at = _question(found, stated)
    page = _Page(found, title_at)
    for place in range(len(found)):
        page.read(place)
    title = _PREFIX.sub("", found[title_at].text) if title_at >= 0 else ""
    body, states = page.body()
    whole = merged(stated, Stated(title=title, date=page.asked_on, publisher=page.site or page.above), states)
    return Document(
        title=whole.title,
        sections=sections(body),
        author=stated.author or page.author,
        publisher=whole.publisher,
        date=whole.date,
        url=whole.url,
        video=whole.video,
    )


def _question(found: Sequence[Piece], stated: Stated) -> int:
    """The place of the question that is the page's title; -1 where there is none."""
    for place, piece in enumerate(found[:60]):
        if piece.kind is Kind.HEADING and piece.level == 1 and not _is_around(piece.text):
            return place
    for place, piece in enumerate(found[:60]):
        if stated.title and piece.text == stated.title:
            return place
        long = len(piece.text.split()) >= 4 or piece.text.startswith(("Q:", "Question:"))
        if long and piece.text.endswith("?") and len(piece.text) <= _LONGEST_LINE and not _is_around(piece.text):
            return place
    lines = [place for place, piece in enumerate(found[:30]) if is_short_line(piece) and not _is_known(piece.text)]
    return max(lines, key=lambda place: len(found[place].text.split()), default=-1)


@dataclass(slots=True)
class _Answer:
    """What one person answers; the first one's writer heads nothing, and what the asker adds stands before it."""

    writer: str
    pieces: list[Piece] = field(default_factory=list)


@dataclass(slots=True)
class _Page:
    """What is read of a page: who asks, who answers, whose site it is, and the words that are kept."""

    found: Sequence[Piece]
    title_at: int
    answers: list[_Answer] = field(default_factory=lambda: [_Answer("")])
    asker: str = ""
    writers: list[str] = field(default_factory=list)
    site: str = ""
    above: str = ""
    asked_on: date | None = None
    expects_writer: bool = False

    @property
    def author(self) -> str:
        """Those who answer, or else who asked, and that they did."""
        if self.writers:
            return " and ".join(dict.fromkeys(self.writers))
        return f"{self.asker} (asked the question)" if self.asker else ""

    def body(self) -> tuple[list[Piece], Stated]:
        """What is kept, and what is credited in it; each answer after the first goes by the name of its writer."""
        body, states = list[Piece](), Stated()
        for number, answer in enumerate(self.answers):
            words, credited = without_furniture(answer.pieces)
            if number and words:
                body.append(Piece(Kind.HEADING, answer.writer, 2))
            body += with_headings(words)
            states = merged(states, credited)
        return body, states

    def read(self, place: int) -> None:
        """Read one piece: keep it, or take from it what it states of the page."""
        piece = self.found[place]
        text = piece.text
        if place == self.title_at:
            return
        if len(text) > _LONGEST_LINE or piece.kind is Kind.CODE:
            self._keep(piece)
        elif asked := _asked(text):
            self._take_asker(asked)
        elif answered := _ANSWERED.fullmatch(text):
            self._take_writer(answered)
        elif site := _site_of(text):
            self.site = self.site or site
        elif place and _ABOUT_THE_SITE.fullmatch(self.found[place - 1].text) and not is_short_line(piece):
            named = _NAMED_AT_THE_START.match(text)
            self.site = self.site or (named["name"] if named else "")
        elif _MARKER.fullmatch(text):
            self.expects_writer = True
        elif not _is_around(text):
            self._read_other(place, piece)

    def _read_other(self, place: int, piece: Piece) -> None:
        if self.expects_writer and is_person(piece.text):
            self._add_writer(piece.text)
        elif self._names_whoever_comes(place) or (is_role(piece.text) and self._stands_by_a_name(place)):
            return
        elif place < self.title_at:
            self._take_above(piece)
        else:
            self._keep(piece)

    def _keep(self, piece: Piece) -> None:
        if len(piece.text.split()) > 9:
            self.expects_writer = False
        text = _PREFIX.sub("", piece.text)
        self.answers[-1].pieces.append(replace(piece, text=text))

    def _take_above(self, piece: Piece) -> None:
        text = piece.text
        if len(text.split()) > 9 or text[-1:] in ".!":
            self._keep(piece)
        elif not (is_menu(text) or is_trail(text) or is_person(text) or furniture(text) or is_role(text)):
            self.above = self.above or text

    def _names_whoever_comes(self, place: int) -> bool:
        """Whether the piece is the name above `Asked …` or `Answered …`, perhaps with a profile line between."""
        if not is_person(self.found[place].text):
            return False
        following = self.found[place + 1 : place + 4]
        for piece in following:
            if _asked(piece.text):
                self.asker = self.asker or self.found[place].text
                return True
            if _ANSWERED.fullmatch(piece.text):
                self._add_writer(self.found[place].text)
                return True
            if len(piece.text.split()) > 9 or piece.text.endswith("?"):
                return False
        return False

    def _stands_by_a_name(self, place: int) -> bool:
        above = self.found[place - 1].text if place else ""
        known = {self.asker, *self.writers}
        return above in known or any(person and person in above for person in known)

    def _take_asker(self, asked: re.Match[str]) -> None:
        name = _name_in(asked)
        if is_person(name):
            self.asker = self.asker or name
        self.asked_on = self.asked_on or day(asked["when"] or asked["then"] or "")

    def _take_writer(self, answered: re.Match[str]) -> None:
        name = _name_in(answered)
        if is_person(name):
            self._add_writer(name)
        self.expects_writer = not self.writers

    def _add_writer(self, name: str) -> None:
        if self.writers and name != self.writers[-1]:
            self.answers.append(_Answer(name))
        self.writers.append(name)
        self.expects_writer = False


def _asked(text: str) -> re.Match[str] | None:
    """The line that says who asked, or when; a sentence that merely speaks of asking is none."""
    found = _ASKED.fullmatch(text) if len(text) <= 150 else None
    return found if found and (found["when"] or is_person(_name_in(found))) else None


def _name_in(line: re.Match[str]) -> str:
    """Who is named in a line that says who asked, or who answered."""
    return (line["before"] or line["by"] or line["of"] or "").strip(" ,·|-").split(", ")[0]


def _site_of(text: str) -> str:
    """The site that describes itself in a line as one where questions are asked and answered; else empty."""
    found = _SITE.fullmatch(text) or _ASKING.fullmatch(text)
    if found is None or not ("ask" in text.lower() or "question and answer" in text.lower() or "q&a" in text.lower()):
        return ""
    name = found["name"].strip(" ,")
    return name if all(word[0].isupper() or word in {"of", "the", "and", "for", "&"} for word in name.split()) else ""


def _is_around(text: str) -> bool:
    bare = text.strip(" ·|•▲▼✓✔👍")
    known = len(bare) <= 120 and (_AROUND.fullmatch(bare) or _ABOUT_THE_SITE.fullmatch(bare))
    return bool(known) or not any(map(str.isalnum, text))


def _is_known(text: str) -> bool:
    return bool(
        _is_around(text) or is_person(text) or is_role(text) or is_menu(text) or furniture(text) or _asked(text)
    )
