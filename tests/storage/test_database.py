import threading

import pytest
from sqlalchemy import func, inspect, select, text

from screening.storage.database import Database
from screening.storage.tables import DefinitionsArchive, Table, datetime
from tests.storage.test_audit import NOON


@pytest.fixture
def database(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    database.migrate()
    yield database
    database.close()


def archive(name):
    return DefinitionsArchive(hash=name, archive=b"", first_used_at=NOON)


def count(database):
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(DefinitionsArchive))


def test_the_migrations_make_the_tables_that_the_code_expects(database):
    found = inspect(database.engine)
    assert set(found.get_table_names()) == set(Table.metadata.tables) | {"alembic_version"}
    for name, table in Table.metadata.tables.items():
        columns = {c["name"]: c["nullable"] for c in found.get_columns(name)}
        assert columns == {c.name: c.nullable for c in table.columns}


def test_what_is_committed_is_synced_to_the_disk(database):
    with database.read() as session:
        assert session.execute(text("PRAGMA synchronous")).scalar() == 2
        assert session.execute(text("PRAGMA journal_mode")).scalar() == "wal"


def test_a_write_that_raises_leaves_nothing(database):
    with pytest.raises(RuntimeError), database.write() as session:
        session.add(archive("a"))
        session.flush()
        raise RuntimeError

    assert count(database) == 0


def test_many_writers_take_turns_and_none_fails(database):
    def write(n):
        with database.write() as session:
            session.scalar(select(func.count()).select_from(DefinitionsArchive))
            session.add(archive(str(n)))

    threads = [threading.Thread(target=write, args=(n,)) for n in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert count(database) == 24


def test_a_moment_comes_back_in_utc(database):
    with database.write() as session:
        session.add(archive("a"))
    with database.read() as session:
        found = session.get_one(DefinitionsArchive, "a").first_used_at

    assert isinstance(found, datetime)
    assert (found, found.utcoffset().total_seconds()) == (NOON, 0)
