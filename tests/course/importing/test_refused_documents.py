"""A document, a note or a folder that is no good is told in a sentence, and nothing is written."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from course.folder import load_folder
from tests.course.importing.command import NOTE, PAGE, a_file, data, files, run
from tests.course.importing.files import docx, paragraph, pdf


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
