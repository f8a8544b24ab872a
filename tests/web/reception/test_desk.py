"""The reception sees who and how far, and never an answer."""

from datetime import timedelta

import pytest

from screening.workflow.reception import day_list, invitations
from screening.workflow.screenings import answering


@pytest.fixture(scope="module")
def office(tmp_path_factory, furnish):
    office = furnish(tmp_path_factory.mktemp("office"))
    yield office
    office.close()


@pytest.fixture
def desk(office):
    app = office.app()
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    office.enter(client, "reception")
    return client


def test_no_answer_no_outcome_and_no_reason_reaches_the_page(office, desk):
    office.submit(
        can_be_pregnant="yes", pregnant="yes", other_meds="yes", medicine_list="Zzmedicine"
    )
    page = desk.get("/reception").text.lower()

    assert "lan nguyen" in page and "finished" in page
    for said in ("zzmedicine", "pregnan", "contraindicat", "deferred", "precaution", "1986"):
        assert said not in page


def test_appointments_of_the_day_come_first_and_another_day_can_be_asked_for(office, desk):
    tomorrow = office.evening + timedelta(days=1)
    for name, at in (("Tom Morrow", tomorrow), ("Toni Day", office.evening)):
        invitations.invite(office.context, office.desk, name, (), at)
    page = desk.get("/reception").text
    assert page.index("Toni Day") < page.index("Everyone else") < page.index("Tom Morrow")

    page = desk.get(f"/reception?day={tomorrow.date()}").text
    assert page.index("Tom Morrow") < page.index("Everyone else") < page.index("Toni Day")
    assert desk.get("/reception?day=nonsense").status_code == 200


def test_progress_is_shown_while_a_patient_answers(office, desk):
    id = office.invite(name="Ana Silva").screening_id
    answering.choose_procedures(office.context, office.hold(id), ["mesotherapy-face"])
    answering.give_answer(office.context, office.hold(id), "date_of_birth", "1986-05-03")

    assert "question 2 of about" in desk.get("/reception").text


def test_a_withdrawal_needs_a_reason_from_the_list(office, desk):
    id = office.invite().screening_id
    where = f"/reception/screenings/{id}/withdrawal"

    assert desk.post(where, data={"why": "because"}).status_code == 409
    assert desk.post(where, data={"why": "cancelled"}).status_code == 303


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (lambda now: now - timedelta(days=3), "This day is over"),
        (lambda now: now + timedelta(days=3000), "more than two years away"),
        (lambda now: None, "Choose the day and the time"),
    ],
)
def test_an_appointment_that_cannot_be_is_named_and_moves_nothing(office, desk, at, said):
    invitation = office.invite(name="Ana Silva")
    moment = at(office.now)
    typed = f"{moment:%Y-%m-%dT%H:%M}" if moment else ""
    where = f"/reception/screenings/{invitation.screening_id}/appointment"
    answer = desk.post(where, data={"appointment": typed})

    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{typed}"' in answer.text
    listed = day_list.list_screenings(office.context, office.clinic, office.evening.date())
    [entry] = [e for e in listed if e.screening_id == invitation.screening_id]
    assert entry.appointment_at is None
