"""A merge is said by a person, stands in the log without a name, and is taken back exactly."""

import pytest
from sqlalchemy import inspect, select

from screening.storage.tables import AuditEntry, Patient, PatientWord, Screening
from screening.workflow.clinics import clinics
from screening.workflow.core.actor import program
from screening.workflow.patients import merging
from screening.workflow.patients.patients import whole_patient
from screening.workflow.patients.search import find_patients
from tests.office import refused
from tests.workflow.patients.test_matching import invite

pytestmark = pytest.mark.both_databases


def rows_of(office, patient_id):
    with office.context.database.read() as session:
        return [row.id for row in whole_patient(session, patient_id)]


def stored(office):
    """Return every patient, word and screening as it stands in its table."""
    found = []
    with office.context.database.read() as session:
        for of in (Patient, PatientWord, Screening):
            columns = [c.key for c in inspect(of).column_attrs]
            rows = [tuple(getattr(row, c) for c in columns) for row in session.scalars(select(of))]
            found.append(sorted(rows, key=repr))
    return found


def test_a_merge_of_two_people_is_taken_back_exactly(office):
    an, binh = invite(office, "An Nguyen", number="1"), invite(office, "Binh Nguyen", number="2")
    before = stored(office)
    merging.merge(office.context, office.desk, an, binh)
    assert rows_of(office, binh) == rows_of(office, an) == [an, binh]
    merging.part(office.context, office.desk, binh)

    assert stored(office) == before


def test_a_merge_of_merged_ones_is_taken_back_one_by_one(office):
    a, b, c, d = (invite(office, f"Lan {letter}") for letter in "ABCD")
    merging.merge(office.context, office.desk, a, b)
    merging.merge(office.context, office.desk, c, d)
    merging.merge(office.context, office.desk, c, b)
    assert set(rows_of(office, d)) == {a, b, c, d}
    assert rows_of(office, b)[0] == c
    assert refused(merging.merge, office.context, office.desk, d, b) == "same-patient"
    merging.part(office.context, office.desk, a)

    assert rows_of(office, b) == [a, b]
    assert rows_of(office, d) == [c, d]
    assert refused(merging.part, office.context, office.desk, a) == "not-merged"


def test_one_person_with_two_numbers_is_found_by_both(office):
    one, other = invite(office, number="1"), invite(office, "Lan Nguyễn", number="2")
    merging.merge(office.context, office.desk, one, other)

    for number in ("1", "2"):
        [found] = find_patients(office.context, office.desk, number)
        assert (found.patient_id, found.numbers) == (one, ["1", "2"])
        assert found.merged_unconfirmed
        assert invite(office, number=number) == one


def test_the_log_says_who_merged_and_parted_which_ids_and_no_name(office):
    one, other = invite(office), invite(office)
    merging.merge(office.context, office.receptionist, one, other)
    merging.confirm_merge(office.context, office.doctor, one)
    merging.part(office.context, office.receptionist, other)

    with office.context.database.read() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.sequence)).all()[-3:]
    assert [entry.act for entry in entries] == ["merge patients", "confirm merge", "part patients"]
    assert all(one in entry.why and other in entry.why for entry in entries)
    assert [entry.who for entry in entries][1] == office.doctor.who


def test_across_clinics_nothing_is_merged_confirmed_or_parted(office):
    ours = invite(office)
    elsewhere = clinics.add_clinic(office.context, "Other", "", "", "UTC")
    theirs = invite(office, by=program(elsewhere))
    stranger = office.add("other", "Dr Else", "doctor", elsewhere)

    assert refused(merging.merge, office.context, office.desk, ours, theirs) == "gone"
    assert refused(merging.merge, office.context, office.desk, theirs, ours) == "gone"
    assert refused(merging.part, office.context, office.desk, theirs) == "gone"
    assert refused(merging.confirm_merge, office.context, stranger, ours) == "gone"
    assert refused(merging.confirm_merge, office.context, office.doctor, ours) == "not-merged"
