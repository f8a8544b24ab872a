"""The reception sees who, how far and what to do, and never an answer."""

import re
from datetime import timedelta

import pytest
from flask import url_for

from screening.storage.columns import new_id
from screening.storage.tables import CheckIn, Screening, Treatment
from screening.workflow.core.sealed import seal_into
from screening.workflow.reception import day_list, invitations
from screening.workflow.review import reviews
from screening.workflow.screenings import answering
from tests.office import decide


@pytest.fixture
def office(tmp_path, furnish):
    office = furnish(tmp_path)
    yield office
    office.close()


@pytest.fixture
def desk(office):
    app = office.app()
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    office.enter(client, "reception")
    return client


def read(page):
    """Return what a page says, in one line and without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


def typed(moment):
    return f"{moment:%Y-%m-%dT%H:%M}"


def test_no_answer_no_outcome_and_no_reason_reaches_the_page(office, desk):
    said = {"can_be_pregnant": "yes", "pregnant": "yes", "other_meds": "yes"}
    office.submit(**said, medicine_list="Zzmedicine")
    page = desk.get("/reception").text.lower()

    assert "lan nguyen" in page and "waits for the doctor" in page
    for word in ("zzmedicine", "pregnan", "contraindicat", "deferred", "precaution"):
        assert word not in page


def test_the_day_stands_first_with_the_days_beside_it_and_then_who_has_no_appointment(office, desk):
    tomorrow = office.evening + timedelta(days=1)
    for name, at in (("Tom Morrow", tomorrow), ("Toni Day", office.evening), ("No Day", None)):
        invitations.invite(office.context, office.desk, name, (), at)
    page = desk.get("/reception").text
    assert page.index("Toni Day") < page.index("Without an appointment") < page.index("No Day")
    assert "Tom Morrow" not in page and f"?day={tomorrow.date()}" in page

    page = desk.get(f"/reception?day={tomorrow.date()}").text
    assert "Tom Morrow" in page and "Toni Day" not in page
    for day in ("nonsense", "0001-01-01", "9999-12-31"):
        assert desk.get(f"/reception?day={day}").status_code == 200


def test_progress_is_shown_while_a_patient_answers(office, desk):
    id = office.invite(name="Ana Silva").screening_id
    answering.choose_procedures(office.context, office.hold(id), ["mesotherapy-face"])
    answering.give_answer(office.context, office.hold(id), "date_of_birth", "1986-05-03")

    assert "question 2 of about" in desk.get("/reception").text


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ("proceed", "May come"),
        ("defer", "The doctor will call"),
        ("decline", "Not for this treatment"),
    ],
)
def test_a_decision_is_read_as_what_to_do(office, desk, choice, said):
    id = office.submit(at=office.evening)
    reviews.decide(*decide(office, id, choice, "the doctor's own reason"))
    page = read(desk.get("/reception"))

    assert said in page and "own reason" not in page
    assert (
        "1 " + {"proceed": "may come", "defer": "waits for", "decline": "not treated"}[choice]
        in page
    )


def test_what_reception_and_patient_say_differently_is_asked_about(office, desk):
    id = office.invite(born="1986-05-03").screening_id
    office.answer(id, date_of_birth="1968-05-03")
    answering.submit(office.context, office.hold(id), {"text": "x", "name": "Lan Nguyen"})
    page = read(desk.get("/reception"))

    assert "we have 3 May 1986, the patient wrote 3 May 1968" in page


def test_a_withdrawal_needs_a_reason_from_the_list_and_can_be_undone(office, desk):
    id = office.invite().screening_id
    where = f"/reception/screenings/{id}"

    assert desk.post(f"{where}/withdrawal", data={"why": "because"}).status_code == 409
    assert desk.post(f"{where}/withdrawal", data={"why": "cancelled"}).status_code == 303
    assert "/restoring" in desk.get("/reception").text
    assert desk.post(f"{where}/restoring").status_code == 303
    assert "Has not answered" in desk.get("/reception").text


def test_after_an_hour_the_page_says_to_invite_again(office, desk):
    id = office.invite().screening_id
    invitations.withdraw(office.context, office.desk, id, "mistake")
    office.pass_time(minutes=61)
    office.enter(desk, "reception")
    assert "/restoring" not in desk.get("/reception").text
    answer = desk.post(f"/reception/screenings/{id}/restoring")

    assert answer.status_code == 409
    assert "Invite again" in answer.text and "more than an hour ago" in answer.text


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (lambda now: now - timedelta(days=3), "This day is over"),
        (lambda now: now + timedelta(days=3000), "more than two years away"),
        (lambda now: None, "Choose the day and the time"),
    ],
)
def test_an_appointment_that_cannot_be_is_named_and_moves_nothing(office, desk, at, said):
    id = office.invite(name="Ana Silva").screening_id
    moment = at(office.now)
    given = typed(moment) if moment else ""
    answer = desk.post(f"/reception/screenings/{id}/appointment", data={"appointment": given})

    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{given}"' in answer.text
    [entry] = day_list.list_screenings(office.context, office.clinic)
    assert entry.appointment_at is None


def test_an_act_leads_back_to_the_day_from_which_it_came(office, desk):
    id = office.invite(at=office.now + timedelta(days=9)).screening_id
    day = office.day(-9)
    data = {"appointment": typed(office.now + timedelta(days=10)), "day": day}
    answer = desk.post(f"/reception/screenings/{id}/appointment", data=data)

    assert f"day={day}" in answer.headers["Location"]


LATE = {
    "arrival": ("invited", "has not answered yet", "New link"),
    "withdrawal": ("decided", "The doctor has decided", "Arrived"),
    "invitation": ("withdrawn", "was withdrawn", "Undo"),
    "restoring": ("submitted", "has sent the answers", "Arrived"),
    "appointment": ("withdrawn", "was withdrawn", "Undo"),
    "birth-date": ("submitted", "has sent the answers", "Arrived"),
}


def bring_to(office, state):
    if state == "invited":
        return office.invite().screening_id
    id = office.submit()
    if state == "decided":
        reviews.decide(*decide(office, id, "proceed"))
    if state == "withdrawn":
        invitations.withdraw(office.context, office.desk, id, "mistake")
    return id


@pytest.mark.parametrize("act", LATE)
def test_a_list_that_is_out_of_date_is_told_what_is_true_and_what_can_be_done(office, desk, act):
    state, true, possible = LATE[act]
    id = bring_to(office, state)
    answer = desk.post(f"/reception/screenings/{id}/{act}", data={"why": "mistake"})

    assert answer.status_code == 409
    assert true in answer.text and possible in answer.text
    assert "Lan Nguyen" in answer.text


def test_a_line_that_was_answered_anew_leads_to_what_counts_now(office, desk):
    id = office.submit()
    reviews.decide(*decide(office, id, "proceed"))
    again = office.arrive(id, illness="yes")
    office.answer_open(again)
    answering.submit(office.context, office.hold(again), {"text": "x", "name": "Lan Nguyen"})
    answer = desk.post(f"/reception/screenings/{id}/arrival")

    assert answer.status_code == 409
    assert "has answered again" in answer.text and office.number(2) in answer.text


def test_a_name_is_searched_for_without_standing_in_an_address(office, desk):
    office.invite(name="Łucja Ørsted", born="1979-01-11")
    invitations.invite(office.context, office.desk, "Ana Silva", number="K-77")

    found = read(desk.post("/reception/patients", data={"words": "lucja orsted"}))
    assert "Łucja Ørsted" in found and "11 January 1979" in found and "Ana Silva" not in found
    assert "Ana Silva" in desk.post("/reception/patients", data={"words": "k-77"}).text
    assert "Nobody of that name" in desk.post("/reception/patients", data={"words": "Bo"}).text
    assert 'method="post" role="search"' in desk.get("/reception/patients").text


def warn(office, id, handled_by=None):
    """Store a check-in with a sign, as the patient's page does."""
    with office.context.database.write() as session:
        patient = session.get_one(Screening, id).patient_id
        treatment = Treatment(
            id=new_id(),
            clinic_id=office.clinic,
            patient_id=patient,
            screening_id=id,
            account_id=office.doctor.id,
            treated_on=office.day(7),
            created_at=office.now,
        )
        seal_into(office.context, session, treatment, "content", {})
        row = CheckIn(
            id=new_id(),
            clinic_id=office.clinic,
            patient_id=patient,
            treatment_id=treatment.id,
            sequence=1,
            due_on=office.day(),
            state="answered",
            answered_at=office.now,
            gravity=2,
            handled_at=office.now if handled_by else None,
            handled_by=handled_by,
        )
        session.add(treatment)
        session.flush()
        seal_into(office.context, session, row, "content", {"sign": "Zzblindness"})
        session.add(row)


def test_a_warning_says_whom_to_reach_and_who_has_taken_it_and_never_the_sign(office, desk):
    made = invitations.invite(office.context, office.desk, "Petra Novak", phone="+420 123 456")
    warn(office, made.screening_id)
    warn(office, office.invite(name="Tom Baker").screening_id, office.doctor.id)
    page = desk.get("/reception/warnings").text

    assert "Petra Novak" in page and "tel:+420 123 456" in page and "Nobody yet" in page
    assert page.index("Petra Novak") < page.index("Tom Baker") < page.index("Dr Mai Tran")
    assert "Zzblindness" not in page
    assert re.search(r'class="hot">1<', desk.get("/reception").text)


def test_every_room_of_the_reception_is_one_step_away(office, desk):
    page = desk.get("/reception").text
    with desk.application.test_request_context():
        for room in ("today", "patients", "warned"):
            assert f'href="{url_for(f"reception.{room}")}"' in page
