"""What was used of late stays, within bounds of number and size."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sender.recent import Recent


def test_what_was_not_used_for_longest_goes_first() -> None:
    recent: Recent[str, int] = Recent(2)
    recent.keep("a", 1)
    recent.keep("b", 2)
    assert recent.get("a") == 1
    recent.keep("c", 3)
    assert [recent.get(key) for key in "abc"] == [1, None, 3]


def test_what_comes_to_more_than_is_allowed_makes_room() -> None:
    recent: Recent[str, int] = Recent(10, largest=5)
    recent.keep("a", 1, size=3)
    recent.keep("b", 2, size=3)
    assert [recent.get(key) for key in "ab"] == [None, 2]


def test_one_that_is_too_large_for_itself_stays_until_another_comes() -> None:
    recent: Recent[str, int] = Recent(10, largest=5)
    recent.keep("a", 1, size=9)
    assert recent.get("a") == 1
    recent.keep("b", 2, size=1)
    assert [recent.get(key) for key in "ab"] == [None, 2]


def test_what_another_thread_was_quicker_to_keep_is_the_one_that_is_used() -> None:
    recent: Recent[str, list[int]] = Recent(10)
    first, second = [1], [1]
    assert recent.keep("a", first) is first
    assert recent.keep("a", second) is first


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4))), st.integers(1, 4), st.integers(0, 8))
def test_it_is_what_a_list_of_the_latest_would_be(uses: list[tuple[int, int]], most: int, largest: int) -> None:
    recent: Recent[int, int] = Recent(most, largest)
    latest: list[tuple[int, int]] = []
    for key, size in uses:
        known = dict(latest)
        recent.keep(key, key, size)
        latest = [one for one in latest if one[0] != key] + [(key, known.get(key, size))]
        while len(latest) > most or (sum(one for _, one in latest) > largest and len(latest) > 1):
            latest.pop(0)
    assert {key for key in range(10) if recent.get(key) is not None} == {key for key, _ in latest}
