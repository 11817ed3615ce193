"""Every address in an email is whole, for every reader who has one."""

from __future__ import annotations

import pytest

from course.check import Severity
from tests.course.check.looked_at import CONTENT_LINE, LESSON, THEME, a_page, faults, found, places, themed
from tests.course.check.small import COURSE, a_lesson


def test_a_relative_link_of_a_theme_is_an_error_at_its_line() -> None:
    findings = found("link-address", themed('\n<mj-button font-size="16px" href="guide.html">The guide</mj-button>'))
    assert places(findings) == [(THEME, CONTENT_LINE)]
    assert findings[0].severity is Severity.ERROR
    assert findings[0].message == "The address `guide.html` of a link is relative, and an email has no files around it."


def test_an_address_that_some_readers_lack_is_an_error_at_the_lessons_line() -> None:
    findings = found("link-address", a_lesson("Soil.\n\n[Your page]({{ subscriber.nickname }})"))
    assert places(findings) == [(LESSON, 7)]
    assert findings[0].message.startswith("The address `{{ subscriber.nickname }}` of a link is empty.")


def test_one_with_a_default_is_in_order_whatever_words_a_made_up_reader_has_there() -> None:
    body = "[Your page]({{ subscriber.nickname | default('https://example.com') }})"
    assert found("link-address", a_lesson(body)) == []
    site = f'{COURSE}    site = {{ type = "text", default = "https://example.com" }}\n'
    assert found("link-address", {"course.toml": site, **a_lesson("[Your page]({{ subscriber.site }})")}) == []


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ('<a href="">x</a>', "is empty"),
        ('<a href="#below">x</a>', "leads to a part of the email"),
        ('<a href="/guide">x</a>', "is relative"),
        ('<a href="//example.com">x</a>', "is relative"),
        ('<a href="javascript:alert(1)">x</a>', "begins with `javascript:`"),
        ('<a href=" JavaScript:alert(1)">x</a>', "begins with `javascript:`"),
        ('<a href="data:text/html,x">x</a>', "begins with `data:`"),
        ('<a href="https:///guide">x</a>', "names no host"),
        ('<img src="a.png" alt="x">', "of a picture is relative"),
        ('<img src="cid:a" alt="x">', "begins with `cid:`"),
        ('<a href="https://example.com/?q=a:b#c">x</a>', ""),
        ('<a href="mailto:course@example.com">x</a>', ""),
        ('<a href="tel:+4930123456">x</a>', ""),
        ('<a name="here">x</a>', ""),
        ('<img src="data:image/gif;base64,R0" alt="x">', ""),
        ('<img src="https://example.com/a.png" alt="x">', ""),
        ('<div style="display:none"><a href="#1">x</a></div>', ""),
    ],
)
def test_each_kind_of_address_is_judged(html: str, said: str) -> None:
    assert [said in fault.message for fault in faults("link-address", a_page(html))] == [True] * bool(said)


PAGE = f'{COURSE}    page = {{ type = "text" }}\n'


def test_one_that_is_asked_for_is_in_order_though_the_word_that_stands_for_it_is_no_address() -> None:
    asked = "Soil.\n\n{% if subscriber.page %}[Your page]({{ subscriber.page }}){% endif %}"
    assert found("link-address", {"course.toml": PAGE, **a_lesson(asked)}) == []


@pytest.mark.parametrize("printed", ["subscriber.nickname", "subscriber.page | default('none')", "subscriber.page"])
def test_one_that_is_not_asked_for_or_has_a_word_for_a_default_is_found(printed: str) -> None:
    body = f"{{% if subscriber.plants == 3 %}}[Your page]({{{{ {printed} }}}}){{% endif %}} dig"
    assert len(found("link-address", {"course.toml": PAGE, **a_lesson(body)})) == 1


def test_a_number_is_no_address_however_it_is_asked_for() -> None:
    assert (
        len(found("link-address", a_lesson("{% if subscriber.plants %}[a]({{ subscriber.plants }}){% endif %} dig")))
        == 1
    )


def test_a_declared_value_that_is_no_address_is_found() -> None:
    body = "{% if subscriber.role == 'novice' %}[Your page]({{ subscriber.role }}){% endif %} dig"
    assert len(found("link-address", a_lesson(body))) == 1
