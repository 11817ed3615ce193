"""`dripcourse import` says what it found, and where a document or a note is no good, writes nothing at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from course.check import check_folder
from course.folder import load_folder
from course.folder.source_note import parse_source
from course.importing.intake import Given, import_documents
from course.model import Source
from course.new import new_course
from tests.course.check.small import small_course, written
from tests.course.importing.command import NOTE, PAGE, a_file, data, files, run
from tests.course.importing.files import docx, paragraph, pdf

DOCUMENTS = Path(__file__).resolve().parents[3].parent / "shared" / "sources"


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
