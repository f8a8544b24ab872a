"""A patient is found by any spelling of a name, by number, however many came after."""

import pytest

from screening.storage.tables import Patient
from screening.workflow.clinics import clinics
from screening.workflow.core.actor import Actor, program
from screening.workflow.patients.search import find_patients
from tests.workflow.patients.test_binding import patient_of
from tests.workflow.patients.test_changing import sent
from tests.workflow.patients.test_matching import invite

pytestmark = pytest.mark.both_databases


def found(office, text, by=None):
    return [one.patient_id for one in find_patients(office.context, by or office.desk, text)]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Søren Łukasz", "lukasz soren"),
        ("Anna O’Brien", "obrien"),
        ("Anna O'Brien", "O’Brien ANNA"),
        ("Мария Ёлкина", "елкина"),
        ("أحمد مصطفى", "مصطفي"),
        ("Nguyễn Thị Hồng", "hong nguyen"),
    ],
)
def test_a_name_is_found_however_it_is_typed(office, name, typed):
    id = invite(office, name)
    invite(office, "Ana Silva")

    assert found(office, typed) == [id]


def test_every_part_has_to_be_there_and_only_whole_ones_count(office):
    lan, an = invite(office, "Lan Nguyen"), invite(office, "An Nguyen")

    assert set(found(office, "nguyen")) == {lan, an}
    assert found(office, "an nguyen") == [an]
    assert found(office, "an smith") == []


def test_the_name_that_the_patient_gave_is_found_beside_the_receptions(office):
    id = sent(office, name="L. Nguyen", own_name="Nguyen Thi Lan")

    assert found(office, "thi lan") == found(office, "l nguyen") == [id]
    [one] = find_patients(office.context, office.desk, "thi lan")
    assert (one.name, one.other_names) == ("L. Nguyen", ["Nguyen Thi Lan"])


def test_the_clinics_number_and_a_screenings_number_find_with_and_without_the_year(office):
    id = invite(office, number="A-77")
    invite(office, "Ana Silva")

    assert found(office, " a-77") == [id]
    assert found(office, office.number(1).lower()) == found(office, "000001") == [id]
    assert found(office, "1") == [id]
    assert found(office, "999999") == []


@pytest.mark.parametrize("text", ["", "   ", "…", "?!'’–", "%", "_", "x" * 1000, "lan " * 250])
def test_nothing_punctuation_and_a_thousand_characters_find_nobody(office, text):
    invite(office)

    assert found(office, text) == []


def test_another_clinics_patients_are_never_found(office):
    invite(office, number="1")
    other = program(clinics.add_clinic(office.context, "Other", "", "", "UTC"))

    for text in ("Lan", "1", office.number(1)):
        assert found(office, text, other) == []
    assert found(office, "Lan", Actor("program", None)) == []


def test_the_oldest_is_found_behind_however_many_newer(office):
    oldest = sent(office, name="Ana Silva", own_name="Ana Silva")
    for _ in range(60):
        invite(office)

    assert found(office, "silva") == [oldest]
    assert len(found(office, "nguyen")) == 50


def test_a_damaged_patient_is_found_without_a_name_and_hides_no_other(office):
    id, other = office.submit(), office.submit()
    with office.context.database.write() as session:
        session.get_one(Patient, patient_of(office, id)).content = b"damaged"

    names = {one.name for one in find_patients(office.context, office.desk, "Lan")}
    assert names == {None, "Lan Nguyen"}
    assert len(found(office, "Lan")) == 2
    assert other
