"""The links of an email are its own delivery's, each signed for what it does."""

from __future__ import annotations

import pytest

from sender.links import PATHS, Signer
from sender.tokens import Purpose, verify

SIGNER = Signer("https://example.com/course", "a secret of a test")


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
    ],
)
def test_each_link_leads_to_its_page_with_a_token_for_that_alone(name: str, page: str, purpose: Purpose) -> None:
    link = SIGNER.links(7, confirm=True)[name]
    assert link.startswith(f"https://example.com/course/{page}/7.")
    good = {one for one in Purpose if verify(one, token(link), [SIGNER.secret]) == 7}
    assert good == {purpose}


def test_only_a_confirmation_confirms() -> None:
    assert "confirm" not in SIGNER.links(7, confirm=False)
    assert set(SIGNER.links(7, confirm=True)) == {*PATHS, "assets"}


def test_two_deliveries_share_no_link_but_the_one_to_pictures() -> None:
    shared = set(SIGNER.links(1, confirm=True).values()) & set(SIGNER.links(2, confirm=True).values())
    assert shared == {"https://example.com/course/assets"}


def test_the_secret_is_not_shown() -> None:
    assert SIGNER.secret not in repr(SIGNER)
