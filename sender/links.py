"""The addresses in one delivery's email, made of signed tokens and the public address of the pages."""

from __future__ import annotations

from dataclasses import dataclass, field

from sender.tokens import Purpose, sign

PATHS = {
    "unsubscribe": ("unsubscribe", Purpose.LEAVE),
    "preferences": ("preferences", Purpose.LEARN),
    "view": ("lessons", Purpose.LEARN),
    "quiz": ("quiz", Purpose.LEARN),
    "certificate": ("certificate", Purpose.LEARN),
    "confirm": ("confirm", Purpose.CONFIRM),
}


@dataclass(frozen=True, slots=True)
class Signer:
    """Makes links. `secret` signs them; `base_url` has no slash at its end."""

    base_url: str
    secret: str = field(repr=False)

    def links(self, delivery: int, *, confirm: bool) -> dict[str, str]:
        """A delivery's links by the name that templates use; `confirm` is there in a confirmation alone."""
        wanted = PATHS if confirm else {name: path for name, path in PATHS.items() if name != "confirm"}
        signed = {purpose: sign(purpose, delivery, self.secret) for _, purpose in wanted.values()}
        own = {name: f"{self.base_url}/{path}/{signed[purpose]}" for name, (path, purpose) in wanted.items()}
        return {**own, "assets": self.assets}

    @property
    def assets(self) -> str:
        """Where pictures are, for everyone: whoever knows a picture's hash has the picture."""
        return f"{self.base_url}/assets"
