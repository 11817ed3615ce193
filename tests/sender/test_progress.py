"""What comes next for one person: whatever an author edits, nobody gets a lesson twice or is sent back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.folder import load
from course.model import Course, Lesson
from sender.model import DeliveryKind
from sender.progress import Had, Progress, Spot, Step, after, is_to_come, next_step, progress, spots
from tests.sender.stage import a_course

IDS = {**{f"l{number}": number for number in range(1, 10)}, "welcome": 100, "closing": 101}
WHOLE = load(a_course(*(f"l{number}" for number in range(1, 10)), welcome=True, closing=True))
BY_ID = {IDS[lesson.slug]: lesson for lesson in WHOLE.lessons}
TRACK = "everyone"


def course(*lessons: int, welcome: bool = False, closing: bool = False) -> Course:
    """A course of these lessons in this order, by id."""
    return replace(
        WHOLE, lessons=tuple(BY_ID[one] for one in lessons), welcome=WHOLE.welcome if welcome else None,
        closing=WHOLE.closing if closing else None,
    )  # fmt: skip


def step(on: Course, had: Had) -> str | None:
    found = next_step(on, TRACK, IDS, had)
    return None if found is None else found.lesson.slug


def lesson(on: Course, *had: int) -> str | None:
    return step(on, Had(had))


def test_the_whole_course_from_welcome_to_closing() -> None:
    on, had, kinds, slugs = course(1, 2, welcome=True, closing=True), Had(), [], []
    while (found := next_step(on, TRACK, IDS, had)) is not None:
        kinds.append(found.kind)
        slugs.append(found.lesson.slug)
        had = after(found, had, IDS)
    assert slugs == ["welcome", "l1", "l2", "closing"]
    assert kinds == [DeliveryKind.WELCOME, DeliveryKind.LESSON, DeliveryKind.LESSON, DeliveryKind.FINISHED]


@pytest.mark.parametrize(
    ("edited", "had", "expected"),
    [
        ((1, 2, 3), (1,), "l2"),
        ((1, 4, 2, 3), (1,), "l4"),
        ((1, 4, 2, 3), (1, 2), "l3"),
        ((4, 1, 2, 3), (1,), "l2"),
        ((1, 2, 3, 4), (1, 2, 3), "l4"),
        ((1, 3), (1, 2), "l3"),
        ((2, 3), (1,), "l2"),
        ((3,), (1, 2), "l3"),
        ((1, 2), (1, 2, 3), None),
        ((1,), (2,), "l1"),
        ((3, 2, 1), (1,), None),
        ((2, 1, 3), (1,), "l3"),
        ((3, 1, 2), (1, 2), None),
        ((1, 3, 2), (1, 2), None),
        ((2, 3, 1, 4), (1, 2), "l3"),
    ],
    ids=[
        "nothing changed", "inserted ahead", "inserted before the place", "inserted at the start", "added at the end",
        "the place removed", "the only one had removed", "all had removed", "the rest removed", "replaced by another",
        "turned round", "moved behind the place", "moved before the place", "moved past the last had",
        "the place moved to the front",
    ],
)  # fmt: skip
def test_after_an_edit_each_goes_on_from_their_place(
    edited: tuple[int, ...], had: tuple[int, ...], expected: str | None
) -> None:
    assert lesson(course(*edited), *had) == expected


def test_a_welcome_is_for_those_who_have_had_nothing() -> None:
    on = course(1, 2, welcome=True)
    assert step(on, Had()) == "welcome"
    assert step(on, Had((1,))) == "l2"
    assert step(on, Had((), welcome=True)) == "l1"


def test_a_closing_comes_once_and_last() -> None:
    on = course(1, closing=True)
    assert step(on, Had((1,))) == "closing"
    assert step(on, Had((1,), finished=True)) is None


def test_only_the_lessons_of_the_track_count() -> None:
    tracks = replace(
        WHOLE, welcome=None, closing=None,
        lessons=tuple(replace(BY_ID[one], tracks=on) for one, on in ((1, ("a",)), (2, ("b",)), (3, ()))),
    )  # fmt: skip
    for track, expected in (("a", "l1"), ("b", "l2"), ("gone", "l3")):
        found = next_step(tracks, track, IDS, Had())
        assert found is not None
        assert found.lesson.slug == expected
    after_other_track = next_step(tracks, "b", IDS, Had((1,)))
    assert after_other_track is not None
    assert after_other_track.lesson.slug == "l2"


editions = st.lists(st.permutations(range(1, 10)).flatmap(lambda order: st.integers(1, 9).map(lambda n: order[:n])),
                    min_size=1, max_size=12)  # fmt: skip


@given(editions, st.booleans(), st.booleans())
def test_whatever_is_edited_nobody_gets_anything_twice(orders: list[list[int]], welcome: bool, closing: bool) -> None:
    """Between any two emails the course is edited at random."""
    had, got = Had(), []
    for order in [*orders, *[orders[-1]] * 12]:
        found = next_step(course(*order, welcome=welcome, closing=closing), TRACK, IDS, had)
        if found is not None:
            got.append(found.lesson.slug)
            had = after(found, had, IDS)
    assert len(got) == len(set(got))
    assert next_step(course(*orders[-1], welcome=welcome, closing=closing), TRACK, IDS, had) is None


@given(editions)
def test_whatever_is_edited_nobody_is_sent_back(orders: list[list[int]]) -> None:
    """The next lesson always stands after the latest one had that there still is."""
    had = Had()
    for order in orders:
        found = next_step(course(*order), TRACK, IDS, had)
        if found is None:
            continue
        there = [one for one in had.lessons if one in order]
        if there:
            assert order.index(IDS[found.lesson.slug]) > order.index(there[-1])
        had = after(found, had, IDS)


@given(st.permutations(range(1, 10)), st.integers(0, 9))
def test_without_an_edit_each_lesson_comes_in_its_order(order: list[int], length: int) -> None:
    on, had = course(*order[: max(1, length)]), Had()
    got: list[Lesson] = []
    while (found := next_step(on, TRACK, IDS, had)) is not None:
        got.append(found.lesson)
        had = after(found, had, IDS)
    assert tuple(got) == on.lessons


def test_only_a_lesson_proper_waits_for_a_slot() -> None:
    numbered = {kind: Step(kind, BY_ID[1]).is_numbered for kind in DeliveryKind}
    assert [kind for kind, proper in numbered.items() if proper] == [DeliveryKind.LESSON]


@pytest.mark.parametrize(
    ("lessons", "had", "missed", "expected"),
    [
        ((1, 2, 3), (), (), Progress(0, 3)),
        ((1, 2, 3), (1,), (), Progress(1, 3)),
        ((1, 2, 3), (1, 2, 3), (), Progress(3, 3)),
        ((1, 2, 3), (1, 3), (2,), Progress(2, 3)),
        ((1, 2, 3), (1, 2), (3,), Progress(2, 3)),
        ((4, 1, 2), (1, 2), (), Progress(2, 2)),
        ((4, 1, 2), (1,), (), Progress(1, 2)),
        ((1, 2), (1, 2, 3), (), Progress(2, 2)),
        ((1, 2, 3, 4), (1, 2, 3), (), Progress(3, 4)),
        ((), (1,), (), Progress(0, 0)),
    ],
)
def test_what_counts_is_what_came_and_what_is_still_to_come(
    lessons: tuple[int, ...], had: tuple[int, ...], missed: tuple[int, ...], expected: Progress
) -> None:
    assert progress(course(*lessons), TRACK, IDS, had, missed) == expected
    assert expected.is_through is (expected.had == expected.total > 0)


@given(st.permutations(list(range(1, 10))), st.integers(0, 9))
def test_who_is_sent_all_that_comes_next_is_through(order: list[int], taken: int) -> None:
    on = course(*order)
    had = Had(tuple(order[:taken]))
    while (found := next_step(on, TRACK, IDS, had)) is not None:
        assert not progress(on, TRACK, IDS, had.lessons, ()).is_through
        had = after(found, had, IDS)
    assert progress(on, TRACK, IDS, had.lessons, ()).is_through


def stands(on: Course, sent: tuple[int, ...], arrived: tuple[int, ...]) -> list[tuple[int, str]]:
    return [(IDS[one.slug], spot.value) for one, spot in spots(on, TRACK, IDS, sent, arrived)]


def test_a_lesson_that_came_was_had_and_one_that_may_not_have_come_is_unsure() -> None:
    found = stands(course(1, 2, 3, 4), sent=(1, 2), arrived=(1,))
    assert found == [(1, "had"), (2, "unsure"), (3, "next"), (4, "to come")]


def test_a_lesson_put_in_before_the_place_is_passed_by() -> None:
    assert stands(course(1, 9, 2, 3), sent=(1, 2), arrived=(1, 2)) == [
        (1, "had"), (9, "passed by"), (2, "had"), (3, "next"),
    ]  # fmt: skip


def test_a_lesson_moved_behind_the_place_is_still_one_that_was_had() -> None:
    assert stands(course(2, 3, 1), sent=(1, 2), arrived=(1, 2)) == [(2, "had"), (3, "next"), (1, "had")]


@given(st.permutations(range(1, 10)), st.lists(st.integers(1, 9), unique=True))
def test_the_lesson_that_is_next_is_the_one_that_is_sent_next(order: list[int], sent: list[int]) -> None:
    on = course(*order)
    marked = [one.slug for one, spot in spots(on, TRACK, IDS, sent, sent) if spot is Spot.NEXT]
    assert marked[:1] == [found for found in [lesson(on, *sent)] if found is not None]
    assert len(marked) < 2


@pytest.mark.parametrize(
    ("had", "owed", "expected"),
    [
        ((1, 3), (2,), ["l2", "l4", "l5"]),
        ((1, 4), (2, 3), ["l2", "l3", "l5"]),
        ((1, 4), (3, 2), ["l2", "l3", "l5"]),
        ((1, 2), (2,), ["l3", "l4", "l5"]),
        ((1, 2), (9,), ["l3", "l4", "l5"]),
        ((1, 2), (4,), ["l3", "l4", "l5"]),
        ((1, 5), (2,), ["l2"]),
    ],
    ids=["one", "two", "in the course's order", "had by now", "not on the course", "in its turn", "after the last"],
)
def test_what_is_owed_comes_before_anything_else(
    had: tuple[int, ...], owed: tuple[int, ...], expected: list[str]
) -> None:
    on, now, slugs = course(1, 2, 3, 4, 5), Had(had, owed=owed), []
    while (found := next_step(on, TRACK, IDS, now)) is not None:
        assert is_to_come(on, TRACK, IDS, now, IDS[found.lesson.slug])
        slugs.append(found.lesson.slug)
        now = after(found, now, IDS)
    assert slugs == expected
    assert not any(is_to_come(on, TRACK, IDS, now, one) for one in range(1, 10))
