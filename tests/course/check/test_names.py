"""A link is called by its label, else by its words and those of its pictures."""

from __future__ import annotations

import pytest

from course.check.names import is_nameless, name_of
from tests.course.check.looked_at import a_page


@pytest.mark.parametrize(
    ("html", "name"),
    [
        ('<a href="#">The <b>guide</b></a>', "The guide"),
        ('<a href="#" aria-label=" The guide ">x</a>', "The guide"),
        ('<a href="#"><img alt="The guide" src="x"></a>', "The guide"),
        ('<a href="#"><img alt="" src="x"></a>', ""),
        ('<a href="#">&nbsp;</a>', ""),
    ],
)
def test_a_link_is_called_as_it_is_read_aloud(html: str, name: str) -> None:
    [link] = a_page(html).links
    assert name_of(link) == name
    assert is_nameless(link) is (not name)
