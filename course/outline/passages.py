"""What is left to outline: the passages that no lesson cites yet, their sections, and how long they take to read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil

from course.citations import coverage
from course.model import Course, Passage, Source

WORDS_A_MINUTE = 200
"""How fast a lesson is read. Adults read English non-fiction at 238 words a minute on average, and most of them at 175
to 300 (M. Brysbaert, "How many words do we read per minute?", Journal of Memory and Language 109, 2019, article
104047); many who take a course read it in a second language, which is slower."""

BESIDES = 480
"""Words that a finished lesson holds besides what it takes from its sources: the idea, examples, exercise and quiz.

Counted in the lessons of the bundled course: on average 478, from 351 to 566.
"""

RETOLD = 0.53
"""How many words a claim has for each word of the document's: 2,207 for 4,158 in the notes of the bundled course."""

FEWEST_WORDS, AIM, MOST_WORDS = (minutes * WORDS_A_MINUTE - BESIDES for minutes in (3, 4, 5))
"""Words of passages with which a lesson reads in three, four and five minutes."""

# A sign of Chinese or Japanese counts as a word: some 255 of them are read in a minute (Trauzettel-Klosinski and Dietz,
# "Standardized assessment of reading performance", Investigative Ophthalmology & Visual Science 53, 2012).
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\s\u3040-\u30ff\u3400-\u9fff]+")
_OPENINGS = frozenset({"", "foreword", "intro", "introduction", "opening", "overview", "preface", "welcome"})


@dataclass(frozen=True, slots=True)
class Uncited:
    """A passage that no lesson cites. `heading` is its section's; `begins` is whether that section begins with it."""

    source: Source
    passage: Passage
    heading: str
    begins: bool

    @property
    def words(self) -> int:
        """How many words it brings to a lesson: those of its claim, or else what may be made of its text."""
        if self.passage.claim:
            return len(_WORD.findall(self.passage.claim))
        return ceil(RETOLD * len(_WORD.findall(self.passage.text)))

    @property
    def is_opening(self) -> bool:
        """Whether its section only leads up to what follows, as a welcome does."""
        return self.heading.strip().casefold() in _OPENINGS


def uncited(course: Course) -> tuple[Uncited, ...]:
    """What no lesson of the course cites, by source and in each source's order."""
    left = {source: set(one.uncited) for source, one in coverage(course).items()}
    return tuple(one for slug in left for one in _of_source(course.sources[slug], left[slug]))


def minutes(lesson: Iterable[Uncited]) -> float:
    """How long a finished lesson on these passages would take to read."""
    return (sum(one.words for one in lesson) + BESIDES) / WORDS_A_MINUTE


def _of_source(source: Source, left: set[str]) -> Iterator[Uncited]:
    before: str | None = None
    for passage in source.passages:
        if passage.id in left:
            heading = passage.section or ("" if passage.seconds is not None else passage.locator)
            yield Uncited(source, passage, heading, heading != before)
            before = heading
