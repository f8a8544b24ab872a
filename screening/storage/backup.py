"""Write the whole database into one file, and read it back into an empty one.

A ZIP of JSON lines, a file a table, the same for SQLite and PostgreSQL, so that a
backup of one may be restored into the other. What is sealed stays sealed: without
the installation's secret, which is not in it, a backup is useless.
"""

from __future__ import annotations

import base64
import json
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, LargeBinary, MetaData, Table, inspect, select, update
from sqlalchemy import DateTime as Moment
from sqlalchemy.orm import Session

from screening.storage import audit
from screening.storage.columns import Table as Ours
from screening.storage.database import (
    Database,
    LostRowsError,
    OtherVersionError,
    check_revision,
    migrate,
    revision_of,
)
from screening.storage.installation import WrongSecretError
from screening.storage.proof import Proof, Use, prove, unused

FORMAT = 1
AT_ONCE = 200  # rows


class BackupError(Exception):
    """This file cannot be restored here; the text says why, `damaged` what does not open."""

    def __init__(self, text: str, damaged: Sequence[str] = ()):
        self.damaged = damaged
        super().__init__(text)


def write_backup(database: Database, path: Path, at: datetime, store: str = "") -> int:
    """Write the backup and return the number of its rows; the database may be in use.

    What lies in the `store` of documents is not in it; it says where that is.
    """
    rows = 0
    with database.read() as session, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        about = {"format": FORMAT, "at": at.isoformat(), "revision": revision_of(session)}
        about["store"] = store
        for table in Ours.metadata.sorted_tables:
            with archive.open(_name(table.name), "w", force_zip64=True) as file:
                query = select(table).order_by(*table.primary_key.columns)
                for row in session.execute(query.execution_options(yield_per=AT_ONCE)):
                    file.write(json.dumps(dict(row._mapping), default=_plain).encode() + b"\n")
                    rows += 1
        archive.writestr("about.json", json.dumps(about | {"rows": rows}))
    return rows


def _name(table: str) -> str:
    return f"tables/{table}.jsonl"


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return base64.b64encode(value).decode()


def prove_backup(path: Path, secrets: list[bytes], use: Use = unused) -> Proof:
    """Read the file as it lies there and open all that is sealed in it.

    Raises BackupError where it could not be restored at all.
    """
    try:
        with _whole(path, ValueError, OSError), zipfile.ZipFile(path) as archive:
            about = json.loads(archive.read("about.json"))
            proof = prove(lambda table: _read_table(archive, table), secrets, use)
            rows = sum(len(archive.read(name).splitlines()) for name in _tables_in(archive))
    except WrongSecretError as error:
        raise BackupError("the secret does not fit this backup") from error
    if rows != about["rows"]:
        raise BackupError("rows are missing from the backup")
    return proof


def _tables_in(archive: zipfile.ZipFile) -> list[str]:
    return [name for name in archive.namelist() if name.startswith("tables/")]


def _read_table(archive: zipfile.ZipFile, table: str) -> Iterator[dict[str, Any]]:
    with archive.open(_name(table)) as file:
        for line in file:
            yield _row(Ours.metadata.tables[table], line)


def restore_backup(
    database: Database,
    path: Path,
    secrets: list[bytes],
    use: Use = unused,
    after: Callable[[Session, Proof], None] = lambda session, proof: None,
    damage_too: bool = False,
) -> int:
    """Fill an empty database and return the number of rows; nothing is kept unless all fits.

    `after` has the last word in the same transaction. With `damage_too` what does not open is
    kept as it is. Raises BackupError, and what `after` raises.
    """
    with _whole(path), zipfile.ZipFile(path) as archive, database.rebuild() as connection:
        if set(inspect(connection).get_table_names()) & set(Ours.metadata.tables):
            raise BackupError("the database is not empty; name a new one")
        with _whole(path, ValueError):
            rows = _load(connection, archive)
        with Session(connection) as session:
            after(session, _prove(session, secrets, use, damage_too))
            session.commit()  # into the transaction of `connection`
        return rows


@contextmanager
def _whole(path: Path, *more: type[Exception]) -> Iterator[None]:
    """Take what can go wrong while a file is read for what it is."""
    found: tuple[type[Exception], ...]
    found = (zipfile.BadZipFile, zlib.error, KeyError, EOFError, LostRowsError, *more)
    try:
        yield
    except found as error:
        raise BackupError(f"{path} is not a whole backup") from error


def _load(connection: Connection, archive: zipfile.ZipFile) -> int:
    about = json.loads(archive.read("about.json"))
    if about["format"] != FORMAT:
        raise BackupError("the backup was made by a newer version of this program")
    try:
        check_revision(about["revision"], "backup")
    except OtherVersionError as error:
        raise BackupError(str(error)) from error
    migrate(connection, about["revision"])
    shape = MetaData()
    shape.reflect(connection)
    rows = sum(
        _load_table(connection, table, archive)
        for table in shape.sorted_tables
        if _name(table.name) in archive.namelist()
    )
    if rows != about["rows"]:
        raise BackupError("rows are missing from the backup")
    migrate(connection)
    return rows


def _load_table(connection: Connection, table: Table, archive: zipfile.ZipFile) -> int:
    """Insert the rows; what points at a row of the same table is filled in when all are there."""
    inward = [c.name for c in table.columns if any(f.column.table is table for f in c.foreign_keys)]
    count, later = 0, []
    with archive.open(_name(table.name)) as file:
        for lines in _batches(file):
            rows = [_row(table, line) for line in lines]
            for name in inward:
                later += [(row["id"], name, row[name]) for row in rows if row[name]]
            connection.execute(table.insert(), [row | dict.fromkeys(inward) for row in rows])
            count += len(rows)
    for id, name, value in later:
        connection.execute(update(table).where(table.c.id == id).values({name: value}))
    return count


def _batches(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    batch = []
    for line in lines:
        batch.append(line)
        if len(batch) == AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _row(table: Table, line: bytes) -> dict[str, Any]:
    row: dict[str, Any] = json.loads(line)
    for column in table.columns:
        if row[column.name] is None:
            continue
        if isinstance(column.type, LargeBinary):
            row[column.name] = base64.b64decode(row[column.name])
        elif isinstance(column.type, Moment):
            row[column.name] = datetime.fromisoformat(row[column.name])
    return row


def _prove(session: Session, secrets: list[bytes], use: Use, damage_too: bool) -> Proof:
    """Check the audit log and open everything, as the program will."""

    def fetch(table: str) -> Iterator[Any]:
        query = select(Ours.metadata.tables[table]).execution_options(yield_per=AT_ONCE)
        return (row._mapping for row in session.execute(query))

    try:
        proof = prove(fetch, secrets, use)
    except WrongSecretError as error:
        raise BackupError("the secret does not fit this backup") from error
    if broken := audit.find_break(session, proof.keys.audit):
        raise BackupError(f"the audit log is broken at entry {broken}")
    if proof.damaged and not damage_too:
        raise BackupError("; ".join(proof.damaged), proof.damaged)
    return proof
