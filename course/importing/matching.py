"""Which passage of a note a block of the document is, when the document is imported again."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from course.importing.ids import Numbered
from course.model import Passage

_ALIKE = 0.6
_MOST_PAIRS = 2_500  # of one section; beyond it, only those that stand near each other are compared
_NEAR = 8
_LONGEST = 400  # words, or letters, that are compared of a text


def words(text: str) -> str:
    """A text by which two are the same, however their lines are broken."""
    return " ".join(text.split())


def matched(passages: Sequence[Passage], blocks: Sequence[Numbered]) -> dict[int, int]:
    """The place of each block that the note holds already → the place of its passage. No passage is two blocks.

    First by equal text; then by the id, where the note keeps no text; then by the most similar text of the same
    section; then by the time stamp, where the note keeps another text.
    """
    match = _Match(passages, blocks)
    match.by_text()
    match.by_id()
    match.by_likeness()
    match.by_stamp()
    return match.found


class _Match:
    """What has been matched so far, by place."""

    def __init__(self, passages: Sequence[Passage], blocks: Sequence[Numbered]) -> None:
        self.passages = passages
        self.blocks = blocks
        self.found: dict[int, int] = {}
        self._taken: set[int] = set()

    def by_text(self) -> None:
        kept = [(place, words(passage.text)) for place, passage in self._open_passages() if passage.text]
        here = {number: words(one.block.text) for number, one in self._open_blocks()}
        by_id = {(self.passages[place].id, text): place for place, text in kept}
        for number, text in here.items():  # of equal texts, each rather goes to its own id
            self._take(number, by_id.get((self.blocks[number].id, text)))
        places: dict[str, deque[int]] = defaultdict(deque)
        for place, text in kept:
            if place not in self._taken:
                places[text].append(place)
        for number, _ in self._open_blocks():
            equal = places.get(here[number])
            self._take(number, equal.popleft() if equal else None)

    def by_id(self) -> None:
        places = {passage.id: place for place, passage in self._open_passages() if not passage.text}
        for number, one in self._open_blocks():
            self._take(number, places.get(one.id))

    def by_likeness(self) -> None:
        names = self._sections()
        there = _grouped((folded(passage.section), place) for place, passage in self._open_passages() if passage.text)
        here = _grouped((folded(names.get(one.section, one.heading)), number) for number, one in self._open_blocks())
        pairs: list[tuple[float, int, int]] = []
        for heading, numbers in here.items():
            pairs += self._likenesses(numbers, there.get(heading, []))
        for _, number, place in sorted(pairs):
            if number not in self.found and place not in self._taken:
                self._take(number, place)

    def by_stamp(self) -> None:
        places: dict[str, deque[int]] = defaultdict(deque)
        for place, passage in self._open_passages():
            if passage.text and passage.seconds is not None:
                places[passage.locator].append(place)
        for number, one in self._open_blocks():
            at_that_time = places.get(one.block.stamp) if one.block.stamp else None
            self._take(number, at_that_time.popleft() if at_that_time else None)

    def _take(self, number: int, place: int | None) -> None:
        if place is not None:
            self.found[number] = place
            self._taken.add(place)

    def _open_blocks(self) -> list[tuple[int, Numbered]]:
        return [(number, one) for number, one in enumerate(self.blocks) if number not in self.found]

    def _open_passages(self) -> list[tuple[int, Passage]]:
        return [(place, one) for place, one in enumerate(self.passages) if place not in self._taken]

    def _sections(self) -> Mapping[int, str]:
        """The heading under which the note holds most of a section, where it holds any of it: it may be renamed."""
        seen: dict[int, Counter[str]] = defaultdict(Counter)
        for number, place in self.found.items():
            seen[self.blocks[number].section][self.passages[place].section] += 1
        return {section: counts.most_common(1)[0][0] for section, counts in seen.items()}

    def _likenesses(self, numbers: Sequence[int], places: Sequence[int]) -> Iterator[tuple[float, int, int]]:
        """Pairs that are alike enough, as they are to be sorted: the most similar first, then in order."""
        many = len(numbers) * len(places) > _MOST_PAIRS
        for row, number in enumerate(numbers):
            text = self.blocks[number].block.text
            for place in places[max(0, row - _NEAR) : row + _NEAR] if many else places:
                ratio = _likeness(text, self.passages[place].text)
                if ratio >= _ALIKE:
                    yield -ratio, number, place


def folded(heading: str) -> str:
    """A heading by which two are the same, however they are spaced and capitalised."""
    return words(heading).casefold()


def _grouped(pairs: Iterator[tuple[str, int]]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = defaultdict(list)
    for key, number in pairs:
        groups[key].append(number)
    return groups


def _likeness(one: str, other: str) -> float:
    """From 0 to 1, by words; by letters where there are few, or the script has no spaces between them."""
    first, second = one.split(), other.split()
    if min(len(first), len(second)) < 4:
        first, second = list(words(one)), list(words(other))
    matcher = SequenceMatcher(None, first[:_LONGEST], second[:_LONGEST], autojunk=False)
    if matcher.real_quick_ratio() < _ALIKE or matcher.quick_ratio() < _ALIKE:
        return 0.0
    return matcher.ratio()
