"""What a patient is called and when born: changed by a person, and never silently one of two."""

import pytest
from sqlalchemy import select

from screening.storage.tables import AuditEntry, Screening
from screening.workflow.core.sealed import open_sealed
from screening.workflow.patients import changing, merging
from screening.workflow.patients.disagreements import disagreements_of
from screening.workflow.patients.matching import others_alike, suggestions
from screening.workflow.patients.patients import own_patient, whole_patient
from screening.workflow.patients.search import find_patients
from screening.workflow.reception import invitations
from screening.workflow.screenings import answering
from tests.office import DECLARED, refused
from tests.workflow.patients.test_binding import patient_of
from tests.workflow.patients.test_matching import BORN, invite, known

pytestmark = pytest.mark.both_databases


def sent(office, name="Lan Nguyen", born=BORN, own_name="Lan Nguyen", own_born=BORN):
    """Return the patient for whom reception and patient wrote these names and birth dates."""
    made = invitations.invite(office.context, office.desk, name, ["mesotherapy-face"], born=born)
    office.answer(made.screening_id, date_of_birth=own_born)
    declared = {**DECLARED, "name": own_name}
    answering.submit(office.context, office.hold(made.screening_id), declared)
    return patient_of(office, made.screening_id)


def differing(office, patient_id):
    with office.context.database.read() as session:
        patient = own_patient(session, office.desk, patient_id)
        found = disagreements_of(office.context, session, patient)
    return [(one.field, one.clinic, one.own) for one in found]


def alike(office, patient_id):
    with office.context.database.read() as session:
        found = others_alike(office.context, session, whole_patient(session, patient_id))
    return [one.patient_id for one in found]


def test_two_birth_dates_are_both_shown_until_a_person_says_which(office):
    id = sent(office, born="1986-03-05")
    assert differing(office, id) == [("born", "1986-03-05", BORN)]
    changing.settle(office.context, office.desk, id, "born", "own")

    assert differing(office, id) == []
    assert known(office, id)["born"] == BORN
    with office.context.database.read() as session:
        [screening] = session.scalars(select(Screening).where(Screening.patient_id == id))
        assert open_sealed(office.context, session, screening, "person")["born"] == BORN
    assert refused(changing.settle, office.context, office.desk, id, "number", "own") == "missing"


def test_the_receptions_birth_date_may_be_the_right_one(office):
    id = sent(office, born="1986-03-05")
    changing.settle(office.context, office.desk, id, "born", "clinic")

    assert differing(office, id) == []
    assert known(office, id)["born"] == "1986-03-05"
    assert suggestions(office.context, office.desk, "Lan Nguyen", BORN) == []


def test_a_name_with_more_parts_agrees_and_another_one_does_not(office):
    assert differing(office, sent(office, own_name="Nguyễn Thị Lan")) == []

    id = sent(office, own_name="Binh Tran")
    assert differing(office, id) == [("name", "Lan Nguyen", "Binh Tran")]


def test_what_a_relative_signs_with_is_not_the_patients_name(office):
    made = invitations.invite(office.context, office.desk, "Lan Nguyen", ["mesotherapy-face"])
    office.answer(made.screening_id)
    declared, by = {**DECLARED, "name": "Tuan Tran"}, answering.answerer("relative")
    answering.submit(office.context, office.hold(made.screening_id), declared, answered_by=by)

    assert differing(office, patient_of(office, made.screening_id)) == []


def test_who_gives_the_name_and_birth_date_of_another_is_suggested_until_told_apart(office):
    first = sent(office)
    second = sent(office, name="L. Nguyen", born=None)
    assert first != second
    assert (alike(office, first), alike(office, second)) == ([second], [first])
    changing.keep_apart(office.context, office.desk, first, second)

    assert alike(office, first) == alike(office, second) == []
    merging.merge(office.context, office.desk, first, second)
    assert refused(changing.keep_apart, office.context, office.desk, first, second) == (
        "same-patient"
    )


def test_a_changed_patient_is_found_by_what_is_known_now(office):
    id, other = invite(office, number="A1"), invite(office, "Ana Silva", number="A2")
    changing.change_patient(office.context, office.desk, id, " Lan Smith ", "1987-01-01", "A3")

    now = known(office, id)
    assert (now["name"], now["born"], now["number"]) == ("Lan Smith", "1987-01-01", "A3")
    for text, expected in (("A1", []), ("A3", [id]), ("Nguyen", []), ("lan smith", [id])):
        found = find_patients(office.context, office.desk, text)
        assert [one.patient_id for one in found] == expected, text
    change = (changing.change_patient, office.context, office.desk, other)
    assert refused(*change, "Ana Silva", BORN, " a3") == "number-taken"
    assert refused(*change, "  ", BORN, "A2") == "no-name"


def test_the_log_says_what_was_changed_and_neither_name_nor_date(office):
    id = sent(office, born="1986-03-05")
    changing.settle(office.context, office.desk, id, "born", "own")
    changing.change_patient(office.context, office.desk, id, "Lan Smith", BORN, "77")
    changing.change_patient(office.context, office.desk, id, "Lan Smith", BORN, "77")

    with office.context.database.read() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.sequence)).all()[-2:]
    assert [(entry.act, entry.why) for entry in entries] == [
        ("settle patient", f"{id}: born, own"),
        ("change patient", f"{id}: name, number"),
    ]
