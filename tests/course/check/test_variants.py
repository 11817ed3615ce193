"""Every version of an email is found, however its readers are told apart, and so is one that cannot be rendered."""

from __future__ import annotations

import pytest

from course.check import letters, variants
from course.errors import CourseErrors
from course.folder import load
from course.render import Letter, Renderer, Variant
from tests.course.check.small import COURSE, a_lesson, check, only_finding, small_course


def of(body: str, **more: str) -> list[Variant]:
    """The variants of the first lesson with that body."""
    files = small_course(a_lesson(body) | {path.replace("__", "/"): text for path, text in more.items()})
    course = load(files)
    return variants(Renderer(course, files, "0123456789"), Letter("field", course.lessons[0]))


def texts(found: list[Variant]) -> set[str]:
    """The words in capitals that tell the variants apart."""
    return {" ".join(word for word in variant.email.text.split() if word.startswith("X")) for variant in found}


def test_an_email_that_asks_nothing_comes_in_one_variant() -> None:
    assert len(of("Hello {{ subscriber.first_name }}.")) == 1


def test_each_branch_is_a_variant() -> None:
    found = of("{% if subscriber.role == 'novice' %}XN{% elif subscriber.role == 'expert' %}XE{% else %}XO{% endif %}")
    assert texts(found) == {"XN", "XE", "XO"}
    assert len(found) == 3


def test_the_variant_of_whom_nothing_is_known_comes_first() -> None:
    first, *_ = of("{% if subscriber.nickname %}XY{% else %}XN{% endif %}")
    assert texts([first]) == {"XN"}


def test_that_nothing_more_may_come_is_tried_too() -> None:
    found = of("{% if schedule.next_day %}XD{% elif subscriber.role == 'expert' %}XE{% else %}XN{% endif %}")
    assert texts(found) == {"XD", "XE", "XN"}
    assert texts(found[:1]) == {"XD"}
    assert len(of("{{ schedule.next_day }}")) == 1


def test_a_mistake_where_nothing_more_comes_is_found() -> None:
    with pytest.raises(CourseErrors):
        of("{% if schedule.next_day %}x{% else %}{{ course.nothing_such }}{% endif %}")


def test_a_branch_in_a_branch_is_found() -> None:
    found = of("{% if subscriber.role == 'expert' %}{% if subscriber.indoors %}XI{% else %}XO{% endif %}{% endif %}")
    assert texts(found) == {"XI", "XO", ""}
    assert len(found) == 3


def test_a_text_that_an_undeclared_value_is_compared_with_is_tried() -> None:
    assert texts(of("{% if subscriber.nickname == 'Bo' %}XB{% endif %}")) == {"XB", ""}


def test_a_text_that_comes_up_only_in_a_branch_is_tried() -> None:
    found = of("{% if subscriber.indoors %}{% if subscriber.nickname == 'Bo' %}XB{% endif %}{% endif %}")
    assert "XB" in texts(found)


def test_a_value_first_compared_with_later_is_tried_in_earlier_questions_too() -> None:
    body = (
        "{% if subscriber.nickname == 'Al' %}XA{% endif %} "
        "{% if subscriber.indoors %}{% if subscriber.nickname == 'Bo' %}XB{% endif %}{% endif %}"
    )
    assert texts(of(body)) == {"XA", "XB", ""}


def test_numbers_on_both_sides_of_a_comparison_are_tried() -> None:
    body = "{% if subscriber.plants | default(0) > 12 %}XM{% elif subscriber.plants == 12 %}XT{% else %}XF{% endif %}"
    assert texts(of(body)) == {"XM", "XT", "XF"}


def test_two_fields_in_one_question_are_tried_together() -> None:
    body = "{% if subscriber.indoors and subscriber.role == 'expert' %}XB{% endif %}"
    assert texts(of(body)) == {"XB", ""}


def test_a_value_printed_into_a_question_makes_one_variant_for_each_declared_value() -> None:
    found = of("{% set word = {'novice': 'XN', 'expert': 'XE'}[subscriber.role | default('novice')] %}{{ word }}")
    assert texts(found) == {"XN", "XE"}


def test_many_declared_values_of_which_one_counts_are_two_variants() -> None:
    many = ", ".join(f'"v{number}"' for number in range(100))
    fields = "\n".join(f'    f{number} = {{ type = "text", values = [{many}] }}' for number in range(5))
    body = " ".join(f"{{% if subscriber.f{number} == 'v7' %}}XY{{% endif %}}" for number in range(5))
    assert len(of(body, **{"course.toml": f"{COURSE}{fields}\n"})) == 32


def test_letters_are_all_emails_of_all_tracks_in_order() -> None:
    course = load(small_course())
    found = [(letter.track, letter.lesson.slug if letter.lesson else letter.template) for letter in letters(course)]
    notices = ("access", "address", "moved")
    assert found == [
        *[("balcony", name) for name in ("confirm", "welcome", "soil", "closing", *notices)],
        *[("field", name) for name in ("confirm", "welcome", "soil", "light", "closing", *notices)],
    ]


def test_an_error_in_a_branch_that_nobody_takes_by_default_is_found() -> None:
    body = "Hi\n{% if subscriber.role == 'expert' %}\n{{ nothing_of_that_name }}\n{% endif %}"
    finding = only_finding(a_lesson(body))
    assert (finding.rule, finding.file, finding.line) == ("template", "lessons/01-soil.md", 7)


def test_errors_in_several_branches_are_found_at_once() -> None:
    body = "{% if subscriber.role == 'expert' %}\n{{ one }}\n{% else %}\n{{ two }}\n{% endif %}"
    assert [finding.line for finding in check(a_lesson(body)).findings] == [6, 8]


def test_a_question_that_fails_only_where_a_value_is_missing_is_found() -> None:
    finding = only_finding(a_lesson("Hi\n\n{% if subscriber.plants > 3 %}Many{% endif %}"))
    assert (finding.rule, finding.line) == ("template", 7)


def test_what_is_printed_and_fails_for_some_value_is_found() -> None:
    finding = only_finding(a_lesson("Hi\n\n{{ 100 / (subscriber.plants | default(5)) }}"))
    assert (finding.rule, finding.file, finding.line) == ("template", "lessons/01-soil.md", 7)


def test_variants_raise_what_is_wrong() -> None:
    with pytest.raises(CourseErrors, match="nothing_of_that_name"):
        of("{% if subscriber.indoors %}{{ nothing_of_that_name }}{% endif %}")


def test_over_fifty_variants_are_an_error_that_names_the_fields() -> None:
    many = ", ".join(f'"v{number}"' for number in range(60))
    body = "{% set shown = {}.get(subscriber.town) %}{{ shown }}"
    [finding, *_] = check(
        a_lesson(body) | {"course.toml": f'{COURSE}    town = {{ type = "text", values = [{many}] }}\n'}
    ).findings
    assert (finding.rule, finding.file) == ("too-many-variants", "lessons/01-soil.md")
    assert "`subscriber.town`" in finding.message


def test_fifty_variants_are_still_allowed() -> None:
    many = ", ".join(f'"v{number}"' for number in range(49))
    body = "{% set shown = {}.get(subscriber.town) %}{{ shown }}"
    course = f'{COURSE}    town = {{ type = "text", values = [{many}] }}\n'
    assert check(a_lesson(body) | {"course.toml": course}).findings == ()


def test_a_look_at_a_value_that_can_be_anything_is_an_error_that_names_the_field() -> None:
    finding = only_finding(a_lesson("Hi\n\n{% for sign in subscriber.nickname %}{{ sign }}{% endfor %}"))
    assert (finding.rule, finding.line) == ("too-many-variants", 7)
    assert "`subscriber.nickname`" in finding.message


def test_questions_that_combine_without_end_are_an_error_and_end() -> None:
    fields = "".join(f'    f{number} = {{ type = "text" }}\n' for number in range(12))
    everything = " ~ ".join(f"subscriber.f{number}" for number in range(12))
    report = check(a_lesson(f"{{% if ({everything}) == 'a' %}}XA{{% endif %}}") | {"course.toml": COURSE + fields})
    assert {finding.rule for finding in report.findings} == {"too-many-variants"}


def test_too_many_variants_are_told_at_the_first_question() -> None:
    body = "Text.\n\n" + "".join(f'{{% if subscriber.nickname == "{number}" %}}x{{% endif %}}' for number in range(60))
    [finding] = [one for one in check(a_lesson(body)).findings if one.rule == "too-many-variants"]
    assert str(finding.place) == "lessons/01-soil.md:7"
