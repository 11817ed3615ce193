"""Publishing: a folder becomes an edition, whole or not at all, and those in the middle of the course move with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from course.errors import CourseError
from course.render import Renderer, email_templates
from sender import publishing
from sender.editions import EditionBook
from sender.errors import EditionError
from sender.model import DeliveryKind
from sender.publishing import Change, edition_hash, frozen, plan
from sender.store import editions as rows
from sender.store.editions import NameTakenError
from tests.sender.stage import MONDAY, ROLE, SLOTS, Stage, a_course, a_lesson, seconds

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

HOUR = timedelta(hours=1)
TABLES = ("course", "edition", "edition_file", "content", "lesson", "lesson_alias", "variant", "enrolment")


def everything(stage: Stage) -> list[list[tuple[object, ...]]]:
    found = [stage.rows(f"SELECT * FROM {table}") for table in TABLES]  # noqa: S608  # constants
    return [sorted(some, key=repr) for some in found]


def lesson_id(stage: Stage, slug: str) -> int:
    with stage.database.read() as connection:
        return rows.lesson_ids(connection, 1)[slug]


# An edition is its inputs.


def test_the_same_files_are_the_same_edition(stage: Stage) -> None:
    first = stage.publish(a_course("one", "two", welcome=True, closing=True))
    before = everything(stage)
    second = stage.publish(a_course("one", "two", welcome=True, closing=True), MONDAY + HOUR)
    assert (first.id, first.hash) == (second.id, second.hash)
    assert everything(stage) == before


def test_the_order_of_the_files_makes_no_difference(stage: Stage) -> None:
    files = a_course("one", "two")
    assert edition_hash(files) == edition_hash(dict(reversed(files.items())))


@pytest.mark.parametrize(
    "files",
    [{"lessons/01-one.md": a_lesson("one", "New.")}, {"theme/confirm.mjml": "x"}, {"sources/a.md": "x"}],
    ids=["a lesson", "a template", "a source"],
)
def test_any_other_input_is_another_edition(stage: Stage, files: dict[str, str]) -> None:
    assert edition_hash(frozen(a_course("one", files=files))) != edition_hash(frozen(a_course("one")))


def test_a_name_and_a_text_do_not_run_into_each_other(stage: Stage) -> None:
    assert edition_hash({"a": b"b\0c"}) != edition_hash({"a\0b": b"c"})
    assert edition_hash({"a": b"1", "b": b"2"}) != edition_hash({"a": b"1b2", "b": b""})


def test_another_version_of_what_renders_is_another_edition(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    before = edition_hash(a_course("one"))
    monkeypatch.setattr("importlib.metadata.version", lambda name: "99")
    assert edition_hash(a_course("one")) != before


def test_the_templates_are_frozen_with_the_course(stage: Stage) -> None:
    stage.publish(a_course("one"))
    with stage.database.read() as connection:
        files = rows.edition_files(connection, 1)
    assert files == frozen(a_course("one"))
    assert set(email_templates()) <= set(files)


def test_going_back_to_an_earlier_text_makes_that_edition_live_again(stage: Stage) -> None:
    first = stage.publish(a_course("one"))
    second = stage.publish(a_course("one", files={"lessons/01-one.md": a_lesson("one", "New.")}))
    assert second.id != first.id
    assert stage.publish(a_course("one")).id == first.id
    assert stage.rows("SELECT edition_id FROM course") == [(first.id,)]
    assert stage.rows("SELECT count(*) FROM edition") == [(2,)]


def test_what_two_editions_share_is_kept_once(stage: Stage) -> None:
    stage.publish(a_course("one", "two"))
    before = stage.rows("SELECT count(*) FROM content")[0][0]
    stage.publish(a_course("one", "two", files={"lessons/01-one.md": a_lesson("one", "New.")}))
    assert stage.rows("SELECT count(*) FROM content") == [(int(str(before)) + 1,)]


def test_an_edition_that_is_not_there_is_told(stage: Stage) -> None:
    with stage.database.read() as connection, pytest.raises(EditionError, match="no edition 7"):
        EditionBook().edition(connection, 7)


def test_publishing_renders_every_email_of_every_track(stage: Stage) -> None:
    stage.publish(a_course("one", "two", welcome=True, closing=True,
                           tables="[tracks.short]\ntitle = 'Short'\n[tracks.long]\ntitle = 'Long'",
                           files={"lessons/02-two.md": a_lesson("two", settings="tracks: [long]\n")}))  # fmt: skip
    found = stage.rows("SELECT track, kind, count(*) FROM variant GROUP BY track, kind ORDER BY track, kind")
    notices = ("access", "address", "confirm", "moved")
    others = ("finished", "lesson", "welcome")
    kinds = sorted((*notices, *others))
    numbers = {("long", "lesson"): 2}
    assert found == [(track, kind, numbers.get((track, kind), 1)) for track in ("long", "short") for kind in kinds]


def test_a_kept_variant_is_read_back_as_it_was_rendered(stage: Stage) -> None:
    files = {
        "lessons/01-one.md": a_lesson(
            "one", "{{ subscriber.role }} {% if subscriber.role == 'expert' %}Deep.{% endif %}"
        )
    }
    edition = stage.publish(a_course("one", tables=ROLE, files=files))
    reader = edition.reader({"role": "expert"}, {}, {})
    book = EditionBook()
    with stage.database.write() as connection:
        made = book.variant(connection, edition, DeliveryKind.LESSON, edition.course.lessons[0], "everyone", reader)
    fresh = EditionBook()
    with stage.database.write() as connection:
        again = fresh.variant(connection, edition, DeliveryKind.LESSON, edition.course.lessons[0], "everyone", reader)
        _, kind, label, email = fresh.email(connection, made)
    rendered = edition.renderer.render(
        edition.letter(DeliveryKind.LESSON, edition.course.lessons[0], "everyone"), reader
    )
    assert again == made
    assert (kind, label) == (DeliveryKind.LESSON, "one")
    assert replace(email, placeholders=()) == replace(rendered.email, placeholders=())
    assert set(email.placeholders) == set(rendered.email.placeholders)


# All or nothing.


@pytest.mark.parametrize("again", [False, True], ids=["the first edition", "another edition"])
def test_where_rendering_fails_half_way_nothing_has_changed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, again: bool
) -> None:
    if again:
        stage.publish(a_course("one", "two"))
        stage.enrol("ann")
    before, render = everything(stage), Renderer.render
    rendered: list[object] = []

    def failing(self: Renderer, *arguments: object) -> object:
        if len(rendered) == 2:
            raise CourseError("The picture is too large.", fix="Make it smaller.")
        rendered.append(arguments)
        return render(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Renderer, "render", failing)
    with pytest.raises(CourseError, match="too large"):
        stage.publish(a_course("new", "one", "two", cadence='skip = ["2026-03-03"]'))
    assert len(rendered) == 2
    assert everything(stage) == before


def test_a_course_that_cannot_be_read_changes_nothing(stage: Stage) -> None:
    stage.publish(a_course("one"))
    before = everything(stage)
    for files in ({"lessons/01-one.md": "no front matter"}, {"course.toml": "slug = "}):
        with pytest.raises(CourseError):
            stage.publish(a_course("one", files=files))
    assert everything(stage) == before


# What lessons are called.


def test_a_lesson_keeps_its_id_whatever_happens_to_it(stage: Stage) -> None:
    stage.publish(a_course("one", "two"))
    before = lesson_id(stage, "two")
    for files in (a_course("two", "one"), a_course("one"), a_course("one", "three", "two")):
        stage.publish(files)
    assert lesson_id(stage, "two") == before
    assert lesson_id(stage, "three") != before


def test_a_renamed_lesson_keeps_its_id_and_is_known_by_both_names(stage: Stage) -> None:
    stage.publish(a_course("one"))
    before = lesson_id(stage, "one")
    for name, earlier in (("two", "one"), ("three", "two"), ("one", "three")):
        stage.publish(
            a_course(name, files={f"lessons/01-{name}.md": a_lesson(name, settings=f"aliases: [{earlier}]\n")})
        )
        assert lesson_id(stage, name) == lesson_id(stage, earlier) == before
    assert stage.rows("SELECT count(*) FROM lesson") == [(1,)]


def test_a_renamed_lesson_whose_alias_is_taken_out_later_is_still_the_same(stage: Stage) -> None:
    stage.publish(a_course("one"))
    before = lesson_id(stage, "one")
    stage.publish(a_course("two", files={"lessons/01-two.md": a_lesson("two", settings="aliases: [one]\n")}))
    stage.publish(a_course("two"))
    assert lesson_id(stage, "two") == before


@pytest.mark.parametrize("order", [("one", "two"), ("two", "one")])
def test_a_new_lesson_cannot_take_the_earlier_name_of_another(stage: Stage, order: tuple[str, str]) -> None:
    """They would be one lesson: whoever had either would not get the other."""
    stage.publish(a_course("one"))
    stage.publish(a_course("two", files={"lessons/01-two.md": a_lesson("two", settings="aliases: [one]\n")}))
    before = everything(stage)
    with pytest.raises(NameTakenError, match="`one` has the name under which `two`"):
        stage.publish(a_course(*order))
    assert everything(stage) == before


# Those in the middle of it.


def test_whoever_had_a_lesson_does_not_get_its_new_text(stage: Stage) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    stage.tick(SLOTS[0])
    stage.publish(a_course("one", "two", files={"lessons/01-one.md": a_lesson("one", "New.")}), SLOTS[0] + HOUR)
    for _ in stage.ticks(SLOTS[0] + HOUR):
        pass
    assert stage.mailer.labels("ann@example.com") == ["one", "two"]


def on(days: str, time: str, *lessons: str) -> dict[str, bytes]:
    """A course with another cadence."""
    files = a_course(*lessons)
    settings = files["course.toml"].decode().replace('["tuesday", "thursday"]', days).replace('"08:00"', f'"{time}"')
    return {**files, "course.toml": settings.encode()}


def test_another_cadence_applies_from_each_one_s_next_slot(stage: Stage) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    stage.enrol("bob", timezone="Asia/Kolkata")
    stage.tick(SLOTS[0] - 5.5 * HOUR)
    stage.publish(on('["wednesday"]', "10:00", "one", "two"), SLOTS[0] - 5 * HOUR)
    wednesday = SLOTS[0] + 26 * HOUR
    assert stage.enrolment("ann")[1:] == (seconds(wednesday), seconds(wednesday))
    assert stage.enrolment("bob")[1] == seconds(wednesday - 5.5 * HOUR)


def test_another_hour_never_repeats_a_day(stage: Stage) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    stage.tick(SLOTS[0])
    stage.publish(on('["tuesday", "thursday"]', "18:00", "one", "two"), SLOTS[0] + HOUR)
    assert stage.enrolment("ann")[1] == seconds(SLOTS[1] + 10 * HOUR)


def test_whoever_is_due_already_is_not_put_off_by_an_edit(stage: Stage) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    stage.publish(on('["tuesday"]', "08:00", "one", "two"), SLOTS[0] + HOUR)
    assert stage.enrolment("ann")[1] == seconds(SLOTS[0])
    assert stage.tick(SLOTS[0] + HOUR).accepted == 1


def test_an_edit_of_the_text_alone_moves_nobody(stage: Stage) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    stage.change("UPDATE enrolment SET next_due_at = next_due_at + 60")
    before = stage.enrolment("ann")
    stage.publish(a_course("one", "two", files={"lessons/01-one.md": a_lesson("one", "New.")}), MONDAY + HOUR)
    assert stage.enrolment("ann") == before


def test_a_person_s_own_choices_stay_when_the_cadence_changes(stage: Stage) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    stage.change('UPDATE enrolment SET overrides = \'{"days": "4", "at": "20:00"}\'')
    stage.publish(on('["wednesday"]', "10:00", "one", "two"), MONDAY + HOUR)
    assert stage.enrolment("ann")[1] == seconds(SLOTS[1] + 36 * HOUR)


def test_a_cohort_is_not_brought_forward_by_an_edit(stage: Stage) -> None:
    stage.publish(a_course("one"))
    stage.bring_in("email\nann@example.com\n", start=SLOTS[4].date())
    stage.publish(on('["monday", "tuesday"]', "09:00", "one"), MONDAY + HOUR)
    assert stage.enrolment("ann")[1] == seconds(SLOTS[4] + HOUR)


def test_a_welcome_that_is_due_stays_due(stage: Stage) -> None:
    stage.publish(a_course("one", welcome=True))
    stage.enrol("ann")
    stage.publish(a_course("one", "two", welcome=True), MONDAY + HOUR)
    assert stage.enrolment("ann")[1] == seconds(MONDAY)


@pytest.mark.parametrize("status", ["pending", "finished", "ended"])
def test_only_who_takes_the_course_is_moved(stage: Stage, status: str) -> None:
    stage.publish(a_course("one"))
    stage.enrol("ann")
    stage.change("UPDATE enrolment SET status = :status", status=status)
    before = stage.enrolment("ann")
    stage.publish(on('["wednesday"]', "10:00", "one", "two"), MONDAY + HOUR)
    assert stage.enrolment("ann") == before


def test_people_of_another_course_are_not_moved(stage: Stage) -> None:
    stage.publish(a_course("one"))
    stage.publish(a_course("one", slug="other"))
    stage.enrol("ann", course="other")
    before = stage.enrolment("ann")
    stage.publish(on('["wednesday"]', "10:00", "one"), MONDAY + HOUR)
    assert stage.enrolment("ann") == before


def test_whoever_has_finished_does_not_get_a_lesson_added_at_the_end(stage: Stage) -> None:
    stage.publish(a_course("one"))
    stage.enrol("ann")
    stage.tick(SLOTS[0])
    stage.publish(a_course("one", "two"), SLOTS[0] + HOUR)
    assert list(stage.ticks(SLOTS[1])) == [SLOTS[1]]
    assert stage.enrolment("ann") == ("finished", None, None)


def test_whoever_has_nothing_left_after_an_edit_has_finished(stage: Stage) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann", "bob")
    stage.tick(SLOTS[0], limit=1)
    stage.publish(a_course("one"), SLOTS[0] + HOUR)
    assert stage.enrolment("ann") == ("finished", None, None)
    assert stage.enrolment("bob")[0] == "active"


def test_more_people_than_are_moved_at_once_are_all_moved(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "_CHUNK", 2)
    stage.publish(a_course("one"))
    stage.enrol("ann", "bob", "cid", "dee", "eve")
    stage.publish(on('["wednesday"]', "10:00", "one"), MONDAY + HOUR)
    assert stage.rows("SELECT DISTINCT next_due_at FROM enrolment") == [(seconds(SLOTS[0] + 26 * HOUR),)]


# What publishing would do.


def changes(stage: Stage, files: dict[str, bytes]) -> tuple[tuple[str, ...], ...]:
    found = plan(stage.database, files)
    return found.added, found.removed, found.changed


def test_a_plan_of_a_new_course_says_so(stage: Stage) -> None:
    files = a_course("one", welcome=True, closing=True)
    assert plan(stage.database, files) == Change("letters", True, False, ("welcome", "one", "closing"), (), (), 0)
    assert stage.rows("SELECT * FROM course") == []


def test_a_plan_of_the_same_files_says_so(stage: Stage) -> None:
    stage.publish(a_course("one"))
    stage.enrol("ann", "bob")
    stage.bring_in("email\ncid@example.com\n", confirmed=False)
    assert plan(stage.database, a_course("one")) == Change("letters", False, True, (), (), (), 2)


def test_a_plan_tells_what_is_new_changed_removed_and_renamed(stage: Stage) -> None:
    stage.publish(a_course("one", "two", "three"))
    assert changes(stage, a_course("one", "two", "three", "four")) == (("four",), (), ())
    assert changes(stage, a_course("one", "three")) == ((), ("two",), ())
    new = {"lessons/02-two.md": a_lesson("two", "New.")}
    assert changes(stage, a_course("one", "two", "three", files=new)) == ((), (), ("two",))
    renamed = {"lessons/02-zwei.md": a_lesson("two", settings="aliases: [two]\n")}
    assert changes(stage, a_course("one", "zwei", "three", files=renamed)) == ((), (), ())


def test_a_plan_of_other_settings_is_not_the_same(stage: Stage) -> None:
    stage.publish(a_course("one"))
    other = plan(stage.database, a_course("one", cadence='grace = "2h"'))
    assert (other.same, other.added, other.removed, other.changed) == (False, (), (), ())


def test_a_plan_of_a_renamed_lesson_with_a_new_text_tells_that_it_changed(stage: Stage) -> None:
    stage.publish(a_course("one"))
    renamed = {"lessons/01-eins.md": a_lesson("one", "New.", settings="aliases: [one]\n")}
    assert changes(stage, a_course("eins", files=renamed)) == ((), (), ("eins",))
