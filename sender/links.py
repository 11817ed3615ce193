"""The addresses in one delivery's email, made of signed tokens and the public address of the pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sender.model import TO_ANOTHER, DeliveryKind
from sender.tokens import Purpose, sign

PATHS = {
    "unsubscribe": ("unsubscribe", Purpose.LEAVE),
    "preferences": ("preferences", Purpose.LEARN),
    "view": ("lessons", Purpose.LEARN),
    "quiz": ("quiz", Purpose.LEARN),
    "certificate": ("certificate", Purpose.LEARN),
    "confirm": ("confirm", Purpose.CONFIRM),
    "access": ("privacy", Purpose.ACCESS),
    "address": ("address", Purpose.ADDRESS),
}

_ASKING = frozenset({"confirm", "access", "address"})
_ASKED_BY = {DeliveryKind.CONFIRM: "confirm", DeliveryKind.ACCESS: "access"}


@dataclass(frozen=True, slots=True)
class Signer:
    """Makes links. `secret` signs them; `base_url` has no slash at its end."""

    base_url: str
    secret: str = field(repr=False)

    def links(self, delivery: int, kind: DeliveryKind) -> dict[str, str]:
        """A delivery's links by the name that templates use, those alone that an email of its kind may have."""
        starts, purposes = self.starts(kind)
        tokens = self.tokens(delivery, purposes)
        return {name: start if place < 0 else start + tokens[place] for name, (start, place) in starts.items()}

    def starts(self, kind: DeliveryKind) -> tuple[dict[str, tuple[str, int]], tuple[Purpose, ...]]:
        """What the links of an email of a kind begin with, each with the place of its purpose among those that follow.

        That is -1 for one that is the same for everyone. A link ends with its delivery's token for that purpose.
        """
        wanted = {name: path for name, path in PATHS.items() if _may_have(kind, name)}
        purposes = tuple(dict.fromkeys(purpose for _, purpose in wanted.values()))
        own = {name: (f"{self.base_url}/{path}/", purposes.index(of)) for name, (path, of) in wanted.items()}
        return {**own, "assets": (self.assets, -1)}, purposes

    def tokens(self, delivery: int, purposes: Sequence[Purpose]) -> list[str]:
        """A delivery's token for each purpose: letters, digits, `.`, `-` and `_`."""
        return [sign(purpose, delivery, self.secret) for purpose in purposes]

    @property
    def assets(self) -> str:
        """Where pictures are, for everyone: whoever knows a picture's hash has the picture."""
        return f"{self.base_url}/assets"


def _may_have(kind: DeliveryKind, name: str) -> bool:
    """Whether an email of a kind may have a link.

    One that goes to another address than the person's may reach a stranger: it opens nothing but its own question.
    """
    if kind in TO_ANOTHER:
        return name == "address"
    return name not in _ASKING or name == _ASKED_BY.get(kind)
