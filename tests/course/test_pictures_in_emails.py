"""A picture of the course stands in an email under an absolute address, or the email cannot be made."""

from __future__ import annotations

import pytest

from course.errors import CourseError
from course.folder import load
from course.links import SAMPLE_LINKS
from course.personal.placeholders import fill, tag_values
from course.personal.readers import Reader, reader_values
from course.render import Letter, Renderer
from tests.course.check.small import a_lesson, small_course
from tests.course.drawn import a_png


def room(**assets: bytes) -> Renderer:
    files = {**small_course(a_lesson("Text.\n\n![Soil](../assets/soil.png)"))}
    files |= {f"assets/{name.replace('_', '.')}": content for name, content in assets.items()}
    return Renderer(load(files), files, "0123456789abcdef")


def test_a_picture_of_the_course_has_an_absolute_address_of_its_content() -> None:
    renderer = room(soil_png=a_png(640, 480))
    reader = Reader(reader_values(renderer.course.fields, {}), SAMPLE_LINKS)
    one = renderer.render(Letter("field", renderer.course.lessons[0]), reader)
    email = fill(one.email, tag_values(one.email, renderer.expressions, reader))
    [picture] = renderer.pictures.all()
    assert f'src="https://example.com/assets/{picture.address}" alt="Soil"' in email.html
    assert 'width="512"' in email.html
    assert "[Soil]" in email.text
    assert picture.hash not in email.text
    assert [look.expression for look in one.outcomes] == []


def test_a_picture_that_is_not_there_cannot_be_rendered_and_its_line_is_told() -> None:
    renderer = room()
    with pytest.raises(CourseError, match=r"lessons/01-soil\.md:7: There is no file assets/soil\.png"):
        renderer.render(Letter("field", renderer.course.lessons[0]), Reader({}, SAMPLE_LINKS))
