"""After a person is erased nothing is left of her: no name, no answer, no key, nowhere."""

import json
import zipfile
from io import BytesIO

import pytest
from sqlalchemy import select

from screening.storage.columns import Table, new_id
from screening.storage.sealed import SEALED
from screening.storage.tables import (
    AuditEntry,
    CheckIn,
    Note,
    Patient,
    PatientWord,
    Screening,
    Treatment,
    TreatmentLot,
)
from screening.workflow.accounts import unfinished
from screening.workflow.core.actor import PROGRAM
from screening.workflow.core.sealed import open_sealed
from screening.workflow.patients import changing, merging
from screening.workflow.patients.patients import person_of
from screening.workflow.patients.search import find_patients
from screening.workflow.reception import asking_again, invitations
from screening.workflow.records import erasure, export, retention
from screening.workflow.review import reviews
from screening.workflow.screenings import answering, previous_answers
from tests.office import decide, refused
from tests.workflow.patients.test_binding import patient_of
from tests.workflow.patients.test_timeline import add

SAID = "Zebrafish allergy since 1999"


def full(office):
    """Return the patient of two merged rows of whom everything is held that can be."""
    first = office.submit(other_meds="yes", medicine_list=SAID)
    office.make_reports()
    reviews.decide(*decide(office, first, "proceed", "Milder: " + SAID))
    office.make_reports()
    office.arrive(first)
    invited = invitations.invite(
        *(office.context, office.desk, "Lan Nguyen", ["mesotherapy-face"]),
        born="1986-05-03",
        number="A77",
        to="lan@patient.example",
    )
    patient, other = patient_of(office, first), patient_of(office, invited.screening_id)
    merging.merge(office.context, office.desk, patient, other)
    whose = {"patient_id": patient, "account_id": office.doctor.id}
    of_clinic = {"clinic_id": office.clinic, "patient_id": patient}
    done = {**of_clinic, "screening_id": first, "account_id": office.doctor.id}
    what = {"text": SAID, "done": [], "by": "", "why": "", "earlier": []}
    treatment = add(office, Treatment, what, treated_on=office.day(), **done)
    with office.context.database.write() as session:
        session.add(TreatmentLot(treatment_id=treatment, lot_hash="lot"))
    answered = {"due_on": office.day(), "state": "answered", "answered_at": office.now}
    how = {"treatment_id": treatment, "sequence": 1, "gravity": 2, **answered}
    add(office, CheckIn, {"text": SAID, "link": "secret"}, **of_clinic, **how)
    add(office, Note, {"text": SAID}, screening_id=None, kind="note", **whose)
    add(office, Note, {"text": SAID}, screening_id=first, kind="note", **whose)
    type_at_the_desk(office, "Nguyen, Lan")
    return patient, other


def type_at_the_desk(office, text, page="/reception/invite"):
    """Let the reception type and not send."""
    typed = {"fields": [["name", text]], "names": ["name"], "at": office.now.isoformat()}
    unfinished.keep_unfinished(office.context, office.receptionist.id, page, "", typed)


def sealed_values(office):
    """Return every sealed value and every hash of a name, by column, but the clinic's own."""
    held = {}
    with office.context.database.read() as session:
        for table in Table.metadata.sorted_tables:
            if table.name in {"installation", "clinic", "passkey", "sign_in", "kiosk"}:
                continue
            names = [c for c in table.columns if str(c) in SEALED or c.name == "word_hash"]
            if table.name == "account":
                names = [table.c.unfinished]
            for row in session.execute(select(*names)) if names else ():
                for column, value in zip(names, row, strict=True):
                    if value:
                        held.setdefault(str(column), set()).add(value)
    return held


def everything(folder):
    return b"".join(p.read_bytes() for p in folder.rglob("*") if p.is_file())


def test_not_one_byte_of_a_person_is_left_in_the_instance_folder(office, tmp_path):
    patient, _ = full(office)
    before = sealed_values(office)
    assert {str(c) for c in SEALED if c.split(".")[0] in {"note", "treatment", "check_in"}} <= (
        before.keys()
    )
    kept = office.submit()
    stored = everything(tmp_path)
    for column, values in before.items():
        assert all(any(p in stored for p in pieces(value)) for value in values), column
    erasure.erase_patient(office.context, patient, PROGRAM, "asked by the patient")

    files, shared = everything(tmp_path), words_of(office, kept)
    for column, values in before.items():
        assert not any(p in files for value in values - shared for p in pieces(value)), column
    for said in (SAID, "Lan Nguyen", "1986-05-03", "lan@patient.example"):
        assert said.encode() not in files
    assert reviews.open_review(office.context, office.doctor, kept)


def pieces(value):
    """Return some bytes of each kilobyte: a large value does not lie in the file in one piece."""
    raw = value if isinstance(value, bytes) else value.encode()
    return [raw[at : at + 24] for at in range(0, len(raw), 1024) if len(raw[at : at + 24]) == 24]


def words_of(office, screening_id):
    with office.context.database.read() as session:
        of = patient_of(office, screening_id)
        query = select(PatientWord.word_hash).where(PatientWord.patient_id == of)
        return set(session.scalars(query))


@pytest.mark.both_databases
def test_an_erased_person_is_found_by_nothing_and_all_merged_rows_are_empty(office):
    patient, other = full(office)
    numbers = erasure.erase_patient(office.context, other, PROGRAM, "asked")

    assert set(numbers) == {office.number(n) for n in (1, 2, 3)}
    for text in ("Lan", "Nguyen", "A77", *numbers):
        assert find_patients(office.context, office.desk, text) == []
    with office.context.database.read() as session:
        for id in (patient, other):
            row = session.get_one(Patient, id)
            assert person_of(office.context, session, row) == {"name": "(erased)"}
            assert (row.number_hash, row.person_hash, row.code_hash) == (None, None, None)
        for of in (PatientWord, Note, TreatmentLot):
            assert session.scalars(select(of)).all() == []
        [done], [asked] = session.scalars(select(Treatment)), session.scalars(select(CheckIn))
        assert (done.content, asked.content, asked.gravity) == (b"", None, None)
        for screening in session.scalars(select(Screening)):
            assert screening.state == "erased"
            said = open_sealed(office.context, session, screening, "person")
            assert said == {"name": "(erased)"}
        newest = session.scalars(select(AuditEntry).order_by(AuditEntry.sequence.desc())).first()
    assert (newest.act, newest.clinic_id) == ("erase patient", office.clinic)
    assert refused(erasure.erase_patient, office.context, patient, PROGRAM, "x") == "erased"
    assert refused(erasure.erase_patient, office.context, new_id(), PROGRAM, "x") == "gone"
    assert invitations.invite(office.context, office.desk, "Ana Silva", [], number="A77")


def test_what_was_typed_about_others_is_kept(office):
    patient, _ = full(office)
    type_at_the_desk(office, "Maria Rossi", "/reception/search")
    erasure.erase_patient(office.context, patient, PROGRAM, "asked by the patient")

    left = unfinished.read_unfinished(office.context, office.receptionist.id)
    assert list(left) == ["/reception/search"]


@pytest.mark.both_databases
def test_the_last_screening_takes_the_name_with_it(office):
    first = office.submit()
    again = asking_again.arrive(office.context, office.desk, first).screening_id
    patient = patient_of(office, first)
    assert erasure.erase(office.context, first, PROGRAM, "asked") == [office.number(2)]
    assert [f.patient_id for f in find_patients(office.context, office.desk, "Lan")] == [patient]
    assert erasure.erase(office.context, again, PROGRAM, "asked") == []

    assert find_patients(office.context, office.desk, "Lan") == []
    with office.context.database.read() as session:
        row = session.get_one(Patient, patient)
        assert person_of(office.context, session, row) == {"name": "(erased)"}
        assert session.scalars(select(PatientWord)).all() == []


def test_purging_the_last_one_empties_the_patient_once_the_notes_are_old_too(office):
    id = office.submit()
    patient = patient_of(office, id)
    office.pass_time(days=3000)
    whose = {"patient_id": patient, "account_id": office.doctor.id}
    add(office, Note, {"text": SAID}, screening_id=None, kind="note", **whose)
    office.pass_time(days=1000)
    retention.purge(office.context, 90, 10)
    assert len(find_patients(office.context, office.desk, "Lan")) == 1
    office.pass_time(days=3000)
    retention.purge(office.context, 90, 10)

    assert find_patients(office.context, office.desk, "Lan") == []


def test_what_was_treated_lately_is_not_purged_with_an_old_decision(office):
    id = office.submit()
    office.pass_time(days=3600)
    done = {"clinic_id": office.clinic, "screening_id": id, "account_id": office.doctor.id}
    add(office, Treatment, {}, patient_id=patient_of(office, id), treated_on=office.day(), **done)
    office.pass_time(days=400)

    assert retention.due_for_purge(office.context, 90, 10) == []
    office.pass_time(days=3600)
    assert [held.id for held in retention.due_for_purge(office.context, 90, 10)] == [id]


def test_a_damaged_patients_key_stops_neither_a_purge_nor_an_erasure(office):
    broken, other = office.submit(), office.submit()
    with office.context.database.write() as session:
        for id in (broken, other):
            session.get_one(Patient, patient_of(office, id)).wrapped_key = b"damaged"
    office.pass_time(days=4000)
    erasure.erase_patient(office.context, patient_of(office, other), PROGRAM, "asked")

    assert [held.id for held in retention.purge(office.context, 90, 10)] == [broken]
    assert find_patients(office.context, office.desk, "Lan") == []
    with office.context.database.read() as session:
        row = session.get_one(Patient, patient_of(office, broken))
        assert person_of(office.context, session, row) == {"name": "(erased)"}


def test_answers_brought_back_into_another_draft_go_with_the_person_they_were_of(office):
    first = office.submit(smoke="daily")
    later = office.invite()
    office.answer(later.screening_id)
    held = office.hold(later.screening_id)
    previous_answers.bring_back(office.context, held)
    draft = answering.open_draft(office.context, held)
    assert draft.last and draft.last["answers"]
    some = set(list(draft.last["answers"])[:2])
    previous_answers.confirm(office.context, held, some, set())
    erasure.erase_patient(office.context, patient_of(office, first), PROGRAM, "asked")

    with office.context.database.read() as session:
        row = session.get_one(Screening, later.screening_id)
        kept = open_sealed(office.context, session, row, "draft")
    assert (kept["last"], kept["confirmed"]) == (None, {})
    assert not some & kept["answers"].keys()


@pytest.mark.both_databases
def test_all_that_is_held_on_a_person_is_handed_out_readable(office):
    patient, other = full(office)
    changing.change_patient(office.context, office.desk, patient, "Lan Smith", None, "B1")
    packed = export.export_patient(office.context, other, office.desk)

    assert packed.damaged == []
    with zipfile.ZipFile(BytesIO(packed.archive)) as archive:
        held = json.loads(archive.read("patient.json"))
        names = archive.namelist()
    assert [one["content"]["name"] for one in held["patients"]] == ["Lan Smith", "Lan Nguyen"]
    assert {one["number"] for one in held["screenings"]} == {office.number(n) for n in (1, 2, 3)}
    assert [one["content"]["text"] for one in held["notes"]] == [SAID, SAID]
    assert held["treatments"][0]["content"]["text"] == SAID
    assert held["check_ins"][0]["content"] == {"text": SAID}, "and not the link"
    assert f"{office.number(1)}-decided.pdf" in names
    assert refused(export.export_patient, office.context, new_id(), PROGRAM) == "gone"


def test_a_person_is_named_by_id_number_or_screening(office):
    patient, other = full(office)

    for text in (patient, other, "a 77", office.number(1), office.number(3)):
        assert retention.find_patient(office.context, text) == patient
    assert refused(retention.find_patient, office.context, "B1") == "gone"
    assert refused(retention.find_patient, office.context, patient, "elsewhere") == "gone"
