"""Whatever SendGrid answers, or does not: nobody is sent anything twice, and each has had everything in the end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.faults.conftest import PEOPLE
from tests.faults.school import NOW, School
from tests.standin import Fault, Step
from tests.standin.script import broken, too_many

ODDITIES = {
    "the connection dropped before anything was taken": Step(fault=Fault.DROP_BEFORE),
    "the connection dropped after all was taken": Step(fault=Fault.DROP_AFTER),
    "nothing answered": Step(fault=Fault.EMPTY),
    "nothing answered, and all taken": Step(fault=Fault.EMPTY, taken=True),
    "half an answer": Step(fault=Fault.HALF_BODY),
    "half an answer, and nothing taken": Step(fault=Fault.HALF_BODY, taken=False),
    "garbage": Step(fault=Fault.GARBAGE),
    "garbage, and all taken": Step(fault=Fault.GARBAGE, taken=True),
    "429": too_many(),
    "429 with a moment": too_many(reset=1),
    "500": broken(500),
    "503": broken(503),
}


@pytest.mark.parametrize("step", ODDITIES.values(), ids=ODDITIES)
def test_after_an_odd_answer_each_still_gets_each_lesson_once(step: Step, school: School) -> None:
    school.standin.script(step)
    school.send(NOW)
    school.account()
    school.send_until_done(NOW)
    school.all_had_everything()


@pytest.mark.parametrize("step", ODDITIES.values(), ids=ODDITIES)
def test_an_odd_answer_in_every_third_request_costs_nobody_a_lesson(step: Step, school: School) -> None:
    school.standin.script(every=[(3, step)])
    school.send(NOW)
    school.account()
    school.standin.script(default=Step())
    school.send_until_done(NOW)
    school.all_had_everything()


def test_a_stand_in_that_is_not_there_costs_nobody_a_lesson(school: School) -> None:
    elsewhere = School(
        school.folder, school.standin, PEOPLE, {**school.settings, "DRIPCOURSE_SENDGRID_HOST": "http://127.0.0.1:9"}
    )
    assert elsewhere.send(NOW)["retry"] == PEOPLE
    school.account()
    assert school.standin.requests == 0
    school.send_until_done(NOW + timedelta(hours=2))
    school.all_had_everything()


def test_without_events_nothing_uncertain_is_sent_again(school: School) -> None:
    school.standin.script(Step(fault=Fault.DROP_AFTER), Step(fault=Fault.EMPTY))
    school.send(NOW)
    uncertain = school.states()["uncertain"]
    assert uncertain
    school.send_until_done(NOW, told=False)
    school.account()
    assert school.states()["uncertain"] == uncertain
