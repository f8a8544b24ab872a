from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DatabaseError

from screening.storage import audit
from screening.storage.database import Database
from screening.storage.tables import AuditEntry

KEY = b"k" * 32
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ENTRIES = 5
COLUMNS = [c.key for c in inspect(AuditEntry).columns]
OTHER = {"sequence": 99, "at": NOON + timedelta(seconds=1)}
TRIGGERS = ("audit_next", "audit_no_update", "audit_no_delete")
pytestmark = pytest.mark.both_databases


@pytest.fixture
def database(address):
    database = Database(address)
    database.migrate()
    with database.write() as session:
        for n in range(ENTRIES):
            audit.record(session, KEY, NOON, "account:1", f"act {n}", "c", "s", "why")
    yield database
    database.close()


def find_break(database, key=KEY):
    with database.read() as session:
        return audit.find_break(session, key)


def tamper(database, sql, **values):
    """Change the log the way someone with the file does: without its triggers."""
    with database.write() as session:
        tamper_in(session, sql, **values)


def tamper_in(session, sql, **values):
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
    else:
        for name in TRIGGERS:
            session.execute(text(f"DROP TRIGGER {name}"))
    session.execute(text(sql), values)


class Undone(Exception):
    pass


@contextmanager
def undone(database):
    """Open a write of which nothing stays, so that one database serves many changes."""
    with suppress(Undone), database.write() as session:
        yield session
        raise Undone


def test_a_whole_chain_has_no_break(database):
    assert find_break(database) is None


@pytest.mark.parametrize("column", COLUMNS)
def test_a_changed_entry_is_found(database, column):
    other = OTHER.get(column, "other")
    other = other.isoformat(" ") if isinstance(other, datetime) else other
    sql = f"UPDATE audit SET {column} = :other WHERE sequence = :sequence"
    for sequence in range(1, ENTRIES + 1):
        with undone(database) as session:
            tamper_in(session, sql, other=other, sequence=sequence)
            assert audit.find_break(session, KEY) == sequence
    assert find_break(database) is None


def test_a_missing_entry_is_found(database):
    for sequence in range(1, ENTRIES):
        with undone(database) as session:
            tamper_in(session, "DELETE FROM audit WHERE sequence = :n", n=sequence)
            assert audit.find_break(session, KEY) == sequence


def test_two_swapped_entries_are_found(database):
    tamper(database, "UPDATE audit SET sequence = -sequence WHERE sequence IN (3, 4)")
    with database.write() as session:
        session.execute(text("UPDATE audit SET sequence = 7 + sequence WHERE sequence < 0"))

    assert find_break(database) == 3


def test_an_entry_of_another_history_is_found(database, tmp_path):
    """Written with the same key: only that each rests on the one before it tells them apart."""
    other = Database(f"sqlite:///{tmp_path / 'other.db'}")
    other.migrate()
    with other.write() as session:
        for n in range(ENTRIES):
            audit.record(session, KEY, NOON, "account:2", f"act {n}", "c", "s", "why")
        mac = session.scalars(select(AuditEntry.mac).where(AuditEntry.sequence == 3)).one()
    other.close()
    tamper(database, "UPDATE audit SET who = 'account:2', mac = :mac WHERE sequence = 3", mac=mac)

    assert find_break(database) == 3


def test_a_cut_tail_is_found_with_a_head_noted_outside(database):
    with database.read() as session:
        sequence, head = audit.read_head(session)
        assert audit.has_anchor(session, head, sequence)
    tamper(database, "DELETE FROM audit WHERE sequence > 3")

    assert find_break(database) is None, "the chain alone cannot show it"
    with database.read() as session:
        assert not audit.has_anchor(session, head, sequence)
        assert not audit.has_anchor(session, head)


def test_an_anchor_stays_good_while_the_log_grows(database):
    with database.write() as session:
        sequence, head = audit.read_head(session)
        audit.record(session, KEY, NOON, "account:1", "one more")
        assert audit.has_anchor(session, head, sequence)
        assert not audit.has_anchor(session, head, sequence - 1)


def test_another_key_fits_no_entry(database):
    assert find_break(database, b"x" * 32) == 1


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit SET act = 'other' WHERE sequence = 3",
        "DELETE FROM audit WHERE sequence = 5",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit VALUES (3, '2026-11-21', 'x', 'x', '', '', '', '')",
        "REPLACE INTO audit VALUES (5, '2026-11-21', 'x', 'x', '', '', '', '')",
        "INSERT INTO audit VALUES (99, '2026-11-21', 'x', 'x', '', '', '', '')",
        "INSERT INTO audit VALUES (NULL, '2026-11-21', 'x', 'x', '', '', '', '')",
    ],
)
def test_the_database_itself_refuses_all_but_the_next_entry(database, sql):
    with pytest.raises(DatabaseError, match="audit entry"), database.write() as session:
        if session.get_bind().dialect.name == "postgresql":  # which knows no REPLACE
            sql = sql.replace("INSERT OR REPLACE", "INSERT").replace("REPLACE INTO", "INSERT INTO")
        session.execute(text(sql))

    assert find_break(database) is None
    with database.read() as session:
        assert len(session.scalars(select(AuditEntry)).all()) == ENTRIES
