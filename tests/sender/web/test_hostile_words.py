"""No word of a course, a person or a request becomes markup, a script or a template on any page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from lxml import html

from sender.model import DeliveryKind
from tests.sender.web.doors import links_of
from tests.sender.web.hostile import ADDRESS, HOSTILE, JINJA, PRODUCT, SCRIPT, attacked, pages
from tests.sender.web.sample import Answer, School, get, request

NEVER = ("svg", "iframe", "object", "embed", "base", "math", "audio", "video")
ADDRESSES = ("href", "src", "action", "formaction", "data", "poster", "srcset")


def words(answer: Answer) -> str:
    """All the text of a page."""
    return "".join(str(text) for text in html.document_fromstring(answer.text).itertext())


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    with attacked(tmp_path_factory.mktemp("school")) as found:
        yield found


@pytest.fixture(scope="module")
def shown(school: School) -> dict[str, Answer]:
    """Every page, by its address and form."""
    found = {name: answer for name, answer in pages(school) if answer.content}
    assert {answer.status for answer in found.values()} == {200, 400, 404, 422}
    return found


def test_no_page_has_an_element_that_a_word_made(shown: dict[str, Answer]) -> None:
    for name, answer in shown.items():
        tree = html.document_fromstring(answer.text)
        assert [one.tag for one in tree.iter(*NEVER)] == [], name
        assert [one.get("src") for one in tree.iter("img")] == [], name
        assert all("resolvedOptions" in str(one.text) for one in tree.iter("script")), name
        assert len(list(tree.iter("script"))) <= 1
        assert len(list(tree.iter("title"))) == 1
        is_email = "/lessons/" in name and urlsplit(name).path.count("/") == 2
        assert len(list(tree.iter("style"))) <= 1 or is_email, name


def test_no_element_has_an_attribute_that_a_word_made(shown: dict[str, Answer]) -> None:
    for name, answer in shown.items():
        for element in html.document_fromstring(answer.text).iter(html.etree.Element):
            assert not [one for one in map(str, element.attrib) if one.startswith("on")], name
            focus = element.get("autofocus")
            assert focus is None or element.get("aria-invalid") == "true", name
            for attribute in ADDRESSES:
                scheme = urlsplit((element.get(attribute) or "").strip()).scheme
                assert scheme in {"", "http", "https", "mailto"}, (name, element.get(attribute))


def test_what_words_say_is_shown_as_it_is(shown: dict[str, Answer]) -> None:
    told = [name for name, answer in shown.items() if SCRIPT in words(answer)]
    assert len(told) > 25
    assert all(SCRIPT not in answer.text for answer in shown.values())


def test_no_word_is_taken_for_a_template(shown: dict[str, Answer]) -> None:
    assert [name for name, answer in shown.items() if PRODUCT in answer.text] == []
    assert any(JINJA in words(answer) for answer in shown.values())


def test_what_was_typed_stands_in_the_form_again_as_it_was_typed(shown: dict[str, Answer]) -> None:
    kept = {
        (element.get("name"), element.get("value"))
        for answer in shown.values() if answer.status == 422
        for element in html.document_fromstring(answer.text).iter("input")
    }  # fmt: skip
    for name in ("email", "first_name", "until", "at"):
        assert (name, HOSTILE + JINJA) in kept, name


def test_an_address_is_told_as_text(shown: dict[str, Answer]) -> None:
    told = [name for name, answer in shown.items() if ADDRESS in words(answer)]
    assert len(told) >= 3


def test_no_answer_header_repeats_what_a_request_says(school: School, shown: dict[str, Answer]) -> None:
    for name, answer in shown.items():
        assert "alert" not in str({k: v for k, v in answer.headers.items() if k != "content-security-policy"}), name
        assert "alert" not in answer.headers["content-security-policy"]


def test_programs_get_hostile_words_as_json_and_nothing_else(school: School) -> None:
    join = f"{school.base_url}/courses/hostile/join"
    for wish in (
        {"email": HOSTILE, "first_name": HOSTILE, "timezone": HOSTILE, "track": HOSTILE, HOSTILE: HOSTILE},
        {"email": ADDRESS, "first_name": HOSTILE + JINJA},
    ):
        answer = request("POST", join, json.dumps(wish).encode(), {"Content-Type": "application/json"})
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        json.loads(answer.text)
        assert PRODUCT not in answer.text


def test_a_download_of_data_is_a_file_and_holds_the_words_as_they_are(school: School, tmp_path: Path) -> None:
    from sender.privacy import ask_access

    lesson = int(links_of(school, DeliveryKind.LESSON, 3)["view"].rpartition("/")[2].partition(".")[0])
    ask_access(school.database, school.book, lesson, school.now)
    school.tick()
    url = links_of(school, DeliveryKind.ACCESS, 3)["access"]
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = request("POST", url, b"act=download", form)
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-type"] == "application/json"
    assert HOSTILE in json.dumps(json.loads(answer.text), ensure_ascii=False).replace('\\"', '"')
    assert HOSTILE not in get(url).text
