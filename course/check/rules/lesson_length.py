"""The rule `lesson-length`: a lesson is neither over in a moment nor too long to be read at once."""

from __future__ import annotations

from collections.abc import Iterator

from course.check.report import Severity
from course.check.rule import Checked, Fault, Rule
from course.check.rules.left_to_write import left_to_write
from course.check.texts import texts_of
from course.errors import Place
from course.model import Lesson, LessonKind
from course.readability import word_count, words

WORDS_PER_MINUTE = 200
"""How fast an adult reads to learn; silent reading of English averages 238 (Brysbaert, 2019), less on a telephone."""

FEWEST, MOST = 50, 2_000
"""A quarter of a minute, and ten: an outlined lesson takes three to five."""

_WITHOUT_SPACES = frozenset({"zh", "ja", "th", "lo", "km", "my", "bo", "dz"})
"""Languages that put no spaces between words, which are counted by them."""


def unusual_lengths(checked: Checked) -> Iterator[Fault]:
    """A lesson of less than 50 words, or a lesson, welcome or closing of over 2,000, for any of its readers.

    The quiz counts, code does not. One that is still to be written is not judged.
    """
    if checked.course.language.partition("-")[0] in _WITHOUT_SPACES:
        return
    unwritten = {error.place.file for error in left_to_write(checked.course, checked.files) if error.place}
    for lesson in checked.course.all_lessons:
        lengths = [len(words(text)) + _words_asked(lesson) for text in texts_of(checked, lesson)]
        if lengths and lesson.place.file not in unwritten:
            place = Place(lesson.place.file, lesson.body_line)
            if lesson.kind is LessonKind.LESSON and min(lengths) < FEWEST:
                yield Fault(*_too_short(min(lengths), max(lengths)), place)
            if max(lengths) > MOST:
                yield Fault(*_too_long(max(lengths), min(lengths)), place)


def _words_asked(lesson: Lesson) -> int:
    quiz = lesson.quiz
    return word_count(quiz.question) + sum(word_count(one.text) for one in quiz.answers) if quiz else 0


def _too_short(shortest: int, longest: int) -> tuple[str, str]:
    for_some = " for some of its readers" if longest >= FEWEST else ""
    counted = "1 word" if shortest == 1 else f"{shortest} words"
    message = f"The lesson has {counted}{for_some}; {FEWEST} are the fewest."
    return message, "Say what the reader gains by it and what to do, or put it together with the next lesson."


def _too_long(longest: int, shortest: int) -> tuple[str, str]:
    for_some = " for some of its readers" if shortest <= MOST else ""
    minutes = round(longest / WORDS_PER_MINUTE)
    message = f"The text has {longest:,} words{for_some}, {minutes} minutes to read; {MOST:,} are the most."
    return message, f"Make {-(-longest // MOST)} lessons of it, each with one idea, or leave out what can be looked up."


RULE = Rule(
    "lesson-length",
    Severity.WARNING,
    "Who opens an email for a single line opens the next one later; one of over ten minutes is put off and never read.",
    in_course=unusual_lengths,
)
