"""What editions hold can be asked for by its hash, and their variants are kept once, in both databases."""

from __future__ import annotations

from hashlib import sha256
from threading import Thread

import pytest

from sender.store.editions import add_variant, content_of
from tests.sender.stage import Stage, a_course

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])


def test_a_file_of_any_edition_is_found_by_the_hash_of_its_content(stage: Stage) -> None:
    earlier, later = a_course("one"), a_course("two")
    stage.publish(earlier)
    stage.publish(later)
    for content in (*earlier.values(), *later.values()):
        with stage.database.read() as connection:
            assert content_of(connection, sha256(content).hexdigest()) == content


def test_what_no_edition_holds_is_not_found(stage: Stage) -> None:
    stage.publish(a_course("one"))
    with stage.database.read() as connection:
        assert content_of(connection, sha256(b"never published").hexdigest()) is None
        assert content_of(connection, "") is None


def a_variant(outcomes_hash: str = "0", lesson_id: int | None = 1) -> dict[str, object]:
    return {
        "edition_id": 1, "kind": "lesson", "lesson_id": lesson_id, "track": "main", "outcomes": [],
        "outcomes_hash": outcomes_hash, "subject": "A", "html": "B", "text": "C", "placeholders": [], "salt": "d",
    }  # fmt: skip


@pytest.mark.parametrize("lesson_id", [1, None], ids=["of a lesson", "of none"])
def test_a_variant_is_kept_once(stage: Stage, lesson_id: int | None) -> None:
    stage.publish(a_course("one"))
    with stage.database.write() as connection:
        first, again = (add_variant(connection, a_variant(lesson_id=lesson_id)) for _ in range(2))
        other = add_variant(connection, a_variant("1", lesson_id))
    assert first == again != other
    with stage.database.write() as connection:
        assert add_variant(connection, a_variant(lesson_id=lesson_id)) == first


@pytest.mark.parametrize("kept", [True, False], ids=["committed", "rolled back"])
def test_two_that_keep_the_same_variant_at_once_keep_one(stage: Stage, kept: bool) -> None:
    """The second waits for what becomes of the first, and then has its id, or makes a variant of its own."""
    stage.publish(a_course("one"))
    found: list[int] = []

    def second() -> None:
        with stage.database.write() as connection:
            found.append(add_variant(connection, a_variant()))

    thread = Thread(target=second)
    with stage.database.write() as connection:
        first = add_variant(connection, a_variant())
        thread.start()
        if not stage.database.is_sqlite:
            until_one_waits(stage)
        if not kept:
            connection.rollback()
    thread.join()
    ids = [id_ for (id_,) in stage.rows("SELECT id FROM variant WHERE track = 'main' AND outcomes_hash = '0'")]
    assert ids == found
    assert not kept or found == [first]


def until_one_waits(stage: Stage) -> None:
    """Until another transaction waits for a row of this one."""
    for _ in range(100_000):
        if stage.rows("SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"):
            return
    raise AssertionError("nobody waits")
