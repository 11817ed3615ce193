"""Where a conversation with an SMTP server can come to its end before a message is taken."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Stage(Enum):
    """What was being done, in the order in which it is done. Only at the last can the server have taken the message."""

    CONNECTING = auto()
    PROVING = auto()
    """The server proves who it is, and that nobody listens: TLS."""
    GREETING = auto()
    LOGIN = auto()
    SENDER = auto()
    RECIPIENT = auto()
    CONTENT = auto()
    """From asking to hand the message over until all but its end is written."""
    END = auto()
    """The line that ends the message is being written, or its answer awaited."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a conversation did not lead to a yes: the server's reply, or, where `code` is None, what broke.

    A `code` of 0 says that the server does not offer what would be needed, and a negative one that its reply has none.
    """

    stage: Stage
    code: int | None
    text: str

    @property
    def ends_the_connection(self) -> bool:
        """Whether the connection is good for no more: lost, about to be, out of step, or taking no further message."""
        if self.stage is Stage.SENDER and self.code != 0:
            return True
        return self.code is None or self.code in {-1, 421} or 0 < self.code < 400 or self.code >= 600

    @property
    def may_be_the_connection(self) -> bool:
        """Whether it may come of the connection's age, or of how much it has carried; nothing was taken then."""
        return self.ends_the_connection and self.stage is not Stage.END


class StoppedError(Exception):
    """A conversation came to its end at `stop`."""

    def __init__(self, stop: Stop) -> None:
        self.stop = stop
        super().__init__(stop.stage.name, stop.code)
