"""What the preview's pages show, and that whatever is wrong with a course is a page that says so."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import pytest

from tests.course.check.small import COURSE, a_lesson, small_course
from tests.course.drawn import AN_SVG, a_course_showing, a_png
from tests.course.preview.served import Answer, Seen, Served, events, served


def at(preview: Served, query: str = "") -> Seen:
    answer = preview.get(f"/?{query}")
    assert answer.status == 200
    return Seen(answer)


def show(folder: Path, files: dict[str, bytes], query: str = "") -> Answer:
    with served(folder, files) as preview:
        return preview.get(f"/?{query}")


def test_the_page_shows_the_course_along_the_weeks(preview: Served) -> None:
    page = at(preview, "track=field")
    assert [link["href"] for link in page.all("a") if link.get("id", "").startswith("stop-")] == [
        "/?lesson=%40confirm&track=field",
        "/?lesson=welcome&track=field",
        "/?lesson=soil&track=field",
        "/?lesson=light&track=field",
        "/?lesson=closing&track=field",
        "/?lesson=%40access&track=field",
        "/?lesson=%40address&track=field",
        "/?lesson=%40moved&track=field",
    ]
    assert "Notices when a reader asks Link to own data Your data: Gardens" in page.text
    assert "Week 1 from Mon 2 Mar 2026" in page.text
    assert "Lesson 2 · Tue 10 Mar 08:00 Light for Sample" in page.text


def test_the_start_and_the_zone_make_the_calendar(preview: Served) -> None:
    page = at(preview, "track=field&start=2026-12-28&zone=Asia/Tokyo&lesson=soil")
    assert "Week 1 from Mon 28 Dec 2026" in page.text
    assert "Tue 29 Dec 2026, 08:00 in Asia/Tokyo" in page.text


def test_a_zone_that_there_is_not_is_told(preview: Served) -> None:
    page = at(preview, "zone=Mars/Olympus")
    assert "There is no time zone “Mars/Olympus”" in page.text
    assert "in Europe/London" in page.text


def test_an_email_stands_in_frames_of_four_widths_in_which_no_script_runs(preview: Served) -> None:
    frames = at(preview, "lesson=welcome&mode=dark").all("iframe")
    assert [frame["title"] for frame in frames] == [
        "The email at 320 pixels",
        "The email at 375 pixels",
        "The email at 600 pixels",
        "The email at full width",
    ]
    assert {frame["src"] for frame in frames} == {"/email?lesson=welcome&mode=dark"}
    assert {"allow-scripts" in frame["sandbox"] for frame in frames} == {False}


def test_inversion_is_called_an_approximation(preview: Served) -> None:
    assert "Forced inversion, an approximation." in at(preview, "mode=inverted").text
    assert "Forced inversion" not in at(preview).text


def test_subject_preheader_sender_and_size_stand_above_the_email(preview: Served) -> None:
    page = at(preview)
    assert "Soil What is under you. From Gardens <course@example.com> Arrives Tue 3 Mar 2026, 08:00" in page.text
    [meter] = page.all("meter")
    assert int(meter["value"]) > 1_000
    assert (meter["low"], meter["high"], meter["max"]) == ("90000", "102000", "102000")


@pytest.mark.parametrize(("words", "said"), [(17_500, "Gmail will cut it off"), (14_000, "close to where Gmail cuts")])
def test_an_email_that_is_too_large_is_told(tmp_path: Path, words: int, said: str) -> None:
    assert said in show(tmp_path, small_course(a_lesson("words " * words))).text


def test_plain_text_and_source_are_shown_as_text(preview: Served) -> None:
    text, source = at(preview, "view=text"), at(preview, "view=source")
    assert "Soil holds water" in text.text
    assert "<!doctype html>" in source.text
    assert not text.all("iframe")
    assert not source.all("iframe")


def test_values_of_the_reader_can_be_edited(preview: Served) -> None:
    page = at(preview, "track=field&lesson=light&value.first_name=%3Cb%3EAda")
    assert "Light for <b>Ada" in page.text
    assert page.value_of("value.first_name") == "<b>Ada"
    controls = [*page.all("input"), *page.all("select")]
    names = [control["name"] for control in controls if control.get("name", "").startswith("value.")]
    assert names == ["value.first_name", "value.plants", "value.nickname", "value.role", "value.indoors"]


def test_the_page_says_its_own_address_with_what_is_usual_left_out(preview: Served) -> None:
    query = "lesson=soil&persona=sample&mode=light&view=email&start=2026-03-02&value.first_name=A+b&nonsense=1"
    assert 'data-address="/?lesson=soil&amp;value.first_name=A+b"' in preview.get(f"/?{query}").text
    assert 'data-address="/"' in preview.get("/").text


def test_a_name_in_a_message_stands_out_and_is_only_text(tmp_path: Path) -> None:
    page = show(tmp_path, small_course({"course.toml": COURSE + '\n[theme]\naccent = "<i>red"\n'}))
    assert "<code>&lt;i&gt;red</code> is not a value for <code>accent</code>." in page.text


def test_every_choice_has_a_label_and_every_label_a_choice(preview: Served) -> None:
    page = at(preview)
    ids = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    labelled = {label["for"] for label in page.all("label")}
    tags = ("input", "select", "textarea")
    controls = {one["id"] for tag in tags for one in page.all(tag) if one.get("type") != "hidden"}
    assert labelled == controls
    assert labelled <= ids
    assert len([attributes["id"] for _, attributes in page.elements if "id" in attributes]) == len(ids)


def test_the_email_before_and_after_are_a_link_away(preview: Served) -> None:
    page = at(preview, "lesson=welcome")
    assert [link["href"] for link in page.all("a") if "rel" in link] == ["/?lesson=%40confirm", "/?lesson=soil"]
    assert [link["rel"] for link in at(preview, "lesson=@confirm").all("a") if "rel" in link] == ["next"]
    assert [link["rel"] for link in at(preview, "lesson=closing").all("a") if "rel" in link] == ["prev"]
    page = at(preview, "lesson=@address")
    assert [link["href"] for link in page.all("a") if "rel" in link] == ["/?lesson=%40access", "/?lesson=%40moved"]


def test_the_email_itself_is_a_document_with_nothing_around_it(preview: Served) -> None:
    answer = preview.get("/email?lesson=welcome")
    assert answer.status == 200
    assert answer.text.startswith("<!doctype html>")
    assert "Hello Sample." in answer.text
    assert int(answer.headers["x-version"]) >= 1


def test_pictures_are_shown_from_the_courses_files_and_an_svg_runs_nothing(tmp_path: Path) -> None:
    picture = a_png()
    files = a_course_showing("![A desk](../assets/desk.png)", desk_png=picture, logo_svg=AN_SVG)
    with served(tmp_path, files) as preview:
        [address] = re.findall(r'src="(/assets/[^"]+)"', preview.get("/email").text)
        assert preview.get(address).content == picture
        assert preview.get(address).headers["content-type"] == "image/png"
        svg = preview.get(f"/assets/{sha256(AN_SVG).hexdigest()}/logo.svg")
        assert svg.headers["content-security-policy"].endswith("sandbox; style-src 'unsafe-inline'")
        lesson = sha256(files["lessons/01-soil.md"]).hexdigest()
        for path in (f"/assets/{lesson}/x", "/assets/x/y", "/assets/..%2f..%2fetc/passwd"):
            assert preview.get(path).status == 404


def test_findings_lead_to_the_line_and_the_line_says_what_was_found(tmp_path: Path) -> None:
    with served(tmp_path, small_course(a_lesson("![](https://example.com/a.png)"))) as preview, events(preview) as told:
        while "picture-without-alt" not in (page := preview.get()).text:
            told.next("findings")
        assert {"href": "/source/lessons/01-soil.md#L5", "class": "place"} in Seen(page).all("a")
        assert "lessons/01-soil.md:5" in Seen(page).text
        source = preview.get("/source/lessons/01-soil.md")
        assert Seen(source).all("li", id="L5", **{"class": "marked"})
        assert "picture-without-alt" in source.text


def test_findings_of_the_email_come_before_those_of_the_rest(tmp_path: Path) -> None:
    with served(tmp_path, small_course(a_lesson("![](https://example.com/a.png)"))) as preview, events(preview) as told:
        while "picture-without-alt" not in preview.get().text:
            told.next("findings")
        own, other = at(preview).text, at(preview, "lesson=closing").text
    assert own.index("This email: ") < own.index("picture-without-alt")
    assert "The rest of the course" not in own[: own.index("picture-without-alt")]
    assert other.index("The rest of the course") < other.index("picture-without-alt")


def test_a_file_is_shown_by_lines(preview: Served) -> None:
    page = Seen(preview.get("/source/lessons/welcome.md"))
    assert [line["id"] for line in page.all("li")] == ["L1", "L2", "L3", "L4", "L5", "L6"]
    assert "Hello {{ subscriber.first_name }}." in page.text


@pytest.mark.parametrize("path", ["templates/email/layout.mjml", "sources/on-soil.md", "course.toml"])
def test_every_text_of_a_course_can_be_looked_at(preview: Served, path: str) -> None:
    assert preview.get(f"/source/{path}").status == 200


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "..%2fsecret.txt",
        "%2e%2e/secret.txt",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "secret.txt",
        "lessons",
        "",
        "lessons/01-soil.md/",
        "C:%5Cwindows",
        "%00",
    ],
)
def test_nothing_but_the_courses_files_can_be_looked_at(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    with served(tmp_path / "course") as preview:
        (preview.folder / "secret.txt").write_text("secret")
        for prefix in ("/source/", "/static/", "/"):
            answer = preview.get(f"{prefix}{path}")
            assert "secret" not in answer.text or path == ""
            assert answer.status == (200 if prefix + path == "/" else 404)


BROKEN = {
    "a template with a syntax error": {"theme/lesson.mjml": "<mjml>{% if %}</mjml>"},
    "a lesson with a syntax error": a_lesson("{{ subscriber.first_name"),
    "a name that there is not": a_lesson("{{ nobody }}"),
    "mjml that is none": {"theme/lesson.mjml": "<mjml><mj-body><mj-text>x</mjml>"},
    "a missing picture": a_lesson("![A desk](../assets/none.png)"),
    "a colour that is none": {"course.toml": COURSE + '\n[theme]\naccent = "reddish"\n'},
    "settings that are not TOML": {"course.toml": "slug ="},
    "front matter that never ends": {"lessons/01-soil.md": "---\nsubject: x\n"},
    "an empty lesson": {"lessons/01-soil.md": ""},
}


@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_wrong_is_a_readable_page_and_gone_with_the_next_save(tmp_path: Path, broken: str) -> None:
    with served(tmp_path, small_course(BROKEN[broken])) as preview, events(preview) as told:
        page = preview.get()
        assert page.status == 200
        assert "This email cannot be shown" in page.text
        assert "Traceback" not in page.text
        [problem, *_] = re.findall(r'<article class="problem">(.*?)</article>', page.text, re.DOTALL)
        assert "/source/" in problem
        frame = preview.get("/email")
        assert frame.status == 422
        assert "This email cannot be shown" in frame.text
        for path in BROKEN[broken]:
            if path.startswith("theme/"):
                (tmp_path / path).unlink()
            else:
                (tmp_path / path).write_bytes(small_course()[path])
        while "This email cannot be shown" in preview.get().text:
            told.next("changed")
        assert preview.get("/email").status == 200


def test_the_lines_around_a_mistake_are_on_the_page(tmp_path: Path) -> None:
    page = show(tmp_path, small_course(a_lesson("One.\n\nTwo {% if %}.\n\nThree.")))
    assert "lessons/01-soil.md:7" in page.text
    [marked] = re.findall(r'<span class="line marked">(.*?)\n</span>', page.text)
    assert marked.endswith("Two {% if %}.")


def test_a_broken_lesson_leaves_the_others_to_be_looked_at(tmp_path: Path) -> None:
    files = small_course(a_lesson("{% if %}"))
    page = Seen(show(tmp_path, files, "lesson=welcome"))
    assert "cannot be shown" not in page.text
    assert len(page.all("iframe")) == 4


def test_a_folder_that_is_gone_for_a_moment_is_told_and_found_again(tmp_path: Path) -> None:
    folder = tmp_path / "course"
    with served(folder) as preview, events(preview) as told:
        folder.rename(tmp_path / "away")
        while "There is no course in" not in preview.get().text:
            told.next("changed")
        (tmp_path / "away").rename(folder)
        while "There is no course in" in preview.get().text:
            told.next("changed")
        assert len(at(preview).all("iframe")) == 4


@pytest.mark.parametrize("body", ["Word.", "word " * 10_000, "😀 " * 50])
def test_a_lesson_of_any_length_is_shown(tmp_path: Path, body: str) -> None:
    page = Seen(show(tmp_path, small_course(a_lesson(body, subject="😀👩‍👩‍👧 Soil"))))
    assert len(page.all("iframe")) == 4
    assert "😀👩‍👩‍👧 Soil" in page.text


@pytest.mark.parametrize("path", ["/", "/email", "/source/course.toml"])
@pytest.mark.parametrize(
    "query",
    ["lesson=%00&track=%F0%9F%92%A5&start=x&zone=%0d%0a", "value.first_name=%ed%a0%80", "=&&=&%", "a" * 5_000],
)
def test_nonsense_in_an_address_is_no_defect(preview: Served, path: str, query: str) -> None:
    assert preview.get(f"{path}?{query}").status == 200


@pytest.mark.parametrize("name", ["preview.css", "preview.js", "icon.svg"])
def test_what_the_page_needs_is_there(preview: Served, name: str) -> None:
    assert preview.get(f"/static/{name}").status == 200


@pytest.mark.parametrize(("method", "path", "status"), [("POST", "/", 405), ("GET", "/nowhere", 404)])
def test_what_there_is_not_is_a_page_that_leads_back(preview: Served, method: str, path: str, status: int) -> None:
    answer = preview.request(method, path)
    assert answer.status == status
    assert Seen(answer).all("a", href="/")
