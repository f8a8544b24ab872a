"""Open the database and keep its promises: what is committed is on the disk.

SQLite by default; any SQLAlchemy address of a PostgreSQL by setting. Reads see
one moment; writes take the database's one place in turn, so that no write fails
because another one was there first, and none waits for longer than LONGEST_WAIT.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    create_engine,
    event,
    func,
    inspect,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from sqlalchemy.orm import Session

from screening.storage.turn import LONGEST_WAIT, Turn, WaitedTooLongError, make_private, turn

MIGRATIONS = Path(__file__).parent / "migrations"
LONGEST_REBUILD = 600.0  # seconds: another machine may be making the tables anew
TOO_LATE = "55P03"  # PostgreSQL's word for a lock that came too late
OLDEST = "0013"  # what version 0.1.0 made; the steps that led there are gone
HELD = {"clinic", "patient"}
PRAGMAS = {
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "busy_timeout": "10000",
    "foreign_keys": "ON",
    "secure_delete": "ON",
}


class OtherVersionError(Exception):
    """Another version of the program made these tables; the text says which is to open them."""


class LostRowsError(ValueError):
    """A row refers to one that is not there."""


class _Holding(Session):
    """Holds whose keys open the other rows: SQLAlchemy forgets a row that nobody holds.

    Else each sealed value of a screening would read its patient and its clinic once more.
    """


@event.listens_for(_Holding, "loaded_as_persistent")
def _hold(session: Session, row: Any) -> None:
    if row.__tablename__ in HELD:
        session.info.setdefault("held", []).append(row)


class Database:
    """Sessions to read and to write in; see `read` and `write`."""

    def __init__(self, address: str):
        self.engine = _open_engine(address)
        self.longest_wait = LONGEST_WAIT
        url = make_url(address)
        file = url.database if url.get_backend_name() == "sqlite" else None
        if file:
            make_private(Path(file))  # SQLite gives what it writes beside it the same rights
        self._lock_file = Path(f"{file}.lock") if file else None

    @contextmanager
    def read(self) -> Iterator[Session]:
        with _not_for_ever(), _Holding(self.engine, expire_on_commit=False) as session:
            if self.engine.dialect.name == "postgresql":
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session

    @contextmanager
    def write(self, wait: float | None = None, *, alone: bool = False) -> Iterator[Session]:
        """Commit at the end of the block, or nothing of it when the block raises.

        Whoever changes keys writes `alone`: a write reads row after row, and what it reads
        and seals under one key must not meet another key half-way. Raises WaitedTooLongError
        where others hold up this one for `wait` seconds.
        """
        wait = self.longest_wait if wait is None else wait
        with (
            _not_for_ever(),
            self._turn(wait),
            _Holding(self.engine, expire_on_commit=False) as session,
        ):
            session.connection(execution_options={"writes": True})
            _wait_at_most(session, wait)
            take_turn(session, Turn.ROTATION, shared=not alone)
            yield session
            session.commit()

    @contextmanager
    def first_at(self, what: Turn) -> Iterator[bool]:
        """Tell whether no other process is at `what`, and keep others from it to the end.

        For what takes long and holds up no write meanwhile.
        """
        if self._lock_file:
            with ExitStack() as held:
                try:
                    held.enter_context(turn(self._lock_file.with_suffix(f".{what}"), wait=0))
                except WaitedTooLongError:
                    yield False
                else:
                    yield True
        elif self.engine.dialect.name == "postgresql":
            with self.engine.connect() as connection:
                yield bool(connection.scalar(select(func.pg_try_advisory_xact_lock(int(what)))))
        else:
            yield True

    def _turn(self, wait: float) -> AbstractContextManager[None]:
        """Queue for SQLite's one writer: its own lock lets some writers starve."""
        return turn(self._lock_file, wait) if self._lock_file else nullcontext()

    @contextmanager
    def rebuild(self) -> Iterator[Connection]:
        """Change the tables themselves, all in one transaction.

        Raises LostRowsError where a row is left that refers to nothing.
        """
        with self._turn(LONGEST_REBUILD), self.engine.connect() as connection:
            # SQLite changes a table by making it anew, which no foreign key may notice.
            _check_foreign_keys(connection, "OFF")
            try:
                _wait_at_most(connection, LONGEST_REBUILD)
                yield connection.execution_options(writes=True)
                _check_references(connection)
                connection.commit()
            finally:
                connection.rollback()
                _check_foreign_keys(connection, "ON")

    def migrate(self) -> None:
        """Bring the tables to the newest shape; nothing to do takes milliseconds."""
        with self.rebuild() as connection:
            migrate(connection)

    def scrub(self) -> None:
        """Let what was overwritten go from the files, as far as the database knows how."""
        with self.engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                driver: Any = connection.connection.driver_connection
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            else:
                connection = connection.execution_options(isolation_level="AUTOCOMMIT")
                connection.exec_driver_sql("VACUUM")

    def close(self) -> None:
        self.engine.dispose()


def migrate(connection: Connection, revision: str = "head") -> None:
    """Bring the tables to `revision` within the transaction of `connection`.

    Raises OtherVersionError.
    """
    take_turn(connection, Turn.MIGRATION)
    if inspect(connection).has_table("alembic_version") and (shape := revision_of(connection)):
        if shape == max(known_revisions()):
            return
        check_revision(shape, "database")
    # Alembic takes a fifth of a second to import, and most starts have nothing to change.
    from alembic import command

    config = _alembic()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def check_revision(shape: str, what: str) -> None:
    """Raise OtherVersionError where this version of the program cannot take over `shape`."""
    if shape in known_revisions():
        return
    if shape < OLDEST:
        raise OtherVersionError(
            f"the {what} was made before version 0.1.0 of this program (shape {shape}): "
            "open it with version 0.1.0 first"
        )
    raise OtherVersionError(
        f"the {what} was made by a newer version of this program (shape {shape}): "
        "install that version, or restore a backup from before"
    )


def known_revisions() -> set[str]:
    """Return every shape of the tables that this version of the program knows."""
    return {path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")}


def revision_of(connection: Connection | Session) -> str | None:
    """Return the shape that the tables have now."""
    shape: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return shape


def _alembic() -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


def take_turn(connection: Connection | Session, lock: int, shared: bool = False) -> None:
    """Wait until no other transaction holds `lock`; on SQLite a write is alone already.

    `lock` is a Turn, or drawn from a hash. Those that hold it `shared` wait for one that does
    not, and it for all of them.
    """
    bind = connection.get_bind() if isinstance(connection, Session) else connection
    if bind.dialect.name == "postgresql":
        hold = func.pg_advisory_xact_lock_shared if shared else func.pg_advisory_xact_lock
        connection.execute(select(hold(int(lock))))


def _wait_at_most(connection: Connection | Session, seconds: float) -> None:
    """Let no lock of another transaction hold up this one for longer; SQLite has its turns."""
    bind = connection.get_bind() if isinstance(connection, Session) else connection
    if bind.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL lock_timeout = {round(seconds * 1000)}"))


@contextmanager
def _not_for_ever() -> Iterator[None]:
    """Tell a wait that has ended from a database that is broken or away."""
    try:
        yield
    except NoConnectionError as error:
        raise WaitedTooLongError from error
    except OperationalError as error:
        said = error.orig
        if getattr(said, "sqlstate", None) == TOO_LATE or str(said) == "database is locked":
            raise WaitedTooLongError from error
        raise


def _check_foreign_keys(connection: Connection, on_off: str) -> None:
    """Switch SQLite's checks; it does so only outside a transaction."""
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        driver.execute(f"PRAGMA foreign_keys={on_off}")


def _check_references(connection: Connection) -> None:
    """Raise LostRowsError where a row refers to nothing; PostgreSQL never lets that be."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise LostRowsError(f"{len(broken)} references to nothing would be left")


def _open_engine(address: str) -> Engine:
    away = {} if address.startswith("sqlite") else {"connect_timeout": round(LONGEST_WAIT)}
    engine = create_engine(
        address, pool_pre_ping=bool(away), pool_timeout=LONGEST_WAIT, connect_args=away
    )
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
