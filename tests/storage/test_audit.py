from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, update

from screening.storage import audit
from screening.storage.database import Database
from screening.storage.tables import AuditEntry

KEY = b"k" * 32
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def database(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    database.migrate()
    with database.write() as session:
        for n in range(5):
            audit.record(session, KEY, NOON, "account:1", f"act {n}")
    yield database
    database.close()


def find_break(database, key=KEY):
    with database.read() as session:
        return audit.find_break(session, key)


def test_a_whole_chain_has_no_break(database):
    assert find_break(database) is None


@pytest.mark.parametrize("column", ["act", "who", "why", "screening_id", "mac"])
def test_a_changed_entry_is_found(database, column):
    with database.write() as session:
        session.execute(
            update(AuditEntry).where(AuditEntry.sequence == 3).values({column: "other"})
        )

    assert find_break(database) == 3


def test_a_missing_entry_is_found(database):
    with database.write() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.sequence == 2))

    assert find_break(database) == 2


def test_another_key_fits_no_entry(database):
    assert find_break(database, b"x" * 32) == 1
