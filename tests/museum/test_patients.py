"""Screenings of before there were patients have one each: found by name, erased as a whole."""

from sqlalchemy import select

from screening.storage.tables import Patient, Screening
from screening.workflow.core.actor import PROGRAM, program
from screening.workflow.core.sealed import open_sealed
from screening.workflow.patients.search import find_patients
from screening.workflow.records import erasure, retention
from tests.office import refused


def named(museum):
    """Return what the manifest tells of each screening that holds a name, with its row."""
    for told in museum.told["screenings"].values():
        if told["state"] != "erased" and (told["person"] or {}).get("name"):
            with museum.context.database.read() as session:
                yield told, session.get_one(Screening, told["id"])


def person_of(museum, row):
    """Return the patient that this screening's patient is, or was merged into."""
    with museum.context.database.read() as session:
        return session.get_one(Patient, row.patient_id).merged_into or row.patient_id


def found(museum, row, text):
    return [p.patient_id for p in find_patients(museum.context, program(row.clinic_id), text)]


def test_every_screening_has_a_patient_and_is_found_by_name_and_number(museum):
    seen = list(named(museum))
    assert len(seen) > 4
    for told, row in seen:
        person = person_of(museum, row)
        assert person in found(museum, row, told["person"]["name"].upper())
        assert found(museum, row, row.number) == [person]


def test_a_person_of_then_is_erased_with_every_screening(museum):
    _, row = next(named(museum))
    patient_id = retention.find_patient(museum.context, row.number, row.clinic_id)
    erasure.erase_patient(museum.context, patient_id, PROGRAM, "asked by the patient")

    with museum.context.database.read() as session:
        of = select(Screening).where(Screening.patient_id == patient_id)
        assert {one.state for one in session.scalars(of)} == {"erased"}
        patient = session.get_one(Patient, patient_id)
        content = open_sealed(museum.context, session, patient, "content")
        assert content == {"name": "(erased)"}
    assert found(museum, row, row.number) == []
    again = (museum.context, patient_id, PROGRAM, "again")
    assert refused(erasure.erase_patient, *again) == "erased"
