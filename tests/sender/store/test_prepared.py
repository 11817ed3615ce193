"""What the driver runs by itself takes and gives what SQLAlchemy would, in the transaction that is under way."""

from __future__ import annotations

import pytest
from sqlalchemy import BigInteger, Executable, Text, bindparam, delete, insert, select, text, update

from sender.errors import StoreError
from sender.model import Suppressed
from sender.store.database import Database
from sender.store.prepared import among, prepared
from sender.store.tables import suppression
from tests.sender.stage import MONDAY, SLOTS

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
ODD = ("", "a'b", 'a"b', "a\\b", "ä\u2028€😀", "%s ? :a", "[1, 2]", "null")


@prepared
def _keep(_dialect: str) -> Executable:
    return insert(suppression).values(
        address_hash=bindparam("b_hash"), scope=bindparam("b_scope"), reason=Suppressed.BOUNCED, at=bindparam("b_now")
    )


@prepared
def _every(_dialect: str) -> Executable:
    return select(*suppression.c["address_hash", "scope", "reason", "at"]).order_by(suppression.c.scope)


@prepared
def _of_hashes(dialect: str) -> Executable:
    return select(suppression.c.address_hash).where(suppression.c.address_hash.in_(among(dialect, "b_some", Text())))


@prepared
def _of_scopes(dialect: str) -> Executable:
    return select(suppression.c.scope).where(suppression.c.scope.in_(among(dialect, "b_some", BigInteger())))


@prepared
def _of_reasons(_dialect: str) -> Executable:
    reasons = (Suppressed.COMPLAINED, Suppressed.UNSUBSCRIBED)
    return update(suppression).where(suppression.c.reason.not_in(reasons)).values(at=bindparam("b_now"))


@prepared
def _none(_dialect: str) -> Executable:
    return delete(suppression)


@prepared
def _nowhere(_dialect: str) -> Executable:
    return text("SELECT 1 FROM nowhere")


def keep(database: Database, *hashes: str) -> int:
    """Puts rows on the list, of scopes 0 and on; how many that were."""
    with database.write() as connection:
        rows = [{"b_hash": hash_, "b_scope": scope, "b_now": MONDAY} for scope, hash_ in enumerate(hashes)]
        return _keep.run_each(connection, rows)


def test_a_moment_is_a_moment_on_the_way_in_and_out(database: Database) -> None:
    assert keep(database, "a") == 1
    with database.read() as connection:
        assert _every.rows(connection) == [("a", 0, Suppressed.BOUNCED, MONDAY)]


def test_how_many_rows_were_changed_is_told(database: Database) -> None:
    assert keep(database, "a", "b", "c") == 3
    with database.write() as connection:
        assert _of_reasons.run(connection, b_now=SLOTS[0]) == 3
        assert {at for *_, at in _every.rows(connection)} == {SLOTS[0]}
        assert _none.run(connection) == 3
        assert _none.run(connection) == 0


def test_a_list_is_one_value_whatever_its_texts_hold(database: Database) -> None:
    keep(database, *ODD)
    with database.read() as connection:
        for wanted in (ODD, ODD[2:5], ODD[:1], ()):
            found = _of_hashes.rows(connection, b_some=list(wanted))
            assert {hash_ for (hash_,) in found} == set(wanted)
        assert _of_hashes.rows(connection, b_some=["neither"] * 3_000) == []


def test_a_list_of_numbers_finds_numbers(database: Database) -> None:
    keep(database, "a", "b", "c")
    with database.read() as connection:
        assert _of_scopes.rows(connection, b_some=[2, 2, 7, 2**63 - 1]) == [(2,)]
        assert len(_of_scopes.rows(connection, b_some=list(range(3_000)))) == 3


def test_what_a_transaction_that_breaks_off_did_is_undone(database: Database) -> None:
    def break_off() -> None:
        with database.write() as connection:
            _keep.run(connection, b_hash="a", b_scope=0, b_now=MONDAY)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    with database.read() as connection:
        assert _every.rows(connection) == []
    assert keep(database, "b") == 1


def test_a_statement_that_fails_fails_as_others_do_and_the_next_transaction_goes_through(
    database: Database, kind: str
) -> None:
    """SQLite calls what is missing an operational error; PostgreSQL, a mistake of ours."""
    with pytest.raises(StoreError if kind == "sqlite" else Exception, match="nowhere"), database.write() as connection:
        _nowhere.rows(connection)
    assert keep(database, "a") == 1


def test_a_value_that_is_not_given_is_missed(database: Database) -> None:
    with pytest.raises(KeyError, match="b_now"), database.write() as connection:
        _keep.run(connection, b_hash="a", b_scope=0)
