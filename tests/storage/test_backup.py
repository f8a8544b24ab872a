"""A backup of either database, restored into either."""

import itertools
import struct
import zipfile

import pytest
from sqlalchemy import inspect, select

from screening.config import read_secrets
from screening.storage.backup import BackupError, restore_backup, write_backup
from screening.storage.database import Database
from screening.storage.tables import AuditEntry, Screening
from screening.workflow.reception import day_list
from screening.workflow.review import reviews
from screening.workflow.screenings import answering
from tests.office import DECLARED
from tests.storage.test_audit import tamper
from tests.workflow.review.test_reviews import decide

CANARY = "Zebediah Quokka"


@pytest.fixture
def office(tmp_path, kind, furnish):
    office = furnish(tmp_path, kind)
    office.invite(name=CANARY)
    yield office
    office.close()


@pytest.fixture
def backup(office, tmp_path):
    write_backup(office.context.database, tmp_path / "a.backup", office.now)
    return tmp_path / "a.backup"


@pytest.fixture
def empty(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'restored.db'}")
    yield database
    database.close()


def secrets(office):
    return read_secrets(office.config.secret_file)


def tables(database):
    return inspect(database.engine).get_table_names()


@pytest.mark.both_databases
def test_all_comes_back(office, tmp_path, empty):
    id = office.submit()
    office.make_reports()
    reviews.decide(*decide(office, id, "proceed"))
    again = office.arrive(id)
    answering.submit(office.context, office.hold(again), DECLARED)
    rows = write_backup(office.context.database, tmp_path / "a.backup", office.now)

    assert restore_backup(empty, tmp_path / "a.backup", secrets(office)) == rows
    with empty.read() as session, office.context.database.read() as before:
        for of in (Screening, AuditEntry):
            query = select(*of.__table__.columns).order_by(*of.__table__.primary_key.columns)
            assert session.execute(query).all() == before.execute(query).all()


def test_a_backup_of_sqlite_goes_into_the_other_database(office, backup, request):
    there = Database(request.getfixturevalue("cluster").new())
    assert restore_backup(there, backup, secrets(office)) > 5
    there.close()


def test_without_the_secret_a_backup_says_nothing(office, backup):
    office.submit()
    with zipfile.ZipFile(backup) as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
    assert b"screening" in content
    assert CANARY.encode() not in content and b"Zebediah" not in content
    assert secrets(office)[0].hex().encode() not in content


@pytest.mark.parametrize("kept", [0, 10, 0.5, 0.99])
def test_a_truncated_backup_changes_nothing(office, backup, empty, kept):
    whole = backup.read_bytes()
    backup.write_bytes(whole[: int(kept * len(whole)) if kept < 1 else kept])

    with pytest.raises(BackupError, match="not a whole backup"):
        restore_backup(empty, backup, secrets(office))
    assert tables(empty) == []


def test_a_flipped_byte_is_noticed(office, backup, empty):
    whole = backup.read_bytes()
    with zipfile.ZipFile(backup) as archive:
        tables_in_it = [one for one in archive.infolist() if one.compress_size > 400]
    assert tables_in_it
    # What a ZIP says beside its files, such as a time, is not protected and changes nothing.
    flips = itertools.product(tables_in_it, ((0, 1), (200, 2)))
    for table, (inside, bit) in [*flips, (tables_in_it[0], (0, 2))]:
        flipped = bytearray(whole)
        names = flipped[table.header_offset + 26 :][:4]
        begin = table.header_offset + 30 + sum(struct.unpack("<HH", names))
        flipped[begin + inside] ^= 1 << bit  # at 0 it tells how all that follows is packed
        backup.write_bytes(flipped)
        with pytest.raises(BackupError):
            restore_backup(empty, backup, secrets(office))
        assert tables(empty) == []


def test_another_secret_is_refused(office, backup, empty):
    with pytest.raises(BackupError, match="the secret does not fit"):
        restore_backup(empty, backup, [b"x" * 32])
    assert tables(empty) == []


def test_a_newer_backup_is_refused(office, backup, empty):
    rewrite(backup, lambda name, text: text.replace(b'"revision": "', b'"revision": "9'))
    with pytest.raises(BackupError, match="newer version"):
        restore_backup(empty, backup, secrets(office))
    assert tables(empty) == []


def test_a_backup_of_before_0_1_0_is_refused_with_the_version_that_reads_it(office, backup, empty):
    rewrite(backup, lambda name, text: text.replace(b'"revision": "0017"', b'"revision": "0009"'))
    with pytest.raises(BackupError, match=r"made before version 0\.1\.0 .* open it with version 0"):
        restore_backup(empty, backup, secrets(office))
    assert tables(empty) == []


def test_missing_rows_are_noticed(office, backup, empty):
    rewrite(backup, lambda name, text: b"" if name == "tables/sign_in.jsonl" else text)
    with pytest.raises(BackupError, match="rows are missing"):
        restore_backup(empty, backup, secrets(office))


@pytest.mark.both_databases
def test_a_changed_audit_log_is_noticed(office, tmp_path, empty):
    tamper(office.context.database, "UPDATE audit SET who = 'other' WHERE sequence = 2")
    write_backup(office.context.database, tmp_path / "b.backup", office.now)

    with pytest.raises(BackupError, match="broken at entry 2"):
        restore_backup(empty, tmp_path / "b.backup", secrets(office))
    assert tables(empty) == []


def test_a_damaged_screening_is_noticed(office, tmp_path, empty):
    with office.context.database.write() as session:
        screening = session.scalars(select(Screening)).one()
        screening.person = screening.person[:-1] + bytes([screening.person[-1] ^ 1])
    write_backup(office.context.database, tmp_path / "b.backup", office.now)

    with pytest.raises(BackupError, match="person cannot be opened"):
        restore_backup(empty, tmp_path / "b.backup", secrets(office))
    assert tables(empty) == []


@pytest.mark.both_databases
def test_what_is_there_is_never_overwritten(office, backup):
    with pytest.raises(BackupError, match="not empty"):
        restore_backup(office.context.database, backup, secrets(office))
    assert len(day_list.list_screenings(office.context, office.clinic)) == 1


def rewrite(path, change):
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in content.items():
            archive.writestr(name, change(name, text))
