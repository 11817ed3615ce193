"""`dripcourse import` says what it found, and where a document or a note is no good, writes nothing at all."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from course.check import check_folder
from course.cli import import_
from course.errors import CourseError
from course.folder import load_folder
from course.folder.source_note import parse_source
from course.importing.intake import Given, import_documents
from course.model import Source
from course.new import new_course
from tests.course.check.small import small_course, written
from tests.course.importing.files import docx, paragraph, pdf

DOCUMENTS = Path(__file__).resolve().parents[3].parent / "shared" / "sources"
PAGE = """\
<!doctype html><html><head><title>On worms</title><meta name="author" content="Sample Author">
<link rel="canonical" href="https://example.com/worms"></head><body><h1>On worms</h1>
<p>Worms live in the ground.</p><h2>What worms do</h2><p>Worms keep the ground loose.</p></body></html>
"""
NOTE = """\
---
title: On worms
author: Sample Author
url: https://example.com/worms
---

### opening-1 · Opening

> Worms live in the ground.

## What worms do

### what-worms-do-1

> Worms keep the ground loose.
"""


class Commands(click.Group):
    """A group that tells errors of a course in the way in which the whole command line does."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except CourseError as error:
            raise click.ClickException(str(error)) from error


def run(*arguments: str | Path, given: bytes = b"") -> Result:
    group = Commands("dripcourse", {"import": import_})
    result = CliRunner().invoke(group, ["import", *map(str, arguments)], input=given)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def data(*arguments: str | Path, given: bytes = b"") -> list[dict[str, Any]]:
    result = run(*arguments, "--format", "json", given=given)
    assert (result.exit_code, result.stderr) == (0, "")
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def files(folder: Path) -> dict[str, bytes]:
    """All that is in a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course, which is the present folder; what is to be imported stands beside it."""
    folder = written(tmp_path / "gardens", small_course())
    monkeypatch.chdir(folder)
    return folder


def a_file(course: Path, name: str, content: str | bytes) -> Path:
    path = course.parent / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_page_becomes_a_note_that_lessons_can_cite(course: Path) -> None:
    result = run(a_file(course, "page.html", PAGE))
    assert (result.exit_code, result.stderr) == (0, "")
    assert (course / "sources" / "on-worms.md").read_text(encoding="utf-8") == NOTE
    assert list(load_folder(course).sources) == ["on-soil", "on-worms"]
    assert check_folder(course).findings == ()


def test_it_says_what_was_found_what_is_missing_and_what_to_do_next(course: Path) -> None:
    result = run(a_file(course, "page.html", PAGE), "--course", course)
    assert result.stdout == (
        "sources/on-worms.md (new): On worms\n"
        "  Sample Author, https://example.com/worms\n"
        "  2 passages in 2 sections\n"
        "  not stated, to be filled in by hand where it is known: `publisher`\n\n"
        "What to do next: write in the notes, in your own words, what each passage claims; then\n\n"
        f"  dripcourse outline {course}  drafts of lessons from the notes\n"
    )


def test_it_prints_one_json_document_and_nothing_else(course: Path) -> None:
    path = a_file(course, "page.html", PAGE)
    [found] = data(path)
    assert found == {
        "file": str(path),
        "source": "on-worms",
        "path": "sources/on-worms.md",
        "change": "new",
        "title": "On worms",
        "author": "Sample Author",
        "publisher": "",
        "date": None,
        "url": "https://example.com/worms",
        "video": "",
        "sections": 2,
        "passages": 2,
        "added": 2,
        "updated": 0,
        "kept": 0,
        "gone": [],
        "missing": ["publisher"],
        "remarks": [],
    }


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("worms.md", "# On worms\n\nWorms live in the ground.\n\n## What worms do\n\nWorms keep the ground loose.\n"),
        ("worms.pdf", pdf([["Worms live in the ground.", "", "Worms keep the ground loose."]], "On worms")),
        ("worms.docx", docx(paragraph("On worms", "Title") + paragraph("Worms keep the ground loose."))),
    ],
)
def test_documents_of_other_formats_become_notes(course: Path, name: str, content: str | bytes) -> None:
    [found] = data(a_file(course, name, content))
    assert (found["title"], found["path"]) == ("On worms", "sources/on-worms.md")
    source = load_folder(course).sources["on-worms"]
    assert source.passages[-1].text.endswith("Worms keep the ground loose.")


def test_a_talk_s_notes_give_time_stamps(course: Path) -> None:
    talk = (
        "---\ntitle: A talk\nvideoId: E3dUveqt9Bw\n---\n\n## Soil\n\n- Soil holds water [00:01:02].\n"
        "- Worms keep it loose [00:02:03].\n- Frost breaks it [00:02:03].\n"
    )
    [found] = data(a_file(course, "talk.md", talk))
    assert (found["video"], found["missing"]) == ("E3dUveqt9Bw", ["author", "publisher"])
    passages = load_folder(course).sources["a-talk"].passages
    assert [(one.id, one.locator) for one in passages] == [
        ("t-00-01-02", "00:01:02"),
        ("t-00-02-03", "00:02:03"),
        ("t-00-02-03-2", "00:02:03"),
    ]


def test_standard_input_is_a_document_too(course: Path) -> None:
    [found] = data("-", given=PAGE.encode())
    assert (found["file"], found["path"]) == ("standard input", "sources/on-worms.md")


def test_standard_input_twice_is_wrong_use(course: Path) -> None:
    result = run("-", "-", given=PAGE.encode())
    assert result.exit_code == 2
    assert "name `-` once" in result.stderr


def test_a_document_without_a_title_is_called_by_its_file_and_says_so(course: Path) -> None:
    body = paragraph("Worms", "Heading1") + paragraph("They dig.") + paragraph("Soil", "Heading1") + paragraph("It is.")
    [found] = data(a_file(course, "on_worms-and-soil.docx", docx(body)))
    assert (found["title"], found["source"]) == ("on worms and soil", "on-worms-and-soil")
    assert "no title" in found["remarks"][0]


def test_a_document_whose_file_has_no_words_in_its_name_is_untitled(course: Path) -> None:
    [imported] = import_documents(course, [Given("\udcff.txt", b"Worms live in the ground, and they dig.\n")])
    assert (imported.source.title, imported.source.slug) == ("Untitled", "untitled")


def test_the_folder_for_notes_is_made_where_there_is_none(course: Path) -> None:
    (course / "sources" / "on-soil.md").unlink()
    (course / "sources").rmdir()
    assert run(a_file(course, "page.html", PAGE)).exit_code == 0
    assert files(course / "sources").keys() == {"on-worms.md"}


def test_importing_again_leaves_the_note_as_it_is(course: Path) -> None:
    path = a_file(course, "page.html", PAGE)
    run(path)
    before = files(course)
    assert [one["change"] for one in data(path)] == ["unchanged"]
    assert files(course) == before


def test_importing_an_edited_document_updates_its_note_and_names_what_is_gone(course: Path) -> None:
    path = a_file(course, "page.html", PAGE)
    run(path)
    note = course / "sources" / "on-worms.md"
    note.write_text(NOTE.replace("title: On worms", "title: Worms, by us") + "\nThey loosen it.\n", encoding="utf-8")
    edited = PAGE.replace("<p>Worms live in the ground.</p>", "<p>Of frogs.</p>").replace("loose", "very loose")
    result = run(a_file(course, "page.html", edited))
    assert "sources/on-worms.md (updated): Worms, by us" in result.stdout
    assert "3 passages in 2 sections: 1 added, 1 with new words" in result.stdout
    assert "no longer in the document, and kept: opening-1" in result.stdout
    source = load_folder(course).sources["on-worms"]
    assert [one.id for one in source.passages] == ["opening-2", "opening-1", "what-worms-do-1"]
    assert (source.passages[2].claim, source.passages[2].text) == (
        "They loosen it.",
        "Worms keep the ground very loose.",
    )


def test_another_document_of_the_same_title_gets_a_name_of_its_own(course: Path) -> None:
    run(a_file(course, "page.html", PAGE))
    [found] = data(a_file(course, "other.html", PAGE.replace("example.com/worms", "example.com/other")))
    assert found["path"] == "sources/on-worms-2.md"


def test_documents_of_one_title_that_are_given_together_each_get_a_name(course: Path) -> None:
    other = a_file(course, "other.html", PAGE.replace("example.com/worms", "example.com/other"))
    found = data(a_file(course, "page.html", PAGE), other)
    assert [one["path"] for one in found] == ["sources/on-worms.md", "sources/on-worms-2.md"]


def test_a_name_that_is_given_names_a_new_note_and_finds_an_old_one(course: Path) -> None:
    path = a_file(course, "page.html", PAGE)
    assert [one["path"] for one in data(path, "--as", "diggers")] == ["sources/diggers.md"]
    untitled = a_file(course, "page.html", PAGE.replace("On worms", "Of worms").replace("/worms", "/w"))
    assert [one["change"] for one in data(untitled, "--as", "diggers")] == ["unchanged"]
    assert [one["path"] for one in data(untitled)] == ["sources/of-worms.md"]


@pytest.mark.parametrize("name", ["On Worms", "../worms", "worms.md", ""])
def test_a_name_that_is_none_is_refused(course: Path, name: str) -> None:
    before = files(course)
    result = run(a_file(course, "page.html", PAGE), "--as", name)
    assert result.exit_code == 1
    assert "not a source's name" in result.stderr
    assert files(course) == before


def test_a_name_for_several_files_is_wrong_use(course: Path) -> None:
    path = a_file(course, "page.html", PAGE)
    assert run(path, path, "--as", "worms").exit_code == 2


def test_a_file_that_is_not_there_is_wrong_use(course: Path) -> None:
    result = run(course / "nothing.html")
    assert result.exit_code == 2
    assert "nothing.html" in result.stderr


def test_a_folder_without_a_course_is_told_and_left_alone(tmp_path: Path) -> None:
    path = a_file(tmp_path / "x", "page.html", PAGE)
    result = run(path, "--course", tmp_path / "elsewhere")
    assert result.exit_code == 1
    assert "--course" in result.stderr
    assert "dripcourse new DIR" in result.stderr
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.txt", b"", "empty.txt: The file is empty."),
        ("blank.md", b" \n\n", "blank.md: The file is empty."),
        ("picture.png", b"\x89PNG\r\n\x1a\n\0\0", "picture.png:1: This is a binary file"),
        ("program", b"\x7fELF\2\1\1\0\n\0", "program:1: This is a binary file"),
        ("old.txt", "Erde\nGrüße\n".encode("latin-1"), "old.txt:2: The file is not UTF-8 text."),
        ("old.html", "<html>\n<p>Grüße</p>".encode("latin-1"), "old.html:2: The file is not UTF-8 text."),
        ("large.html", b"<html>" + b"a" * 50_000_000, "large.html: The document is over 10 MB."),
        ("scan.pdf", pdf([[], []]), "scan.pdf: The PDF holds no text"),
        ("broken.pdf", b"%PDF-1.7\n", "broken.pdf: The PDF is broken."),
        ("broken.docx", b"PK\x03\x04broken", "broken.docx: This is a broken archive"),
        ("empty.docx", docx(""), "empty.docx: "),
        ("scripts.html", b"<html><body><script>alert(1)</script></body></html>", "scripts.html: "),
        ("furniture.md", b"# Title\n\n## Heading\n", "furniture.md: The document holds no words"),
    ],
)
def test_a_document_that_is_no_good_is_told_in_a_sentence_and_nothing_is_written(
    course: Path, name: str, content: bytes, said: str
) -> None:
    before = files(course)
    result = run(a_file(course, "page.html", PAGE), a_file(course, name, content))
    assert result.exit_code == 1
    assert f"{course.parent}/{said}" in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""
    assert files(course) == before


@pytest.mark.parametrize("form", ["text", "json"])
def test_every_document_that_is_no_good_is_told(course: Path, form: str) -> None:
    result = run(a_file(course, "a.txt", b""), a_file(course, "b.txt", b"\xff"), "--format", form)
    assert result.exit_code == 1
    assert "a.txt: The file is empty." in result.stderr
    assert "b.txt:1: The file is not UTF-8 text." in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("change", "line", "said"),
    [
        (("---\ntitle", "title"), 1, "does not begin with front matter"),
        (("title: On worms", "title: [On worms"), 3, "not valid YAML"),
        (("title: On worms", "titel: On worms"), 2, "`titel` is not a setting"),
        (("### opening-1 · Opening\n", "Nonsense.\n"), 7, "belongs to no passage"),
        (("### opening-1", "### Opening 1"), 7, "does not name a passage"),
        (("### what-worms-do-1", "### opening-1"), 13, "stands here twice, first in line 7"),
        (("## What worms do", "##"), 11, "This heading is empty."),
        (("> Worms keep the ground loose.\n", ""), 13, "is empty"),
    ],
)
def test_a_note_edited_into_nonsense_is_left_as_it_is(
    course: Path, change: tuple[str, str], line: int, said: str
) -> None:
    note = course / "sources" / "on-worms.md"
    note.write_text(NOTE.replace(*change), encoding="utf-8")
    before = files(course)
    result = run(a_file(course, "page.html", PAGE), a_file(course, "new.md", "# New\n\nSomething new.\n"))
    assert result.exit_code == 1
    assert f"sources/on-worms.md:{line}: " in result.stderr
    assert said in result.stderr
    assert files(course) == before


def test_two_files_of_one_document_are_refused(course: Path) -> None:
    before = files(course)
    result = run(a_file(course, "a.html", PAGE), a_file(course, "b.html", PAGE))
    assert result.exit_code == 1
    assert "would both become sources/on-worms.md" in result.stderr
    assert files(course) == before


def test_nothing_of_a_hostile_page_but_its_words_is_written(course: Path) -> None:
    hostile = (
        '<html><head><title>On <b>worms</b> "x": {{ y }}</title><link rel=canonical href="javascript:alert(1)">'
        "<meta name=author content='<script>alert(2)</script>'></head><body onload='alert(3)'><h1>On worms</h1>"
        "<script>alert(4)</script><p onclick='alert(5)'>Worms <a href='javascript:alert(6)'>dig</a> deep tunnels.</p>"
        "<p>---</p><p>### opening-1</p><p>The tag &lt;script&gt; is a word here.</p></body></html>"
    )
    [found] = data(a_file(course, "page.html", hostile))
    note = (course / found["path"]).read_text(encoding="utf-8")
    assert "alert" not in note
    assert "javascript" not in note
    source = load_folder(course).sources[found["source"]]
    assert source.passages[0].text == "Worms dig deep tunnels."
    assert source.passages[-1].text == "The tag <script> is a word here."
    assert source.url == ""


def test_markdown_s_links_and_scripts_leave_no_address_and_no_code(course: Path) -> None:
    text = "# On worms\n\nWorms [dig](javascript:alert(1)) deep tunnels.\n\n<script>alert(2)</script>\n"
    [found] = data(a_file(course, "page.md", text))
    note = (course / found["path"]).read_text(encoding="utf-8")
    assert "javascript" not in note
    assert "Worms dig deep tunnels." in note


@pytest.mark.parametrize(
    ("library", "name", "content", "kind"),
    [("pypdf", "a.pdf", pdf([["Words."]]), "PDF"), ("mammoth", "a.docx", docx(paragraph("Words.")), "Word")],
)
def test_a_missing_library_is_named_with_the_extra_that_brings_it(
    course: Path, monkeypatch: pytest.MonkeyPatch, library: str, name: str, content: bytes, kind: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    result = run(a_file(course, name, content))
    assert result.exit_code == 1
    assert f"Reading {kind} files needs the extra: pip install 'dripcourse[documents]'." in result.stderr


def test_a_folder_that_cannot_be_written_is_told_and_nothing_is_left_in_it(course: Path) -> None:
    (course / "sources" / "on-soil.md").unlink()
    (course / "sources").rmdir()
    (course / "sources").write_text("a file")
    before = files(course)
    result = run(a_file(course, "page.html", PAGE))
    assert result.exit_code == 1
    assert "sources: This is a file where a folder belongs." in result.stderr
    assert files(course) == before


def test_a_full_disk_is_told_and_not_even_a_folder_is_left(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (course / "sources" / "on-soil.md").unlink()
    (course / "sources").rmdir()
    path = a_file(course, "page.html", PAGE)

    def full(_path: Path, _content: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    result = run(path)
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr
    assert "No space left on device" in result.stderr
    assert not (course / "sources").exists()


def test_a_folder_of_notes_that_leads_out_of_the_course_is_refused(course: Path) -> None:
    (course / "sources" / "on-soil.md").unlink()
    (course / "sources").rmdir()
    (course.parent / "elsewhere").mkdir()
    (course / "sources").symlink_to(course.parent / "elsewhere")
    result = run(a_file(course, "page.html", PAGE))
    assert result.exit_code == 1
    assert "leads out of the course" in result.stderr
    assert files(course.parent / "elsewhere") == {}


def test_a_document_whose_note_would_be_too_large_for_a_course_is_refused(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("course.importing.intake.LARGEST", len(NOTE.encode()) - 1)
    before = files(course)
    result = run(a_file(course, "page.html", PAGE))
    assert result.exit_code == 1
    assert "page.html: Its note would be over 10 MB." in result.stderr
    assert files(course) == before


needs_documents = pytest.mark.skipif(
    not DOCUMENTS.is_dir(), reason="the documents stand beside the project only where it is built"
)


def places(source: Source) -> list[tuple[str, str]]:
    return [(passage.id, passage.locator) for passage in source.passages]


def bundled(folder: Path) -> dict[str, Source]:
    """The sources of the bundled course, by title."""
    new_course(folder, "product-path")
    return {source.title: source for source in load_folder(folder).sources.values()}


@needs_documents
def test_the_four_documents_give_the_ids_and_locators_that_the_bundled_lessons_cite(tmp_path: Path) -> None:
    expected = bundled(tmp_path / "bundled")
    fresh = written(tmp_path / "fresh", small_course())
    found = data(*sorted(DOCUMENTS.iterdir()), "--course", fresh)
    notes = {one["title"]: parse_source(one["path"], (fresh / one["path"]).read_bytes()) for one in found}
    assert notes.keys() == expected.keys()
    for title, note in notes.items():
        assert places(note) == places(expected[title])
        known = expected[title]
        assert (note.author, note.publisher, note.date) == (known.author, known.publisher, known.date)
        assert (note.url, note.video) == (known.url, known.video)


@needs_documents
def test_importing_the_four_documents_fills_in_the_words_of_the_bundled_notes(tmp_path: Path) -> None:
    before = bundled(tmp_path / "copy")
    found = data(*sorted(DOCUMENTS.iterdir()), "--course", tmp_path / "copy")
    assert [(one["change"], one["added"], one["gone"]) for one in found] == [("updated", 0, [])] * 4
    after = {source.title: source for source in load_folder(tmp_path / "copy").sources.values()}
    for title, source in after.items():
        assert places(source) == places(before[title])
        assert [one.claim for one in source.passages] == [one.claim for one in before[title].passages]
        assert all(one.text for one in source.passages)
