"""The rule `reading-grade`: an English lesson can be read by whoever reads at grade 9."""

from __future__ import annotations

import re
from collections.abc import Iterator

from course.check.report import Severity
from course.check.rule import Checked, Fault, Rule
from course.check.texts import texts_of
from course.errors import Place
from course.model import Lesson
from course.readability import reading_grade, sentences, words
from course.syllables import syllables

HIGHEST_GRADE = 9
"""What an adult who reads with ease reads without effort; plain-language guides ask for less."""

LEAST_WORDS = 100
"""A text with fewer is not judged: a sentence more or less would decide."""

_LONG_SENTENCE, _LONG_WORD = 20, 4
_LINE_END = "\n"
_SHOWN_SENTENCES, _SHOWN_WORDS, _QUOTED = 2, 5, 6


def hard_lessons(checked: Checked) -> Iterator[Fault]:
    """A lesson above grade 9 by Flesch–Kincaid, as the readers get it for whom it is hardest."""
    if checked.course.language.partition("-")[0].lower() != "en":
        return
    for lesson in checked.course.all_lessons:
        texts = [text for text in texts_of(checked, lesson) if len(words(text)) >= LEAST_WORDS]
        hardest = max(texts, key=reading_grade, default="")
        grade = reading_grade(hardest)
        if round(grade, 1) > HIGHEST_GRADE:
            yield Fault(
                f"The lesson reads at grade {grade:.1f} (Flesch–Kincaid); grade {HIGHEST_GRADE} is the most.",
                f"Make long sentences two, and long words short ones. {_hard_in(lesson, hardest)}",
                Place(lesson.place.file, lesson.body_line),
            )


def _hard_in(lesson: Lesson, text: str) -> str:
    """Where to begin: the longest sentences, with their lines where those can be told, and the longest words."""
    by_length = sorted(dict.fromkeys(sentences(text)), key=lambda sentence: -len(words(sentence)))
    long = [sentence for sentence in by_length[:_SHOWN_SENTENCES] if len(words(sentence)) >= _LONG_SENTENCE]
    found = dict.fromkeys(word.lower() for word in words(text) if syllables(word) >= _LONG_WORD)
    parts = []
    if long:
        parts.append(f"The longest: {'; '.join(_quoted(lesson, sentence) for sentence in long)}.")
    if found:
        longest = sorted(found, key=lambda word: -syllables(word))[:_SHOWN_WORDS]
        parts.append(f"Long words: {', '.join(longest)}.")
    return " ".join(parts)


def _quoted(lesson: Lesson, sentence: str) -> str:
    """A sentence's first words, how many it has, and its line where the lesson's file has those words in a row."""
    first = words(sentence)[:_QUOTED]
    in_a_row = re.compile(r"[\W_]+".join(map(re.escape, first)))
    start, place = in_a_row.search(sentence), in_a_row.search(lesson.body)
    shown = start[0] if start else " ".join(first)
    line = f"line {lesson.body_line + lesson.body.count(_LINE_END, 0, place.start())}, " if place else ""
    return f"“{shown} …” ({line}{len(words(sentence))} words)"


RULE = Rule(
    "reading-grade",
    Severity.WARNING,
    "An email is read in passing, often by people whose language this is not: what is hard to read is put off.",
    in_course=hard_lessons,
)
