"""The book of editions: it is bounded, and never takes for stored what a transaction may yet lose."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection

from sender import editions
from sender.editions import Edition, EditionBook
from sender.model import DeliveryKind
from sender.store import editions as rows
from tests.sender.stage import ROLE, SLOTS, Stage, a_course, a_lesson

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

BY_ROLE = {"lessons/01-one.md": a_lesson("one", "{% if subscriber.role == 'expert' %}Deep.{% else %}Plain.{% endif %}")}
EXPERT = {"role": "expert"}


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """A course whose first lesson is another one for experts, of whom nobody has asked for it yet."""
    stage.publish(a_course("one", tables=ROLE, files=BY_ROLE))
    return stage


def variant(connection: Connection, book: EditionBook, edition: Edition, fields: dict[str, str]) -> int:
    lesson, reader = edition.course.lessons[0], edition.reader(fields, {}, {})
    return book.variant(connection, edition, DeliveryKind.LESSON, lesson, edition.course.tracks[0].slug, reader)


def stored(stage: Stage) -> set[object]:
    return {id_ for (id_,) in stage.rows("SELECT id FROM variant")}


def test_a_variant_that_was_rolled_back_is_not_remembered(stage: Stage) -> None:
    book = EditionBook()
    with stage.database.write() as connection:
        lost = variant(connection, book, book.edition(connection, 1), EXPERT)
        connection.rollback()
    assert lost not in stored(stage)
    with stage.database.write() as connection:
        kept = variant(connection, book, book.edition(connection, 1), EXPERT)
    assert kept in stored(stage)


def test_another_transaction_does_not_know_of_a_variant_that_is_not_committed(stage: Stage) -> None:
    """As the pages and a tick of one process share a book."""
    book = EditionBook()
    with stage.database.read() as beside, stage.database.write() as connection:
        edition = book.edition(connection, 1)
        lost = variant(connection, book, edition, EXPERT)
        lesson, track = edition.course.lessons[0], edition.course.tracks[0].slug
        own = [id_ for id_, _ in book._known(connection, edition, DeliveryKind.LESSON, lesson, track)]
        others = [id_ for id_, _ in book._known(beside, edition, DeliveryKind.LESSON, lesson, track)]
        connection.rollback()
    assert lost in own
    assert lost not in others
    with stage.database.write() as connection:
        kept = variant(connection, book, book.edition(connection, 1), EXPERT)
    assert kept in stored(stage)


def test_what_is_committed_is_known_to_all_and_rendered_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    book, made = EditionBook(), []
    add = rows.add_variant

    def counted(connection: Connection, values: dict[str, object]) -> int:
        made.append(values["outcomes_hash"])
        return add(connection, values)

    monkeypatch.setattr(rows, "add_variant", counted)
    found = []
    for _ in range(3):
        with stage.database.write() as connection:
            found += [variant(connection, book, book.edition(connection, 1), EXPERT) for _ in range(2)]
    assert len(set(found)) == 1
    assert len(made) == 1


def test_two_that_render_the_same_at_once_get_the_same(stage: Stage) -> None:
    book = EditionBook()

    def one(_number: int) -> int:
        with stage.database.write() as connection:
            return variant(connection, book, book.edition(connection, 1), EXPERT)

    with ThreadPoolExecutor(4) as pool:
        (found,) = set(pool.map(one, range(8)))
    assert found in stored(stage)


def test_what_a_process_that_lives_for_months_keeps_is_bounded(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editions, "_MOST_EDITIONS", 3)
    monkeypatch.setattr(editions, "_MOST_EMAILS", 3)
    book = EditionBook()
    stage.enrol("ann")
    for number in range(8):
        edition = stage.publish(a_course("one", "two", files={"lessons/02-two.md": a_lesson("two", f"No {number}.")}))
        with stage.database.write() as connection:
            of_it = book.edition(connection, edition.id)
            variant(connection, book, of_it, {})
            for id_, _ in rows.variants_of(connection, edition.id, "lesson", 1, of_it.course.tracks[0].slug):
                assert book.email(connection, id_)[0] is of_it
    assert len(book._editions) == len(book._emails) == 3
    assert len(book._variants) <= 3
    assert len(book._added) == 0
    with stage.database.read() as connection:
        assert book.edition(connection, 1).id == 1  # read again
    assert stage.tick(SLOTS[0]).accepted == 1


def test_editions_with_many_pictures_are_fewer(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    other = stage.publish(a_course("two", slug="other"))
    with stage.database.read() as connection:
        size = sum(map(len, EditionBook().edition(connection, 1).files.values()))
        monkeypatch.setattr(editions, "_MOST_BYTES", size + 1)
        book = EditionBook()
        book.edition(connection, 1)
        book.edition(connection, other.id)
    assert len(book._editions) == 1
