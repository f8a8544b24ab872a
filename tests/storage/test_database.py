import ast
import os
import re
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, String, func, inspect, select, text
from sqlalchemy.exc import IntegrityError

from screening.storage.columns import Table
from screening.storage.database import Database, _wait_at_most, take_turn
from screening.storage.tables import DefinitionsArchive
from screening.storage.turn import Turn, WaitedTooLongError
from tests.postgres import DATABASES
from tests.storage.test_audit import NOON

TURNS = re.compile(r"(take_turn|first_at|\b_turn)$")

pytestmark = pytest.mark.both_databases

MIGRATE = (
    "import sys; from screening.storage.database import Database; Database(sys.argv[1]).migrate()"
)
CLINIC = (
    "INSERT INTO clinic (id, name, address, phone, zone, wrapped_key, screenings, created_at)"
    " VALUES ('c', '', '', '', 'UTC', '', 0, '2026-11-21')"
)
SCREENING = (
    "INSERT INTO screening (id, clinic_id, number, state, link_hash, link_expires_at,"
    " created_at, wrapped_key, person, draft)"
    " VALUES ('s', 'c', '1', 'submitted', 'h', '2026-11-21', '2026-11-21', '', '', '')"
)
REPORT = (
    "INSERT INTO report (id, screening_id, kind, state, attempts, due_at, created_at)"
    " VALUES ('r', 's', 'screening', 'pending', 0, '2026-11-21', '2026-11-21')"
)


@pytest.fixture
def database(address):
    database = Database(address)
    database.migrate()
    yield database
    database.close()


def test_the_suite_runs_on_both_databases_where_it_counts():
    assert "postgresql" in DATABASES or os.environ.get("CI") != "true"


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


def test_several_machines_may_start_at_once(address):
    starts = [subprocess.Popen([sys.executable, "-c", MIGRATE, address]) for _ in range(4)]

    assert [start.wait(60) for start in starts] == [0, 0, 0, 0]


def add_report(database):
    with database.write() as session:
        for sql in CLINIC, SCREENING, REPORT:
            session.execute(text(sql))


def test_rebuilding_keeps_what_refers_to_a_table_that_is_made_anew(database):
    """SQLite changes a table by dropping it, which foreign keys would refuse."""
    add_report(database)
    anew = "always" if database.engine.dialect.name == "sqlite" else "never"
    with database.rebuild() as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("screening", recreate=anew) as table:
            table.add_column(Column("more", String()))

    with database.read() as session:
        assert session.execute(text("SELECT screening_id FROM report")).scalars().all() == ["s"]
        assert session.execute(text("SELECT more FROM screening")).scalars().all() == [None]
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(text("UPDATE report SET screening_id = 'other'"))


def test_rebuilding_leaves_no_row_that_refers_to_nothing(database):
    add_report(database)

    with pytest.raises((ValueError, IntegrityError)), database.rebuild() as connection:
        connection.execute(text("DELETE FROM screening"))
    with database.read() as session:
        assert session.execute(text("SELECT id FROM screening")).scalars().all() == ["s"]


def test_what_is_committed_is_synced_to_the_disk(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    with database.read() as session:
        assert session.execute(text("PRAGMA synchronous")).scalar() == 2
        assert session.execute(text("PRAGMA journal_mode")).scalar() == "wal"
    database.close()


def test_what_is_deleted_is_written_over_and_no_row_is_left_alone(tmp_path):
    """Or an erased patient would stay readable in the file's free pages."""
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    with database.read() as session:
        assert session.execute(text("PRAGMA secure_delete")).scalar() == 1
        assert session.execute(text("PRAGMA foreign_keys")).scalar() == 1
    database.close()


def test_reads_see_one_moment(database):
    with database.read() as session:
        assert session.scalars(select(DefinitionsArchive.hash)).all() == []
        with database.write() as other:
            other.add(archive("a"))
        assert session.scalars(select(DefinitionsArchive.hash)).all() == []


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


def test_whoever_takes_a_turn_at_one_thing_waits_for_no_other(database):
    with database.engine.begin() as connection, database.engine.begin() as other:
        _wait_at_most(other, 1)
        for number, what in enumerate(Turn):
            take_turn(connection if number % 2 else other, what)


def test_every_turn_stands_in_the_one_list_or_is_drawn_from_a_hash():
    taken, files = set(), set()
    for path in Path("screening").rglob("*.py"):
        source = path.read_text()
        files |= {path.name} if "_advisory_" in source else set()
        calls = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Call) and n.args]
        taken |= {ast.unparse(n.args[-1]) for n in calls if TURNS.search(ast.unparse(n.func))}
    passed_on = {"lock", "wait", "LONGEST_REBUILD"}  # by those who were given it; SQLite's file
    assert {one for one in taken - passed_on if "[:15], 16)" not in one} == {
        f"Turn.{t.name}" for t in Turn
    }
    assert files == {"database.py"}


def test_a_write_waits_for_its_turn_and_no_longer(database):
    add_report(database)
    database.longest_wait = 0.2
    held = (
        "SELECT id FROM report FOR UPDATE" if "postgres" in str(database.engine.url) else "SELECT 1"
    )
    with database.write(5) as session:
        session.execute(text(held))
        began = time.monotonic()
        with pytest.raises(WaitedTooLongError), database.write() as other:
            other.execute(text(held))
        assert time.monotonic() - began < 15, "who asks for a fifth of a second waits no minute"
    with database.write() as session:
        session.execute(text(held))


def test_someone_who_takes_no_turn_holds_up_nobody_for_ever(tmp_path):
    """Such as whoever opens the file with another program."""
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    database.migrate()
    with database.engine.connect() as quick:
        quick.exec_driver_sql("PRAGMA busy_timeout=100")
    with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as stranger:
        stranger.execute("BEGIN IMMEDIATE")
        with pytest.raises(WaitedTooLongError), database.write() as session:
            session.add(archive("a"))
    database.close()


def test_opening_a_database_once_more_lets_no_lock_go(tmp_path):
    """A process that closes a file lets go of all its locks on it, SQLite's too.

    Another one then takes itself for the last, and takes the log away that we write into.
    """
    address = f"sqlite:///{tmp_path / 'a.db'}"
    database = Database(address)
    database.migrate()
    found = []
    for name in ("a", "b"):
        with database.write() as session:
            session.add(archive(name))
        Database(address).close()
        other = [sys.executable, "-c", COUNT, str(tmp_path / "a.db")]
        found.append(subprocess.run(other, capture_output=True, text=True).stdout.strip())
    database.close()

    assert found == ["1", "2"]


COUNT = """import sqlite3, sys
there = sqlite3.connect(sys.argv[1])
print(*there.execute("SELECT count(*) FROM definitions").fetchone())
there.close()"""


def test_a_moment_comes_back_in_utc(database):
    with database.write() as session:
        session.add(archive("a"))
    with database.read() as session:
        found = session.get_one(DefinitionsArchive, "a").first_used_at

    assert isinstance(found, datetime)
    assert (found, found.utcoffset().total_seconds()) == (NOON, 0)
