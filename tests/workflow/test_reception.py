import pytest

from screening.clinical.questionnaire import first_unanswered, journey
from screening.workflow import doctor, patient, reception
from tests.clinical.test_promises import quiet_answer
from tests.office import DECLARED
from tests.workflow.test_patient import refused


def asked_again(office, id, **special):
    """Answer what is still open and return the questions that were."""
    asked = []
    draft = patient.open_draft(office.place, id)
    answers = dict(draft.answers)
    questionnaire = draft.questionnaire(office.place.definitions)
    while item := first_unanswered(journey(questionnaire, answers), answers):
        asked.append(item.link_id)
        answers[item.link_id] = special.get(item.link_id, quiet_answer(item))
        patient.give_answer(office.place, id, item.link_id, answers[item.link_id])
    return asked


@pytest.fixture
def arrived(office):
    """Return the recheck of someone who had nothing to report four days ago."""
    id = office.submit(can_be_pregnant="yes", pregnant="no", period="no")
    office.pass_time(days=4)
    return id, reception.recheck(office.place, office.clinic, "account:1", id)


def test_on_the_day_only_what_may_have_changed_is_asked_again(office, arrived):
    _, again = arrived

    asked = asked_again(office, again.screening_id)

    assert asked == ["pregnant", "period", "ill_now", "skin_infection", "cold_sore_now"]


def test_the_outcome_is_worked_out_anew_as_of_the_day(office, arrived):
    old, again = arrived
    asked_again(office, again.screening_id, cold_sore_now="yes")
    patient.submit(office.place, again.screening_id, DECLARED)

    review = doctor.open_review(office.place, office.doctor, again.screening_id)

    assert review.report["procedures"][0]["outcome"] == "deferred"
    assert review.report["on"] == office.now.date().isoformat()
    assert review.changes["answers"][0]["now"] == "Yes"
    assert review.changes["outcomes"] == [
        {"what": "Mesotherapy, face", "before": "no-contraindication-identified", "now": "deferred"}
    ]
    assert doctor.open_review(office.place, office.doctor, old).state == "superseded"


def test_until_it_is_sent_the_earlier_screening_stays_in_force(office, arrived):
    old, _ = arrived

    assert doctor.open_review(office.place, office.doctor, old).state == "submitted"


def test_a_recheck_cannot_be_sent_with_a_question_open(office, arrived):
    _, again = arrived

    assert refused(patient.submit, office.place, again.screening_id, DECLARED) == "incomplete"


def test_nothing_is_asked_again_before_it_was_answered(office):
    invitation = office.invite()
    ask = (office.place, office.clinic, "account:1", invitation.screening_id)

    assert refused(reception.recheck, *ask) == "invited"


def test_a_new_link_voids_the_old_one(office):
    old = office.invite()
    new = reception.renew_link(office.place, office.clinic, "account:1", old.screening_id)

    assert refused(patient.follow_link, office.place, old.link) == "gone"
    assert patient.follow_link(office.place, new)[0] == old.screening_id


def test_another_clinic_cannot_touch_a_screening(office):
    id = office.invite().screening_id

    for act in (reception.withdraw, reception.renew_link, reception.new_start_code):
        assert refused(act, office.place, "other", "account:9", id) == "gone"


def test_the_list_shows_who_and_how_far_but_no_answer(office):
    office.submit(cold_sore_now="yes")

    [entry] = reception.list_screenings(office.place, office.clinic)

    assert (entry.name, entry.state) == ("Lan Nguyen", "submitted")
    assert not hasattr(entry, "gravity")
