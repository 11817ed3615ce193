"""The rule `unreachable-picture`."""

from __future__ import annotations

import pytest

from course.check import check_files
from course.folder import Files
from tests.course.check.small import small_course


def with_picture(address: str) -> Files:
    files = dict(small_course())
    name = next(path for path in files if path.startswith("lessons/0"))
    files[name] += f"\n\nA word.\n\n![A sample]({address})\n".encode()
    return files


@pytest.mark.parametrize("address", ["assets/p.png", "../p.png", "/p.png"])
def test_a_relative_picture_is_an_error_at_its_line(address: str) -> None:
    files = with_picture(address)
    found = [finding for finding in check_files(files).findings if finding.rule == "unreachable-picture"]
    assert [finding.message.split("`")[1] for finding in found] == [address]
    lines = files[found[0].file or ""].decode().split("\n")
    assert address in lines[(found[0].line or 0) - 1]


@pytest.mark.parametrize("address", ["https://example.com/p.png", "http://example.com/p.png"])
def test_a_picture_on_the_web_is_none(address: str) -> None:
    assert check_files(with_picture(address)).findings == ()
