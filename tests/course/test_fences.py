"""Code fences are found where a lesson's own Markdown has them, whatever HTML stands around them."""

from __future__ import annotations

import pytest

from course.fences import fenced_lines, hide_fences, reveal_fences, without_comments


@pytest.mark.parametrize("above", ["Text.", "<div>", "<!-- a remark", "<pre>", "- item"])
def test_a_fence_is_found_below_anything(above: str) -> None:
    assert fenced_lines(f"{above}\n```\n{{{{ a }}}}\n```\n") == {1, 2, 3}


def test_what_is_hidden_comes_back() -> None:
    source = "{{ a }}\n~~~\n{{ b }} {# c #}\n~~~\n"
    assert hide_fences(source).count("{") == 2
    assert reveal_fences(hide_fences(source)) == source


def test_comments_leave_their_lines_and_those_in_fences_stay() -> None:
    assert without_comments("a {# b\n\n#} c\n```\n{# d #}\n```\n") == "a \n\n c\n```\n{# d #}\n```\n"
