"""A group of passages → a draft: a lesson with its citations, and places for what its author is to write."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from course.folder import Files
from course.model import Course
from course.outline.claims import Claims
from course.outline.grouping import Group
from course.outline.passages import Uncited, minutes
from course.outline.spreading import Spot
from course.outline.wording import SENTENCE_END, markdown, one_line, plain, shortened, slug, spoken
from course.slugs import LONGEST_WORD

LONGEST_SUBJECT = 49
SHORTEST_PREHEADER, LONGEST_PREHEADER = 40, 110
"""Signs. Inboxes show some fifty of a subject, and after it about a line of preheader."""

_REMINDER = 60
_KEPT_FREE = frozenset({"welcome", "closing", "index"})
"""Slugs that other files have, or that `build` gives its page."""

_FRONT_MATTER = """\
---
subject: {subject}
preheader: {preheader}
{wait}quiz:
  id: {slug}
  question: "[write: a question that makes the reader think]"
  answers:
    - text: "[write: an answer that is likely but wrong]"
      explanation: "[write: why it is not the best]"
    - text: "[write: the best answer]"
      right: true
      explanation: "[write: why it is]"
---
"""
_IDEA = "[write: the one idea, in two or three sentences]"
_ENDING = (
    "## Exercise",
    "[write: something to do in under fifteen minutes, with pen and paper]",
    "## Before next time",
    "[write: something to watch for until then]",
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A lesson to be written. `week` counts from 1; `wait` is in days; `minutes` is how long it may take to read."""

    number: int
    slug: str
    subject: str
    week: int
    wait: int | None
    passages: Group
    text: str

    @property
    def file(self) -> str:
        """Its path within the course folder."""
        return f"lessons/{self.number:02d}-{self.slug}.md"

    @property
    def minutes(self) -> float:
        """How long the finished lesson would take to read, to a tenth."""
        return round(minutes(self.passages), 1)

    @property
    def sources(self) -> tuple[str, ...]:
        """The slugs of the sources it cites, in order."""
        return tuple(dict.fromkeys(one.source.slug for one in self.passages))

    def as_data(self) -> dict[str, object]:
        """The draft as `outline --format json` prints it."""
        return {
            "file": self.file,
            "number": self.number,
            "week": self.week,
            "lesson": self.slug,
            "subject": self.subject,
            "minutes": self.minutes,
            "passages": [f"{one.source.slug}#{one.passage.id}" for one in self.passages],
        }


def drafts(course: Course, files: Files, groups: Iterable[Group], spots: Iterable[Spot]) -> tuple[Draft, ...]:
    """A draft for each group of passages, numbered on from the lessons that the course has.

    `files` are the course's, for the pictures that claims show.
    """
    claims = Claims(course, files)
    names = set(_KEPT_FREE)
    subjects = set()
    for lesson in course.all_lessons:
        names |= {lesson.slug, *lesson.aliases, *([lesson.quiz.id] if lesson.quiz else [])}
        subjects.add(lesson.subject.casefold())
    highest = max((lesson.number or 0 for lesson in course.lessons), default=0)
    made: list[Draft] = []
    for number, (group, spot) in enumerate(zip(groups, spots, strict=True), start=highest + 1):
        topic = _topic(group)
        subject, name = _subject(topic, subjects), _name(group, topic, names)
        names.add(name)
        subjects.add(subject.casefold())
        text = _front_matter(name, subject, _preheader(group, subject, claims), spot.wait) + "\n" + _body(group, claims)
        made.append(Draft(number, name, subject, spot.week, spot.wait, group, text))
    return tuple(made)


def _topic(group: Group) -> str:
    """What a lesson is about: the first section that begins in it, else the one it is in, else its source's title."""
    named = [one for one in group if not one.is_opening and plain(one.heading)]
    first = next((one for one in named if one.begins), named[0] if named else None)
    return plain(first.heading if first else group[0].source.title)


def _subject(topic: str, taken: Collection[str]) -> str:
    subject, number = shortened(topic, LONGEST_SUBJECT), 1
    while subject.casefold() in taken:
        number += 1
        ending = f" ({number})"
        subject = shortened(topic, LONGEST_SUBJECT - len(ending)) + ending
    return subject


def _name(group: Group, topic: str, taken: Collection[str]) -> str:
    base = slug(topic) or group[0].source.slug[:LONGEST_WORD].strip("-")
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    return name


def _preheader(group: Group, subject: str, claims: Claims) -> str:
    """What the lesson's first claims say, or else its sections' headings: plain, and other words than the subject's."""
    told = [said for one in group if (said := claims.plain(one))]
    headings = dict.fromkeys(plain(one.heading) for one in group if not one.is_opening)
    about = [*(told or headings), f"From “{plain(group[0].source.title)}”.", "With an exercise and a question."]
    said = ""
    for part in about:
        if len(said) >= SHORTEST_PREHEADER:
            break
        if part and not part.casefold().startswith(subject.rstrip("…").casefold()):
            ended = not said or said.endswith(":") or SENTENCE_END.search(said)
            said = f"{said} {part}" if ended else f"{said}; {part}"
    if len(said.strip()) < SHORTEST_PREHEADER:
        said = f"{said} A short lesson, with some of it left for you."
    return shortened(said.strip(), LONGEST_PREHEADER)


def _front_matter(name: str, subject: str, preheader: str, wait: int | None) -> str:
    return _FRONT_MATTER.format(
        subject=_quoted(subject),
        preheader=_quoted(preheader),
        wait="" if wait is None else f"wait: {wait}d\n",
        slug=name,
    )


def _quoted(text: str) -> str:
    """A text on one line in YAML."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _body(group: Group, claims: Claims) -> str:
    return "\n\n".join((_IDEA, *_sections(group, claims), *_ENDING)) + "\n"


def _sections(group: Group, claims: Claims) -> Iterator[str]:
    before: Uncited | None = None
    for one in group:
        if before is None or one.begins or one.source != before.source:
            heading = one.heading
            if one.is_opening:  # nothing stands above it but the lesson's title, or another source
                heading = "" if before is None else one.source.title
            if one_line(heading):
                yield f"## {markdown(heading)}"
        yield claims.markdown(one) or _to_be_told(one)
        before = one


def _to_be_told(one: Uncited) -> str:
    """A place to say in one's own words what a passage says in the document's."""
    reminder = markdown(shortened(plain(spoken(one.passage.text) or one.passage.text), _REMINDER))
    return f"[write: in your own words: {reminder}] [@{one.source.slug}#{one.passage.id}]"
