"""The report counts deliveries, by email and by what events told of them."""

from __future__ import annotations

import pytest

from sender.events import record
from sender.report import EmailFigures, email_figures
from tests.sender.events.telling import of
from tests.sender.stage import SLOTS, Stage, a_course

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])


def test_each_email_has_its_figures_in_the_order_of_sending(stage: Stage) -> None:
    stage.publish(a_course("one", "two", welcome=True))
    stage.publish(a_course("one", slug="notes"))
    stage.enrol("ann", "bob", "cid")
    stage.enrol("ann", course="notes")
    list(stage.ticks(SLOTS[0]))
    numbers = {
        (name, label): id_
        for name in ("ann", "bob", "cid")
        for label, id_ in stage.rows(
            "SELECT coalesce(l.slug, d.kind), d.id FROM delivery d JOIN enrolment e ON e.id = d.enrolment_id"
            " JOIN subscriber s ON s.id = e.subscriber_id LEFT JOIN lesson l ON l.id = d.lesson_id"
            " WHERE s.email = :email AND e.course_id = 1",
            email=f"{name}@example.com",
        )
    }

    def told(name: str, label: str, kind: str, number: int, **members: object) -> dict[str, object]:
        return of(int(str(numbers[name, label])), kind, number, name=name, **members)

    record(
        stage.database,
        [
            told("ann", "one", "delivered", 1), told("ann", "one", "open", 2), told("ann", "one", "open", 3),
            told("ann", "one", "click", 4), told("ann", "one", "open", 5, sg_machine_open=True),
            told("bob", "one", "delivered", 6), told("bob", "one", "bounce", 7, type="bounce"),
            told("cid", "one", "bounce", 8, type="blocked"), told("cid", "two", "spamreport", 9),
            told("ann", "welcome", "dropped", 10), told("bob", "two", "unsubscribe", 11),
            told("cid", "two", "group_unsubscribe", 12),
        ],
        SLOTS[3],
    )  # fmt: skip
    nothing = dict.fromkeys(list(EmailFigures.__slots__)[2:], 0)
    assert email_figures(stage.database, "letters") == (
        EmailFigures("welcome", 3, **{**nothing, "dropped": 1}),
        EmailFigures(
            "one", 3, **{**nothing, "delivered": 2, "bounced": 1, "blocked": 1, "opened": 1, "machine_opened": 1,
                         "clicked": 1},
        ),
        EmailFigures("two", 3, **{**nothing, "complained": 1, "unsubscribed": 2}),
    )  # fmt: skip
    assert [one.sent for one in email_figures(stage.database, "notes")] == [1]


def test_of_a_course_that_there_is_not_there_are_no_figures(stage: Stage) -> None:
    assert email_figures(stage.database, "nowhere") == ()
