"""How often someone has asked lately, counted once for all processes that serve pages.

Over SQLite in a file of its own beside the database, which holds up no write of a patient's;
over PostgreSQL in a table there, for all machines. Neither waits for the disk: after a power
cut the counts begin anew. Who asks stands there as a keyed hash.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from limits.storage import MovingWindowSupport, Storage
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import SQLAlchemyError

from screening.storage.database import Database, take_turn
from screening.storage.turn import Turn, make_private

SWEEP = 60.0  # seconds between two looks for what is over
TABLES = (
    "TABLE IF NOT EXISTS counted "
    "(who TEXT NOT NULL, at DOUBLE PRECISION NOT NULL, until DOUBLE PRECISION NOT NULL)",
    "INDEX IF NOT EXISTS counted_who ON counted (who, at)",
    "INDEX IF NOT EXISTS counted_until ON counted (until)",
)
# What stands later than a window from now is of a clock that was wrong: else nobody it counted
# could try again before that day.
LATELY = text(
    "SELECT count(*), min(at) FROM counted WHERE who = :who AND at > :since AND at <= :ahead"
)
ONE_MORE = text("INSERT INTO counted (who, at, until) VALUES (:who, :at, :until)")


class Counted(Storage, MovingWindowSupport):
    """Where Flask-Limiter counts: `counted://`."""

    STORAGE_SCHEME = ["counted"]  # noqa: RUF012  # the name is the library's

    def __init__(
        self,
        uri: str | None = None,
        wrap_exceptions: bool = False,
        *,
        engine: Engine,
        hash: Callable[[str], str],
        now: Callable[[], datetime],
    ):
        super().__init__(uri, wrap_exceptions)
        self._engine, self._hash, self._now = engine, hash, now
        self._swept = now().timestamp()
        with self._turn(Turn.COUNTED_TABLE) as connection:
            kind = "UNLOGGED " if self._on_postgresql else ""
            for made in (kind + TABLES[0], *TABLES[1:]):
                connection.execute(text(f"CREATE {made}"))

    @property
    def base_exceptions(self) -> type[Exception]:
        return SQLAlchemyError

    @property
    def _on_postgresql(self) -> bool:
        return self._engine.dialect.name == "postgresql"

    @contextmanager
    def _turn(self, lock: int) -> Iterator[Connection]:
        """Be the only one who counts for `lock`; SQLite has one writer anyway."""
        with self._engine.begin() as connection:
            take_turn(connection, lock)
            yield connection

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count `amount` more and return True, or False where that were more than `limit`."""
        self._sweep(now := self._now().timestamp())
        who = self._hash(key)
        with self._turn(int(who[:15], 16)) as connection:
            if self._lately(connection, who, now, expiry)[0] + amount > limit:
                return False
            row = {"who": who, "at": now, "until": now + expiry}
            connection.execute(ONE_MORE, [row] * amount)
            return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """Return since when and how often `key` was counted."""
        now = self._now().timestamp()
        with self._engine.begin() as connection:
            many, first = self._lately(connection, self._hash(key), now, expiry)
        return (first or now), many

    @staticmethod
    def _lately(
        connection: Connection, who: str, now: float, expiry: int
    ) -> tuple[int, float | None]:
        about = {"who": who, "since": now - expiry, "ahead": now + expiry}
        many, first = connection.execute(LATELY, about).one()
        return many, first

    def _sweep(self, now: float) -> None:
        if now - self._swept < SWEEP:
            return
        self._swept = now
        with self._turn(Turn.COUNTED_SWEEP) as connection:
            connection.execute(text("DELETE FROM counted WHERE until < :now"), {"now": now})

    def clear(self, key: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(
                text("DELETE FROM counted WHERE who = :who"), {"who": self._hash(key)}
            )

    def reset(self) -> int | None:
        with self._engine.begin() as connection:
            return connection.execute(text("DELETE FROM counted")).rowcount

    def check(self) -> bool:
        """Tell whether it can be counted again."""
        with self._engine.connect() as connection:
            return bool(connection.scalar(text("SELECT 1")))

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        raise NotImplementedError  # what follows is for other strategies than the moving window

    def get(self, key: str) -> int:
        raise NotImplementedError

    def get_expiry(self, key: str) -> float:
        raise NotImplementedError


def where_to_count(database: Database, folder: Path) -> Engine:
    """Return the PostgreSQL in use, or for SQLite a file in `folder`."""
    if database.engine.dialect.name == "postgresql":
        return database.engine
    make_private(file := folder / "limits.db")
    engine = create_engine(f"sqlite:///{file}")
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in ("busy_timeout=5000", "journal_mode=WAL", "synchronous=OFF"):
        connection.execute(f"PRAGMA {pragma}")
