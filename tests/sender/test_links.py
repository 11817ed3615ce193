"""The links of an email are its own delivery's, each signed for what it does."""

from __future__ import annotations

import pytest

from sender.links import PATHS, Signer
from sender.model import DeliveryKind
from sender.tokens import Purpose, verify

SIGNER = Signer("https://example.com/course", "a secret of a test")
ALL = {name: link for kind in DeliveryKind for name, link in SIGNER.links(7, kind).items()}
ASKING = {"confirm", "access", "address"}


def token(link: str) -> str:
    return link.rpartition("/")[2]


@pytest.mark.parametrize(
    ("name", "page", "purpose"),
    [
        ("unsubscribe", "unsubscribe", Purpose.LEAVE),
        ("preferences", "preferences", Purpose.LEARN),
        ("view", "lessons", Purpose.LEARN),
        ("quiz", "quiz", Purpose.LEARN),
        ("certificate", "certificate", Purpose.LEARN),
        ("confirm", "confirm", Purpose.CONFIRM),
        ("access", "privacy", Purpose.ACCESS),
        ("address", "address", Purpose.ADDRESS),
    ],
)
def test_each_link_leads_to_its_page_with_a_token_for_that_alone(name: str, page: str, purpose: Purpose) -> None:
    link = ALL[name]
    assert link.startswith(f"https://example.com/course/{page}/7.")
    good = {one for one in Purpose if verify(one, token(link), [SIGNER.secret]) == 7}
    assert good == {purpose}


@pytest.mark.parametrize(
    ("kind", "asks"),
    [
        (DeliveryKind.LESSON, set()),
        (DeliveryKind.WELCOME, set()),
        (DeliveryKind.FINISHED, set()),
        (DeliveryKind.CONFIRM, {"confirm"}),
        (DeliveryKind.ACCESS, {"access"}),
    ],
)
def test_an_email_to_the_person_has_the_usual_links_and_its_own(kind: DeliveryKind, asks: set[str]) -> None:
    assert set(SIGNER.links(7, kind)) == {*PATHS, "assets"} - ASKING | asks


@pytest.mark.parametrize("kind", [DeliveryKind.ADDRESS, DeliveryKind.MOVED])
def test_an_email_to_another_address_opens_nothing_of_the_persons(kind: DeliveryKind) -> None:
    assert set(SIGNER.links(7, kind)) == {"address", "assets"}


def test_two_deliveries_share_no_link_but_the_one_to_pictures() -> None:
    shared = set(SIGNER.links(1, DeliveryKind.CONFIRM).values()) & set(SIGNER.links(2, DeliveryKind.CONFIRM).values())
    assert shared == {"https://example.com/course/assets"}


def test_the_secret_is_not_shown() -> None:
    assert SIGNER.secret not in repr(SIGNER)
