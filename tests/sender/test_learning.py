"""How far somebody is: by what came to them in all that counts of their time on a course, and by what they answered."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from sender.certificate import Certificate, certificate
from sender.editions import EditionBook
from sender.learning import Learning, Questions, learning
from sender.model import Answer, EnrolmentStatus, Verdict
from sender.progress import Progress, Spot
from sender.quizzes import answer, question
from tests.sender.stage import MONDAY, SLOTS, Stage, a_course, a_lesson

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

QUIZ = """\
quiz:
  id: {id}
  question: Which?
  answers:
    - text: {first}
      explanation: No.
    - text: {second}
      right: true
      explanation: Yes.
"""
AGAIN = (
    "INSERT INTO enrolment (id, subscriber_id, course_id, track, status, overrides, start_at, created_at, next_due_at,"
    " due_since, afresh) SELECT :id, subscriber_id, course_id, track, 'active', overrides, start_at, created_at, :due,"
    " :due, :afresh FROM enrolment WHERE id = 1"
)
LATER = timedelta(days=1)


def asking(*names: str, first: str = "This", second: str = "That", closing: bool = True) -> dict[str, bytes]:
    """A course in which each lesson asks a question of the same name."""
    lessons = {
        f"lessons/{number:02d}-{name}.md": a_lesson(name, settings=QUIZ.format(id=name, first=first, second=second))
        for number, name in enumerate(names, start=1)
    }
    return a_course(*names, closing=closing, files=lessons)


def begun(stage: Stage, slots: Sequence[datetime], *names: str) -> None:
    """Ann takes a course, up to the last of the slots."""
    stage.publish(asking(*(names or ("one", "two", "three"))))
    stage.enrol("ann")
    tick(stage, slots)


def tick(stage: Stage, slots: Sequence[datetime]) -> None:
    for slot in slots:
        stage.tick(slot)


def leave(stage: Stage) -> None:
    stage.change(
        "UPDATE enrolment SET status = 'ended', ended_from = 'active', next_due_at = NULL, due_since = NULL"
        " WHERE status = 'active'"
    )


def come_back(stage: Stage, id_: int, due: datetime, *, afresh: bool = False) -> None:
    stage.change(AGAIN, id=id_, due=int(due.timestamp()), afresh=afresh)


def so_far(stage: Stage, delivery: int = 1) -> Learning:
    with stage.database.read() as connection:
        found = learning(connection, EditionBook(), delivery)
    assert found is not None
    return found


def certified(stage: Stage, delivery: int = 1) -> Certificate:
    with stage.database.read() as connection:
        found = certificate(connection, EditionBook(), delivery)
    assert found is not None
    return found


def spots(found: Learning) -> list[tuple[str, Spot]]:
    return [(one.lesson.slug, one.spot) for one in found.listed]


def test_lessons_that_came_count_and_the_others_are_to_come(stage: Stage) -> None:
    begun(stage, SLOTS[:1])
    found = so_far(stage)
    assert found.progress == Progress(1, 3)
    assert spots(found) == [("one", Spot.HAD), ("two", Spot.NEXT), ("three", Spot.TO_COME)]
    assert [one.is_open for one in found.listed] == [True, False, False]
    assert not found.at_own_pace


def test_there_is_nothing_to_say_of_a_delivery_that_there_is_not(stage: Stage) -> None:
    begun(stage, SLOTS[:1])
    with stage.database.read() as connection:
        assert learning(connection, EditionBook(), 99) is None
        assert question(connection, EditionBook(), 99, "one") is None
    assert answer(stage.database, EditionBook(), 99, "one", "b", MONDAY) is None


def test_answers_are_counted_by_the_latest_to_each_question(stage: Stage) -> None:
    begun(stage, SLOTS[:2])
    for delivery, quiz, letter in [(1, "one", "a"), (2, "two", "a"), (2, "two", "b"), (1, "one", "b"), (1, "one", "a")]:
        assert answer(stage.database, EditionBook(), delivery, quiz, letter, MONDAY) is not None
    assert so_far(stage).questions == Questions(total=3, answered=2, right=1)
    assert stage.rows("SELECT quiz, answer FROM quiz_answer ORDER BY quiz") == [("one", "a"), ("two", "b")]


def test_an_answer_is_right_by_the_edition_that_it_was_given_to(stage: Stage) -> None:
    begun(stage, SLOTS[:1])
    answer(stage.database, EditionBook(), 1, "one", "b", MONDAY)
    turned = asking("one", "two", "three", first="That was it", second="This was it")
    turned["lessons/01-one.md"] = turned["lessons/01-one.md"].replace(b"      right: true\n", b"").replace(
        b"text: That was it\n", b"text: That was it\n      right: true\n"
    )  # fmt: skip
    stage.publish(turned)
    found = so_far(stage)
    assert found.questions == Questions(total=3, answered=1, right=1)
    assert found.given["one"].text == "That"


def test_an_answer_to_a_question_that_is_gone_does_not_count(stage: Stage) -> None:
    begun(stage, SLOTS[:1])
    answer(stage.database, EditionBook(), 1, "one", "b", MONDAY)
    stage.publish(asking("two", "three"))
    assert so_far(stage).questions == Questions(total=2, answered=0, right=0)


def test_of_many_answers_at_once_one_is_kept(stage: Stage) -> None:
    begun(stage, SLOTS[:1])
    with ThreadPoolExecutor(8) as pool:
        letters = ["a", "b"] * 8
        asked = pool.map(lambda one: answer(stage.database, EditionBook(), 1, "one", one, MONDAY), letters)
        assert all(one is not None and one.given is not None for one in asked)
    assert stage.rows("SELECT count(*) FROM quiz_answer") == [(1,)]


def test_an_answer_of_a_letter_that_there_is_not_is_not_kept(stage: Stage) -> None:
    begun(stage, SLOTS[:1])
    asked = answer(stage.database, EditionBook(), 1, "one", "z", MONDAY)
    assert asked is not None
    assert asked.given is None
    assert stage.rows("SELECT * FROM quiz_answer") == []


def test_nothing_is_kept_of_somebody_who_was_erased(stage: Stage) -> None:
    begun(stage, SLOTS[:1])
    stage.change("UPDATE subscriber SET email = '', email_key = NULL, erased_at = 1")
    asked = answer(stage.database, EditionBook(), 1, "one", "b", MONDAY)
    assert asked is not None
    assert asked.erased
    assert stage.rows("SELECT * FROM quiz_answer") == []


def test_who_comes_back_has_what_they_had_before(stage: Stage) -> None:
    begun(stage, SLOTS[:2])
    answer(stage.database, EditionBook(), 1, "one", "b", MONDAY)
    leave(stage)
    come_back(stage, 9, SLOTS[3])
    tick(stage, SLOTS[3:4])
    assert stage.rows("SELECT lesson_id FROM delivery WHERE enrolment_id = 9") == [(3,)]
    for delivery in (1, 3):
        found = so_far(stage, delivery)
        assert (found.progress, found.questions) == (Progress(3, 3), Questions(3, 1, 1))
        assert found.status is EnrolmentStatus.ACTIVE
        assert certified(stage, delivery).finished_on == SLOTS[3].date()


def test_of_answers_in_several_lives_the_latest_counts_whichever_email_it_came_by(stage: Stage) -> None:
    begun(stage, SLOTS[:2])
    leave(stage)
    come_back(stage, 9, SLOTS[3])
    tick(stage, SLOTS[3:4])
    for days, (delivery, letter) in enumerate([(1, "b"), (3, "a"), (1, "b")]):
        answer(stage.database, EditionBook(), delivery, "one", letter, MONDAY + days * LATER)
        assert so_far(stage, 3).questions == so_far(stage, 1).questions == Questions(3, 1, int(letter == "b"))


def test_who_starts_again_has_nothing_and_keeps_what_they_had_by_the_old_emails(stage: Stage) -> None:
    begun(stage, SLOTS[:3])
    answer(stage.database, EditionBook(), 1, "one", "b", MONDAY)
    leave(stage)
    come_back(stage, 9, SLOTS[4], afresh=True)
    tick(stage, SLOTS[4:5])
    old, new = so_far(stage, 1), so_far(stage, 4)
    assert (old.progress, old.questions, old.status) == (Progress(3, 3), Questions(3, 1, 1), EnrolmentStatus.ENDED)
    assert (new.progress, new.questions, new.status) == (Progress(1, 3), Questions(3, 0, 0), EnrolmentStatus.ACTIVE)
    assert certified(stage, 1).finished_on == SLOTS[2].date()
    assert certified(stage, 4).finished_on is None
    answer(stage.database, EditionBook(), 2, "two", "b", MONDAY + LATER)
    assert so_far(stage, 4).questions == Questions(3, 0, 0)


def test_a_third_life_goes_on_from_the_one_that_began_afresh(stage: Stage) -> None:
    begun(stage, SLOTS[:1])
    leave(stage)
    come_back(stage, 8, SLOTS[1], afresh=True)
    tick(stage, SLOTS[1:3])
    leave(stage)
    come_back(stage, 9, SLOTS[4])
    tick(stage, SLOTS[4:5])
    assert so_far(stage, 1).progress == Progress(1, 3)
    assert so_far(stage, 2).progress == so_far(stage, 4).progress == Progress(3, 3)


@pytest.mark.parametrize("afresh", [False, True])
def test_whoever_asks_to_come_back_stays_what_they_are_until_they_confirm(stage: Stage, afresh: bool) -> None:
    begun(stage, SLOTS[:4])
    assert so_far(stage).status is EnrolmentStatus.FINISHED
    come_back(stage, 9, SLOTS[5], afresh=afresh)
    stage.change("UPDATE enrolment SET status = 'pending', next_due_at = NULL WHERE id = 9")
    found = so_far(stage)
    assert (found.status, found.progress) == (EnrolmentStatus.FINISHED, Progress(3, 3))
    assert all(one.is_open for one in found.listed)
    stage.change("UPDATE enrolment SET status = 'ended', ended_from = 'pending' WHERE id = 9")
    assert so_far(stage).status is EnrolmentStatus.FINISHED
    come_back(stage, 10, SLOTS[5])
    assert so_far(stage).progress == Progress(3, 3)


def test_a_certificate_stays_when_its_owner_comes_back_on_another_track(stage: Stage) -> None:
    files = asking("one", "two", "three")
    files["course.toml"] += b'[tracks.short]\ntitle = "Short"\n\n[tracks.long]\ntitle = "Long"\n'
    for name in ("02-two", "03-three"):
        path = f"lessons/{name}.md"
        files[path] = files[path].replace(b"quiz:\n", b"tracks: [long]\nquiz:\n")
    stage.publish(files)
    stage.enrol("ann")
    tick(stage, SLOTS[:2])
    leave(stage)
    come_back(stage, 9, SLOTS[3])
    stage.change("UPDATE enrolment SET track = 'long' WHERE id = 9")
    tick(stage, SLOTS[3:4])
    old, new = certified(stage, 1), certified(stage, 3)
    assert old.track is not None
    assert (old.track.title, old.finished_on, old.progress) == ("Short", SLOTS[0].date(), Progress(1, 1))
    assert (new.finished_on, new.progress) == (None, Progress(2, 3))
    tick(stage, SLOTS[4:5])
    assert certified(stage, 3).finished_on == SLOTS[4].date()
    assert certified(stage, 1).finished_on == SLOTS[4].date()


def test_a_lesson_that_did_not_arrive_is_unsure_until_a_copy_of_it_does(stage: Stage) -> None:
    stage.mailer.answers = [Answer(Verdict.UNCERTAIN)]
    begun(stage, SLOTS[:2])
    found = so_far(stage)
    assert found.progress == Progress(1, 3)
    assert spots(found)[0] == ("one", Spot.UNSURE)
    assert found.listed[0].is_open
    stage.change(
        "INSERT INTO delivery (id, enrolment_id, kind, lesson_id, occasion, slot_at, slot_on, batch_id, resent)"
        " SELECT 9, enrolment_id, kind, 1, 1, slot_at + 864000, :on, batch_id, true FROM delivery WHERE id = 2",
        on=SLOTS[3].date() if stage.database.is_sqlite is False else SLOTS[3].date().isoformat(),
    )
    found = so_far(stage)
    assert found.progress == Progress(2, 3)
    assert spots(found) == [("one", Spot.HAD), ("two", Spot.HAD), ("three", Spot.NEXT)]
    stage.publish(asking("one", "zero", "two", "three"))
    assert so_far(stage).progress == Progress(2, 3)  # the copy has moved nobody back
    assert [slug for slug, _ in spots(so_far(stage))] == ["one", "two", "three"]


def test_what_is_cancelled_was_not_had(stage: Stage) -> None:
    begun(stage, SLOTS[:1])
    stage.change("UPDATE delivery SET outcome = 'cancelled'")
    found = so_far(stage)
    assert spots(found)[0] == ("one", Spot.NEXT)
    assert not found.listed[0].is_open


def test_a_pause_without_an_end_is_reading_at_one_s_own_pace(stage: Stage) -> None:
    begun(stage, SLOTS[:1])
    stage.change("UPDATE enrolment SET status = 'paused', next_due_at = NULL, resume_on = NULL")
    found = so_far(stage)
    assert found.at_own_pace
    assert [one.is_open for one in found.listed] == [True] * 4
    assert found.listed[-1].lesson.slug == "closing"
    leave(stage)
    stage.change("UPDATE enrolment SET status = 'ended', ended_from = 'paused'")
    assert [one.is_open for one in so_far(stage).listed] == [True, False, False]


def test_another_person_s_lessons_and_answers_are_not_theirs(stage: Stage) -> None:
    begun(stage, SLOTS[:1])
    stage.enrol("bob", now=SLOTS[0])
    tick(stage, SLOTS[1:2])
    answer(stage.database, EditionBook(), 1, "one", "b", MONDAY)
    [(of_bob,)] = stage.rows("SELECT d.id FROM delivery d JOIN enrolment e ON e.id = d.enrolment_id WHERE e.id = 2")
    assert isinstance(of_bob, int)
    found = so_far(stage, of_bob)
    assert (found.progress, found.questions) == (Progress(1, 3), Questions(3, 0, 0))
