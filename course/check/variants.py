"""Which versions an email comes in: found by rendering it for every kind of reader that it tells apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import TypeAlias

from jinja2 import Environment, nodes

from course.errors import CourseError, CourseErrors
from course.limits import RULE
from course.links import SAMPLE_LINKS
from course.model import Course, Field, FieldKind
from course.personal.readers import Expressions, Reader, fields_in, reader_values
from course.personal.symbols import Look, Outcome
from course.render import NOTICES, Letter, Renderer, Variant
from course.sample import sample_schedule

MOST_VARIANTS = 50
"""Each variant is a request of its own to the mailer: with more, hardly two readers share one."""

_MOST_READERS = 2_000
_NOTHING_COMES = "schedule."  # stands among what is known of a reader; no field can be called so
_TEXTS = ("Sample", "A long sample name with many words in it " * 3)


def letters(course: Course) -> list[Letter]:
    """Every email of a course on each of its tracks, in the order in which they arrive: the confirmation first.

    The other notices, for which somebody has to ask, come last.
    """
    ends = ([course.welcome] if course.welcome else [], [course.closing] if course.closing else [])
    found: list[Letter] = []
    for track in course.tracks:
        lessons = (None, *ends[0], *course.lessons_of(track.slug), *ends[1])
        found += (Letter(track.slug, lesson) for lesson in lessons)
        found += (Letter(track.slug, None, notice) for notice in NOTICES[1:])
    return found


@dataclass(frozen=True, slots=True)
class Version:
    """A variant of an email, and what is known of the first reader who got it, as it might be imported."""

    variant: Variant
    known: Mapping[str, str]


def reader_of(course: Course, letter: Letter, known: Mapping[str, str]) -> Reader:
    """The reader of an email of whom so much is known, with sample links and a sample day for what comes next."""
    schedule = {} if _NOTHING_COMES in known else sample_schedule(course, letter)
    return Reader(reader_values(course.fields, known), SAMPLE_LINKS, schedule)


def variants(renderer: Renderer, letter: Letter) -> list[Variant]:
    """Every variant of an email, the one for a reader of whom nothing is known first. Raises as `versions` does."""
    return [version.variant for version in versions(renderer, letter)]


def versions(renderer: Renderer, letter: Letter) -> list[Version]:
    """Every variant of an email with what leads to it, that for a reader of whom nothing is known first.

    Raises CourseErrors where a variant cannot be rendered or there are over 50.
    """
    walk = _Walk(renderer, letter)
    walk.explore()
    if walk.errors:
        raise CourseErrors(tuple({str(error): error for error in walk.errors}.values()))
    return [Version(*one) for one in zip(walk.variants, walk.reached_by, strict=True)]


class _Failure(Enum):
    """The answer to a question that cannot be worked out for a reader, such as whether nothing is more than 3."""

    FAILED = "failed"


_Answer: TypeAlias = Outcome | _Failure


class _Observed(Expressions):
    """Answers as other expressions do and writes each question down, those of a rendering that fails among them."""

    def __init__(self, expressions: Expressions, fields: Mapping[str, Field]) -> None:
        super().__init__(fields)
        self._expressions = expressions
        self.answers: dict[Look, _Answer] = {}

    def answer(self, look: Look, reader: Reader) -> Outcome:
        self.answers[look] = _Failure.FAILED
        self.answers[look] = outcome = self._expressions.answer(look, reader)
        return outcome


class _Walk:
    """Follows an email's templates along every path that a reader can take.

    It begins with a reader of whom nothing is known. A field that a path asks about is tried with each of its candidate
    values; so are the fields that come up then, until none is left. Where the schedule is asked about, a reader to whom
    nothing more comes is tried as well. A path is the questions asked on it, in order, with the answers that lead along
    it.
    """

    def __init__(self, renderer: Renderer, letter: Letter) -> None:
        self.variants: list[Variant] = []
        self.errors: list[CourseError] = []
        self._letter = letter
        self._fields = renderer.course.fields
        self._expressions = renderer.expressions
        self._observed = _Observed(renderer.expressions, renderer.course.fields)
        self._renderer = copy(renderer)  # with all that is compiled; only who answers is another
        self._renderer.expressions = self._observed
        self._paths: list[dict[Look, _Answer]] = []
        self.reached_by: list[dict[str, str]] = []  # for each variant, what was known of the first who got it
        self._refused = False

    def explore(self) -> None:
        """Find all variants and errors. A new path may bring new candidate values: then all is tried once more."""
        known = -1
        while known != len(self._paths) and not self._refused:
            known = len(self._paths)
            self._try_readers()
        for variant, reached_by in zip(self.variants, self.reached_by, strict=True):
            self._try_printed(variant, reached_by)

    def _try_readers(self) -> None:
        waiting: list[dict[str, str]] = [{}]
        tried = 0
        while waiting and not self._refused:
            known = waiting.pop()
            tried += 1
            if tried > _MOST_READERS:
                self._refuse("combines in too many ways to try them all")
                return
            path = self._path(known)
            field = next((name for name in _fields_of(_asked(path), self._fields) if name not in known), None)
            if field is not None:
                waiting.extend({**known, field: value} for value in self._telling_values(field))
            elif _NOTHING_COMES not in known and any("schedule" in text for text in _asked(path)):
                waiting.append({**known, _NOTHING_COMES: "true"})

    def _reader(self, known: Mapping[str, str]) -> Reader:
        return reader_of(self._renderer.course, self._letter, known)

    def _path(self, known: dict[str, str]) -> dict[Look, _Answer]:
        """The path of a reader of whom that much is known, rendered where it is new."""
        reader = self._reader(known)
        for path in self._paths:
            if all(self._answer(look, reader) == answer for look, answer in path.items()):
                return path
        self._observed.answers = path = {}
        try:
            self.variants.append(self._renderer.render(self._letter, reader))
            self.reached_by.append(known)
        except CourseError as error:
            self.errors.append(error)
            self._refused = error.rule == RULE  # its other variants would take as long
        self._paths.append(path)
        if len(self._paths) > MOST_VARIANTS:
            self._refuse(f"takes more than {MOST_VARIANTS} variants of it")
        return path

    def _try_printed(self, variant: Variant, known: dict[str, str]) -> None:
        """Work out what a variant prints for other values of the fields in it: a failure would stop a whole batch."""
        for expression in dict.fromkeys(placeholder.expression for placeholder in variant.email.placeholders):
            for field in _fields_of([expression], self._fields):
                for value in _candidates(self._fields[field], _literals_in(expression)):
                    other = {**known, field: value}
                    try:
                        self._expressions.value(expression, self._reader(other))
                    except CourseError:
                        self._expect_failure(other)

    def _expect_failure(self, known: dict[str, str]) -> None:
        try:
            self._renderer.render(self._letter, self._reader(known))
        except CourseError as error:  # as the one before, but with its place
            self.errors.append(error)

    def _answer(self, look: Look, reader: Reader) -> _Answer:
        try:
            return self._expressions.answer(look, reader)
        except CourseError:
            return _Failure.FAILED

    def _telling_values(self, field: str) -> Iterable[str]:
        """Candidate values of a field: one for each way in which the questions about it are answered.

        A question about several fields at once may be answered differently for any of them: then all are kept.
        """
        looks = dict.fromkeys(look for path in self._paths for look in path if field in fields_in(look.expression))
        literals = (literal for look in looks for literal in _literals_in(look.expression))
        candidates = _candidates(self._fields[field], literals)
        if any(fields_in(look.expression) != (field,) for look in looks):
            return candidates
        by_answers: dict[tuple[_Answer, ...], str] = {}
        for value in candidates:
            reader = self._reader({field: value})
            by_answers.setdefault(tuple(self._answer(look, reader) for look in looks), value)
        return by_answers.values()

    def _refuse(self, why: str) -> None:
        self._refused = True
        asked = dict.fromkeys(name for path in self._paths for name in _fields_of(_asked(path), self._fields))
        names = ", ".join(f"`subscriber.{name}`" for name in asked)
        message = f"What this email asks about {names} {why}."
        fix = "Ask less in one email, print a value instead of asking for it, or declare fewer `values` in [fields]."
        first = next((text for path in self._paths for text in _asked(path)), "")
        place = self._renderer.place_of(first) if first else None
        self.errors.append(CourseError(message, fix=fix, place=place, rule="too-many-variants"))


def _fields_of(expressions: Iterable[str], declared: Mapping[str, Field]) -> Iterator[str]:
    """The fields that expressions name, in order."""
    return (name for expression in expressions for name in fields_in(expression) if name in declared)


def _asked(path: Iterable[Look]) -> Iterator[str]:
    """The expressions that a path asks about, in order."""
    return (look.expression for look in path)


def _candidates(field: Field, literals: Iterable[str | int | float]) -> Iterable[str]:
    """Values of a field, as they might be imported, that may make a difference; the empty one is missing."""
    if field.values:
        return dict.fromkeys(("", *field.values))
    if field.kind is FieldKind.BOOLEAN:
        return ("", "true", "false")
    if field.kind is FieldKind.NUMBER:
        numbers = [literal for literal in literals if not isinstance(literal, str)]
        return dict.fromkeys(("", "0", "1", *(str(number + step) for number in numbers for step in (-1, 0, 1))))
    return dict.fromkeys(("", *_TEXTS, *map(str, literals)))


@lru_cache(maxsize=1024)
def _literals_in(expression: str) -> tuple[str | int | float, ...]:
    """The texts and numbers that an expression holds."""
    tree = Environment(autoescape=True).parse(f"{{{{ {expression} }}}}")
    values = (constant.value for constant in tree.find_all(nodes.Const))
    return tuple(value for value in values if isinstance(value, str | int | float) and not isinstance(value, bool))
