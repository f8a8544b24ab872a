"""The same number is the same patient; who else may be one person is suggested, never merged."""

import pytest
from sqlalchemy import func, select

from screening.storage.tables import Patient, Screening
from screening.workflow.clinics import clinics
from screening.workflow.core.actor import program
from screening.workflow.core.sealed import open_sealed
from screening.workflow.patients.matching import suggestions
from screening.workflow.patients.patients import person_of
from screening.workflow.reception import invitations
from tests.office import refused
from tests.workflow.patients.test_binding import patient_of

pytestmark = pytest.mark.both_databases

BORN = "1986-05-03"


def invite(office, name="Lan Nguyen", born=BORN, number="", patient_id=None, by=None):
    """Return the id of the patient whom the new screening is of."""
    rest = {"born": born, "number": number, "patient_id": patient_id}
    made = invitations.invite(office.context, by or office.desk, name, [], **rest)
    return patient_of(office, made.screening_id)


def refusal(office, *arguments, **rest):
    return refused(lambda: invite(office, *arguments, **rest))


def patients(office):
    with office.context.database.read() as session:
        return session.scalar(select(func.count()).select_from(Patient))


def suggested(office, *arguments):
    return [one.patient_id for one in suggestions(office.context, office.desk, *arguments)]


def known(office, patient_id):
    with office.context.database.read() as session:
        return person_of(office.context, session, session.get_one(Patient, patient_id))


def test_the_same_number_is_the_same_patient_however_it_is_typed(office):
    first = invite(office, number="A 1041")

    assert invite(office, "lan NGUYEN", number=" a1041 ") == first
    assert invite(office, "Nguyen Thi Lan", None, number="A1041") == first
    assert patients(office) == 1


def test_without_a_number_nothing_is_matched_by_itself(office):
    first, second = invite(office), invite(office)

    assert first != second
    assert set(suggested(office, "Nguyễn Lan", BORN)) == {first, second}
    assert invite(office, patient_id=first) == first


def test_twins_are_two_and_neither_is_suggested_for_the_other(office):
    an, binh = invite(office, "An Nguyen"), invite(office, "Binh Nguyen")

    assert an != binh
    assert suggested(office, "An Nguyen", BORN) == [an]
    assert suggested(office, "An Nguyen", "1986-05-04") == []
    assert suggested(office, "An Nguyen") == [], "a name alone says too little"


def test_two_people_of_one_name_and_birth_date_stay_two_by_their_numbers(office):
    one, other = invite(office, number="1"), invite(office, number="2")

    assert one != other
    assert (invite(office, number="1"), invite(office, number="2")) == (one, other)
    assert suggested(office, "Lan Nguyen", BORN, "2")[0] == other, "the number's comes first"


def test_a_mistyped_number_puts_no_answers_on_another_persons_line(office):
    invite(office, "Ana Silva", "1990-01-01", number="1041")

    assert refusal(office, "Lan Nguyen", BORN, "1041") == "other-person"
    assert refusal(office, "Ana Silva", BORN, "1041") == "other-person"
    assert patients(office) == 1


def test_who_was_chosen_gets_the_number_and_the_birth_date_that_nobody_knew(office):
    chosen = invite(office, born=None)
    assert invite(office, number="7", patient_id=chosen) == chosen

    assert known(office, chosen)["born"] == BORN
    assert invite(office, number="7") == chosen
    assert refusal(office, number="8", patient_id=chosen) == "other-number"
    other = invite(office, "Ana Silva", number="9")
    assert refusal(office, number="9", patient_id=chosen) == "number-taken"
    assert other != chosen


def test_what_is_known_of_a_patient_is_not_changed_by_inviting_again(office):
    chosen = invite(office, "Lan Nguyen")
    invite(office, "Lan Smith", "1999-09-09", patient_id=chosen)

    assert known(office, chosen)["name"] == "Lan Nguyen"
    with office.context.database.read() as session:
        rows = session.scalars(select(Screening).where(Screening.patient_id == chosen)).all()
        said = [open_sealed(office.context, session, row, "person") for row in rows]
    assert said == [{"name": "Lan Nguyen", "born": BORN}] * 2


def test_another_clinics_patient_is_neither_found_nor_chosen(office):
    ours = invite(office, number="1")
    other = program(clinics.add_clinic(office.context, "Other", "", "", "UTC"))

    assert invite(office, number="1", by=other) != ours
    assert refusal(office, patient_id=ours, by=other) == "gone"
    assert suggested(office, "Lan Nguyen", BORN) == [ours]
