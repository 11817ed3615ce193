"""A template makes nothing that is larger than any email could be, and the line that would is told."""

from __future__ import annotations

import tracemalloc

import pytest

from course.errors import CourseError, Place
from course.excess import LONGEST
from course.folder import load
from course.limits import RULE
from course.personal.readers import Expressions, Reader, reader_values
from course.render import Letter, Renderer
from tests.course.check.small import a_lesson, small_course

SALT = "0123456789abcdef"
LESSON = "lessons/01-soil.md"
WIDE = 10**9
DOUBLED = "{% set kept = namespace(text='ab') %}{% for a in 'x' * 64 %}\nTURN{% endfor %}"


def refusal(body: str) -> CourseError:
    """What is said of a lesson whose text begins in line 5; it takes little memory to say it."""
    files = small_course(a_lesson(body))
    course = load(files)
    renderer = Renderer(course, files, SALT)
    tracemalloc.start()
    try:
        with pytest.raises(CourseError) as caught:
            renderer.render(Letter("field", course.lessons[0]), Reader(reader_values(course.fields, {})))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 60_000_000
    return caught.value


@pytest.mark.parametrize(
    "expression",
    [
        "'x' * 100000000",
        "100000000 * 'x'",
        "['x'] * 100000000",
        "'x' * 1999999 + 'xy'",
        "[1] * 1999999 + [1, 2]",
        "10 ** 100000000",
        "(10 ** 20000) * (10 ** 20000)",
        "'%0100000000d' % 1",
        "'%.100000000f' % 1",
        "'%(a)0100000000d' % {'a': 1}",
        "'%*d' % (100000000, 1)",
        "'%0100000000d' | format(1)",
        "'{:0100000000d}'.format(1)",
        "'{0:{1}}'.format(1, 100000000)",
        "'{a:0100000000d}'.format_map({'a': 1})",
        "'x' | center(100000000)",
        "'x' | center(width=100000000)",
        "'x' | indent(100000000)",
        "('x' * 20000) | replace('x', 'y' * 20000)",
        "(['x' * 20000] * 100) | join('y' * 20000)",
        "[1] | batch(100000000, 2)",
        "{'a': 1} | tojson(indent=100000000)",
        "'x'.center(100000000)",
        "'x'.ljust(100000000)",
        "'x'.rjust(100000000)",
        "'x'.zfill(100000000)",
        "'\\t'.expandtabs(100000000)",
        "('x' * 20000).replace('x', 'y' * 20000)",
        "('y' * 20000).join(['x' * 20000] * 100)",
        "['x'] | map('center', 100000000) | join",
    ],
)
@pytest.mark.parametrize("form", ["{{{{ {} }}}}", "{{% set kept = {} %}}"])
def test_what_would_be_larger_than_any_email_is_refused_with_its_line(expression: str, form: str) -> None:
    error = refusal("\n" + form.format(expression) + "\n")
    assert (error.rule, error.place) == (RULE, Place(LESSON, 6))
    assert "2,000,000" in error.message or "digits" in error.message
    assert error.fix


@pytest.mark.parametrize(
    "turn",
    [
        "{% set kept.text = kept.text ~ kept.text %}",
        "{% set kept.text = kept.text + kept.text %}",
        "{% set kept.text = [kept.text, kept.text] | join %}",
        "{% set kept.text = '{0}{0}'.format(kept.text) %}",
        "{% set kept.text = '%s%s' % (kept.text, kept.text) %}",
        "{% set kept.text %}{{ kept.text }}{{ kept.text }}{% endset %}",
        "{% set kept.text = kept.text.replace('a', 'aa').replace('b', 'bb') %}",
    ],
)
def test_a_text_that_grows_with_each_turn_is_refused_with_its_line(turn: str) -> None:
    error = refusal(DOUBLED.replace("TURN", turn))
    assert (error.rule, error.place) == (RULE, Place(LESSON, 6))


def test_an_email_that_grows_is_refused_in_the_line_that_prints() -> None:
    error = refusal("{% for a in 'x' * 2000 %}\n{{ 'y' * 2000 }}\n{% endfor %}")
    assert (error.rule, error.place) == (RULE, Place(LESSON, 6))


@pytest.mark.parametrize("expression", ["'x' * subscriber.plants", "'x' | center(subscriber.plants)"])
def test_a_subscribers_number_makes_no_text_of_gigabytes_where_emails_are_sent(expression: str) -> None:
    course = load(small_course())
    expressions = Expressions(course.fields)
    few, many = (Reader(reader_values(course.fields, {"plants": number})) for number in ("3", "100000000"))
    assert len(str(expressions.value(f"({expression})", few))) == 3
    with pytest.raises(CourseError) as caught:
        expressions.value(f"({expression})", many)
    assert caught.value.rule == RULE


@pytest.mark.parametrize(
    ("expression", "printed"),
    [
        ("'-' * 40", "-" * 40),
        ("'x' | center(5) | replace(' ', '.')", "..x.."),
        ("'%05.1f' % 3.14159", "003.1"),
        ("'5 * 3 is %d' % 15", "5 * 3 is 15"),
        ("'{:>4} of {}'.format(7, 1234567)", "   7 of 1234567"),
        ("'100000000'", "100000000"),
        ("'%d' % 100000000", "100000000"),
        ("100000000 * 3 + 2 ** 10", "300001024"),
        ("3.14159 | round(2)", "3.14"),
        ("['a', 'b'] | join(', ')", "a, b"),
        ("'a' ~ 1 ~ 'b'", "a1b"),
        ("('x' * 100000) | length", "100000"),
    ],
)
def test_what_any_email_may_hold_is_made(expression: str, printed: str) -> None:
    course = load(small_course())
    assert Expressions(course.fields).value(expression, Reader()) is not None
    files = small_course(a_lesson(f"{{{{ {expression} }}}}"))
    email = Renderer(load(files), files, SALT).render(Letter("field", load(files).lessons[0]), Reader()).email
    assert printed in email.text


def test_the_longest_text_is_that_long() -> None:
    assert Expressions({}).value(f"('x' * {LONGEST}) | length", Reader()) == LONGEST
    with pytest.raises(CourseError, match=r"2,000,000"):
        Expressions({}).value(f"('x' * {LONGEST + 1}) | length", Reader())
