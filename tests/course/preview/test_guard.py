"""Only pages of the preview's own, on this machine, may talk to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.course.preview.served import Served, served


@pytest.fixture(scope="module")
def preview(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("course")) as preview:
        yield preview


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]"])
def test_its_own_names_are_answered(preview: Served, name: str) -> None:
    assert preview.get("/", Host=f"{name}:{preview.port}").status == 200


@pytest.mark.parametrize("path", ["/", "/email", "/events", "/source/course.toml", "/static/preview.js", "/nowhere"])
@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "localhost.", ""])
def test_any_other_name_is_refused_whatever_it_asks_for(preview: Served, path: str, host: str) -> None:
    answer = preview.get(path, Host=host.format(port=preview.port))
    assert answer.status == 421
    assert "Gardens" not in answer.text
    assert "<" not in answer.text


def test_no_other_site_may_read_an_answer(preview: Served) -> None:
    answer = preview.get("/", Origin="https://evil.example")
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/", "/email", "/source/course.toml", "/nowhere", "/static/preview.js", "/events/"])
def test_every_answer_is_locked_down(preview: Served, path: str) -> None:
    answer = preview.get(path)
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert policy.get("script-src", "'self'") == "'self'"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers
    assert "server" not in answer.headers


def test_in_an_email_nothing_runs_and_nothing_is_fetched_but_pictures(preview: Served) -> None:
    policy = preview.get("/email").headers["content-security-policy"].split("; ")
    assert sorted(policy) == [
        "base-uri 'none'",
        "default-src 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
        "img-src 'self' data: http: https:",
        "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox",
        "style-src 'unsafe-inline'",
    ]


def test_the_page_itself_holds_no_script_and_no_style(preview: Served) -> None:
    text = preview.get("/?mode=inverted&value.first_name=x").text
    assert text.count("<script") == text.count('<script type="module" src="/static/preview.js">') == 1
    assert "<style" not in text
    assert " style=" not in text
    assert " onclick=" not in text
