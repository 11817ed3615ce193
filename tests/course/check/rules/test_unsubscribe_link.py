"""Every email but notices, such as the confirmation, has a way out, in both its parts."""

from __future__ import annotations

import pytest

from course.check import Severity
from course.check.rules import BY_ID
from course.render import NOTICES
from tests.course.check.looked_at import THEME, UNSUBSCRIBE, a_page, faults, found, places, themed

LINE = '<mj-text font-size="16px" line-height="2"><a href="{{ links.unsubscribe }}">Unsubscribe</a></mj-text>\n'


def test_html_without_one_is_an_error_in_its_template() -> None:
    theme = themed("").pop(THEME)
    assert LINE in theme
    findings = found("unsubscribe-link", {THEME: theme.replace(LINE, "")})
    assert places(findings) == [(THEME, None)]
    assert findings[0].severity is Severity.ERROR
    assert findings[0].message == "The email has no link to unsubscribe."


def test_plain_text_without_one_is_an_error_in_its_template() -> None:
    findings = found("unsubscribe-link", {"theme/lesson.txt": "{{ title }}\n\n{{ body_text }}\n"})
    assert places(findings) == [("theme/lesson.txt", None)]


@pytest.mark.parametrize("notice", NOTICES)
def test_a_notice_needs_none(notice: str) -> None:
    theme = themed("").pop(THEME).replace(LINE, "").replace("{{ title }}", "Confirm").replace("{{ body }}", "Yes.")
    assert found("unsubscribe-link", {f"theme/{notice}.mjml": theme}) == []


@pytest.mark.parametrize(
    ("html", "number"),
    [
        (UNSUBSCRIBE, 0),
        (f'<div style="display:none">{UNSUBSCRIBE}</div>', 1),
        (UNSUBSCRIBE.replace("Unsubscribe", ""), 1),
        (UNSUBSCRIBE.replace("unsubscribe/", "preferences/"), 1),
    ],
)
def test_it_can_be_seen_and_leads_there(html: str, number: int) -> None:
    page = a_page(html, text="Unsubscribe: https://example.com/unsubscribe/sample")
    assert len(faults("unsubscribe-link", page)) == number


def test_nobody_can_ignore_it() -> None:
    assert BY_ID["unsubscribe-link"].essential
