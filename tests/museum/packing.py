"""Keep a furnished installation small: what is large and sealed stands once, beside the tables.

Sealed values cannot be compressed, and SQLite and PostgreSQL hold the same ones. So
each longer than LARGE stands in a ZIP under its SHA-256, and the tables hold
MARK and that digest in its place. Needs nothing but Python, so that makers of any
commit may use it.
"""

import base64
import hashlib
import io
import lzma
import re
import sqlite3
import zipfile
from pathlib import Path

LARGE = 300  # bytes; the first wing has only those of more than 2,000 apart
MARK = b"museum:"
MOST_IN_A_PACK = 380_000  # bytes
DATABASE, DUMP, BACKUP = "screening.db.xz", "postgresql.sql.xz", "backup.zip"
HEX = re.compile(rb"\\x([0-9a-f]{%d,})" % (2 * LARGE))  # bytes as pg_dump writes them
BASE64 = re.compile(rb'"([A-Za-z0-9+/]{%d,}=*)"' % (4 * (LARGE // 3 + 2)))  # as backups do
MARKED = re.compile(rb"\\x" + MARK.hex().encode() + rb"([0-9a-f]{64})")


def pack(folder: Path, database: Path, dump: bytes, backup: bytes) -> None:
    """Write SQLite file, SQL text and backup into `folder`, their large values once for all."""
    values: dict[str, bytes] = {}
    slim = database.with_suffix(".slim")
    _swap(database, slim, lambda value: _taken(values, value))
    (folder / DATABASE).write_bytes(lzma.compress(slim.read_bytes(), preset=9))
    slim.unlink()
    dump = HEX.sub(lambda found: _as_hex(_taken(values, bytes.fromhex(found[1].decode()))), dump)
    (folder / DUMP).write_bytes(lzma.compress(dump, preset=9))
    packed = _rewritten(backup, BASE64, lambda value: _taken(values, base64.b64decode(value)).hex())
    (folder / BACKUP).write_bytes(packed)
    _pack_values(folder, values)


def unpack_database(folder: Path, database: Path) -> None:
    """Write the SQLite file as it was furnished."""
    values = read_values(folder)
    packed = database.with_suffix(".packed")
    packed.write_bytes(lzma.decompress((folder / DATABASE).read_bytes()))
    _swap(packed, database, lambda value: _returned(values, value))
    packed.unlink()


def unpack_dump(folder: Path) -> bytes:
    """Return the SQL text that fills an empty PostgreSQL database."""
    values = read_values(folder)
    dump = lzma.decompress((folder / DUMP).read_bytes())
    return MARKED.sub(lambda found: _as_hex(values[found[1].decode()]), dump)


def unpack_backup(folder: Path) -> bytes:
    """Return the file that the command `screening backup` wrote."""
    values = read_values(folder)
    marked = re.compile(b'"' + MARK.hex().encode() + b'([0-9a-f]{64})"')
    packed = (folder / BACKUP).read_bytes()
    return _rewritten(packed, marked, lambda name: base64.b64encode(values[name.decode()]).decode())


def _rewritten(packed: bytes, found: re.Pattern, change) -> bytes:
    """Return a ZIP of texts, in each what stands between the quotes as `change` returns it."""
    new = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(new, "w") as rewritten:
        for name in old.namelist():
            text = found.sub(lambda m: f'"{change(m[1])}"'.encode(), old.read(name))
            rewritten.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
    return new.getvalue()


def read_values(folder: Path) -> dict[str, bytes]:
    """Return the large values by the SHA-256 of each."""
    found = {}
    for path in sorted(folder.glob("values-*.zip")):
        with zipfile.ZipFile(path) as pack:
            found |= {name: pack.read(name) for name in pack.namelist()}
    return found


def _swap(source: Path, target: Path, change) -> None:
    """Copy a SQLite file, every value of bytes as `change` returns it."""
    copy = sqlite3.connect(source)
    copy.execute("VACUUM INTO ?", [str(target)])
    copy.close()
    copy = sqlite3.connect(target)
    for table, column in _columns_of_bytes(copy):
        rows = copy.execute(f"SELECT rowid, {column} FROM {table} WHERE {column} NOTNULL")
        for row, value in rows.fetchall():
            if (changed := change(value)) != value:
                copy.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", [changed, row])
    copy.commit()
    copy.execute("VACUUM")
    copy.close()


def _columns_of_bytes(database):
    tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (table,) in tables:
        for _, column, kind, *_ in database.execute(f"PRAGMA table_info({table})").fetchall():
            if kind == "BLOB":
                yield table, column


def _taken(values: dict[str, bytes], value: bytes) -> bytes:
    if len(value) < LARGE:
        return value
    digest = hashlib.sha256(value)
    values[digest.hexdigest()] = value
    return MARK + digest.digest()


def _returned(values: dict[str, bytes], value: bytes) -> bytes:
    return values[value[len(MARK) :].hex()] if value.startswith(MARK) else value


def _as_hex(value: bytes) -> bytes:
    return rb"\x" + value.hex().encode()


def _pack_values(folder: Path, values: dict[str, bytes]) -> None:
    packs: list[list[str]] = [[]]
    size = 0
    for name in sorted(values):
        if size + len(values[name]) > MOST_IN_A_PACK and packs[-1]:
            packs.append([])
            size = 0
        packs[-1].append(name)
        size += len(values[name])
    for number, names in enumerate(packs, 1):
        with zipfile.ZipFile(folder / f"values-{number:02}.zip", "w") as pack:
            for name in names:
                pack.writestr(zipfile.ZipInfo(name), values[name])
