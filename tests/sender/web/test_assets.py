"""A picture of a course arrives with its email, wherever that is read, and nothing but pictures is given out."""

from __future__ import annotations

import re
from email.message import EmailMessage
from hashlib import sha256
from html import unescape

import pytest

from tests.course.check.small import COURSE, small_course
from tests.course.drawn import AN_SVG, a_gif, a_jpeg, a_png, a_webp
from tests.sender.web.sample import Answer, School, get, request

PNG = a_png(1200, 800)
WELCOME = "---\nsubject: Welcome\npreheader: To gardens.\n---\n\nHello.\n\n![A desk](../assets/the%20desk.png)\n"


def a_course(**more: bytes) -> dict[str, bytes]:
    """The small course, which shows a picture in its welcome."""
    files = small_course({"lessons/welcome.md": WELCOME})
    return {**files, "assets/the desk.png": PNG, **{f"assets/{name}": content for name, content in more.items()}}


def address(school: School, content: bytes, name: str = "any") -> str:
    return f"{school.base_url}/assets/{sha256(content).hexdigest()}/{name}"


def picture_in(message: EmailMessage) -> str:
    part = message.get_body(("html",))
    assert part is not None
    [source] = re.findall(r'<img [^>]*src="([^"]*)"', str(part.get_content()))
    return unescape(source)


def welcomed(school: School) -> EmailMessage:
    """The welcome that somebody was sent."""
    school.publish(a_course())
    school.enrol(1, course="gardens", confirmed=True)
    school.tick()
    return school.emails()[-1]


def test_a_picture_of_an_email_that_was_sent_is_served_where_the_email_says(school: School) -> None:
    source = picture_in(welcomed(school))
    assert source == address(school, PNG, "the-desk.png")
    answer = get(source)
    assert (answer.status, answer.headers["content-type"], answer.content) == (200, "image/png", PNG)


def test_the_email_in_the_browser_shows_it_too(school: School) -> None:
    source = picture_in(welcomed(school))
    answer = get(school.links(1)["view"])
    assert f'src="{source}"' in answer.text
    assert "img-src 'self' https: data:" in answer.headers["content-security-policy"]


def test_an_old_email_goes_on_showing_what_a_later_edition_has_no_more(school: School) -> None:
    source = picture_in(welcomed(school))
    school.publish(small_course({"course.toml": COURSE.replace('"Gardens"', '"More gardens"', 1)}))
    assert get(source).content == PNG


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (a_png(), "image/png"),
        (a_jpeg(), "image/jpeg"),
        (a_gif(), "image/gif"),
        (a_webp(), "image/webp"),
        (AN_SVG, "image/svg+xml"),
    ],
    ids=["png", "jpeg", "gif", "webp", "svg"],
)
def test_a_picture_has_the_type_of_its_content_whatever_its_name(school: School, content: bytes, kind: str) -> None:
    school.publish(a_course(**{"page.html": content}))
    answer = get(address(school, content, "page.html"))
    assert (answer.status, answer.headers["content-type"], answer.content) == (200, kind, content)


def test_a_picture_may_be_kept_for_ever_and_can_do_nothing(school: School) -> None:
    school.publish(a_course(svg=AN_SVG))
    answer = get(address(school, AN_SVG))
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = answer.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "sandbox"} <= set(policy)
    assert "script" not in answer.headers["content-security-policy"]
    assert "set-cookie" not in answer.headers


def test_whoever_has_a_picture_already_is_not_sent_it_again(school: School) -> None:
    school.publish(a_course())
    first = get(address(school, PNG))
    again = request("GET", address(school, PNG), headers={"If-None-Match": first.headers["etag"]})
    assert (again.status, again.content) == (304, b"")
    assert again.headers["cache-control"] == first.headers["cache-control"]
    other = request("GET", address(school, PNG), headers={"If-None-Match": '"another"'})
    assert (other.status, other.content) == (200, PNG)


def test_a_head_brings_the_headers_alone(school: School) -> None:
    school.publish(a_course())
    answer = request("HEAD", address(school, PNG))
    assert (answer.status, answer.content) == (200, b"")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-length"] == str(len(PNG))


def refused(answer: Answer) -> bool:
    return answer.status == 404 and answer.headers["cache-control"] == "no-store" and "nothing here" in answer.text


@pytest.mark.parametrize("path", ["course.toml", "lessons/01-soil.md", "sources/on-soil.md", "assets/notes.txt"])
def test_no_other_file_of_a_course_is_given_out(school: School, path: str) -> None:
    files = a_course(**{"notes.txt": b"private"})
    school.publish(files)
    assert refused(get(address(school, files[path])))


@pytest.mark.parametrize(
    "path",
    ["", "/", "/{hash}", "/{hash}/", "/{hash}/a/b", "/{short}/desk.png", "/{upper}/desk.png", "/{other}/desk.png",
     "/../assets/{hash}", "/%/desk.png", "/' OR 1=1/desk.png", "/%00/desk.png"],
)  # fmt: skip
def test_any_other_address_is_not_found(school: School, path: str) -> None:
    school.publish(a_course())
    hash_ = sha256(PNG).hexdigest()
    path = path.format(hash=hash_, short=hash_[:16], upper=hash_.upper(), other="0" * 64).replace(" ", "%20")
    assert refused(get(f"{school.base_url}/assets{path}"))


def test_pictures_are_only_to_be_had(school: School) -> None:
    school.publish(a_course())
    assert request("POST", address(school, PNG), b"x").status == 405
    assert request("DELETE", address(school, PNG)).status == 405
