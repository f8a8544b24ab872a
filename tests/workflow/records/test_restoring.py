"""What was erased or ended after a backup stays so when the backup is restored."""

import json
import shutil
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import select

from screening.config import read_secrets
from screening.storage.audit import find_break, read_head
from screening.storage.backup import BackupError
from screening.storage.database import Database
from screening.storage.ledger import add_lines, read_ledger
from screening.storage.tables import Account, AccountChange, Kiosk, Patient, Screening, SignIn
from screening.workflow.accounts import (
    administration,
    hashing,
    passwords,
    second_factor,
    second_person,
)
from screening.workflow.core.actor import PROGRAM
from screening.workflow.patients.patients import person_of
from screening.workflow.reception import invitations
from screening.workflow.records import backups, erasure, ledger, restoring
from screening.workflow.records.restoring import NoLedgerError
from screening.workflow.tablets import tablets
from tests.office import PASSWORD, refused
from tests.workflow.accounts.test_administration import administrator_of
from tests.workflow.patients.test_binding import patient_of


def secrets(office):
    return read_secrets(office.config.secret_file)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups"


@pytest.fixture
def back_up(office, folder):
    return lambda name="a.zip", keep=0: backups.back_up(
        office.context, folder / name, secrets(office), keep
    )


@pytest.fixture
def restore(office, folder, tmp_path):
    """Return what restores the backup elsewhere; `there` is what came of it."""
    made = []

    def act(places=None, **how):
        database = Database(f"sqlite:///{tmp_path / f'restored-{len(made)}.db'}")
        made.append(database)
        where = [folder / "ledger"] if places is None else places
        of = (database, folder / "a.zip", secrets(office), where, lambda: office.now)
        return restoring.restore(*of, **how), database

    yield act
    for database in made:
        database.close()


@pytest.fixture
def left(office, tmp_path):
    """Return what gives what is left of the database where all from now on will be lost."""
    made = []

    def act():
        office.context.database.scrub()
        file = shutil.copy(office.config.instance / "screening.db", tmp_path / "left.db")
        made.append(Database(f"sqlite:///{file}"))
        return replace(office.context, database=made[-1])

    yield act
    for database in made:
        database.close()


def row(database, of, id):
    with database.read() as session:
        return session.get_one(of, id)


@pytest.mark.both_databases
def test_who_was_erased_stays_erased(office, back_up, folder, restore):
    first, second, kept = office.submit(), office.submit(), office.submit()
    back_up()
    before = (folder / "ledger").read_bytes()
    erasure.erase(office.context, first, PROGRAM, "asked by the patient")
    erasure.erase_patient(office.context, patient_of(office, second), PROGRAM, "asked")
    ledger.extend(office.context, folder / "ledger")
    done, there = restore()

    assert sorted(done.erased) == sorted(office.number(n) for n in (1, 2))
    states = {id: row(there, Screening, id).state for id in (first, second, kept)}
    assert states == {first: "erased", second: "erased", kept: "submitted"}
    with there.read() as session:
        of = patient_of(office, second)
        told = person_of(office.context, session, session.get_one(Patient, of))
        assert told == {"name": "(erased)"}
        assert find_break(session, office.context.keys.audit) is None
    text = (folder / "ledger").read_bytes()
    assert text.startswith(before) and len(text) > len(before)
    assert not any(name in text for name in (b"Nguyen", first.encode(), of.encode()))


@pytest.mark.both_databases
def test_what_was_closed_stays_closed(office, back_up, folder, restore):
    admin = administrator_of(office)
    other = office.add("other", "Bo Park", "receptionist")
    pairing = tablets.add_kiosk(office.context, office.desk, "Waiting room")
    tablets.pair(office.context, pairing)
    invited, withdrawn = office.invite(), office.invite()
    back_up()
    with office.context.database.read() as session:
        kiosk = session.scalars(select(Kiosk.id)).one()
        link = session.get_one(Screening, invited.screening_id).link_hash
    administration.disable(office.context, admin, office.lead.id)
    administration.change_role(office.context, admin, other.id, "clinical-lead")
    [change] = second_person.list_changes(office.context, office.doctor)
    second_person.confirm(office.context, office.doctor, change.id, PASSWORD)
    passwords.change_password(office.context, office.doctor, PASSWORD, "another long horse battery")
    tablets.revoke_kiosk(office.context, office.desk, kiosk)
    invitations.renew_link(office.context, office.desk, invited.screening_id)
    invitations.withdraw(office.context, office.desk, withdrawn.screening_id, "mistake")
    ledger.extend(office.context, folder / "ledger")
    done, there = restore()

    assert (done.disabled, done.roles, done.shut) == (["lead"], ["other"], ["doctor"])
    assert done.withdrawn == [withdrawn.number] and done.links == 1
    assert row(there, Account, office.lead.id).disabled_at
    assert row(there, Account, other.id).role == "clinical-lead"
    assert not hashing.matches(row(there, Account, office.doctor.id).password_hash, PASSWORD)
    assert row(there, Account, office.doctor.id).totp, "the factor was not changed"
    assert row(there, Kiosk, kiosk).token_hash is None and row(there, Kiosk, kiosk).revoked_at
    assert row(there, Screening, invited.screening_id).link_hash != link
    assert row(there, Screening, withdrawn.screening_id).state == "withdrawn"


def test_a_restore_ends_every_sign_in_and_waits_for_a_second_person(office, back_up, restore):
    back_up()
    done, there = restore()

    assert done.sign_ins >= 3
    with there.read() as session:
        assert session.scalars(select(SignIn).where(SignIn.ended_at.is_(None))).all() == []
    with there.read() as session:
        [waits] = session.scalars(select(AccountChange))
        assert (waits.kind, waits.state, waits.begun_by) == ("restored", "waiting", "program")
        assert second_factor.is_restored(session, office.clinic)


def test_no_number_is_given_twice(office, back_up, folder, restore):
    office.invite()
    back_up()
    after = [office.invite().number for _ in range(3)]
    ledger.extend(office.context, folder / "ledger")
    done, there = restore()
    blind, _ = restore(blindly=True)

    with there.read() as session:
        at = done.audit_goes_on_at
        assert ledger.read_head(session)[0] >= at > 1000
    goes_on = int(done.goes_on_at[0].split(": ")[1])
    assert goes_on > int(after[-1].rpartition("-")[2])
    assert int(blind.goes_on_at[0].split(": ")[1]) > 10_000


def cut(text):
    return text[:-20]


def change(text):
    return text.replace(b'"act":"erase"', b'"act":"renew link"')


def take_out(text):
    lines = text.splitlines(keepends=True)
    return b"".join(lines[:1] + lines[2:])


WRONG = {
    "cut in line": cut,
    "damaged in line 2": take_out,
    "damaged in line": change,
    "older than the backup": lambda text: text.splitlines(keepends=True)[0],
    "there is no ledger": None,
}


@pytest.mark.parametrize("said", WRONG)
def test_a_ledger_that_is_not_whole_is_refused(office, back_up, folder, restore, said):
    erasure.erase(office.context, office.submit(), PROGRAM, "asked")
    first = office.submit()
    back_up()
    erasure.erase(office.context, first, PROGRAM, "asked")
    ledger.extend(office.context, folder / "ledger")
    file = folder / "ledger"
    if WRONG[said]:
        file.write_bytes(WRONG[said](file.read_bytes()))
    else:
        file.unlink()

    with pytest.raises(NoLedgerError, match=said):
        restore()
    done, there = restore(blindly=True)
    assert done.erased == [] and row(there, Screening, first).state == "submitted"


def test_a_cut_at_the_end_of_a_line_shows_against_the_head_that_was_noted(
    office, back_up, folder, restore
):
    first = office.submit()
    back_up()
    erasure.erase(office.context, first, PROGRAM, "asked")
    head = ledger.extend(office.context, folder / "ledger")
    assert restore(noted=head)[0].erased
    lines = (folder / "ledger").read_bytes().splitlines(keepends=True)
    (folder / "ledger").write_bytes(b"".join(lines[:-1]))

    with pytest.raises(NoLedgerError, match="its end was cut"):
        restore(noted=head)


def test_a_damaged_ledger_is_put_aside_and_written_anew(office, back_up, folder):
    erasure.erase(office.context, office.submit(), PROGRAM, "asked")
    back_up()
    (folder / "ledger").write_bytes(b"{}\n")
    ledger.extend(office.context, folder / "ledger", backup=True)

    acts = [json.loads(line)["act"] for line in (folder / "ledger").read_text().splitlines()]
    assert acts == ["erase", "series", "backup"]
    assert (folder / "ledger.damaged").exists()
    assert (folder / "ledger").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("column", ["submission", "draft", "contact"])
def test_a_backup_names_whatever_does_not_open(office, back_up, folder, restore, column):
    office.submit()
    with office.context.database.write() as session:
        screening = session.scalars(select(Screening)).one()
        screening.contact = screening.submission
        setattr(screening, column, b"damaged, all of it")
    done = back_up()

    assert any(f"{office.number(1)} screening" in one and column in one for one in done.damaged)
    with pytest.raises(BackupError, match="cannot be opened") as refusal:
        restore()
    assert refusal.value.damaged
    assert restore(damage_too=True)[0].damaged


def test_a_report_that_is_another_file_and_a_key_that_does_not_sign_are_named(office, back_up):
    office.submit()
    office.make_reports()
    with office.context.database.write() as session:
        from screening.storage.tables import ReportRow
        from screening.workflow.core.sealed import seal_into

        report = session.scalars(select(ReportRow)).first()
        seal_into(office.context, session, report, "pdf", b"%PDF-1.7 another")
        doctor = session.get_one(Account, office.doctor.id)
        seal_into(office.context, session, doctor, "credentials", b"no key at all")
    damaged = " ".join(back_up().damaged)

    assert "is not the file that was sealed" in damaged and office.number(1) in damaged
    assert "account doctor: account.credentials is no key that signs" in damaged


def test_a_damaged_backup_lets_no_good_one_go(office, back_up, folder):
    for name in ("a.zip", "b.zip", "c.zip"):
        office.pass_time(days=1)
        gone = back_up(name, keep=2).gone
    assert [file.name for file in gone] == ["a.zip"]
    office.submit()
    with office.context.database.write() as session:
        session.scalars(select(Screening)).one().draft = b"damaged"
    office.pass_time(days=1)
    done = back_up("d.zip", keep=1)

    assert (bool(done.damaged), done.gone) == (True, [])
    assert {f.name for f in folder.glob("*.zip")} == {"b.zip", "c.zip", "d.zip"}
    with office.context.database.write() as session:
        erasure.empty_screening(
            *(office.context, session, session.scalars(select(Screening)).one()),
            *(PROGRAM, "erase", None),
        )
    office.pass_time(days=1)
    assert {f.name for f in back_up("e.zip", keep=2).gone} == {"b.zip"}
    assert {f.name for f in folder.glob("*.zip")} == {"c.zip", "d.zip", "e.zip"}


def test_a_tenth_of_a_second_later_is_in_the_next_line(office, folder):
    """What is noted at the same moment as the ledger is written is never left out."""
    for _ in range(3):
        erasure.erase(office.context, office.submit(), PROGRAM, "asked")
        office.now += timedelta(seconds=0.1)
        ledger.extend(office.context, folder / "ledger")

    acts = [json.loads(line)["act"] for line in (folder / "ledger").read_text().splitlines()]
    assert acts.count("erase") == 3
    assert refused(erasure.erase_patient, office.context, "nobody", PROGRAM, "x") == "gone"


@pytest.mark.parametrize("further", [False, True], ids=["at once", "after as many acts again"])
def test_who_is_erased_after_a_loss_stays_erased(
    office, back_up, folder, restore, left, tmp_path, further
):
    """The audit log gives its numbers again, to other acts than ledger and backup know."""
    kept = tmp_path / "ledger"
    first, second = office.submit(), office.submit()
    erasure.erase(office.context, office.submit(), PROGRAM, "asked")
    after = left()
    lost = office.submit()
    erasure.erase(office.context, lost, PROGRAM, "asked")
    ledger.extend(office.context, kept)
    back_up()
    with after.database.write() as session:
        head, _mac = read_head(session)
        for _ in range(40 if further else 0):
            after.record(session, PROGRAM, "look at audit log")
    erasure.erase(after, first, PROGRAM, "asked")
    for _ in range(2):
        ledger.extend(after, kept)
    erasure.erase(after, second, PROGRAM, "asked")
    for _ in range(2):
        ledger.extend(after, kept)
    acts = [json.loads(line)["act"] for line in kept.read_text().splitlines()]
    done, there = restore([folder / "ledger", kept])

    assert json.loads((folder / "ledger").read_text().splitlines()[-1])["upto"] > head + 2
    assert acts.count("erase") == 4 and acts.count("seen") == 1
    assert {row(there, Screening, id).state for id in (first, second, lost)} == {"erased"}
    assert sorted(done.erased) == sorted(office.number(n) for n in (1, 2))

    backups.back_up(after, folder / "b.zip", secrets(office))
    after_that = Database(f"sqlite:///{tmp_path / 'after-that.db'}")
    of = (folder / "b.zip", secrets(office), [folder / "ledger", kept], lambda: office.now)
    again = restoring.restore(after_that, *of)
    assert again.erased == [], "none of it came back with what is left"
    after_that.close()


def test_what_only_one_of_the_ledgers_knows_is_replayed(office, folder, restore, left, tmp_path):
    """One knows what was lost; the other, beside a backup of what is left, what came since."""
    sent, erased = office.invite().screening_id, [office.submit(), office.submit()]
    after = left()
    invitations.withdraw(office.context, office.desk, sent, "mistake")
    ledger.extend(office.context, tmp_path / "ledger")
    for id in erased:
        erasure.erase(after, id, PROGRAM, "asked")
    backups.back_up(after, folder / "a.zip", secrets(office))
    done, there = restore([tmp_path / "ledger", folder / "ledger"])

    assert done.withdrawn == [office.number(1)]
    assert row(there, Screening, sent).state == "withdrawn"


def test_a_ledger_of_another_zone_is_still_known(office, folder):
    """PostgreSQL tells moments in the zone of its own settings."""
    erasure.erase(office.context, office.submit(), PROGRAM, "asked")
    key, there, elsewhere = (
        office.context.keys.ledger,
        folder / "ledger",
        timezone(timedelta(hours=7)),
    )
    ledger.extend(office.context, there)
    lines = read_ledger(there, key)
    moved = [
        replace(one, at=datetime.fromisoformat(one.at).astimezone(elsewhere).isoformat())
        for one in lines
    ]
    there.unlink()
    add_lines(there, key, [], moved)
    ledger.extend(office.context, there)

    assert [one.act for one in lines] == ["erase", "series"]
    assert len(read_ledger(there, key)) == len(lines)
