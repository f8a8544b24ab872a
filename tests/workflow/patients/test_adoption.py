"""Every screening of before becomes its own patient; what asks again is of the same one."""

import pytest
from sqlalchemy import delete, select

from screening.storage.sealed import seal_column
from screening.storage.tables import Clinic, Patient, PatientWord, Screening
from screening.workflow.patients.adoption import adopt
from screening.workflow.patients.names import word_hashes
from screening.workflow.patients.patients import person_of
from screening.workflow.reception import asking_again
from screening.workflow.review import reviews

pytestmark = pytest.mark.both_databases


def as_before(office):
    """Take the patients away, as the tables were before there were any."""
    with office.context.database.write() as session:
        for screening in session.scalars(select(Screening)):
            key = office.context.screening_key(session, screening)
            clinic = session.get_one(Clinic, screening.clinic_id)
            screening.patient_id = None
            seal_column(office.context.clinic_key(clinic), screening, "wrapped_key", key)
        session.flush()
        session.execute(delete(PatientWord))
        session.execute(delete(Patient))


def test_each_screening_gets_a_patient_with_its_name_and_opens_as_before(office):
    ids = [office.submit(), office.submit(), office.invite().screening_id]
    as_before(office)
    assert reviews.open_review(office.context, office.doctor, ids[0])

    assert adopt(office.context) == 3
    assert adopt(office.context) == 0

    with office.context.database.read() as session:
        of = {s.id: s.patient_id for s in session.scalars(select(Screening))}
        assert len(set(of.values())) == 3
        for patient in session.scalars(select(Patient)):
            name = person_of(office.context, session, patient)["name"]
            words = select(PatientWord.word_hash).where(PatientWord.patient_id == patient.id)
            expected = word_hashes(office.context, office.clinic, name)
            assert set(session.scalars(words)) >= expected != set()
    assert reviews.open_review(office.context, office.doctor, ids[0])
    office.make_reports()


def test_what_the_patient_gave_stands_beside_the_receptions(office):
    id = office.submit(date_of_birth="1990-01-01")
    as_before(office)
    adopt(office.context)

    with office.context.database.read() as session:
        patient = session.get_one(Patient, session.get_one(Screening, id).patient_id)
        content = person_of(office.context, session, patient)
    assert content["born"] == "1986-05-03"
    assert content["own"] == {"name": "Lan Nguyen", "born": "1990-01-01"}


def test_what_asks_again_is_of_the_same_patient(office):
    first = office.submit()
    again = asking_again.arrive(office.context, office.receptionist, first).screening_id
    as_before(office)
    adopt(office.context)

    with office.context.database.read() as session:
        one, other = (session.get_one(Screening, id).patient_id for id in (first, again))
        assert one == other is not None
