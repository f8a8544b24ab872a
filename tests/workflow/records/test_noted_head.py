"""What was acknowledged and is gone after a crash shows by itself, and a restore is no loss."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from screening.config import read_secrets
from screening.storage import audit
from screening.storage.database import Database
from screening.storage.tables import Screening
from screening.workflow.core.actor import PROGRAM
from screening.workflow.reception import invitations
from screening.workflow.records import backups, ledger, restoring
from screening.workflow.records.noted_head import LOST, beside, find_loss, note_head, read_noted


@pytest.fixture
def file(tmp_path):
    return beside(tmp_path / "ledger")


@pytest.fixture
def restarted(office, tmp_path):
    """Return what opens a copy of the database in which the end of SQLite's log was lost."""
    opened = []

    def act(cut):
        there = tmp_path / f"after-{len(opened)}"
        there.mkdir()
        for name in ("screening.db", "screening.db-wal"):
            shutil.copy(Path(office.config.instance) / name, there / name)
        log = there / "screening.db-wal"
        cut(log)
        opened.append(Database(f"sqlite:///{there / 'screening.db'}"))
        return replace(office.context, database=opened[-1])

    yield act
    for database in opened:
        database.close()


def halve(log):
    log.write_bytes(log.read_bytes()[: log.stat().st_size // 2])


def flip(log):
    content = bytearray(log.read_bytes())
    content[len(content) // 2] ^= 1
    log.write_bytes(content)


@pytest.mark.parametrize("cut", [halve, flip, Path.unlink], ids=lambda cut: cut.__name__)
def test_a_log_of_the_database_that_was_damaged_is_found_and_stays_found(
    office, file, restarted, cut
):
    office.context.database.scrub()
    office.submit()
    assert note_head(office.context, file) == ""
    noted = read_noted(file)
    after = restarted(cut)

    assert note_head(after, file) == LOST
    for _ in range(noted[0]):  # as many acts again, of the same numbers
        with after.database.write() as session:
            after.record(session, PROGRAM, "look at audit log")
    assert note_head(after, file) == LOST and read_noted(file) == noted


def test_what_is_left_is_backed_up_and_restored_and_all_is_well_again(
    office, file, restarted, tmp_path
):
    """As docs/administrator.md says: what was withdrawn in what was lost stays withdrawn."""
    sent = office.invite().screening_id
    office.context.database.scrub()
    invitations.withdraw(office.context, office.desk, sent, "mistake")
    ledger.extend(office.context, tmp_path / "ledger")
    note_head(office.context, file)
    after = restarted(Path.unlink)
    with after.database.read() as session:
        assert session.get_one(Screening, sent).state == "invited"
    (tmp_path / "backups").mkdir()
    of = (tmp_path / "backups/a.zip", read_secrets(office.config.secret_file))
    backups.back_up(after, *of)
    whole = Database(f"sqlite:///{tmp_path / 'whole.db'}")
    places = [tmp_path / "backups/ledger", tmp_path / "ledger"]
    restoring.restore(whole, *of, places, lambda: office.now)

    assert note_head(replace(after, database=whole), file) == ""
    with whole.read() as session:
        assert session.get_one(Screening, sent).state == "withdrawn"
    whole.close()


def test_what_is_whole_is_noted_anew_each_time_and_for_its_owner_alone(office, file):
    assert find_loss(office.context, file) == ""
    for _ in range(2):
        office.submit()
        assert note_head(office.context, file) == ""
        with office.context.database.read() as session:
            assert read_noted(file) == audit.read_head(session)
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_restored_backup_is_no_loss(office, file):
    file.write_text(f"{5000}:{'a' * 64}\n")
    assert note_head(office.context, file) == LOST
    with office.context.database.write() as session:
        of = (session, office.context.keys.audit, office.now, "program", audit.RESTORED)
        audit.record(*of, skip_to=1_000_000)

    assert note_head(office.context, file) == ""
    assert read_noted(file)[0] == 1_000_000
