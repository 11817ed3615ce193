"""A build shows every lesson as it will arrive, is the same every time, and never leaves a folder half done."""

from __future__ import annotations

import email
import email.policy
import re
from hashlib import sha256
from pathlib import Path

import pytest

from course.build import BUILT_AT, build
from course.errors import CourseError, CourseErrors
from tests.course.check.small import COURSE, a_lesson, small_course, written
from tests.course.drawn import a_course_showing, a_png

PNG = a_png(1200, 800)


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return written(tmp_path / "gardens", small_course())


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_lesson_becomes_three_files_beside_an_index(course: Path, tmp_path: Path) -> None:
    made = build(course, tmp_path / "out")
    names = {
        f"{slug}.{ending}" for slug in ("welcome", "soil", "light", "closing") for ending in ("html", "txt", "eml")
    }
    assert {name for name in contents(tmp_path / "out") if "/" not in name} == names | {"index.html"}
    assert {path.relative_to(tmp_path / "out").as_posix() for path in made} == set(contents(tmp_path / "out"))
    assert made[0] == tmp_path / "out" / "index.html"


def test_a_lesson_reads_as_a_sample_subscriber_gets_it(course: Path, tmp_path: Path) -> None:
    build(course, tmp_path / "out")
    text = (tmp_path / "out" / "welcome.txt").read_text(encoding="utf-8")
    assert "Hello there." in text
    assert "https://example.com/unsubscribe/sample" in text
    assert not re.search(r"dc[0-9a-f]{10}\d{3}", text)


def test_the_message_holds_the_same_html_and_text_as_the_files(course: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    build(course, out)
    message = email.message_from_bytes((out / "light.eml").read_bytes(), policy=email.policy.default)
    assert message["Subject"] == "Light for there"
    assert message["To"] == "Sample Subscriber <sample@example.com>"
    assert message["Date"].datetime == BUILT_AT
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text, html = (part.get_payload(decode=True) for part in message.walk() if not part.is_multipart())
    for content, file in ((text, "light.txt"), (html, "light.html")):
        assert isinstance(content, bytes)
        assert content.replace(b"\r\n", b"\n").strip() == (out / file).read_bytes().strip()


def test_the_index_lists_each_tracks_lessons_in_order_with_links_that_lead_somewhere(
    course: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    build(course, out)
    index = (out / "index.html").read_text(encoding="utf-8")
    balcony, field = index.split("<h2 ")[1:]
    assert re.findall(r'href="([a-z]+)\.html"', balcony) == ["welcome", "soil", "closing"]
    assert re.findall(r'href="([a-z]+)\.html"', field) == ["welcome", "soil", "light", "closing"]
    assert all((out / link).is_file() for link in re.findall(r'href="([^"]+)"', index))
    assert "Lesson 2 of 2" in field
    assert "What is above you." in field


def test_the_index_shows_titles_subjects_and_preheaders_as_text(tmp_path: Path) -> None:
    lesson = (
        '---\nsubject: "<b>Soil</b> & {{ subscriber.first_name }}"\npreheader: "<i>{{ 1 + 1 }}</i>"\n---\n\nText.\n'
    )
    files = small_course({"lessons/01-soil.md": lesson, "course.toml": COURSE.replace('"Gardens"', '"<u>Gardens</u>"')})
    build(written(tmp_path / "gardens", files), tmp_path / "out")
    index = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;Soil&lt;/b&gt; &amp; there" in index
    assert "&lt;i&gt;2&lt;/i&gt;" in index
    assert "&lt;u&gt;Gardens&lt;/u&gt;" in index
    assert not re.search(r"<[bui]>", index)


def test_two_builds_of_a_course_are_the_same_bytes(course: Path, tmp_path: Path) -> None:
    build(course, tmp_path / "one")
    build(course, tmp_path / "two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_nothing_is_written_for_a_course_with_an_error(tmp_path: Path) -> None:
    folder = written(tmp_path / "gardens", small_course(a_lesson("{{ subscriber.nick }}")))
    with pytest.raises(CourseErrors, match=r"lessons/01-soil\.md:5"):
        build(folder, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["gardens"]


def test_a_warning_keeps_nobody_from_building(tmp_path: Path) -> None:
    folder = written(tmp_path / "gardens", small_course({"theme/leson.mjml": "<mjml></mjml>"}))
    assert build(folder, tmp_path / "out")


def test_a_later_build_replaces_an_earlier_one_and_leaves_other_files(course: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    build(course, out)
    (out / "notes.md").write_text("mine")
    written(course, small_course(a_lesson("Quite another text.")))
    build(course, out)
    assert "Quite another text." in (out / "soil.txt").read_text(encoding="utf-8")
    assert (out / "notes.md").read_text() == "mine"


def test_a_build_leaves_no_other_folder_behind(course: Path, tmp_path: Path) -> None:
    build(course, tmp_path / "a" / "out")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["out"]


def test_an_empty_folder_may_be_built_into(course: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert build(course, tmp_path / "out")


def test_a_folder_within_the_course_may_be_built_into(course: Path) -> None:
    build(course, course / "emails")
    assert build(course, course / "emails")


@pytest.mark.parametrize("own", ["lessons", "sources/built", "theme", "assets/a/b"])
def test_what_the_course_is_read_from_is_not_built_into(own: str, course: Path) -> None:
    before = contents(course)
    with pytest.raises(CourseError, match="part of the course"):
        build(course, course / own)
    assert contents(course) == before


def test_a_folder_with_other_things_in_it_is_refused_and_left_alone(course: Path, tmp_path: Path) -> None:
    out = written(tmp_path / "out", {"index.html": b"<h1>My own page</h1>"})
    with pytest.raises(CourseError, match="other things"):
        build(course, out)
    assert contents(out) == {"index.html": b"<h1>My own page</h1>"}


def test_the_course_folder_itself_is_refused(course: Path) -> None:
    with pytest.raises(CourseError, match="other things"):
        build(course, course)


def test_a_file_is_refused(course: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(CourseError, match="is a file"):
        build(course, tmp_path / "out")


def test_a_place_that_cannot_be_looked_at_is_told_in_a_sentence(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exists = Path.exists

    def refused(path: Path) -> bool:
        if path == tmp_path / "locked" / "out":
            raise PermissionError(13, "Permission denied")
        return exists(path)

    monkeypatch.setattr(Path, "exists", refused)
    with pytest.raises(CourseError, match="cannot be read: Permission denied"):
        build(course, tmp_path / "locked" / "out")


def test_a_place_that_cannot_be_written_is_told_in_a_sentence(course: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(CourseError, match="cannot be"):
        build(course, tmp_path / "file" / "out")


def test_a_lesson_called_index_is_refused_since_its_page_would_be_the_list(tmp_path: Path) -> None:
    files = small_course({"lessons/03-index.md": "---\nsubject: x\npreheader: y\n---\n\nText.\n"})
    with pytest.raises(CourseError, match=r"lessons/03-index\.md"):
        build(written(tmp_path / "gardens", files), tmp_path / "out")


def test_an_address_that_no_message_can_carry_is_told_with_its_file(tmp_path: Path) -> None:
    course = COURSE.replace("course@example.com", "course@exa!mple.com")
    folder = written(tmp_path / "gardens", small_course({"course.toml": course}))
    with pytest.raises(CourseError, match=r"course\.toml"):
        build(folder, tmp_path / "out")


def test_beside_them_stands_an_archive_to_which_the_index_leads(course: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    build(course, out)
    assert {path for path in contents(out) if "/" in path} == {
        f"archive/{name}" for name in ("index.html", "soil.html", "light.html", "style.css")
    }
    assert 'href="archive/index.html"' in (out / "index.html").read_text("utf-8")


def test_a_lesson_that_is_gone_is_published_no_longer(tmp_path: Path) -> None:
    out = tmp_path / "out"
    build(written(tmp_path / "gardens", small_course()), out)
    (out / "archive" / "CNAME").write_text("gardens.example.com")
    (out / "archive" / "about.html").write_text("<h1>By hand</h1>")
    changed = small_course({"lessons/02-shade.md": "---\nsubject: x\npreheader: y\ntracks: [field]\n---\n\nText.\n"})
    del changed["lessons/02-light.md"]
    build(written(tmp_path / "changed", changed), out)
    names = {path.name for path in (out / "archive").iterdir()}
    assert names == {"index.html", "soil.html", "shade.html", "style.css", "CNAME", "about.html"}
    assert (out / "light.html").is_file()


def test_a_picture_that_is_gone_is_published_no_longer(tmp_path: Path) -> None:
    course, out = illustrated(tmp_path / "gardens"), tmp_path / "out"
    build(course, out)
    (out / "archive" / "assets" / "mine").mkdir()
    (out / "archive" / "assets" / "mine" / "logo.png").write_bytes(PNG)
    (course / "assets" / "the desk.png").write_bytes(a_png(shade=5))
    build(course, out)
    names = {
        path.relative_to(out / "archive" / "assets").as_posix() for path in (out / "archive" / "assets").rglob("*.png")
    }
    assert names == {f"{sha256(a_png(shade=5)).hexdigest()}/the-desk.png", "mine/logo.png"}
    assert len(list((out / "archive" / "assets").iterdir())) == 2


def test_a_site_that_no_build_made_is_refused_and_left_alone(course: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    build(course, out)
    (out / "archive" / "index.html").write_text("<h1>My own site</h1>")
    before = contents(out)
    with pytest.raises(CourseError, match="not made by an earlier build"):
        build(course, out)
    assert contents(out) == before


def illustrated(folder: Path) -> Path:
    """The small course with a picture in its first lesson, and another that no lesson shows."""
    files = a_course_showing("![A desk](<../assets/the desk.png>)\n\nText. ![A desk](assets/the%20desk.png)")
    return written(folder, {**files, "assets/the desk.png": PNG, "assets/unused.png": a_png(shade=9)})


def pictures_of(html: str) -> list[str]:
    return re.findall(r'<img [^>]*src="([^"]*)"', html)


def test_pictures_are_built_beside_the_lessons_that_show_them(tmp_path: Path) -> None:
    out = tmp_path / "out"
    made = build(illustrated(tmp_path / "gardens"), out)
    name = f"assets/{sha256(PNG).hexdigest()}/the-desk.png"
    assert pictures_of((out / "soil.html").read_text("utf-8")) == [name, name]
    assert {path for path in contents(out) if path.endswith(".png")} == {name, f"archive/{name}"}
    assert (out / name).read_bytes() == PNG
    assert out / name in made
    assert "example.com/assets" not in (out / "soil.html").read_text("utf-8")


def test_a_message_brings_the_pictures_that_it_shows(tmp_path: Path) -> None:
    out = tmp_path / "out"
    build(illustrated(tmp_path / "gardens"), out)
    message = email.message_from_bytes((out / "soil.eml").read_bytes(), policy=email.policy.default)
    html = message.get_body(("html",))
    assert html is not None
    source, again = pictures_of(html.get_content())
    [picture] = [part for part in message.walk() if part.get_content_maintype() == "image"]
    assert source == again == f"cid:{picture['Content-ID'].strip('<>')}"
    assert picture.get_content() == PNG
    welcome = email.message_from_bytes((out / "welcome.eml").read_bytes(), policy=email.policy.default)
    assert [part.get_content_type() for part in welcome.iter_parts()] == ["text/plain", "text/html"]


def test_a_later_build_with_another_picture_replaces_none_of_the_old_ones(tmp_path: Path) -> None:
    course, out = illustrated(tmp_path / "gardens"), tmp_path / "out"
    build(course, out)
    (course / "assets" / "the desk.png").write_bytes(a_png(shade=5))
    build(course, out)
    assert len([path for path in contents(out) if path.startswith("assets/")]) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gardens", "out"]


def test_a_build_that_fails_over_a_picture_changes_nothing(tmp_path: Path) -> None:
    course, out = illustrated(tmp_path / "gardens"), tmp_path / "out"
    build(course, out)
    before = contents(out)
    (course / "assets" / "the desk.png").write_bytes(b"no picture")
    with pytest.raises(CourseErrors, match=r"assets/the desk\.png holds no picture"):
        build(course, out)
    assert contents(out) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gardens", "out"]


def test_a_file_where_the_pictures_would_go_stops_a_build_before_it_changes_anything(
    course: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    build(course, out)
    (out / "assets").write_text("mine")
    before = contents(out)
    welcome = {"lessons/welcome.md": b"---\nsubject: Welcome\npreheader: To gardens.\n---\n\nHello again.\n"}
    with pytest.raises(CourseError, match="cannot be written"):
        build(written(illustrated(course), welcome), out)
    assert contents(out) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gardens", "out"]
