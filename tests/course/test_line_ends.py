"""Line ends after Jinja's block tags."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from course.line_ends import keep_line_ends

PIECES = ("text", " ", "\n", "- ", "{% if yes %}", "{% endif %}", "{# a note #}", "{{ name }}", "{%- if yes -%}")


def rendered(source: str) -> str:
    environment = Environment(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, autoescape=True)
    return environment.from_string(keep_line_ends(source)).render(yes=True, name="Ann")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Hello{% if yes %}, you{% endif %}\n\nNext\n", "Hello, you\n\nNext\n"),
        ("- {% if yes %}a{% else %}b{% endif %}\n- c\n", "- a\n- c\n"),
        ("One {% if yes %}yes{% endif %}\nnext\n", "One yes\nnext\n"),
        ("{% if yes %}\nalone\n{% endif %}\nnext\n", "alone\nnext\n"),
        ("  {% if yes %}{# why #}\nalone\n  {% endif %}\nnext\n", "alone\nnext\n"),
        ("text {# a note #}\nnext\n", "text \nnext\n"),
        ("text{% if yes -%}\n  glued\n{% endif %}\n", "textglued\n"),
        ("say {% raw %}{% if %}\n{% endraw %}\nnext\n", "say {% if %}\n\nnext\n"),
        ("{% set a = [\n 1] %}\nnext\n", "next\n"),
    ],
)
def test_a_line_of_text_keeps_its_end_and_a_line_of_tags_has_none(source: str, text: str) -> None:
    assert rendered(source) == text


@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_no_line_is_added_or_taken_from_the_template(source: str) -> None:
    assert keep_line_ends(source).replace("+%}", "%}").replace("+#}", "#}") == source
