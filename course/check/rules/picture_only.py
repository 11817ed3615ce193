"""The rule `picture-only`: an email says in words what it has to say."""

from __future__ import annotations

from collections.abc import Iterator

from course.check.page import Page
from course.check.report import Severity
from course.check.rule import Fault, Rule

FEWEST = 20
"""Words beside a picture."""


def emails_of_pictures(page: Page) -> Iterator[Fault]:
    """An email whose own content is a picture and fewer than 20 words; what stands around every lesson is none."""
    lesson = page.letter.lesson
    if lesson is None:
        return
    file = lesson.place.file
    pictures = [picture for picture in page.all("img") if page.place(picture).file == file]
    if not pictures:
        return
    words = sum(len(text.words.split()) for text in page.texts if page.place(text.element).file == file)
    if words < FEWEST:
        yield Fault(
            "The email is a picture and next to no words.",
            "Write into the lesson what the picture says; a text in it cannot be enlarged, searched or read aloud.",
            page.place(pictures[0]),
        )


RULE = Rule(
    "picture-only",
    Severity.WARNING,
    "Many programs show pictures only when asked: their readers open an empty email, and filters take it for spam.",
    in_email=emails_of_pictures,
)
