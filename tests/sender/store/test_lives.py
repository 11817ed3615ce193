"""A person's life on a course is looked for among their own enrolments, however many others there are."""

from __future__ import annotations

import pytest

from sender.store import lives, quizzes
from tests.sender.stage import SLOTS, Stage, a_course
from tests.sender.store.test_query_plans import Query, steps


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (lambda connection: lives.life_of(connection, 1), "enrolment_course"),
        (lambda connection: lives.sent(connection, [1, 2]), "one_delivery"),
        (lambda connection: quizzes.answers_of(connection, [1, 2]), "sqlite_autoindex_quiz_answer_1"),
    ],
    ids=["life", "sent", "answers"],
)
def test_the_index_is_used_and_no_table_is_read_through(stage: Stage, query: Query, index: str) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann", "bob")
    stage.tick(SLOTS[0])
    found = steps(stage, query)
    assert any(step.startswith("SEARCH") and f" {index} (" in step for step in found), found
    assert not [step for step in found if step.startswith("SCAN")]
