"""What it means for a batch that an SMTP server did not take its message: a pure table from stage, code and text."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass

from sender.mailers.smtp.conversation import Stage, Stop
from sender.model import Answer, Verdict

_ACCOUNT, _BATCH = True, False


@dataclass(frozen=True, slots=True)
class _Row:
    """The verdict for a stop at one of `stages`, with one of `codes`, whose text begins as `text` says."""

    stages: Container[Stage]
    codes: Container[int | None]
    verdict: Verdict
    account: bool
    words: str
    text: re.Pattern[str] = re.compile("")


_LOST, _UNABLE, _LATER, _NEVER = frozenset({None}), frozenset({0}), range(400, 500), range(500, 600)
_ANYTHING = frozenset({None, *range(-99, 1000)})
_UP_TO_LOGIN = {Stage.CONNECTING, Stage.PROVING, Stage.GREETING, Stage.LOGIN}
_OF_THE_MESSAGE = {Stage.SENDER, Stage.RECIPIENT, Stage.CONTENT}
_OF_A_MAILBOX = re.compile(r"5\.[12]\.\d{1,3}\b|(?!\d\.\d)")
"""A status of an address or a mailbox (RFC 3463), or none at all. Others speak of us: relaying denied, say (5.7.1)."""

_TABLE = (
    _Row(set(Stage), {421}, Verdict.WAIT, _ACCOUNT, "The SMTP server asks to wait"),
    _Row(set(Stage), {530}, Verdict.HELD, _ACCOUNT, "The SMTP server wants a user and a password, or encryption"),
    _Row({Stage.CONNECTING}, _LOST, Verdict.WAIT, _ACCOUNT, "The SMTP server cannot be reached"),
    _Row({Stage.PROVING}, _ANYTHING, Verdict.HELD, _ACCOUNT, "The connection to the SMTP server is not safe"),
    _Row(_UP_TO_LOGIN, _LOST, Verdict.WAIT, _ACCOUNT, "The SMTP server broke off"),
    _Row(_UP_TO_LOGIN, _LATER, Verdict.WAIT, _ACCOUNT, "The SMTP server is not ready"),
    _Row({Stage.LOGIN}, _ANYTHING, Verdict.HELD, _ACCOUNT,
         "The SMTP server refuses the user and password in DRIPCOURSE_SMTP_URL"),
    _Row(_UP_TO_LOGIN, _NEVER, Verdict.HELD, _ACCOUNT, "The SMTP server refuses this machine"),
    _Row(_UP_TO_LOGIN, _ANYTHING, Verdict.HELD, _ACCOUNT, "What DRIPCOURSE_SMTP_URL leads to is no SMTP server"),
    _Row({Stage.SENDER}, {0, *_NEVER}, Verdict.HELD, _ACCOUNT, "The SMTP server refuses the course's sender"),
    _Row({Stage.RECIPIENT}, _UNABLE, Verdict.REFUSED_SOME, _BATCH, "The SMTP server cannot carry it"),
    _Row({Stage.RECIPIENT}, {550, 551, 552, 553, 556}, Verdict.REFUSED_SOME, _BATCH,
         "The SMTP server refuses the address", _OF_A_MAILBOX),
    _Row(_OF_THE_MESSAGE, _NEVER, Verdict.HELD, _BATCH, "The SMTP server refuses the message"),
    _Row(_OF_THE_MESSAGE, _LATER, Verdict.WAIT, _BATCH, "The SMTP server does not take the message now"),
    _Row(_OF_THE_MESSAGE, _ANYTHING, Verdict.WAIT, _BATCH, "The SMTP server broke off"),
    _Row({Stage.END}, _LATER, Verdict.WAIT, _BATCH, "The SMTP server does not take the message now"),
    _Row({Stage.END}, _NEVER, Verdict.HELD, _BATCH, "The SMTP server refuses the message"),
    _Row({Stage.END}, _ANYTHING, Verdict.UNCERTAIN, _BATCH, "the message was handed over and no answer came back"),
)  # fmt: skip
"""The first row that fits holds. 4xx passes, 5xx stays (RFC 5321, section 4.2.1). What stays is for an operator to
mend, but where it is about one mailbox; and before the end of a message nothing is taken (section 4.1.1.4)."""


def meaning(stop: Stop, delivery: int) -> Answer:
    """What follows for a request of one message, that of `delivery`."""
    row = next(
        one for one in _TABLE if stop.stage in one.stages and stop.code in one.codes and one.text.match(stop.text)
    )
    said = f"{stop.code} {stop.text}".strip() if stop.code is not None and stop.code > 0 else stop.text
    reason = f"{row.words}: {said.rstrip('.')}." if said else f"{row.words}."
    refused = {delivery: reason} if row.verdict is Verdict.REFUSED_SOME else {}
    return Answer(row.verdict, reason, refused=refused, account=row.account)
