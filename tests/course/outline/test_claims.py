"""A claim stays the Markdown that its author wrote, and breaks no lesson."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.check import Severity, check_files
from course.check.rule import Checked
from course.check.variants import letters
from course.citations import references
from course.folder import load
from course.outline import planned
from course.readability import as_read
from course.readability import words as words_of
from tests.course.drawn import a_png
from tests.course.outline.notes import COURSE_FILE, a_course, a_note

ONE_TRACK = COURSE_FILE.replace('[tracks.field]\ntitle = "Field"\n', "")


def taken_over(*claims: str, **assets: bytes) -> str:
    """What the one draft of a note with these claims has below the note's heading."""
    files = a_course(a_note({"Soil": claims})) | {f"assets/{name}.png": content for name, content in assets.items()}
    found = planned(files)
    assert found is not None
    [draft] = found.drafts
    return draft.text.partition("## Soil\n\n")[2].partition("\n\n## Exercise")[0]


def preheader(*claims: str) -> str:
    found = planned(a_course(a_note({"Soil": claims})))
    assert found is not None
    return found.drafts[0].text.partition('preheader: "')[2].partition('"\n')[0]


def test_paragraphs_lists_and_marks_stay_and_the_citation_comes_last() -> None:
    claim = "**One idea** per [bed](https://example.com), in parts:\n\n- the *idea*\n- its `name`.\n\n  And more"
    assert taken_over(claim) == f"{claim} [@note-1#p-1]"


@pytest.mark.parametrize(
    ("claim", "cited"),
    [
        ("Dig.", "Dig [@note-1#p-1]."),
        ("Dig...", "Dig [@note-1#p-1]..."),
        ("**Dig.**", "**Dig.** [@note-1#p-1]"),
        ("Say `dig.`", "Say `dig.` [@note-1#p-1]"),
        ("Dig\\.", "Dig\\. [@note-1#p-1]"),
        ("1. dig\n2. sow.", "1. dig\n2. sow [@note-1#p-1]."),
        ("| a | b |\n|---|---|\n| 1 | 2. |", "| a | b |\n|---|---|\n| 1 | 2. |\n\n[@note-1#p-1]"),
        ("a | b\n--|--\n1 | 2", "a | b\n--|--\n1 | 2\n\n[@note-1#p-1]"),
        ("```\ndig.\n```", "```\ndig.\n```\n\n[@note-1#p-1]"),
        ("Dig:\n\n    now.", "Dig:\n\n    now.\n\n[@note-1#p-1]"),
        ("Dig\n\n---", "Dig\n\n---\n\n[@note-1#p-1]"),
        ("[a]:", "[a]:\n\n[@note-1#p-1]"),
        ("Dig [@note-1#p-1] or not.", "Dig [@note-1#p-1] or not."),
    ],
    ids=["sentence", "dots", "bold", "code", "escape", "list", "table",
         "table without sides", "fence", "indented", "line", "label", "cited"],
)  # fmt: skip
def test_a_citation_stands_where_the_claim_ends(claim: str, cited: str) -> None:
    assert taken_over(claim) == cited


def test_jinja_is_shown_and_a_fence_stays_as_it_is() -> None:
    claim = "Use {{ a }}, {% b %}, {# c #} and `{{ d }}`:\n\n```jinja\n{{ e }}\n```"
    assert taken_over(claim).startswith(
        'Use {\\{ a }}, {\\% b %}, {\\# c #} and `{{"{"}}{ d }}`:\n\n```jinja\n{{ e }}\n```'
    )


def test_jinja_at_the_beginning_is_shown_as_well() -> None:
    assert taken_over("{% dig %}") == "{\\% dig %} [@note-1#p-1]"


def test_a_citation_that_leads_somewhere_stays_and_any_other_becomes_words() -> None:
    claim = "As [@note-1#p-2] says, not [@note-1#p-3] or [@note-2#p-1], nor `[@a#b]`"
    expected = "As [@note-1#p-2] says, not [\\@note-1#p-3] or [\\@note-2#p-1], nor `[@a#b]` [@note-1#p-1]"
    assert taken_over(claim, "Sow.").partition("\n\n")[0] == expected


def test_a_place_to_write_stays_one() -> None:
    assert taken_over("Dig. [write: how deep]") == "Dig. [write: how deep] [@note-1#p-1]"


@pytest.mark.parametrize(
    ("claim", "lowered"),
    [
        ("# Dig *now* #\nor later.", "**Dig *now***\n\nor later [@note-1#p-1]."),
        ("First.\n #### Dig\n\nThen.", "First.\n\n**Dig**\n\nThen [@note-1#p-1]."),
        ("Dig\nnow\n===\nor later.", "**Dig\nnow**\n\nor later [@note-1#p-1]."),
        ("- # Dig\n- Sow", "- **Dig**\n- Sow [@note-1#p-1]"),
    ],
    ids=["first", "indented", "underlined", "in a list"],
)  # fmt: skip
def test_a_heading_becomes_bold(claim: str, lowered: str) -> None:
    assert taken_over(claim) == lowered


def test_a_heading_that_cannot_be_bold_shows_its_sign() -> None:
    assert taken_over("- # Dig\n  now") == "- \\# Dig\n  now [@note-1#p-1]"
    assert taken_over("# Dig \\\nnow").startswith("\\# Dig \\\nnow")


def test_a_fence_that_is_never_closed_is_closed() -> None:
    assert taken_over("~~~~\ndig", "Sow.") == "~~~~\ndig\n~~~~\n\n[@note-1#p-1]\n\nSow [@note-1#p-2]."


def test_lists_deeper_than_an_email_shows_become_one_line() -> None:
    assert taken_over("- " * 12 + "dig", "Sow.") == "\\" + "- " * 12 + "dig [@note-1#p-1]\n\nSow [@note-1#p-2]."


def test_html_is_text_to_every_parser() -> None:
    assert taken_over("<!-- dig <b>now</b> at <https://example.com>, 1 < 2") == (
        "\\<!-- dig \\<b>now\\</b> at <https://example.com>, 1 < 2 [@note-1#p-1]"
    )


def test_a_picture_that_is_there_stays_and_any_other_becomes_words() -> None:
    claim = "![A bed](../assets/bed.png) ![None](../assets/none.png) ![Far](https://example.com/{{x}}.png) ![a](b c)"
    assert taken_over(claim, bed=a_png()) == (
        "![A bed](../assets/bed.png) !\\[None\\](../assets/none.png) ![Far](https://example.com/{\\{x}}.png)"
        " !\\[a\\](b c) [@note-1#p-1]"
    )


def test_a_picture_between_braces_is_found_too() -> None:
    assert taken_over("{{ ![a](b c) }}") == "{\\{ !\\[a\\](b c) }} [@note-1#p-1]"


def test_links_take_their_addresses_with_them_wherever_in_the_note_those_stand() -> None:
    first = 'Read [this][1], [that] and [it][].\n\n[1]: https://example.com/1 "One"\n[it]: <https://example.com/i t>'
    second = "And [this][1].\n\n[1]: https://example.com/2\n[that]: https://example.com/that"
    assert taken_over(first, second) == (
        'Read [this](https://example.com/1 "One"), [that](https://example.com/that) and [it](https://example.com/i%20t)'
        " [@note-1#p-1].\n\nAnd [this](https://example.com/2) [@note-1#p-2]."
    )


def test_a_preheader_has_the_words_of_first_paragraphs_without_marks() -> None:
    claim = (
        "**One idea** per [bed][1] [@note-1#p-1], `as` it were [write: more]:\n\n- the *idea*\n\n[1]: https://b.example"
    )
    assert preheader("| a |\n|---|\n| 1 |", claim, "- Sow *late*, when it is warm") == (
        "One idea per bed, as it were: Sow late, when it is warm"
    )


PIECES = st.sampled_from(
    ["- ", "  - ", "1. ", "    ", " > ", " ## ", "# ", "```", "~~~", "===", "---", "| a | b |", "|---|---|", "**", "*",
     "`", "[@note-1#p-1]", "[@a#b]", "[@a]", "[a](b)", "[a][b]", "[b]: c", "![a](b)", "![a](b c)", "![", "](", "<b>",
     "<div>", "<!--", "<https://a.example/{{>", "[write: a]", "[write: ", "{{", "{% if a %}", "{#", "}}", "{", "\\",
     "&lt;", "one", "Two.", " ", "\n", "\n", "\n\n", "]", "[", "(", ")", "<", ":", "!", '"', "\t"]
)  # fmt: skip
CLAIMS = (
    st.lists(PIECES, min_size=1, max_size=20)
    .map(lambda pieces: "".join(pieces).strip())
    .filter(lambda claim: bool(claim) and not any(line.startswith((">", "##")) for line in claim.split("\n")))
)


@settings(max_examples=60, deadline=None)
@given(CLAIMS)
def test_any_markdown_is_read_whole_and_leaves_nothing_but_places_to_write(claim: str) -> None:
    files = a_course(a_note({"Soil": [claim, "Sow."]}), settings=ONE_TRACK)
    found = planned(files)
    assert found is not None
    files |= {draft.file: draft.text.encode() for draft in found.drafts}
    report = check_files(files)
    assert {finding.rule for finding in report.having(Severity.ERROR)} == {"left-to-write"}
    course = load(files)
    [lesson] = course.lessons
    assert [reference.passage for reference in references(lesson)][-1] == "p-2"
    assert not report.coverage["note-1"].uncited
    checked = Checked(course, files)
    [version] = [checked.versions(letter)[0] for letter in letters(course) if letter.lesson]
    # Sign by sign: a lost picture, which is not read, may part two words once it is text.
    read = iter("".join(words_of(as_read(version.variant.markdown))))
    assert all(sign in read for sign in "".join(words_of(as_read(claim.replace("[@a", "[\\@a")))))
