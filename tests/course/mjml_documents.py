"""Small MJML documents, and what is made of them."""

from __future__ import annotations

import pytest

from course.errors import CourseError, Place
from course.mjml import compile_mjml


def document(content: str, head: str = "") -> str:
    """A document with content in a column, which begins in line 4."""
    return (
        f"<mjml>\n<mj-head>{head}</mj-head><mj-body>\n<mj-section><mj-column>\n{content}\n"
        "</mj-column></mj-section></mj-body></mjml>"
    )


def compiled(source: str) -> str:
    return compile_mjml(source, lambda line: Place("theme/lesson.mjml", line))


def mistake(source: str) -> tuple[int | None, str]:
    """The line and the message of what is wrong."""
    with pytest.raises(CourseError) as caught:
        compiled(source)
    error = caught.value
    assert error.rule == "mjml"
    assert error.fix
    assert error.place is not None
    assert error.place.file == "theme/lesson.mjml"
    return error.place.line, error.message
