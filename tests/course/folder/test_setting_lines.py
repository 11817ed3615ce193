"""The line of a setting in `course.toml`, for whoever finds fault with its value once the file has been read."""

from __future__ import annotations

import pytest

from course.folder.course_file import line_of

WRITTEN = b"""\
slug = "a"
theme = { accent = "#111111" }

[cadence]
days = ["monday"]
skip = [
  2026-12-24,
]
"""


@pytest.mark.parametrize(("table", "key", "line"), [("", "slug", 1), ("cadence", "days", 5), ("cadence", "skip", 6)])
def test_a_setting_is_found(table: str, key: str, line: int) -> None:
    assert line_of(WRITTEN, table, key) == line
    assert line_of(WRITTEN.replace(b"\n", b"\r\n"), table, key) == line


@pytest.mark.parametrize(
    ("table", "key", "line"), [("cadence", "grace", 4), ("theme", "accent", 2), ("theme", "text", 2)]
)
def test_one_that_has_no_line_of_its_own_is_found_with_its_table(table: str, key: str, line: int) -> None:
    assert line_of(WRITTEN, table, key) == line


@pytest.mark.parametrize(("table", "key"), [("", "language"), ("ignore", "template")])
def test_what_is_not_there_at_all_has_none(table: str, key: str) -> None:
    assert line_of(WRITTEN, table, key) is None
