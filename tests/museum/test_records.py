"""Nothing is lost: every row is there, every sealed value opens, the audit log is whole."""

import io
import json
import shutil
import zipfile
from collections import Counter

import pytest
from sqlalchemy import LargeBinary, func, select

from screening.config import read_secrets
from screening.job_queue import add_task, open_queue
from screening.storage.backup import restore_backup
from screening.storage.columns import Table
from screening.storage.database import Database
from screening.storage.encryption import open_bytes
from screening.storage.tables import Clinic, Patient, Screening
from screening.workflow.clinics.branding import logo_of
from screening.workflow.core.actor import PROGRAM
from screening.workflow.records import audit_log, erasure, export, key_rotation
from tests.museum import packing
from tests.museum.visiting import (
    ON_EVERYTHING,
    ON_SQLITE,
    WINGS,
    Museum,
    browser,
    read_manifest,
    sha256,
)
from tests.office import refused

# Where each sealed value is bound to; it opens nowhere else, so these never change.
BY_SCREENING = {
    **{f"screening.{c}": f"screening:{{}}:{c}" for c in ("person", "contact", "draft", "basis")},
    "screening.submission": "screening:{}:submission",
    "decision.content": "decision:{}",
    "report.pdf": "report:{}",
    "message.recipient": "message:{}:to",
    "message.error": "message:{}:error",
    "request.answer": "request:{}",
}
BY_PATIENT = {
    "screening.wrapped_key": "key:{}",
    "patient.content": "patient:{}",
    "note.content": "note:{}",
    "treatment.content": "treatment:{}",
    "check_in.content": "check-in:{}",
    "reference.content": "reference:{}",
}
SINCE_DECEMBER = {"account.unfinished", "request.answer", "reference.content"}
SINCE_DECEMBER |= {"webhook.content", "annex.pdf"}
OF_TREATMENTS = {"note.content", "treatment.content", "check_in.content"}
LACKS = {  # which columns hold nothing in a wing
    "2026-11-29": {*OF_TREATMENTS, *SINCE_DECEMBER},
    "2026-11-30": {"message.error", "passkey.content", "clinic.logo", *SINCE_DECEMBER},
    "2026-12-01": {"message.error", "passkey.content", "clinic.logo", *OF_TREATMENTS},
}
NOWHERE = {"account.totp_offer"}
BY_CLINIC = {
    "patient.wrapped_key": "patient:{}:key",
    "account.credentials": "credentials:{}",
    "account.totp": "account:{}:totp",
    "account.totp_offer": "account:{}:totp",
    "passkey.content": "passkey:{}",
    "clinic.seal": "seal:{}",
    "account.unfinished": "account:{}:unfinished",
    "webhook.content": "webhook:{}",
}
HANDED_OUT = {
    *("first visit", "amended", "arabic", "expired", "withdrawn"),
    *("arrived", "confirmed", "own code", "declined"),
    *("decided", "sent", "invited", "by a program"),
}
ELSEWHERE = {"clinic.wrapped_key", "clinic.logo", "definitions.archive", "installation.content"}
ELSEWHERE |= {"annex.pdf"}
on_everything = pytest.mark.parametrize("shown", ON_EVERYTHING, indirect=True, ids="-".join)


@pytest.mark.parametrize("wing", WINGS)
def test_an_installation_of_then_starts_with_its_secret(furnished, tmp_path, wing):
    folder, _ = furnished(wing, "sqlite")
    shutil.copytree(folder, tmp_path / "instance")
    museum = Museum(wing, tmp_path / "instance")
    museum.close()

    assert museum.config.secret_file.read_text() == (museum.wing / "secret").read_text()


@on_everything
def test_every_table_has_as_many_rows_as_then(shown):
    with shown.context.database.read() as session:
        for name, rows in shown.told["tables"].items():
            table = Table.metadata.tables[name]
            assert session.scalar(select(func.count()).select_from(table)) == rows, name


@on_everything
def test_the_audit_log_is_whole_up_to_the_head_of_then(shown):
    head, problem = audit_log.verify(shown.context, shown.told["audit"]["head"])
    assert (head, problem) == (shown.told["audit"]["head"], None)


def values(session):
    """Yield (column, row) for every stored value of bytes."""
    for table in Table.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, LargeBinary):
                for row in session.execute(select(table).where(column.is_not(None))):
                    yield column, row._mapping


@on_everything
def test_every_sealed_value_opens(shown):
    context, opened = shown.context, Counter()
    with context.database.read() as session:
        of_clinic = {c.id: context.clinic_key(c) for c in session.scalars(select(Clinic))}
        of = {s.id: context.screening_key(session, s) for s in session.scalars(select(Screening))}
        of_patient = {
            p.id: context.patient_key(session, p) for p in session.scalars(select(Patient))
        }
        clinics = {
            a.id: a.clinic_id for a in session.execute(select(Table.metadata.tables["account"]))
        }
        for column, row in values(session):
            name, value = str(column), row[column.name]
            if name in BY_SCREENING and value:
                key = of[row.get("screening_id") or row["id"]]
                assert open_bytes(key, value, BY_SCREENING[name].format(row["id"]))
            elif name in BY_PATIENT:
                key = of_patient[row.get("patient_id") or row["id"]]
                assert open_bytes(key, value, BY_PATIENT[name].format(row["id"]))
            elif name in BY_CLINIC:
                clinic = row.get("clinic_id") or clinics.get(row.get("account_id")) or row["id"]
                assert open_bytes(of_clinic[clinic], value, BY_CLINIC[name].format(row["id"]))
            opened[name] += 1
    known = {*BY_SCREENING, *BY_PATIENT, *BY_CLINIC, *ELSEWHERE}
    assert set(opened) <= known
    assert set(opened) == known - NOWHERE - LACKS[shown.wing.name]


# A report is stamped again years after it was made, when no wing's clock has come so far.
# Of PDFs in a store of their own there is no wing yet.
NOT_FURNISHED = {"report_stamp", "loose_object"}


def test_every_sealed_value_and_every_table_stand_in_one_wing_or_another():
    assert set(LACKS) == set(WINGS)
    assert set.intersection(*LACKS.values()) == set()
    filled = [read_manifest(wing)["tables"].items() for wing in WINGS]
    furnished = {t for tables in filled for t, rows in tables if rows}
    assert furnished == set(Table.metadata.tables) - NOT_FURNISHED


@on_everything
def test_every_person_and_draft_reads_as_then(shown):
    for name, told in shown.told["screenings"].items():
        found = shown.held(told["id"])
        assert (found["person"], found["draft"]) == (told["person"], told["draft"]), name
        assert (found["number"], found["state"]) == (told["number"], told["state"]), name


@on_everything
def test_the_archived_lists_are_those_whose_hash_they_bear(shown):
    found = {hash: lists.hash for hash, lists in shown.archives().items()}
    assert list(found) == list(found.values()) == shown.told["definitions"]


@pytest.mark.parametrize("shown", ON_SQLITE, indirect=True)
def test_a_clinics_own_look_is_kept(shown):
    told = shown.told["clinics"]["Aurelia"]
    if not told["logo"]:
        pytest.skip("this wing has no logo")
    page = browser(shown).get(f"/s/{shown.screening('invited')['link']}")
    assert told["accent"].removeprefix("#") in page.get_data(as_text=True)
    assert logo_of(shown.context, told["id"], told["logo"]).startswith(b"\x89PNG")


def test_the_newest_secret_alone_opens_it(shown):
    newest, *former = read_secrets(shown.config.secret_file)
    assert key_rotation.in_use(shown.context, newest)
    assert not any(key_rotation.in_use(shown.context, one) for one in former)


def test_everything_held_on_a_patient_is_handed_out(museum):
    held = museum.told["screenings"].keys() & HANDED_OUT
    assert len(held) > 3
    for name in held:
        told = museum.screening(name)
        packed = export.export(museum.context, told["id"], PROGRAM)
        assert packed.damaged == []
        with zipfile.ZipFile(io.BytesIO(packed.archive)) as archive:
            held = json.loads(archive.read("screening.json"))
            pdfs = {sha256(archive.read(n)) for n in archive.namelist() if n.endswith(".pdf")}
        assert (held["person"], held["draft"]) == (told["person"], told["draft"])
        assert held["decisions"] == told["decisions"]
        assert pdfs == {r["sha256"] for r in told["reports"] if r["state"] == "sealed"}


def test_everything_held_on_a_patient_is_erased(museum):
    every = [told for told in museum.told["screenings"].values() if told["state"] != "erased"]
    for told in every:
        erasure.erase(museum.context, told["id"], PROGRAM, "asked by the patient")
        assert museum.held(told["id"])["person"] == {"name": "(erased)"}
        assert {row.state for row in museum.rows_of(told["id"])} <= {"erased"}
    told = every[0]
    assert refused(erasure.erase, museum.context, told["id"], PROGRAM, "again") == "erased"
    assert audit_log.verify(museum.context, museum.told["audit"]["head"])[1] is None


@pytest.mark.parametrize("museum", ON_SQLITE, indirect=True)
def test_a_backup_of_then_is_restored_whole(museum, address, tmp_path):
    (tmp_path / "backup.zip").write_bytes(packing.unpack_backup(museum.wing))
    secrets = read_secrets(museum.config.secret_file)
    database = Database(address)
    rows = restore_backup(database, tmp_path / "backup.zip", secrets)
    database.close()

    assert rows == sum(museum.told["tables"].values())
    museum.close()
    museum.open(SCREENING_DATABASE=address)
    for name, told in museum.told["screenings"].items():
        assert museum.held(told["id"])["draft"] == told["draft"], name
    assert audit_log.verify(museum.context) == (museum.told["audit"]["head"], None)


@pytest.mark.parametrize("museum", ON_SQLITE, indirect=True)
def test_a_bell_that_rang_then_is_heard_and_so_is_the_next(museum):
    heard, queue = [], open_queue(museum.config, museum.context.keys)
    add_task(queue, heard.append)("now")
    while job := queue.dequeue():
        queue.execute(job)
    queue.storage.close()

    assert heard == [museum.told["rung"], "now"]
