"""A template names declared fields only, and `subscriber`, `links` and `schedule` mean one thing in all of them."""

from __future__ import annotations

import pytest

from course.errors import CourseError, Place
from course.personal.readers import Expressions, Reader, reader_values
from course.templating import CourseEnvironment, compiled, printed_as_text, template_error
from tests.course.personal.templates import FIELDS, FILE, Room

ROOM = Room()


def refusal(source: str, line: int = 1) -> CourseError:
    """What is said of a template that begins at a line of a lesson."""
    environment = CourseEnvironment(None, fields=FIELDS, printed=printed_as_text)
    place = Place(FILE, line)
    try:
        compiled(environment, source, place)
    except Exception as error:  # noqa: BLE001  # as rendering takes them all
        return template_error(error, place)
    raise AssertionError("the template was taken")


@pytest.mark.parametrize(
    "use",
    [
        "{{ subscriber.nick }}",
        "{{ subscriber['nick'] }}",
        "{% if false %}{{ subscriber.nick }}{% endif %}",
        "{% if subscriber.nick == 'x' %}{% endif %}",
        "{{ 'a' ~ (subscriber.nick | upper) }}",
        "{% macro never(x=subscriber.nick) %}{% endmacro %}",
        "{% for x in [subscriber.nick] %}{% endfor %}",
        "{% set x = subscriber.nick %}",
    ],
)
def test_an_undeclared_field_is_found_wherever_it_stands(use: str) -> None:
    error = refusal(f"one\ntwo\n{use}\n", line=7)
    assert error.place == Place(FILE, 9)
    assert error.rule == "undeclared-field"
    assert "`subscriber.nick`" in error.message


@pytest.mark.parametrize(
    "use",
    [
        "{{ subscriber }}",
        "{% set s = subscriber %}",
        "{{ subscriber | attr('nick') }}",
        "{{ dict(a=links) }}",
        "{{ schedule }}",
    ],
)
def test_a_subscriber_as_a_whole_is_refused(use: str) -> None:
    error = refusal("\n" + use)
    assert error.place == Place(FILE, 2)
    assert "as a whole" in error.message


@pytest.mark.parametrize(
    "use",
    [
        "{{ subscriber[course.title] }}",
        "{{ subscriber[0] }}",
        "{{ links[subscriber.role] }}",
        "{{ schedule[course.title] }}",
    ],
)
def test_a_field_whose_name_is_worked_out_is_refused(use: str) -> None:
    assert "cannot be told" in refusal(use).message


def test_a_link_that_there_is_not_is_refused_with_those_there_are() -> None:
    error = refusal("{{ links.home }}")
    assert "`home`" in error.message
    assert "unsubscribe" in error.fix


@pytest.mark.parametrize("use", ["{{ schedule.next_week }}", "{{ schedule['next_week'] }}"])
def test_a_moment_that_there_is_not_is_refused_with_those_there_are(use: str) -> None:
    error = refusal("\n" + use)
    assert "`next_week`" in error.message
    assert "next_day" in error.fix
    assert error.place == Place(FILE, 2)
    assert error.rule == "undeclared-field"


@pytest.mark.parametrize(
    "use",
    [
        "{% set subscriber = 1 %}",
        "{% set subscriber %}x{% endset %}",
        "{% for subscriber in [1] %}{% endfor %}",
        "{% for a, links in [[1, 2]] %}{% endfor %}",
        "{% set schedule = 1 %}",
        "{% macro subscriber() %}{% endmacro %}",
        "{% macro m(subscriber) %}{% endmacro %}",
        "{% macro m() %}{{ caller(1) }}{% endmacro %}{% call(subscriber) m() %}{% endcall %}",
        "{% with links = 1 %}{% endwith %}",
        "{% import 'x' as subscriber %}",
        "{% from 'x' import subscriber %}",
        "{% from 'x' import y as links %}",
        "{% set _personal = 1 %}",
        "{{ _personal['subscriber.nick'] }}",
    ],
)
def test_no_template_gives_subscriber_links_or_schedule_another_meaning(use: str) -> None:
    error = refusal("\n\n" + use)
    assert error.place == Place(FILE, 3)
    assert "has a meaning of its own" in error.message


@pytest.mark.parametrize(
    "use",
    [
        "{{ subscriber.first_name.__class__ }}",
        "{{ subscriber.first_name.__class__() }}",
        "{{ subscriber.first_name.upper }}",
        "{{ subscriber.first_name.street }}",
        "{{ (subscriber.first_name | upper)._x }}",
    ],
)
def test_a_field_has_no_parts_but_a_texts_methods_that_are_called(use: str) -> None:
    error = refusal(f"\n{use}")
    assert error.place == Place(FILE, 2)
    assert "has no part" in error.message


@pytest.mark.parametrize(
    "use", ["{{ subscriber.first_name | uper }}", "{{ 'x' | uper }}", "{% if subscriber.age is uper %}{% endif %}"]
)
def test_a_filter_or_test_that_there_is_not_is_found_though_it_is_compiled_later(use: str) -> None:
    error = refusal(f"\n{use}")
    assert error.place == Place(FILE, 2)
    assert "'uper'" in error.message


@pytest.mark.parametrize(
    "look",
    [
        "{% for sign in subscriber.nickname %}{{ sign }}{% endfor %}",
        "{% set n = subscriber.nickname %}{{ 'x' * (n | length) if course.tags[n | length] else '' }}",
        "{% set n = subscriber.nickname %}{{ n.upper() }}",
        "{{ {'a': 1}[subscriber.nickname] }}",
        "{% set n = subscriber.nickname %}{{ n | attr('upper') }}",
        "{% for x in course.tags | batch(subscriber.nickname | length) %}{% endfor %}",
        "{% for sign in subscriber.nickname ~ schedule.next_day %}{% endfor %}",
    ],
)
def test_a_look_at_a_value_that_can_be_anything_names_the_field(look: str) -> None:
    with pytest.raises(CourseError, match=r"subscriber\.nickname") as caught:
        ROOM.render(look, {"nickname": "Nan"})
    assert caught.value.rule == "too-many-variants"


@pytest.mark.parametrize("look", ["schedule.next_day", "subscriber.role ~ schedule.next_day"])
def test_a_look_at_the_day_itself_is_refused_even_beside_a_value_that_is_one_of_a_few(look: str) -> None:
    with pytest.raises(CourseError, match=r"schedule\.next_day") as caught:
        ROOM.render(f"{{% for sign in ({look}) %}}{{% endfor %}}", {"role": "sales"})
    assert caught.value.rule == "too-many-variants"


def test_a_loop_over_a_value_names_the_value_and_not_its_length() -> None:
    with pytest.raises(CourseError, match=r"^`subscriber\.nickname` would need"):
        ROOM.render("{% for sign in subscriber.nickname %}{{ sign }}{% endfor %}", {"nickname": "Nan"})


@pytest.mark.parametrize(
    ("look", "text"),
    [
        ("{% for sign in subscriber.role %}{{ sign }}.{% endfor %}", "s.a.l.e.s."),
        ("{{ {'sales': 'S'}[subscriber.role] }}", "S"),
        ("{% set r = subscriber.role %}{{ r.upper() }}", "SALES"),
        ("{% for word in subscriber.role.split('l') %}{{ word }}|{% endfor %}", "sa|es|"),
        ("{{ course.tags[1 if subscriber.is_new else 0] }}", "b"),
    ],
)
def test_a_look_at_a_value_that_is_one_of_a_few_is_answered(look: str, text: str) -> None:
    assert ROOM.text(look, {"role": "sales", "is_new": "yes"}) == text


def test_a_value_is_never_part_of_what_is_rendered() -> None:
    source = (
        "{{ subscriber.first_name }}{{ subscriber.nickname | upper }}{% if subscriber.nickname == 'Nan' %}x{% endif %}"
    )
    email, _ = ROOM.render(source, {"first_name": "Seldom", "nickname": "Nan"})
    assert not any(value in email.text for value in ("Seldom", "NAN", "Nan"))


def test_an_imported_macro_that_names_a_field_says_that_it_needs_the_context() -> None:
    room = Room({"m.txt": "{% macro m() %}{{ subscriber.first_name }}{% endmacro %}"})
    with pytest.raises(CourseError, match="imported without context"):
        room.text("{% import 'm.txt' as m %}{{ m.m() }}", {})
    assert room.text("{% import 'm.txt' as m with context %}{{ m.m() }}", {"first_name": "Ann"}) == "Ann"


def test_an_expression_that_fails_for_a_reader_is_an_error_that_quotes_it() -> None:
    expressions = Expressions(FIELDS)
    reader = Reader(reader_values(FIELDS, {"age": "0"}))
    with pytest.raises(CourseError, match=r"`\(1 / subscriber\.age\)` cannot be worked out.*divided by nothing"):
        expressions.value("(1 / subscriber.age)", reader)


@pytest.mark.parametrize(
    ("use", "text"),
    [
        ("{{ n.upper() | default('you') }}", "you"),
        ("{{ n.split(' ')[0] }}", ""),
        ("{{ n[:3] }}", ""),
        ("{{ n | upper }}", ""),
    ],
)
def test_what_is_made_of_a_missing_value_is_missing_too(use: str, text: str) -> None:
    assert ROOM.text(use.replace("{{ n", "{{ subscriber.nickname"), {}) == text
