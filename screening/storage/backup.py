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
from collections.abc import Iterable, Iterator
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
    OtherVersionError,
    check_revision,
    migrate,
    revision_of,
)
from screening.storage.encryption import SealedBlobError
from screening.storage.installation import WrongSecretError, read_keys
from screening.storage.sealed import open_column, open_value, screening_key
from screening.storage.tables import Clinic, Patient, Screening

FORMAT = 1
AT_ONCE = 200  # rows


class BackupError(Exception):
    """This file cannot be restored here; the text says why."""


def write_backup(database: Database, path: Path, at: datetime) -> int:
    """Write the backup and return the number of its rows; the database may be in use."""
    rows = 0
    with database.read() as session, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        about = {"format": FORMAT, "at": at.isoformat(), "revision": revision_of(session)}
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


def restore_backup(database: Database, path: Path, secrets: list[bytes]) -> int:
    """Fill an empty database and return the number of rows; nothing is kept unless all fits.

    Raises BackupError.
    """
    try:
        with zipfile.ZipFile(path) as archive, database.rebuild() as connection:
            if set(inspect(connection).get_table_names()) & set(Ours.metadata.tables):
                raise BackupError("the database is not empty; name a new one")
            rows = _load(connection, archive)
            _prove(connection, secrets)
            return rows
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError) as error:
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


def _prove(connection: Connection, secrets: list[bytes]) -> None:
    """Check the audit log and open every screening, as the program will."""
    with Session(connection) as session:
        try:
            keys = read_keys(session, secrets)
        except WrongSecretError as error:
            raise BackupError("the secret does not fit this backup") from error
        if broken := audit.find_break(session, keys.audit):
            raise BackupError(f"the audit log is broken at entry {broken}")
        try:
            for clinic in session.scalars(select(Clinic)):
                key = open_column(keys.wrapping, clinic, "wrapped_key")
                _open_all(session, clinic.id, key)
        except SealedBlobError as error:
            raise BackupError(str(error)) from error


def _open_all(session: Session, clinic_id: str, clinic_key: bytes) -> None:
    query = (
        select(Screening.id, Screening.person, Screening.wrapped_key)
        .add_columns(Patient.id, Patient.wrapped_key)
        .outerjoin(Patient, Patient.id == Screening.patient_id)
        .where(Screening.clinic_id == clinic_id)
    )
    for id, person, wrapped, patient_id, of_patient in session.execute(query):
        key = screening_key(clinic_key, id, wrapped, patient_id, of_patient)
        open_value(key, "screening.person", id, person)
