"""A lesson's pictures are found among the course's files, and nowhere else."""

from __future__ import annotations

import re
from hashlib import sha256
from unicodedata import normalize

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from course.errors import CourseError
from course.folder import load
from course.personal.tokens import symbol_token, value_token
from course.pictures import Pictures, media_type, pictures_in
from tests.course.check.small import a_lesson, small_course
from tests.course.drawn import AN_SVG, a_gif, a_jpeg, a_png, a_webp

LESSON = "lessons/01-soil.md"
FILES = {
    "course.toml": b"",
    LESSON: b"",
    "assets/desk.png": a_png(640, 480),
    "assets/with space.png": a_png(shade=1),
    "assets/über.png": a_png(shade=2),
    "assets/deep/er/desk.png": a_png(shade=3),
    f"assets/{normalize('NFD', 'ålesund')}.png": a_png(shade=5),
    "assets/100%.png": a_png(shade=4),
    "assets/notes.txt": b"no picture",
    "assets/broken.png": a_png()[:20],
    "theme/logo.png": a_png(),
}


def find(address: str) -> str:
    """The path that is found for an address in a lesson."""
    picture = Pictures(FILES).find(address, LESSON)
    assert picture is not None
    return picture.path


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("../assets/desk.png", "assets/desk.png"),
        ("assets/desk.png", "assets/desk.png"),
        ("./assets/./desk.png", "assets/desk.png"),
        ("../assets/deep/er/desk.png", "assets/deep/er/desk.png"),
        ("../assets/deep/../desk.png", "assets/desk.png"),
        ("../lessons/../assets/desk.png", "assets/desk.png"),
        ("../assets/with%20space.png", "assets/with space.png"),
        ("assets/%C3%BCber.png", "assets/über.png"),
        ("assets/100%25.png", "assets/100%.png"),
        (f"assets/{normalize('NFD', 'über')}.png", "assets/über.png"),
        (normalize("NFC", "../assets/ålesund.png"), normalize("NFD", "assets/ålesund.png")),
        (value_token("assets/desk.png"), "assets/desk.png"),
        (f"../assets/{value_token('desk')}.png", "assets/desk.png"),
    ],
)
def test_a_picture_is_found_as_seen_from_the_lesson_or_from_the_course(address: str, path: str) -> None:
    assert find(address) == path


@pytest.mark.parametrize(
    "address",
    ["https://example.com/p.png", "HTTP://example.com/p.png", symbol_token("subscriber.pic"),
     f"https://example.com/{symbol_token('subscriber.role')}.png", value_token("https://example.com/p.png")],
)  # fmt: skip
def test_a_picture_on_the_web_is_none_of_the_course(address: str) -> None:
    assert Pictures(FILES).find(address, LESSON) is None


@pytest.mark.parametrize(
    ("address", "rule", "said"),
    [
        ("../assets/desk.jpg", "missing-picture", "Did you mean `assets/desk.png`?"),
        ("assets/Desk.png", "missing-picture", "Did you mean `assets/desk.png`?"),
        ("assets/nothing-like-it", "missing-picture", "Put the picture there"),
        ("assets/notes.txt", "missing-picture", "no picture"),
        ("assets/broken.png", "missing-picture", "broken"),
        ("assets", "unreachable-picture", "assets/"),
        ("../../desk.png", "missing-picture", "outside the course"),
        ("../../../etc/passwd", "missing-picture", "outside the course"),
        ("..%2F..%2Fdesk.png", "missing-picture", "outside the course"),
        ("..", "unreachable-picture", "assets/"),
        ("../course.toml", "unreachable-picture", "assets/"),
        ("../theme/logo.png", "unreachable-picture", "assets/"),
        ("desk.png", "unreachable-picture", "assets/"),
        ("/assets/desk.png", "unreachable-picture", "assets/"),
        ("//example.com/desk.png", "unreachable-picture", "https://"),
        ("../m%C3%BCll/desk.png", "unreachable-picture", "../müll/desk.png"),
        ("%5C%5Cserver%5Cdesk.png", "unreachable-picture", "assets/"),
        ("data:image/png;base64,AAAA", "unreachable-picture", "assets/"),
        ("javascript:alert(1)", "unreachable-picture", "assets/"),
        ("JavaScript%3Aalert(1)", "unreachable-picture", "assets/"),
        ("file:///assets/desk.png", "unreachable-picture", "assets/"),
        ("cid:desk", "unreachable-picture", "assets/"),
        ("", "unreachable-picture", "assets/"),
        (f"assets/{symbol_token('subscriber.role')}.png", "missing-picture", "{% if … %}"),
    ],
)
def test_any_other_address_is_an_error_that_says_what_to_do(address: str, rule: str, said: str) -> None:
    with pytest.raises(CourseError) as raised:
        Pictures(FILES).find(address, LESSON)
    assert raised.value.rule == rule
    assert said in f"{raised.value.message} {raised.value.fix}"


@given(st.text("./%2eaAsetk\\:é \0") | st.text())
@example("assets/\0")
@example("%")
@example("%ff%fe")
def test_no_address_leads_to_anything_but_a_picture_of_the_course(address: str) -> None:
    try:
        picture = Pictures(FILES).find(address, LESSON)
    except CourseError:
        return
    assert picture is None or FILES[picture.path] == picture.content


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (a_png(7, 5), "image/png"),
        (a_jpeg(7, 5), "image/jpeg"),
        (a_gif(7, 5), "image/gif"),
        (a_webp(7, 5), "image/webp"),
    ],
)
def test_a_picture_is_what_its_content_says_whatever_it_is_called(content: bytes, kind: str) -> None:
    picture = Pictures({"assets/a.txt": content}).find("assets/a.txt", LESSON)
    assert picture is not None
    assert (picture.media_type, picture.width, picture.height) == (kind, 7, 5)


@pytest.mark.parametrize("content", [AN_SVG, b"<svg>", b"\xef\xbb\xbf<svg />", b"<!DOCTYPE svg PUBLIC 'x'>\n<svg\n>"])
def test_an_svg_has_no_pixels(content: bytes) -> None:
    picture = Pictures({"assets/a.svg": content}).find("assets/a.svg", LESSON)
    assert picture is not None
    assert (picture.media_type, picture.width, picture.height) == ("image/svg+xml", 0, 0)


@pytest.mark.parametrize(
    "content",
    [b"", b"text", b"<html><svg>", b"<!doctype html><svg>", b"---\nsubject: x\n---\n", b"%PDF-1.7", b"BM1234"],
)
def test_what_is_no_picture_has_no_kind(content: bytes) -> None:
    assert media_type(content) is None


@given(
    st.binary(max_size=200),
    st.sampled_from([a_png(), a_gif(), a_jpeg(), a_webp(), AN_SVG, b"RIFF0000WEBPVP8 "]),
    st.data(),
)
def test_a_file_that_was_cut_off_or_garbled_is_a_picture_or_an_error(
    noise: bytes, whole: bytes, data: st.DataObject
) -> None:
    content = whole[: data.draw(st.integers(0, len(whole)))] + noise
    try:
        picture = Pictures({"assets/a": content}).find("assets/a", LESSON)
    except CourseError:
        return
    assert picture is not None
    assert (picture.width > 0) == (picture.height > 0) == (picture.media_type != "image/svg+xml")


def test_all_pictures_are_found_and_nothing_else_in_assets() -> None:
    assert [picture.path for picture in Pictures(FILES).all()] == sorted(
        path for path in FILES if path.startswith("assets/") and path not in {"assets/notes.txt", "assets/broken.png"}
    )


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("assets/desk.png", "desk.png"),
        ("assets/deep/with space.png", "with-space.png"),
        ("assets/Über—uns (2).PNG", "Uber-uns-2-.PNG"),
        ("assets/机.png", "picture.png"),
        ("assets/机", "picture"),
        ('assets/"><b>', "b-"),
    ],
)
def test_an_address_is_the_content_s_hash_and_a_plain_name(path: str, name: str) -> None:
    content = a_png()
    [picture] = Pictures({path: content}).all()
    assert picture.address == f"{sha256(content).hexdigest()}/{name}"
    assert re.fullmatch(r"[0-9a-f]{64}/[A-Za-z0-9._-]+", picture.address)


def test_pictures_are_found_in_a_lesson_with_their_lines() -> None:
    body = (
        "A ![first](assets/a.png)\nand ![second](<assets/b c.png>).\n\n- ![](x.png)\n- [![linked *words*](y.png)](https://e.com)\n\n"
        "![by name][n] ![Hello {{ subscriber.first_name }}]({{ subscriber.pic | default('a') }})\n\n"
        "```\n![code](z.png)\n```\n`![code](z.png)`\n\n![bad](javascript:alert)\n\n[n]: d.png\n"
    )
    lesson = load(small_course(a_lesson(body))).lessons[0]
    found = [(shown.address, shown.alt, shown.place.line) for shown in pictures_in(lesson)]
    assert found[:5] == [
        ("assets/a.png", "first", 5),
        ("assets/b%20c.png", "second", 6),
        ("x.png", "", 8),
        ("y.png", "linked *words*", 9),
        ("d.png", "by name", 11),
    ]
    assert found[5][2] == 11
    assert found[6:] == [("javascript:alert", "bad", 18)]
    assert [shown.computed for shown in pictures_in(lesson)] == [False] * 5 + [True, False]
