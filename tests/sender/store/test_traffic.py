"""What is known of a mailer is the same for all processes, and none loses what another learned."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from threading import Barrier

import pytest

from sender.pacing import Pacing, Traffic, reserve
from sender.settings import WarmUp
from sender.store import traffic
from sender.store.database import Database

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

NOW = datetime(2026, 3, 3, 8, tzinfo=UTC)
SEEN = Traffic(
    3, NOW + timedelta(minutes=1), "out of order", 1_772_524_800_123_456, date(2026, 3, 1), date(2026, 3, 3), 7
)
THREADS = 8


def kept(database: Database, mailer: str, known: Traffic) -> None:
    with database.write() as connection:
        traffic.locked(connection, mailer)
        traffic.keep(connection, mailer, known)


def test_a_mailer_that_was_never_asked_has_no_traffic(database: Database) -> None:
    with database.read() as connection:
        assert traffic.read(connection, "sendgrid") == Traffic()


def test_what_is_kept_is_read_as_it_was(database: Database) -> None:
    kept(database, "sendgrid", SEEN)
    kept(database, "folder", Traffic())
    with database.read() as connection:
        assert traffic.read(connection, "sendgrid") == SEEN
        assert traffic.read(connection, "folder") == Traffic()


def test_what_is_left_alone_is_reopened_and_nothing_else_is_forgotten(database: Database) -> None:
    kept(database, "sendgrid", SEEN)
    kept(database, "folder", replace(SEEN, closed_until=None))
    with database.write() as connection:
        assert traffic.reopen(connection) == 1
    with database.read() as connection:
        at_once = datetime(1970, 1, 1, tzinfo=UTC)
        assert traffic.read(connection, "sendgrid") == replace(SEEN, failures=0, closed_until=at_once)
        assert traffic.read(connection, "folder") == replace(SEEN, closed_until=None)


def test_what_several_reserve_at_once_is_never_more_than_there_is(database: Database) -> None:
    pacing, together = Pacing("sendgrid", Fraction(10), WarmUp(25, 1)), Barrier(THREADS)

    def ask(_: int) -> list[datetime]:
        begins = []
        together.wait()
        for _ in range(5):
            with database.write() as connection:
                known = traffic.locked(connection, pacing.mailer)
                found = reserve(pacing, known, NOW, 1, NOW + timedelta(days=1))
                if found is not None:
                    traffic.keep(connection, pacing.mailer, found.traffic)
                    begins.append(found.begins)
        return begins

    with ThreadPoolExecutor(THREADS) as pool:
        begins = sorted(moment for some in pool.map(ask, range(THREADS)) for moment in some)
    assert begins == [NOW + timedelta(seconds=Fraction(number, 10).__float__()) for number in range(25)]
