"""Each page that acts asks for its own token: without it, or with any other, it is refused and nothing changes."""

from __future__ import annotations

import re
from datetime import timedelta
from importlib import resources
from urllib.parse import quote, urljoin

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sender.model import DeliveryKind
from sender.tokens import Purpose, sign
from tests.sender.web.doors import (
    DOORS,
    OPEN_TO_ALL,
    WINDOWS,
    Door,
    Form,
    Open,
    bring_in,
    routes_of,
    rows_about,
)
from tests.sender.web.sample import SECRET, get, links_in, post, request, served

OTHER_SECRET = "another-secret-for-tests"
HIDDEN = (404, 405)
"""What a page answers to a token that is not its own: as where there is nothing, or to any POST where none is taken."""

EXPIRED = (DeliveryKind.ACCESS, DeliveryKind.ADDRESS, DeliveryKind.MOVED)


def acts() -> list[tuple[Door, Form]]:
    """Each form of each page."""
    return [(door, form) for door in DOORS for form in door.forms]


def named(value: Door | Form) -> str:
    return str(value) if isinstance(value, Door) else value.sent or "nothing"


def forged(found: Open, door: Door) -> dict[str, str]:
    """Tokens that do not open a door to whoever they name, by what is wrong with each."""
    token, other = found.token(door), found.token(door, of_other=True)
    number, _, signature = token.partition(".")
    delivery = int(number)
    purposes = {f"for {one}": sign(one, delivery, SECRET) for one in Purpose if one is not door.purpose}
    return {
        "only a number": number,
        "no signature": f"{number}.",
        "no number": f".{signature}",
        "an older form": f"{number}:{signature}",
        "cut": token[:-1],
        "cut to half": token[: len(number) + 12],
        "one too long": f"{token}A",
        "twice": f"{token}.{signature}",
        "another case": f"{number}.{signature.swapcase()}",
        "another's number": f"{other.partition('.')[0]}.{signature}",
        "another's signature": f"{number}.{other.partition('.')[2]}",
        "a zero before": f"0{token}",
        "a sign before": f"-{token}",
        "with padding": f"{token}%3D%3D",
        "with a line's end": f"{token}%0A",
        "with NUL": f"{token}%00",
        "another secret": sign(door.purpose, delivery, OTHER_SECRET),
        "no secret": sign(door.purpose, delivery, ""),
        "wholly made up": f"{number}.AAAAAAAAAAAAAAAAAAAAAA",
        **purposes,
    }


def test_every_page_that_acts_is_looked_at_here(unchanged: Open) -> None:
    routes = routes_of(unchanged.school)
    acting = {route.path for route in routes if (route.methods or set()) - {"GET", "HEAD", "OPTIONS"}}
    assert acting == {door.path for door in DOORS} | OPEN_TO_ALL
    assert {route.path for route in routes if "{token}" in route.path} == {one.path for one in (*DOORS, *WINDOWS)}
    assert not any((route.methods or set()) - {"GET", "HEAD", "OPTIONS", "POST"} for route in routes)


def test_every_act_that_a_page_offers_is_looked_at_here() -> None:
    pages = [one.read_text("utf-8") for one in (resources.files("templates") / "web").iterdir() if one.is_file()]
    offered = set(re.findall(r'name="act" value="([\w-]+)"', " ".join(pages)))
    sent = {act for _, form in acts() for act in re.findall(r"act=([\w-]+)", form.sent)}
    assert offered <= sent
    assert len(offered) > 8


@pytest.mark.parametrize(("door", "form"), acts(), ids=named)
def test_its_own_token_opens_each_page_for_each_form(everybody: Open, door: Door, form: Form) -> None:
    if form.after:
        everybody.send(door, Form(form.after[-1], form.after[:-1]), everybody.token(door))
    before = everybody.school.everything()
    assert everybody.send(door, Form(form.sent), everybody.token(door)) == 200
    assert (everybody.school.everything() != before) is form.changes


@pytest.mark.parametrize("door", [*DOORS, *WINDOWS], ids=named)
def test_no_forged_token_opens_a_page(unchanged: Open, door: Door) -> None:
    before = unchanged.school.everything()
    nothing = get(f"{unchanged.school.base_url}/nowhere").content
    for fault, token in forged(unchanged, door).items():
        url = door.url(unchanged.school, token)
        for form in door.forms or (Form("act=leave"),):
            answer = post(url, form.sent.encode())
            assert answer.status in HIDDEN, (fault, form)
            assert answer.status == 405 or answer.content == nothing
        shown = get(url)
        assert (shown.status, shown.content) == (404, nothing), fault
        assert request("HEAD", url).status == 404
    assert unchanged.school.everything() == before


@pytest.mark.parametrize("door", DOORS, ids=named)
def test_without_a_token_there_is_no_page(unchanged: Open, door: Door) -> None:
    for url in (door.url(unchanged.school, ""), door.url(unchanged.school, "").rstrip("/")):
        for form in door.forms:
            assert post(url, form.sent.encode()).status == 404
    query = door.url(unchanged.school, "") + f"?token={unchanged.token(door)}"
    assert post(query, door.forms[0].sent.encode()).status == 404
    in_the_form = f"{door.forms[0].sent}&token={unchanged.token(door)}"
    assert post(door.url(unchanged.school, "x"), in_the_form.encode()).status == 404


@pytest.mark.parametrize("door", [door for door in DOORS if door.kind in EXPIRED], ids=named)
def test_an_expired_token_does_nothing(everybody: Open, door: Door) -> None:
    everybody.school.now += timedelta(days=15)
    before = everybody.school.everything()
    for form in door.forms:
        if form.sent != "act=again":  # sends a new link to where the old one went
            assert everybody.send(door, form, everybody.token(door)) == 410
    assert everybody.school.everything() == before


@pytest.mark.parametrize("door", [door for door in DOORS if door.kind is DeliveryKind.LESSON], ids=named)
def test_a_token_from_a_lesson_is_good_for_years(everybody: Open, door: Door) -> None:
    everybody.school.now += timedelta(days=3650)
    assert everybody.send(door, door.forms[0], everybody.token(door)) == 200


@pytest.mark.parametrize(("door", "form"), acts(), ids=named)
def test_another_s_token_leaves_everybody_else_as_they_were(everybody: Open, door: Door, form: Form) -> None:
    before = rows_about(everybody.school, everybody.own)
    assert everybody.send(door, form, everybody.token(door, of_other=True)) == 200
    assert rows_about(everybody.school, everybody.own) == before


@pytest.mark.parametrize("door", [door for door in DOORS if door.kind is not DeliveryKind.LESSON], ids=named)
def test_a_page_for_one_kind_of_email_opens_for_no_other_kind(unchanged: Open, door: Door) -> None:
    alike = {door.kind for door in DOORS if door.path.startswith("/address")}
    for kind, delivery in unchanged.own.items():
        if kind is door.kind or {kind, door.kind} <= alike:
            continue
        url = door.url(unchanged.school, sign(door.purpose, delivery, SECRET))
        for form in door.forms:
            assert post(url, form.sent.encode()).status == 404, kind


@pytest.mark.parametrize("door", DOORS, ids=named)
def test_an_email_that_is_not_on_record_does_nothing(unchanged: Open, door: Door) -> None:
    for delivery in (0, 99_999, 2**63 - 1):
        url = door.url(unchanged.school, sign(door.purpose, delivery, SECRET))
        for form in door.forms:
            status = post(url, form.sent.encode()).status
            assert status < 500
            assert status != 200 or door.purpose is Purpose.LEAVE  # a genuine link, and there is nothing left to leave


@pytest.mark.parametrize("door", DOORS, ids=named)
def test_a_token_of_a_former_secret_still_opens_its_page_and_the_first_secret_signs(
    everybody: Open, door: Door
) -> None:
    school = everybody.school
    school.secrets = (OTHER_SECRET, SECRET)
    with served(school):
        assert everybody.send(door, door.forms[0], everybody.token(door)) == 200
    assert school.links(1)["unsubscribe"].endswith(sign(Purpose.LEAVE, 1, OTHER_SECRET))


def test_a_secret_that_was_taken_off_the_list_opens_nothing(everybody: Open) -> None:
    school = everybody.school
    school.secrets = (OTHER_SECRET,)
    before = school.everything()
    with served(school):
        for door, form in acts():
            assert everybody.send(door, Form(form.sent), everybody.token(door)) == 404
    assert school.everything() == before


@given(st.text(st.characters(exclude_characters="/", exclude_categories=["Cs"]), max_size=60))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_in_the_place_of_a_token_opens_a_page(unchanged: Open, text: str) -> None:
    for door in DOORS:
        assert post(door.url(unchanged.school, quote(text, safe="")), b"").status == 404


def test_whoever_follows_every_link_of_every_email_and_every_page_changes_nothing(everybody: Open) -> None:
    school = everybody.school
    bring_in(school, 7, days=2)
    for _ in range(14):
        school.now += timedelta(days=1)
        school.tick()
    sent = {str(kind) for (kind,) in school.ask("SELECT kind FROM delivery WHERE id > 20")}
    assert sent == set(DeliveryKind)
    left = [link for email in school.emails() for link in links_in(email) if link.startswith(school.base_url)]
    left.append(f"{school.base_url}/courses/letters")
    seen, before = set[str](), school.everything()
    while left:
        link = left.pop()
        if link in seen:
            continue
        seen.add(link)
        for method in ("HEAD", "OPTIONS", "GET"):
            answer = request(method, link)
            assert answer.status < 500, (method, link)
        found = re.findall(r'(?:href|action|src)="([^"#]+)"', answer.content.decode("utf-8", "replace"))
        left += {urljoin(link, one) for one in found if urljoin(link, one).startswith(school.base_url)} - seen
    assert school.everything() == before
    followed = {link.removeprefix(school.base_url).split("/")[1] for link in seen}
    assert followed == {door.path.split("/")[1] for door in (*DOORS, *WINDOWS)} | {"courses", "archive", "assets"}
