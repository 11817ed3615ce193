"""Emails for the rules to look at: of the small course with a theme of its own, or written as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import dedent

from course.check import Finding
from course.check.page import Page
from course.check.rule import Fault
from course.check.rules import BY_ID
from course.errors import Place
from course.folder import load
from course.links import SAMPLE_LINKS
from course.personal.placeholders import Email, Placeholder
from course.render import Letter, Proof, Variant
from tests.course.check.small import COURSE, check, small_course

LESSON = "lessons/01-soil.md"
THEME = "theme/lesson.mjml"
CONTENT_LINE = 9
"""The line of `THEME` in which the content given to `themed` begins."""

_THEMED = """\
<mjml lang="{{{{ course.language }}}}" dir="{{{{ direction }}}}">
<mj-head>
<mj-title>{{{{ subject }}}}</mj-title>
<mj-preview>{{{{ preheader }}}}</mj-preview>
{head}
</mj-head>
<mj-body><mj-section><mj-column>
<mj-text font-size="16px" line-height="1.6"><h1>{{{{ title }}}}</h1>{{{{ body }}}}</mj-text>
{content}
<mj-text font-size="16px" line-height="2"><a href="{{{{ links.unsubscribe }}}}">Unsubscribe</a></mj-text>
</mj-column></mj-section></mj-body>
</mjml>
"""


def themed(content: str, *, head: str = "") -> dict[str, str]:
    """A theme whose lessons have some MJML below the text; `head` goes into its line 5."""
    return {THEME: _THEMED.format(content=dedent(content).strip(), head=head)}


def found(rule: str, changes: dict[str, str] | None = None) -> list[Finding]:
    """What one rule finds in the small course with changes."""
    return [finding for finding in check(changes).findings if finding.rule == rule]


def places(findings: Sequence[Finding]) -> list[tuple[str | None, int | None]]:
    """File and line of each finding."""
    return [(finding.file, finding.line) for finding in findings]


def a_page(
    body: str = "<h1>Soil</h1><p>Soil holds water.</p>",
    *,
    head: str = "<title>Soil</title>",
    root: str = 'lang="en" dir="ltr"',
    subject: str = "Soil",
    preheader: str = "What is under you.",
    text: str = "Soil\n\nSoil holds water.",
    language: str = "en",
    printed: Sequence[Placeholder] = (),
) -> Page:
    """An email of the first lesson with that HTML; `data-from="0"` marks what is of the lesson's line 7.

    `printed` are placeholders that come out empty for everyone.
    """
    course = load(small_course({"course.toml": COURSE.replace('"en"', f'"{language}"')}))
    html = f"<!doctype html><html {root}><head>{head}</head><body>{body}</body></html>"

    def filled(part: str) -> str:
        for one in printed:
            part = part.replace(one.tag, "")
        return part

    unfilled = Email(subject, html, text, tuple(printed), "0123456789")
    proof = Proof(Email(preheader, html, text, tuple(printed), "0123456789"), (Place(LESSON, 7),))
    return Page(
        course=course,
        letter=Letter("field", course.lessons[0]),
        email=Email(filled(subject), filled(html), filled(text), (), "0123456789"),
        preheader=filled(preheader),
        marked=filled(html),
        places=proof.places,
        templates={"mjml": Place(THEME), "txt": Place("theme/lesson.txt")},
        variant=Variant(unfilled, {}, proof=proof),
        missing=tuple(printed),
    )


def faults(rule: str, page: Page) -> list[Fault]:
    """What one rule finds in a page."""
    look = BY_ID[rule].in_email
    assert look is not None
    return list(look(page))


UNSUBSCRIBE = f'<p><a href="{SAMPLE_LINKS["unsubscribe"]}">Unsubscribe</a></p>'
