"""Passages → lessons: which go together so that each lesson reads in three to five minutes.

Passages keep their order. A lesson is of one source, but for what is left of a source that is too short for a lesson
of its own: that is taken together with the next source, or at the end with the one before. Lessons begin at the
beginning of a section where that is possible, and never right after an opening; then they are as even as can be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import TypeAlias

from course.outline.passages import AIM, FEWEST_WORDS, MOST_WORDS, Uncited

Group: TypeAlias = tuple[Uncited, ...]
"""The passages of one lesson, in order."""

_LONG = 20 * MOST_WORDS
"""Words after which a source is cut at its next section and grouped in parts: the work grows faster than its length."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The best way to make some number of lessons of the first passages: where the last one begins, and what it costs.

    `cost` counts the lessons that begin in an unfit place, then, in words squared, how uneven they are.
    """

    start: int
    cost: tuple[int, int]


class Groupings:
    """Every number of lessons that passages can be grouped into, and the best grouping for each number."""

    def __init__(self, passages: Sequence[Uncited]) -> None:
        self._parts = [_Part(part) for part in _parts(passages)]

    @property
    def fewest(self) -> int:
        """The number of lessons when they are as long as they may be."""
        return sum(min(part.counts) for part in self._parts)

    @property
    def usual(self) -> int:
        """The number of lessons when they take about four minutes each."""
        return max(self.fewest, round(sum(part.words for part in self._parts) / AIM))

    def lessons(self, most: int) -> tuple[Group, ...]:
        """The passages in as many lessons as can be, but no more than `most`, unless that is less than `fewest`.

        Where there may be one more, the part of the course with the longest lessons is divided further.
        """
        counts = [min(part.counts) for part in self._parts]
        while True:
            further = [
                (part.words / count, -index, following)
                for index, (part, count) in enumerate(zip(self._parts, counts, strict=True))
                if (following := part.next_count(count)) is not None and sum(counts) - count + following <= most
            ]
            if not further:
                break
            _, index, following = max(further)
            counts[-index] = following
        return tuple(group for part, count in zip(self._parts, counts, strict=True) for group in part.groups(count))


class _Part:
    """Passages that are grouped on their own: of one source, or of short ones that follow each other."""

    def __init__(self, passages: Group) -> None:
        self._passages = passages
        self._sums = list(accumulate((one.words for one in passages), initial=0))
        self._cuts = self._best_cuts()
        self.counts = tuple(sorted(self._cuts[-1]))

    @property
    def words(self) -> int:
        return self._sums[-1]

    def next_count(self, count: int) -> int | None:
        return next((other for other in self.counts if other > count), None)

    def groups(self, count: int) -> list[Group]:
        groups: list[Group] = []
        end = len(self._passages)
        for number in range(count, 0, -1):
            start = self._cuts[end][number].start
            groups.append(self._passages[start:end])
            end = start
        return groups[::-1]

    def _best_cuts(self) -> list[Mapping[int, Cut]]:
        """For each number of first passages, by the number of lessons, the best cut.

        How far lessons fall outside of three to five minutes comes before all else; only numbers of lessons with
        which that is least are kept.
        """
        cuts: list[Mapping[int, Cut]] = [{0: Cut(0, (0, 0))}]
        excess = [0]
        for end in range(1, len(self._passages) + 1):
            least: int | None = None
            best: dict[int, Cut] = {}
            for start in self._starts(end):
                words = self._sums[end] - self._sums[start]
                outside = excess[start] + max(FEWEST_WORDS - words, words - MOST_WORDS, 0)
                if least is None or outside < least:
                    least, best = outside, {}
                if outside == least:
                    self._improve(best, cuts[start], start, words)
            assert least is not None
            cuts.append(best)
            excess.append(least)
        return cuts

    def _starts(self, end: int) -> Sequence[int]:
        """Where a lesson that ends there may begin: no passage more than would make it a short lesson too long."""
        start = end - 1
        while start > 0 and self._sums[end] - self._sums[start - 1] <= MOST_WORDS + FEWEST_WORDS:
            start -= 1
        return range(end - 1, start - 1, -1)

    def _improve(self, best: dict[int, Cut], before: Mapping[int, Cut], start: int, words: int) -> None:
        unfit, uneven = self._is_unfit(start), (words - AIM) ** 2
        for count, cut in before.items():
            cost = (cut.cost[0] + unfit, cut.cost[1] + uneven)
            known = best.get(count + 1)
            if known is None or cost < known.cost:
                best[count + 1] = Cut(start, cost)

    def _is_unfit(self, start: int) -> bool:
        """Whether a lesson should rather not begin there: within a section, or right after an opening."""
        if start == 0 or self._passages[start - 1].source != self._passages[start].source:
            return False
        return not self._passages[start].begins or self._passages[start - 1].is_opening


def _parts(passages: Sequence[Uncited]) -> list[Group]:
    """The passages by source; a source that is too short for a lesson goes with the next, or the last with its last."""
    parts: list[Group] = []
    waiting: Group = ()
    for _, of_source in groupby(passages, lambda one: one.source.slug):
        for piece in _pieces(tuple(of_source)):
            waiting += piece
            if _words(waiting) >= FEWEST_WORDS:
                parts.append(waiting)
                waiting = ()
    if waiting:
        parts.append((parts.pop() if parts else ()) + waiting)
    return parts


def _pieces(of_source: Group) -> list[Group]:
    """A source whole, or, where it is very long, in pieces that begin with a section."""
    starts, words = [0], 0
    for index, one in enumerate(of_source):
        if words >= _LONG and one.begins:
            starts.append(index)
            words = 0
        words += one.words
    return [of_source[start:end] for start, end in zip(starts, [*starts[1:], len(of_source)], strict=True)]


def _words(passages: Group) -> int:
    return sum(one.words for one in passages)
