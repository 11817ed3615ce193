"""The reader of a question-and-answer page: the question is its title, the answers are its words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from course.importing.answer_lines import (
    LONGEST_LINE,
    announces_the_site,
    answered,
    answers_at,
    asked,
    counts_answers,
    inviting,
    is_around,
    is_comment,
    name_in,
    named_by_itself,
    site_of,
    without_count,
    without_letter,
)
from course.importing.contents import without_contents
from course.importing.dates import day
from course.importing.document import NOTHING_STATED, Document, Stated
from course.importing.furniture import furniture, is_menu, is_trail
from course.importing.head import merged
from course.importing.head_lines import menus
from course.importing.headings import is_short_line, sections, with_headings
from course.importing.names import is_person, is_role
from course.importing.page import without_furniture
from course.importing.pieces import Kind, Piece, pieces
from course.importing.title import key, titles_in

_LONGEST_ANSWERED = 20
_MOST_IN_A_PROFILE, _LONGEST_PROFILE = 3, 10
_MOST_TAGS = 5
_MOST_SET_CLOSE = 0.8


def asks_and_answers(text: str) -> bool:
    """Whether a text is a question-and-answer page: it says when a question was asked, or counts its answers."""
    lines = [line.strip(" #*_\t") for line in text.split("\n")]
    short = [line for line in lines if 0 < len(line) <= 120]
    if any(line[:1].isupper() and "sked" in line and asked(line) for line in short):
        return True
    questions = any(line.endswith("?") for line in short[:30]) or any(
        line.startswith(("Q:", "Question:")) for line in short
    )
    answers = any(answers_at(line) or re.fullmatch(r"\d+ answers?", line, re.IGNORECASE) for line in short)
    labelled = any(line.startswith("Q:") for line in short) and any(line.startswith("A:") for line in lines)
    return (questions and (answers or labelled)) or any(site_of(line) for line in lines if len(line) <= LONGEST_LINE)


def read_answers(text: str, stated: Stated, given: Stated = NOTHING_STATED) -> Document:
    """Read a question-and-answer page; `stated` is its front matter, `given` what its file's format states."""
    found = without_contents(pieces(text))
    title_at = _question(found, stated, given)
    page = _Page(found, title_at)
    for place in range(len(found)):
        page.read(place)
    title = without_letter(found[title_at].text) if title_at >= 0 else ""
    body, states = page.body()
    site = page.site or given.publisher or page.above
    whole = merged(stated, Stated(title=title, date=page.asked_on or page.answered_on, publisher=site), states)
    return Document(
        title=whole.title,
        sections=sections(body),
        author=stated.author or page.author,
        publisher=whole.publisher,
        date=whole.date,
        url=whole.url,
        video=whole.video,
    )


def _question(found: Sequence[Piece], stated: Stated, given: Stated) -> int:
    """The place of the question that is the page's title; -1 where there is none."""
    wanted = titles_in(given)
    for place, piece in enumerate(found[:60]):
        if piece.kind in {Kind.HEADING, Kind.TEXT} and key(piece.text) in wanted:
            return place
    for place, piece in enumerate(found[:60]):
        if piece.kind is Kind.HEADING and piece.level == 1 and not is_around(piece.text):
            return place
    for place, piece in enumerate(found[:60]):
        if stated.title and piece.text == stated.title:
            return place
        long = len(piece.text.split()) >= 4 or piece.text.startswith(("Q:", "Question:"))
        if long and piece.text.endswith("?") and len(piece.text) <= LONGEST_LINE and not is_around(piece.text):
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
    answered_on: date | None = None
    expects_writer: bool = False
    expects_asker: bool = False
    signed_below: bool = False
    close: bool = False
    menus: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        """See how the page is set: whether names stand below the answers, and whether its lines have room between."""
        marker = next((place for place, piece in enumerate(self.found) if counts_answers(piece.text)), len(self.found))
        for piece in self.found[marker:]:
            says = len(piece.text.split()) > (_LONGEST_PROFILE if piece.text[-1] in ".!?" else _LONGEST_ANSWERED)
            if says or answered(piece):
                self.signed_below = not answered(piece)
                break
        self.menus = menus(self.found, max(0, self.title_at))
        self.close = sum(not piece.apart for piece in self.found) > _MOST_SET_CLOSE * len(self.found)

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
            if number and words and answer.writer:
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
        if len(text) > LONGEST_LINE or piece.kind is Kind.CODE:
            self._keep(piece)
        elif place in self.menus or is_comment(text):
            return
        elif question := asked(text):
            self._take_asker(question)
        elif answer := answered(piece):
            self._take_writer(answer, [cell for cell in piece.cells if is_person(cell)])
        elif site := inviting(text) or site_of(text):
            self.site = self.site or site
        elif place and announces_the_site(self.found[place - 1].text) and not is_short_line(piece):
            self.site = self.site or named_by_itself(text)
        elif counts_answers(text):
            self.expects_writer = True
        elif not is_around(text):
            self._read_other(place, piece)

    def _read_other(self, place: int, piece: Piece) -> None:
        if self.expects_writer and is_person(piece.text):
            self._add_writer(piece.text)
            return
        if self.expects_asker and is_person(piece.text):
            self.asker, self.expects_asker = self.asker or piece.text, False
            return
        if self._names_whoever_comes(place) or (is_role(piece.text) and self._stands_by_a_name(place)):
            return
        if self._is_a_counted_name(piece) or self._is_of_a_profile(place) or self._is_close_to_buttons(place):
            return
        if place < self.title_at:
            self._take_above(piece)
        else:
            self._keep(piece)

    def _keep(self, piece: Piece) -> None:
        if len(piece.text.split()) > 9:
            self.expects_writer = self.expects_asker = False
        text = without_letter(piece.text)
        self.answers[-1].pieces.append(replace(piece, text=text))

    def _take_above(self, piece: Piece) -> None:
        text = piece.text
        if len(text.split()) > 9 or text[-1:] in ".!":
            self._keep(piece)
        elif not (is_menu(text) or is_trail(text) or is_person(text) or furniture(text) or is_role(text)):
            self.above = self.above or text

    def _names_whoever_comes(self, place: int) -> bool:
        """Whether the piece is the name above `Asked …` or `Answered …`, perhaps with a profile line between."""
        if not is_person(self.found[place].text) or is_around(self.found[place].text):
            return False
        following = self.found[place + 1 : place + 4]
        for piece in following:
            if asked(piece.text):
                self.asker = self.asker or self.found[place].text
                return True
            if answered(piece):
                self._add_writer(self.found[place].text)
                return True
            if len(piece.text.split()) > 9 or piece.text.endswith("?"):
                return False
        return False

    def _stands_by_a_name(self, place: int) -> bool:
        above = self.found[place - 1].text if place else ""
        known = {self.asker, *self.writers}
        return above in known or any(person and person in above for person in known)

    def _is_a_counted_name(self, piece: Piece) -> bool:
        """Whether the piece is a name with what its owner has earned: `Sample Person 31`."""
        name = without_count(piece.text)
        if name == piece.text or not is_person(name):
            return False
        if not self.writers and not self.expects_writer:
            self.asker = self.asker or name
        return True

    def _is_of_a_profile(self, place: int) -> bool:
        """Whether a short line says who somebody is: it is between a name and `Answered`, or close to a name."""
        piece = self.found[place]
        if not _may_be_of_a_profile(piece):
            return False
        above = self.found[max(0, place - _MOST_IN_A_PROFILE) : place]
        below = self.found[place + 1 : place + 1 + _MOST_IN_A_PROFILE]
        if _first(reversed(above), lambda one: is_person(one.text)) and _first(below, _says_when):
            return True
        if self.close and not is_role(piece.text):
            return False
        beside = [] if piece.apart else above[-1:]
        beside = [*beside, *(one for one in below[:1] if not one.apart)]
        return any(map(_heads_an_answer, beside))

    def _is_close_to_buttons(self, place: int) -> bool:
        """Whether a few words stand close above what surrounds an answer, such as `Share`: its tags."""
        below = self.found[place + 1 : place + 2]
        few = len(self.found[place].text.split()) <= _MOST_TAGS and self.found[place].text[-1] not in ".?!:"
        return few and not self.close and any(not one.apart and is_around(one.text) for one in below)

    def _take_asker(self, question: re.Match[str]) -> None:
        name = name_in(question)
        if is_person(name):
            self.asker = self.asker or name
        self.expects_asker = not self.asker
        self.asked_on = self.asked_on or day(question["when"] or question["then"] or "")

    def _take_writer(self, answer: re.Match[str], beside: Sequence[str]) -> None:
        self.answered_on = self.answered_on or day(answer["when"] or answer["then"] or "")
        named = [name for name in (name_in(answer), *beside) if is_person(name)]
        if named:
            self._add_writer(named[0])
        self.expects_writer = not self.writers or (self.signed_below and not named)

    def _add_writer(self, name: str) -> None:
        if self.signed_below:
            self.answers[-1].writer = name
            self.answers.append(_Answer(""))
        elif self.writers and name != self.writers[-1]:
            self.answers.append(_Answer(name))
        self.writers.append(name)
        self.expects_writer = False


def _may_be_of_a_profile(piece: Piece) -> bool:
    text = piece.text
    return (
        piece.kind is Kind.TEXT
        and len(text.split()) < _LONGEST_PROFILE
        and text[-1] not in ".?!:"
        and text[0].isupper()
    )


def _first(pieces: Iterable[Piece], fits: Callable[[Piece], bool]) -> bool:
    """Whether one of the pieces fits, with nothing but short lines before it."""
    for piece in pieces:
        if fits(piece):
            return True
        if not _may_be_of_a_profile(piece):
            return False
    return False


def _says_when(piece: Piece) -> bool:
    return answered(piece) is not None or asked(piece.text) is not None


def _heads_an_answer(piece: Piece) -> bool:
    return piece.text.strip("+-–").isdigit() or is_person(piece.text) or _says_when(piece)


def _is_known(text: str) -> bool:
    return bool(is_around(text) or is_person(text) or is_role(text) or is_menu(text) or furniture(text) or asked(text))
