"""A course's logo is a picture in its assets, checked like those of lessons, and never shown larger than a head is."""

from __future__ import annotations

import pytest

from course.errors import CourseError, Place
from course.logo import Logo, logo_of
from course.pictures import Pictures
from tests.course.check.small import COURSE, check_of, small_course
from tests.course.drawn import a_png

LINE = COURSE.count("\n") + 3


def files(content: bytes | None = None, path: str = "assets/logo.png") -> dict[str, bytes]:
    """A small course whose theme names a logo, with the file where there is content for it."""
    picture = {} if content is None else {path: content}
    theme = f'\n    [theme]\n    logo = "{path}"\n'
    return {**small_course({"course.toml": COURSE + theme}), **picture}


def logo(width: int, height: int) -> Logo | None:
    found = files(a_png(width, height))
    return logo_of({"logo": "assets/logo.png"}, Pictures(found), found)


def test_a_course_may_have_none() -> None:
    assert logo_of({"logo": ""}, Pictures({}), {}) is None


@pytest.mark.parametrize(
    ("width", "height", "shown"),
    [(100, 40, (100, 40)), (480, 112, (240, 56)), (1200, 60, (240, 12)), (50, 560, (5, 56)), (2400, 10, (240, 1))],
)
def test_a_logo_is_shown_as_large_as_it_is_and_at_most_as_large_as_there_is_room(
    width: int, height: int, shown: tuple[int, int]
) -> None:
    found = logo(width, height)
    assert found is not None
    assert (found.width, found.height) == shown
    assert found.address.endswith("/logo.png")


def test_a_name_with_spaces_and_other_letters_is_found() -> None:
    found = files(a_png(10, 10), "assets/das große Zeichen.png")
    assert logo_of({"logo": "assets/das große Zeichen.png"}, Pictures(found), found) is not None
    assert [one for one in check_of(found).findings if "assets" in one.message] == []


def test_one_that_is_not_there_is_told_with_its_line() -> None:
    found = files()
    with pytest.raises(CourseError, match=r"no file assets/logo\.png") as caught:
        logo_of({"logo": "assets/logo.png"}, Pictures(found), found)
    assert caught.value.place == Place("course.toml", LINE)
    missing = [one for one in check_of(found).findings if one.rule == "missing-picture"]
    assert [(one.file, one.line) for one in missing] == [("course.toml", LINE)]


def test_one_that_is_no_picture_is_told_as_such() -> None:
    [finding] = [one for one in check_of(files(b"no picture")).findings if one.rule == "missing-picture"]
    assert (finding.file, finding.line) == ("course.toml", LINE)


def test_one_that_is_too_large_is_told_as_a_lessons_would_be() -> None:
    found = [one.rule for one in check_of(files(a_png(2400, 10))).findings]
    assert found == ["picture-too-large"]


def test_a_logo_is_a_picture_that_is_used() -> None:
    assert [one.rule for one in check_of(files(a_png(10, 10))).findings] == []
