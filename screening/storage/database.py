"""Open the database and keep its promises: what is committed is on the disk.

SQLite by default; any SQLAlchemy address of a PostgreSQL by setting. Reads see
one moment; writes take the database's one place in turn, so that no write fails
because another one was there first.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.orm import Session

MIGRATIONS = Path(__file__).parent / "migrations"
PRAGMAS = {
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "busy_timeout": "10000",
    "foreign_keys": "ON",
    "secure_delete": "ON",
}


class Database:
    """Sessions to read and to write in; see `read` and `write`."""

    def __init__(self, address: str):
        self.engine = _open_engine(address)
        url = make_url(address)
        file = url.database if url.get_backend_name() == "sqlite" else None
        self._lock_file = Path(f"{file}.lock") if file else None

    @contextmanager
    def read(self) -> Iterator[Session]:
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Commit at the end of the block, or nothing of it when the block raises."""
        with self._turn(), Session(self.engine, expire_on_commit=False) as session:
            session.connection(execution_options={"writes": True})
            yield session
            session.commit()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Queue for SQLite's one writer: its own lock lets some writers starve."""
        if self._lock_file is None:
            yield
            return
        with self._lock_file.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def migrate(self) -> None:
        """Bring the tables to the newest shape; nothing to do takes milliseconds."""
        # Alembic takes half a second to import, and no request ever needs it.
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("path_separator", "os")
        with self._turn(), self.engine.connect() as connection, _unreferenced(connection):
            connection = connection.execution_options(writes=True)
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(7263)"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            _check_references(connection)
            connection.commit()

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def _unreferenced(connection: Connection) -> Iterator[None]:
    """Let SQLite rebuild tables that others refer to; it cannot change them in place."""
    raw = connection.connection.driver_connection
    if connection.dialect.name != "sqlite" or raw is None:
        yield
        return
    raw.execute("PRAGMA foreign_keys=OFF")  # counts only before a transaction begins
    try:
        yield
    finally:
        connection.rollback()
        raw.execute("PRAGMA foreign_keys=ON")


def _check_references(connection: Connection) -> None:
    """Raise ValueError where a migration left a row that refers to nothing."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise ValueError(f"the migration left {len(broken)} references to nothing")


def _open_engine(address: str) -> Engine:
    engine = create_engine(address, pool_pre_ping=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for name, value in PRAGMAS.items():
        connection.execute(f"PRAGMA {name}={value}")


def _begin_sqlite(connection: Any) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
