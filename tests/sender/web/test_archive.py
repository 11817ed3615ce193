"""A course is a public site where its author allows it: the one that `build` writes, and nothing where they do not."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from html import unescape
from urllib.parse import urljoin

import pytest

from course.archive import archive_files
from course.errors import CourseError
from course.folder import load
from sender.web import archive
from tests.course.drawn import AN_SVG, a_png
from tests.sender.stage import a_course, a_lesson
from tests.sender.web.sample import Answer, School, get, post, request

PNG = a_png(30, 20)
BODY = """\
Hello {{ subscriber.first_name | default('there') }}.

![A desk](../assets/desk.png)

![A sign](../assets/sign.svg)
"""
FIELDS = '[fields]\nfirst_name = { type = "text" }\n'


def the_course(*names: str, public: bool = True) -> dict[str, bytes]:
    lesson = a_lesson("one", BODY, "aliases: [uno]\n")
    files = a_course(*names, welcome=True, closing=True, tables=FIELDS, files={"lessons/01-one.md": lesson})
    setting = b"public_archive = true\n" if public else b""
    files["course.toml"] = setting + files["course.toml"]
    return {**files, "assets/desk.png": PNG, "assets/sign.svg": AN_SVG}


@pytest.fixture
def public(school: School) -> School:
    """A school with a public course beside the bundled one, which is not."""
    school.publish(the_course("one", "two"))
    return school


def at(school: School, path: str = "", course: str = "letters") -> str:
    return f"{school.base_url}/archive/{course}/{path}"


def addresses(answer: Answer) -> list[str]:
    """Whatever a page refers to."""
    return [unescape(found) for found in re.findall(r'(?:href|src)="([^"]*)"', answer.text)]


def test_it_is_the_site_that_a_build_writes_with_a_link_to_the_sign_up_page(public: School) -> None:
    files = the_course("one", "two")
    built = archive_files(load(files), files, sign_up="../../courses/letters")
    assert set(built) > {"index.html", "one.html", "two.html", "uno.html", "style.css"}
    for path, content in built.items():
        answer = get(at(public, path))
        assert (path, answer.status, answer.content) == (path, 200, content)


def test_its_list_is_at_the_slash_and_under_its_own_name(public: School) -> None:
    assert get(at(public)).content == get(at(public, "index.html")).content
    assert "About one" in get(at(public)).text
    assert "Hello there." in get(at(public, "one.html")).text


def test_without_the_slash_the_address_leads_to_it_on_the_same_site(public: School) -> None:
    answer = request("GET", f"{public.base_url}/archive/letters", headers={"Host": "elsewhere.example.org"})
    assert (answer.status, answer.headers["location"]) == (308, "letters/")
    assert urljoin(f"{public.base_url}/archive/letters", answer.headers["location"]) == at(public)


def test_every_address_in_it_leads_somewhere(public: School) -> None:
    seen, left = set(), [at(public)]
    while left:
        url = left.pop()
        seen.add(url)
        answer = get(url)
        assert answer.status == 200, url
        if answer.headers["content-type"].startswith("text/html") and url.startswith(at(public)):
            found = {urljoin(url, address).partition("#")[0] for address in addresses(answer)}
            left += sorted(one for one in found - seen - set(left) if one.startswith(public.base_url))
    assert at(public, "two.html") in seen
    assert f"{public.base_url}/courses/letters" in seen
    assert f"{at(public, 'assets')}/{sha256(PNG).hexdigest()}/desk.png" in seen


@pytest.mark.parametrize("slash", ["", "/", "/index.html", "/one.html", "/style.css"])
def test_a_course_that_is_not_public_is_not_found(school: School, slash: str) -> None:
    school.publish(the_course("one", public=False))
    for course in ("letters", "product-path", "nowhere", "%00", "..", "LETTERS", "%2e%2e%2fletters", "a" * 4000):
        assert get(f"{school.base_url}/archive/{course}{slash}").status == 404, course


@pytest.mark.parametrize(
    "path",
    ["nowhere.html", "welcome.html", "closing.html", "assets/", "assets", "one", "course.toml", "lessons/01-one.md",
     "../letters/index.html", "%2e%2e/letters/index.html", "%00", "//one.html", "index.html/", "one.html%00"],
)  # fmt: skip
def test_what_is_not_in_it_is_not_found(public: School, path: str) -> None:
    answer = get(at(public, path))
    assert answer.status == 404
    assert "There is nothing here" in answer.text


def test_an_author_can_take_it_back(public: School) -> None:
    assert get(at(public)).status == 200
    public.publish(the_course("one", "two", public=False))
    assert get(at(public)).status == 404
    assert get(f"{public.base_url}/archive/letters").status == 404


def test_a_course_whose_archive_cannot_be_made_is_not_published(public: School) -> None:
    with pytest.raises(CourseError, match="called index"):
        public.publish(the_course("one", "index"))
    assert get(at(public, "two.html")).status == 200


def test_it_is_that_of_the_live_edition(public: School) -> None:
    assert get(at(public, "three.html")).status == 404
    public.publish(the_course("one", "two", "three"))
    assert get(at(public, "three.html")).status == 200
    assert "About three" in get(at(public)).text


@pytest.mark.parametrize(
    ("path", "kind", "kept"),
    [
        ("", "text/html; charset=utf-8", "public, max-age=300"),
        ("uno.html", "text/html; charset=utf-8", "public, max-age=300"),
        ("style.css", "text/css; charset=utf-8", "public, max-age=300"),
        (f"assets/{sha256(PNG).hexdigest()}/desk.png", "image/png", "public, max-age=31536000, immutable"),
        (f"assets/{sha256(AN_SVG).hexdigest()}/sign.svg", "image/svg+xml", "public, max-age=31536000, immutable"),
    ],
)
def test_each_file_says_what_it_is_and_how_long_it_may_be_kept(public: School, path: str, kind: str, kept: str) -> None:
    answer = get(at(public, path))
    assert (answer.status, answer.headers["content-type"], answer.headers["cache-control"]) == (200, kind, kept)
    assert answer.headers["etag"] == f'"{sha256(answer.content).hexdigest()}"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "x-robots-tag" not in answer.headers
    again = request("GET", at(public, path), headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status, again.content, again.headers["etag"]) == (304, b"", answer.headers["etag"])
    other = request("GET", at(public, path), headers={"If-None-Match": '"another"'})
    assert other.status == 200
    head = request("HEAD", at(public, path))
    assert (head.status, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(answer.content))


def test_a_page_may_use_its_style_sheet_and_pictures_and_nothing_else(public: School) -> None:
    policy = get(at(public)).headers["content-security-policy"]
    assert dict(part.split(" ", 1) for part in policy.split("; ")) == {
        "default-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "style-src": "'self'",
        "img-src": "'self'",
    }
    svg = get(at(public, f"assets/{sha256(AN_SVG).hexdigest()}/sign.svg"))
    assert "sandbox" in svg.headers["content-security-policy"].split("; ")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_it_can_only_be_read(public: School, method: str) -> None:
    before = public.everything()
    assert {request(method, at(public, path)).status for path in ("", "one.html")} == {405}
    assert public.everything() == before


def test_an_archive_is_made_once_for_all_who_ask_for_it(public: School, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def counted(*arguments: object, **named: object) -> dict[str, bytes]:
        made.append("one")
        return archive_files(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(archive, "archive_files", counted)
    with ThreadPoolExecutor(8) as pool:
        assert {answer.status for answer in pool.map(get, [at(public, "one.html")] * 16)} == {200}
    assert made == ["one"]


def test_only_so_many_archives_are_kept(public: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_MOST_KEPT", 2)
    archives = archive.Archives()
    made = []
    for number in range(3):
        edition = public.publish(the_course("one", *(f"more-{one}" for one in range(number))))
        made.append(archives.files(edition))
        assert archives.files(edition) is made[-1]
    assert len(archives) == 2


def test_the_sign_up_page_leads_to_it(public: School) -> None:
    page = f"{public.base_url}/courses/letters"
    assert at(public) in [urljoin(page, address) for address in addresses(get(page))]
    wrong = post(f"{page}/join", b"form=page&email=nonsense")
    assert wrong.status == 422
    assert at(public) in [urljoin(f"{page}/join", address) for address in addresses(wrong)]
    public.publish(the_course("one", public=False))
    assert "archive" not in get(page).text
    assert "archive" not in get(f"{public.base_url}/courses/product-path").text


def test_a_form_in_another_site_s_frame_does_not_lead_to_it(public: School) -> None:
    assert "archive/" not in get(f"{public.base_url}/courses/letters/form").text
