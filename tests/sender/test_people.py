"""Bringing people in: good rows go in whole, bad ones are told, and nobody is enrolled twice or brought back."""

from __future__ import annotations

from datetime import date, timedelta
from unicodedata import normalize

import pytest
from sqlalchemy import event

from sender.entries import LONGEST_FIELD
from sender.errors import NotFoundError, StoreError
from sender.model import Suppressed
from sender.people import Imported
from sender.roster import Row
from sender.schedule import beginning
from sender.store import subscribers
from sender.store.suppressions import EVERYTHING, hashing_key, suppress
from tests.sender.stage import MONDAY, SLOTS, Stage, a_course, a_lesson, seconds

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

FIELDS = """\
[fields]
first_name = { type = "text", default = "there" }
role = { type = "text", values = ["novice", "expert"] }
plants = { type = "number" }
indoors = { type = "boolean" }

[tracks.short]
title = "Short"

[tracks.long]
title = "Long"
"""


@pytest.fixture
def stage(stage: Stage) -> Stage:
    stage.publish(a_course("one", "two", tables=FIELDS, files={
        "lessons/02-two.md": a_lesson("two", settings="tracks: [long]\n")}))  # fmt: skip
    return stage


def people(stage: Stage) -> list[tuple[object, ...]]:
    return stage.rows("SELECT email, first_name, last_name, zone FROM subscriber ORDER BY email")


def addresses(stage: Stage) -> list[object]:
    return [row[0] for row in people(stage)]


def first_name(stage: Stage, given: str) -> object:
    """The first name that arrives when one is given."""
    quoted = given.replace('"', '""')
    stage.bring_in(f'email,first_name\nann@example.com,"{quoted}"\n')
    return people(stage)[0][1]


def everything(stage: Stage) -> list[list[tuple[object, ...]]]:
    tables = ("subscriber", "enrolment", "key", "suppression", "delivery", "consent")
    return [stage.rows(f'SELECT * FROM "{table}" ORDER BY 1') for table in tables]  # noqa: S608  # a constant


def test_people_are_brought_in_with_names_zone_and_attributes(stage: Stage) -> None:
    summary, rejected = stage.bring_in(
        "Email;First Name;last_name;timezone;role;Cost Centre\n"
        "Ann@Example.com;Ann;Bee;Asia/Kolkata;expert;7b\n"
        "bob@example.com;;;;;\n"
    )
    assert (summary, rejected) == (Imported(added=2), [])
    assert people(stage) == [("Ann@Example.com", "Ann", "Bee", "Asia/Kolkata"), ("bob@example.com", "", "", "")]
    with stage.database.read() as connection:
        known = subscribers.known_by_key(connection, ["ann@example.com"])
    assert known["ann@example.com"].attributes == {"role": "expert", "cost_centre": "7b"}


def test_good_rows_go_in_and_bad_ones_are_told_with_line_and_reason(stage: Stage) -> None:
    summary, rejected = stage.bring_in(
        "email,first_name,timezone\n"
        "ann@example.com,Ann,Europe/Berlin\n"
        "nobody,No,\n"
        ",None,\n"
        "bob@example.com,Bob,Europe/Berln\n"
        "ANN@example.com,Again,\n"
        "cid@example.com,Cid\n"
        "dee@example.com,Dee,europe/berlin\n"
        "eve@example.com,Eve,../../etc/passwd\n"
        'fay@example.com,"Fay,\n'
        "gus@example.com,Gus,UTC\n"
    )
    assert summary == Imported(added=2, rejected=8)
    assert addresses(stage) == ["ann@example.com", "gus@example.com"]
    told = [(one.line, one.email, one.reason) for one in rejected]
    assert [line for line, _, _ in told] == [3, 4, 5, 6, 7, 8, 9, 10]
    assert told[0][1] == "nobody"
    assert "not an email address" in told[0][2]
    assert told[1][2] == "there is no address"
    assert told[2][1:] == ("bob@example.com", "`Europe/Berln` is not a time zone (such as Europe/Berlin)")
    assert told[3][1:] == ("ANN@example.com", "the address already stands in line 2")
    assert told[4][2] == "the row has 2 columns, the header 3"
    assert "time zone" in told[5][2]
    assert "time zone" in told[6][2]
    assert "quotation mark" in told[7][2]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("ann@example.com", "ann@example.com"),
        ("ann@example.com", "ANN@EXAMPLE.COM"),
        ("ann@münchen.example", "ann@xn--mnchen-3ya.example"),
        ("ann@xn--mnchen-3ya.example", "Ann@MÜNCHEN.example"),
        ("rené@example.com", normalize("NFD", "rené@example.com")),
    ],
    ids=["same", "case", "punycode", "punycode first", "decomposed"],
)
def test_an_address_in_two_lines_goes_in_once(stage: Stage, first: str, second: str) -> None:
    summary, [rejected] = stage.bring_in(f"email\n{first}\n{second}\n")
    assert summary == Imported(added=1, rejected=1)
    assert (rejected.line, rejected.reason) == (3, "the address already stands in line 2")
    assert addresses(stage) == [first]


def test_an_address_is_known_again_thousands_of_lines_later(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sender.people.AT_ONCE", 1000)
    rows = [Row(line, {"email": f"sample{line}@example.com"}) for line in range(2, 2503)]
    again = [Row(2503, {"email": "SAMPLE2@example.com"}), Row(2504, {"email": "sample2500@example.com"})]
    summary, rejected = stage.bring_in([*rows, *again])
    assert summary == Imported(added=2501, rejected=2)
    assert [one.reason for one in rejected] == [
        "the address already stands in line 2", "the address already stands in line 2500",
    ]  # fmt: skip


def test_a_row_that_was_left_out_does_not_take_its_address(stage: Stage) -> None:
    summary, _ = stage.bring_in("email,timezone\nann@example.com,nowhere\nann@example.com,UTC\n")
    assert summary == Imported(added=1, rejected=1)


def test_the_same_file_twice_changes_nothing_the_second_time(stage: Stage) -> None:
    file = "email,first_name\nann@example.com,Ann\nBob@example.com,Bob\n"
    stage.bring_in(file)
    before = everything(stage)
    assert stage.bring_in(file)[0] == Imported(updated=2)
    assert everything(stage) == before


def test_a_second_import_gives_what_it_has_and_takes_nothing_away(stage: Stage) -> None:
    stage.bring_in("email,first_name,last_name,timezone,role,team\nann@example.com,Ann,Bee,Asia/Tokyo,novice,a\n")
    stage.bring_in("email,first_name,last_name,timezone,role,plants\nANN@example.com,Anna,,,expert,3\n")
    assert people(stage) == [("ann@example.com", "Anna", "Bee", "Asia/Tokyo")]
    with stage.database.read() as connection:
        known = subscribers.known_by_key(connection, ["ann@example.com"])
    assert known["ann@example.com"].attributes == {"role": "expert", "team": "a", "plants": "3"}


def test_nobody_comes_to_hold_too_much_by_several_imports(stage: Stage) -> None:
    text = "x" * LONGEST_FIELD
    for part in "abcdefg":
        assert stage.bring_in(f"email,{part}\nann@example.com,{text}\n")[0].rejected == 0
    before = everything(stage)
    summary, [rejected] = stage.bring_in(f"email,h\nann@example.com,{text}\nbob@example.com,x\n")
    assert summary == Imported(added=1, rejected=1)
    assert (rejected.line, rejected.email) == (2, "ann@example.com")
    assert "over 8,000 bytes" in rejected.reason
    assert everything(stage)[0][:1] == before[0]


def test_whoever_unsubscribed_is_not_brought_back(stage: Stage) -> None:
    stage.enrol("ann")
    stage.change("UPDATE enrolment SET status = 'ended', ended_reason = 'unsubscribed', next_due_at = NULL")
    assert stage.bring_in("email,first_name\nANN@example.com,Ann\n")[0] == Imported(updated=1)
    assert stage.rows("SELECT status, next_due_at FROM enrolment") == [("ended", None)]


@pytest.mark.parametrize("status", ["active", "paused", "finished", "ended"])
def test_whoever_is_or_was_on_the_course_is_not_enrolled_again(stage: Stage, status: str) -> None:
    stage.enrol("ann")
    stage.change("UPDATE enrolment SET status = :status", status=status)
    stage.enrol("ann", "bob")
    assert stage.rows("SELECT count(*) FROM enrolment") == [(2,)]
    assert stage.enrolment("ann")[0] == status


def test_whom_another_process_adds_at_the_same_moment_is_left_as_they_are(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on PostgreSQL, where somebody may ask for the course on a page after the import has looked."""
    stage.enrol("ann", first_name="Ann")
    before = everything(stage)
    monkeypatch.setattr("sender.people.subscribers.known_by_key", lambda *_: {})
    monkeypatch.setattr("sender.people.subscribers.on_course", lambda *_: set())
    stage.enrol("ann", first_name="Other", timezone="UTC")
    assert everything(stage) == before


def test_a_second_course_is_a_second_enrolment_of_the_same_person(stage: Stage) -> None:
    stage.publish(a_course("one", slug="other"))
    stage.enrol("ann")
    stage.enrol("ann", course="other")
    assert stage.rows("SELECT count(*), count(DISTINCT subscriber_id), count(DISTINCT course_id) FROM enrolment") == [
        (2, 1, 2)
    ]


@pytest.mark.parametrize("scope", ["this course", "everything", "another course"])
def test_suppressed_addresses_are_counted_and_not_enrolled(stage: Stage, scope: str) -> None:
    other = stage.publish(a_course("one", slug="other")).course_id
    [(course,)] = stage.rows("SELECT id FROM course WHERE slug = 'letters'")
    chosen = {"this course": int(str(course)), "everything": EVERYTHING, "another course": other}[scope]
    with stage.database.write() as connection:
        suppress(connection, "ann@example.com", chosen, Suppressed.UNSUBSCRIBED, MONDAY)
    summary, rejected = stage.bring_in("email\nAnn@example.com\nbob@example.com\n")
    assert rejected == []
    if scope == "another course":
        assert summary == Imported(added=2)
    else:
        assert summary == Imported(added=1, suppressed=1)
        assert addresses(stage) == ["bob@example.com"]


def test_a_dry_run_counts_and_writes_nothing(stage: Stage) -> None:
    with stage.database.write() as connection:
        suppress(connection, "sam@example.com", EVERYTHING, Suppressed.BOUNCED, MONDAY)
    stage.enrol("ann")
    before = everything(stage)
    summary, rejected = stage.bring_in("email\nann@example.com\nbob@example.com\nsam@example.com\nbad\n", dry_run=True)
    assert summary == Imported(added=1, updated=1, suppressed=1, rejected=1)
    assert [one.line for one in rejected] == [5]
    assert everything(stage) == before


def test_a_dry_run_in_a_new_database_writes_nothing(stage: Stage) -> None:
    before = everything(stage)
    assert stage.bring_in("email\nann@example.com\n", dry_run=True)[0] == Imported(added=1)
    assert everything(stage) == before == [[]] * 6


def test_a_dry_run_waits_for_no_writer(stage: Stage) -> None:
    with stage.database.write() as connection:
        hashing_key(connection)
        assert stage.bring_in("email\nann@example.com\n", dry_run=True)[0] == Imported(added=1)


def test_the_confirmed_are_active_and_due_at_their_first_slot(stage: Stage) -> None:
    stage.enrol("ann", timezone="America/New_York")
    assert stage.enrolment("ann") == ("active", seconds(SLOTS[0]) + 5 * 3600, seconds(SLOTS[0]) + 5 * 3600)


def test_the_others_are_asked_first_at_once(stage: Stage) -> None:
    stage.bring_in("email\nann@example.com\n", confirmed=False)
    assert stage.enrolment("ann") == ("pending", seconds(MONDAY), seconds(MONDAY))


def test_a_zone_that_is_known_from_before_counts_where_the_row_gives_none(stage: Stage) -> None:
    stage.publish(a_course("one", slug="other"))
    stage.enrol("ann", timezone="America/New_York", course="other")
    stage.enrol("ann")
    assert stage.enrolment("ann") == ("active", seconds(SLOTS[0]) + 5 * 3600, seconds(SLOTS[0]) + 5 * 3600)


def test_those_who_had_been_asked_begin_once_the_operator_says_that_they_agreed(stage: Stage) -> None:
    file = "email,timezone\nann@example.com,America/New_York\nbob@example.com,\ncid@example.com,\n"
    stage.bring_in(file, confirmed=False)
    stage.claim(MONDAY)  # the question is on its way
    stage.change("UPDATE enrolment SET status = 'ended', ended_reason = 'unsubscribed', next_due_at = NULL"
                 " WHERE id = 3")  # fmt: skip
    later = MONDAY + timedelta(hours=1)
    assert stage.bring_in(file, now=later)[0] == Imported(updated=3)
    due = seconds(SLOTS[0])
    assert stage.rows("SELECT status, next_due_at, due_since, start_at, batch_id FROM enrolment ORDER BY id") == [
        ("active", due + 5 * 3600, due + 5 * 3600, seconds(later), None), ("active", due, due, seconds(later), None),
        ("ended", None, None, seconds(MONDAY), 1),
    ]  # fmt: skip


def test_who_comes_back_and_is_said_to_have_agreed_goes_on_from_where_they_were(stage: Stage) -> None:
    stage.publish(a_course("one", "two", tables=FIELDS, welcome=True))
    stage.bring_in("email\nann@example.com\n", track="long")
    for moment in (MONDAY, SLOTS[0]):
        stage.tick(moment)
    stage.change("UPDATE enrolment SET status = 'ended', ended_reason = 'unsubscribed', ended_from = 'active',"
                 " next_due_at = NULL")  # fmt: skip
    stage.change(
        "INSERT INTO enrolment (subscriber_id, course_id, track, status, overrides, start_at, created_at)"
        " SELECT subscriber_id, course_id, track, 'pending', overrides, start_at, created_at FROM enrolment"
    )
    stage.bring_in("email\nann@example.com\n", now=SLOTS[0] + timedelta(hours=1))
    assert stage.enrolment("ann")[:2] == ("active", seconds(SLOTS[1]))
    stage.tick(SLOTS[1])
    assert stage.mailer.labels("ann@example.com") == ["welcome", "one", "two"]


@pytest.mark.parametrize("zone", ["", "Asia/Kolkata", "America/New_York", "Pacific/Kiritimati"])
def test_a_cohort_waits_for_its_day_in_each_one_s_own_zone(stage: Stage, zone: str) -> None:
    start = date(2026, 3, 24)
    edition = stage.publish(a_course("one", welcome=True))
    stage.bring_in(f"email,timezone\nann@example.com,{zone}\n", start=start)
    begins, due = beginning(edition.course, zone, start, MONDAY)
    assert stage.rows("SELECT start_at, next_due_at FROM enrolment") == [(seconds(begins), seconds(due))]


def test_a_cohort_that_has_yet_to_confirm_is_asked_at_once_and_keeps_its_day(stage: Stage) -> None:
    stage.bring_in("email\nann@example.com\n", start=date(2026, 3, 24), confirmed=False)
    begins, _ = beginning(stage.publish(a_course("one")).course, "", date(2026, 3, 24), MONDAY)
    assert stage.rows("SELECT start_at, next_due_at FROM enrolment") == [(seconds(begins), seconds(MONDAY))]


def test_people_take_the_track_named_or_the_first(stage: Stage) -> None:
    stage.bring_in("email\nann@example.com\n", track="long")
    stage.bring_in("email\nbob@example.com\n")
    assert stage.rows("SELECT track FROM enrolment ORDER BY id") == [("long",), ("short",)]


def test_an_unknown_track_is_refused_and_the_known_ones_are_named(stage: Stage) -> None:
    with pytest.raises(NotFoundError, match=r"no track `medium`.*short, long"):
        stage.bring_in("email\nann@example.com\n", track="medium")
    assert people(stage) == []


def test_an_unknown_course_is_refused_and_the_known_ones_are_named(stage: Stage) -> None:
    with pytest.raises(NotFoundError, match=r"`leters`.*`letters`"):
        stage.bring_in("email\nann@example.com\n", "leters")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a\r\nBcc: x", "a Bcc: x"),
        ("a\nBcc: x", "a Bcc: x"),
        ("a\rBcc: x", "a Bcc: x"),
        ("a\0b", "a b"),
        ("a\t\x07\x1b[31mb", "a [31mb"),
        ("a\x85\u2028\u2029b", "a b"),
        ("  Ann  ", "Ann"),
        ("{{ 7*7 }}", "{{ 7*7 }}"),
        ('<b>"Ann"</b>', '<b>"Ann"</b>'),
        ("👩‍👩‍👧‍👦", "👩‍👩‍👧‍👦"),
        ("🏳️‍🌈", "🏳️‍🌈"),
        ("क्षितिज", "क्षितिज"),
        ("عبد\u200cالله", "عبد\u200cالله"),
        ("Zoë O’Neil", "Zoë O’Neil"),
        ("𝒜nn", "𝒜nn"),
    ],
    ids=[
        "header", "line feed", "carriage return", "NUL", "terminal", "other line ends", "white space", "template",
        "markup", "family", "flag", "Hindi", "Arabic", "accents", "beyond 16 bits",
    ],
)  # fmt: skip
def test_a_name_arrives_as_typed_but_for_control_characters(stage: Stage, given: str, kept: str) -> None:
    assert first_name(stage, given) == kept


def test_an_import_that_breaks_off_leaves_whole_transactions_and_can_be_repeated(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sender.people.AT_ONCE", 1000)
    rows = [Row(line, {"email": f"sample{line}@example.com"}) for line in range(2, 2502)]

    def breaking_off() -> list[Row]:
        def some() -> object:
            yield from rows[:2200]
            raise OSError("the disk was pulled out")

        return some()  # type: ignore[return-value]

    with pytest.raises(OSError, match="pulled out"):
        stage.bring_in(breaking_off())
    assert stage.rows("SELECT count(*) FROM subscriber") == stage.rows("SELECT count(*) FROM enrolment") == [(2000,)]
    assert stage.bring_in(rows)[0] == Imported(added=500, updated=2000)
    assert stage.rows("SELECT count(*) FROM enrolment") == [(2500,)]


def test_rows_that_cannot_be_kept_are_left_out_together(stage: Stage) -> None:
    """The database gives up between the people and their enrolments."""

    def give_up(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if statement.startswith("INSERT INTO enrolment"):
            raise StoreError("The disk is full.", fix="Make room.")

    engine = stage.database._writing
    event.listen(engine, "before_cursor_execute", give_up)
    try:
        with pytest.raises(StoreError):
            stage.enrol("ann")
    finally:
        event.remove(engine, "before_cursor_execute", give_up)
    assert people(stage) == []


def test_nobody_of_nobody(stage: Stage) -> None:
    assert stage.bring_in("email\n") == (Imported(), [])
    assert stage.bring_in([]) == (Imported(), [])
