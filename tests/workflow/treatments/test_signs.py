"""A ticked warning sign stands at the top of the doctor's desk until somebody takes it."""

from datetime import date

import pytest

from screening.storage.columns import new_id
from screening.storage.tables import CheckIn, Screening, Treatment
from screening.workflow.clinics import clinics
from screening.workflow.core.sealed import seal_into
from screening.workflow.treatments.signs import hand_back, handle_sign, open_signs
from tests.office import ZONE, refused

SIGN = "Skin that turns white, dusky or black."


def ticked(office, screening_id, gravity=2, reply="yes"):
    """Return the id of a check-in of seven days ago's treatment on which a sign was ticked."""
    with office.context.database.write() as session:
        screening = session.get_one(Screening, screening_id)
        of = {"clinic_id": office.clinic, "patient_id": screening.patient_id}
        treatment = Treatment(id=new_id(), screening_id=screening_id, **of)
        treatment.account_id, treatment.treated_on = office.doctor.id, office.day(7)
        treatment.created_at = office.now
        done = {"done": [{"procedure": "thread-lift", "name": "Thread lifting", "products": []}]}
        seal_into(office.context, session, treatment, "content", done)
        session.add(treatment)
        session.flush()
        row = CheckIn(id=new_id(), treatment_id=treatment.id, sequence=1, **of)
        row.due_on, row.state, row.gravity = office.day(0), "answered", gravity
        row.answered_at = office.now
        act = "emergency" if gravity == 2 else "call"
        signs = [{"sign": SIGN, "act": act, "reply": reply}]
        signs.append({"sign": "Skin that stays numb.", "act": "call", "reply": "no"})
        content = {"answers": [{"at": office.now.isoformat(), "signs": signs}]}
        seal_into(office.context, session, row, "content", content)
        session.add(row)
        return row.id


def listed(office):
    with office.context.database.read() as session:
        return open_signs(office.context, session, office.clinic)


@pytest.mark.both_databases
def test_a_sign_is_listed_with_patient_treatment_day_and_words(office):
    screening_id = office.submit()
    id = ticked(office, screening_id)

    [sign] = listed(office)

    assert (sign.check_in_id, sign.screening_id, sign.gravity) == (id, screening_id, 2)
    assert (sign.name, sign.procedures, sign.signs) == ("Lan Nguyen", ("Thread lifting",), (SIGN,))
    assert (sign.treated_on, sign.day) == (date.fromisoformat(office.day(7)), 7)


def test_what_a_patient_is_not_sure_of_is_listed_like_what_she_has(office):
    ticked(office, office.submit(), reply="unknown")

    assert [sign.signs for sign in listed(office)] == [(SIGN,)]


def test_an_emergency_stands_above_what_came_before_it(office):
    screening_id = office.submit()
    call = ticked(office, screening_id, gravity=1)
    office.pass_time(hours=2)
    emergency = ticked(office, screening_id, gravity=2)

    assert [sign.check_in_id for sign in listed(office)] == [emergency, call]


def test_whoever_takes_a_sign_takes_it_off_the_list_and_can_hand_it_back(office):
    id = ticked(office, office.submit())
    other = office.add("second", "Dr Ann Low", "doctor")

    handle_sign(office.context, office.doctor, id)
    assert listed(office) == []
    assert refused(handle_sign, office.context, other, id) == "taken"

    hand_back(office.context, office.doctor, id)
    assert [sign.check_in_id for sign in listed(office)] == [id]


def test_another_clinics_sign_is_not_found(office):
    id = ticked(office, office.submit())
    elsewhere = clinics.add_clinic(office.context, "Borealis", "2 Street", "456", str(ZONE))
    stranger = office.add("stranger", "Dr Eva Stern", "doctor", clinic=elsewhere)

    assert refused(handle_sign, office.context, stranger, id) == "gone"
    with office.context.database.read() as session:
        assert open_signs(office.context, session, elsewhere) == []
