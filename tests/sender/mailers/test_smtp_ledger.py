"""Over SMTP the ledger knows of each message whether it was begun: what fails, or is lost, concerns one person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from sender.links import Signer
from sender.mailers.smtp import SmtpMailer
from sender.model import Answer, Verdict
from sender.owner import this_process
from sender.sending import Sender, Tally
from sender.tick import tick
from tests.sender.operator import Operator
from tests.sender.stage import SLOTS, Recorder, Stage, a_course
from tests.standin.smtp import Fault, SmtpStandin

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
ANN, BOB, CY = "ann@example.com", "bob@example.com", "cy@example.com"


@pytest.fixture
def server() -> Iterator[SmtpStandin]:
    with SmtpStandin() as running:
        yield running


def ready(stage: Stage, *names: str) -> None:
    stage.publish(a_course("first", "second"))
    stage.enrol(*names)


def ticked(stage: Stage, url: str, now: datetime = SLOTS[0]) -> Tally:
    """One tick by a process of its own, which sends one message after the other."""
    signer = Signer("https://example.com", "a secret of a test")
    with closing(SmtpMailer(url, timeout=20)) as mailer:
        return tick(Sender(stage.database, mailer, signer, this_process(), stage.clock, concurrency=1), now)


def states(stage: Stage) -> list[object]:
    """The state of each delivery, in the order of their making."""
    found = stage.rows(
        "SELECT coalesce(d.outcome, b.state) FROM delivery d JOIN batch b ON b.id = d.batch_id ORDER BY d.id"
    )
    return [state for (state,) in found]


def test_everybody_has_a_message_of_their_own_over_one_connection(stage: Stage, server: SmtpStandin) -> None:
    ready(stage, "ann", "bob", "cy")
    tally = ticked(stage, server.url)
    assert (tally.accepted, tally.requests) == (3, 3)
    assert [(one.recipient, one.connection) for one in server.taken] == [(ANN, 1), (BOB, 1), (CY, 1)]
    ids = [f"<dripcourse.{number}@example.com>" for (number,) in stage.rows("SELECT id FROM delivery ORDER BY id")]
    assert stage.rows("SELECT state, message_id FROM batch ORDER BY message_id") == [("accepted", one) for one in ids]
    assert server.heard[-1] == "QUIT"


@pytest.mark.parametrize(
    ("command", "reply", "state"),
    [
        ("RCPT", "550 5.1.1 no such user", "failed"),
        ("RCPT", "450 4.2.0 greylisted", "retry"),
        ("RCPT", "550 5.7.1 relaying denied", "held"),
        ("END", "451 4.3.0 later", "retry"),
        ("END", "554 5.7.1 looks like spam", "held"),
        ("END", Fault.DROP, "uncertain"),
        ("END", Fault.DROP_TAKEN, "uncertain"),
    ],
)
def test_what_befalls_one_message_befalls_no_other(
    stage: Stage, server: SmtpStandin, command: str, reply: str | Fault, state: str
) -> None:
    ready(stage, "ann", "bob", "cy")
    server.say(command, "250 2.0.0 Ok", reply)
    tally = ticked(stage, server.url)
    assert states(stage) == ["accepted", state, "accepted"]
    assert (tally.accepted, getattr(tally, state)) == (2, 1)
    assert [one.recipient for one in server.taken] == ([ANN, BOB, CY] if reply is Fault.DROP_TAKEN else [ANN, CY])


def test_one_that_was_put_off_is_sent_once_its_time_has_come(stage: Stage, server: SmtpStandin) -> None:
    ready(stage, "ann", "bob")
    server.say("RCPT", "450 4.2.0 greylisted")
    first = ticked(stage, server.url)
    assert first.next_due_at is not None
    assert ticked(stage, server.url, first.next_due_at).accepted == 1
    assert [one.recipient for one in server.taken] == [BOB, ANN]


def test_one_that_is_uncertain_is_not_sent_again_and_holds_up_nothing(stage: Stage, server: SmtpStandin) -> None:
    ready(stage, "ann")
    server.say("END", Fault.DROP_TAKEN)
    ticked(stage, server.url)
    ticked(stage, server.url)
    ticked(stage, server.url, SLOTS[1])
    assert states(stage) == ["uncertain", "accepted"]
    assert len(server.taken) == 2


def test_a_sender_that_is_refused_fails_nobody_and_goes_out_once_it_is_mended(
    stage: Stage, server: SmtpStandin
) -> None:
    ready(stage, "ann", "bob", "cy")
    server.say("MAIL", "553 5.7.1 not your address", "553 5.7.1 not your address")
    ticked(stage, server.url)
    assert "failed" not in states(stage)
    assert "held" in states(stage)
    assert len([line for line in server.heard if line.startswith("MAIL")]) == 1
    assert server.taken == []


def test_a_server_that_is_away_costs_the_ledger_nothing(stage: Stage, server: SmtpStandin) -> None:
    ready(stage, "ann", "bob", "cy")
    with SmtpStandin() as gone:
        away = gone.url
    moment: datetime | None = SLOTS[0]
    for _ in range(4):
        assert moment is not None
        moment = ticked(stage, away, moment).next_due_at
    assert "uncertain" not in states(stage)
    while moment is not None and moment < SLOTS[1]:
        moment = ticked(stage, server.url, moment).next_due_at
    assert Counter(one.recipient for one in server.taken) == {ANN: 1, BOB: 1, CY: 1}


def test_a_batch_that_was_claimed_for_another_mailer_is_parted(stage: Stage, server: SmtpStandin) -> None:
    ready(stage, "ann", "bob", "cy")
    stage.mailer = Recorder(Answer(Verdict.WAIT, "out of order"))
    again = stage.tick(SLOTS[0]).next_due_at
    assert again is not None
    assert len(stage.rows("SELECT id FROM batch")) == 1
    server.say("END", "250 2.0.0 Ok", Fault.DROP_TAKEN)
    while again is not None and again < SLOTS[1]:
        again = ticked(stage, server.url, again).next_due_at
    assert Counter(one.recipient for one in server.taken) == {ANN: 1, BOB: 1, CY: 1}
    assert sorted(map(str, states(stage))) == ["accepted", "accepted", "uncertain"]


def url_of(kind: str, request: pytest.FixtureRequest) -> str:
    """Where the stage's database is."""
    if kind == "postgresql":
        return str(request.getfixturevalue("postgresql_url"))
    file, _ = request.getfixturevalue("sqlite_for_all")
    return f"sqlite:///{file}"


def test_a_sender_that_is_killed_leaves_at_most_one_message_a_connection_open(
    stage: Stage, kind: str, request: pytest.FixtureRequest, server: SmtpStandin, tmp_path: Path
) -> None:
    settings = {
        "DRIPCOURSE_DATABASE": url_of(kind, request), "DRIPCOURSE_MAILER": "smtp", "DRIPCOURSE_SMTP_URL": server.url,
        "DRIPCOURSE_SECRET": "a secret of a test", "DRIPCOURSE_CONCURRENCY": "3",
    }  # fmt: skip
    names = [f"sample{number:02}" for number in range(20)]
    ready(stage, *names)
    server.say("END", *["250 2.0.0 Ok"] * 4)
    server.always_say("END", Fault.HOLD)
    sending = Operator(tmp_path, settings).start("send", "--now", SLOTS[0].isoformat())
    try:
        server.wait_until_held(3)
    finally:
        sending.kill()
        _, said = sending.communicate()
    assert said == ""
    server.always_say("END", "250 2.0.0 Ok")
    server.gate.set()
    tally = ticked(stage, server.url)
    assert (tally.accepted, tally.uncertain) == (13, 3)
    assert Counter(states(stage)) == {"accepted": 17, "uncertain": 3}
    assert Counter(one.recipient for one in server.taken) == dict.fromkeys([f"{name}@example.com" for name in names], 1)
    assert ticked(stage, server.url).requests == 0
