"""The desk writes down what was done; nothing typed is lost, and a scanner sends nothing."""

from datetime import date, timedelta

import pytest

from screening.storage.tables import CheckIn
from screening.workflow.treatments.recorded import read_treatments
from tests.mail_server import MailServer
from tests.workflow.treatments.clinic import (
    asked,
    content_of,
    decided,
    give_alert_address,
    go_to_day,
    reply,
    today,
    treated,
)


@pytest.fixture
def office(tmp_path, furnish):
    office = furnish(tmp_path, **MailServer().settings)
    give_alert_address(office)
    yield office
    office.close()


def enter(office, username):
    app = office.app()
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    office.enter(client, username)
    return client


@pytest.fixture
def desk(office):
    return enter(office, "reception")


def form(office, **other):
    day = today(office).isoformat()
    given = {"done": "thread-lift", "treated_on": day, "by": "Dr Mai Tran", "after": "0"}
    given |= {"product-thread-lift": ["PDO threads", "Lidocaine", ""]}
    return given | {"lot-thread-lift": ["LOT-1", "L-9", ""]} | other


def recorded(office, id):
    return read_treatments(office.context, office.doctor, id).recorded


@pytest.mark.parametrize("who", ["reception", "doctor"])
def test_what_was_done_is_kept_and_shown(office, who):
    id, client = decided(office), enter(office, who)
    assert "Dr Mai Tran" in client.get(f"/treatments/of/{id}").text
    assert client.post(f"/treatments/of/{id}", data=form(office)).status_code == 303
    page = client.get(f"/treatments/of/{id}").text

    assert "LOT-1" in page and "L-9" in page and "take it back" in page
    assert 'name="done"' in page and "checked" not in page, "another is ticked by who gave it"
    assert [len(one.done[0]["products"]) for one in recorded(office, id)] == [2]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"treated_on": "tomorrow"}, "still to come"),
        ({"treated_on": "1986-05-02"}, "not born yet"),
        ({"treated_on": ""}, "Write the day"),
        ({"done": []}, "Tick what was done"),
        ({"done": "prp"}, "Only what was asked about"),
        ({"by": ""}, "Write who treated"),
        ({"lot-thread-lift": ["x" * 200, "L-9"]}, "too long"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_nothing_typed_is_lost(office, desk, wrong, words):
    id = decided(office)
    if wrong.get("treated_on") == "tomorrow":
        wrong = {"treated_on": (today(office) + timedelta(days=1)).isoformat()}
    answer = desk.post(f"/treatments/of/{id}", data=form(office, **wrong))

    assert answer.status_code == 422 and words in answer.text
    for typed in ("Lidocaine", "L-9", *wrong.get("lot-thread-lift", ["LOT-1"])):
        assert f'value="{typed}"' in answer.text
    assert recorded(office, id) == []


def test_more_rows_are_given_without_sending(office, desk):
    id = decided(office)
    here = f"/treatments/of/{id}"
    page = desk.post(here, data=form(office, go=here), follow_redirects=True)

    assert page.status_code == 200 and page.text.count('name="lot-thread-lift"') == 4
    assert recorded(office, id) == []


def test_the_first_button_of_the_form_is_one_that_sends_nothing(office, desk):
    page = desk.get(f"/treatments/of/{decided(office)}").text
    start = page.index("data-scans")

    assert page.index("<button disabled hidden>", start) == page.index("<button", start)


def test_against_the_decision_is_said_plainly_and_needs_a_reason(office, desk):
    id = decided(office, choice="decline")
    assert "not for this treatment" in desk.get(f"/treatments/of/{id}").text
    refused = desk.post(f"/treatments/of/{id}", data=form(office))
    assert refused.status_code == 422 and "write why" in refused.text
    desk.post(f"/treatments/of/{id}", data=form(office, why="Decided anew on paper."))

    page = desk.get(f"/treatments/of/{id}").text
    assert "Decided anew on paper." in page and len(recorded(office, id)) == 1


def test_the_same_form_sent_twice_says_that_it_is_there(office, desk):
    id = decided(office)
    for status in (303, 422):
        answer = desk.post(f"/treatments/of/{id}", data=form(office))
        assert answer.status_code == status
    assert "written down meanwhile" in answer.text and 'name="after" value="1"' in answer.text


def test_a_correction_begins_with_what_stands_there(office, desk):
    id = decided(office)
    treatment = treated(office, screening_id=id)
    assert 'value="LOT-1"' in desk.get(f"/treatments/{treatment}").text
    right = form(office, **{"lot-thread-lift": ["LOT-2", ""]})
    desk.post(f"/treatments/{treatment}", data=right)

    [one] = recorded(office, id)
    assert one.done[0]["products"][0]["lot"] == "LOT-2"
    assert "corrected" in desk.get(f"/treatments/of/{id}").text


def test_a_mistake_is_taken_back(office, desk):
    id = decided(office)
    treatment = treated(office, screening_id=id)
    desk.post(f"/treatments/{treatment}/removal")

    assert "taken back" in desk.get(f"/treatments/of/{id}").text
    assert desk.get(f"/treatments/{treatment}").status_code == 404


def test_the_desk_calls_and_answers_together(office, desk):
    treated(office, screening_id=decided(office))
    go_to_day(office, 7)
    desk = enter(office, "reception")
    page = desk.get("/treatments/calls").text
    assert "Lan Nguyen" in page and "no e-mail address is known" in page
    where = page.split('<a href="/treatments/calls/')[1].split('"')[0]
    opened = desk.get(f"/treatments/calls/{where}").text
    key = opened.split('name="s')[1].split('"')[0]
    answer = desk.post(f"/treatments/calls/{where}", data={f"s{key}": "yes"})

    assert "get help now" in desk.get(answer.headers["Location"]).text
    assert "Nobody is to be called" in desk.get("/treatments/calls").text


def test_a_patients_own_answer_is_not_for_the_reception(office):
    id, _link = asked(office)
    reply(office, id, "Skin that turns white")
    desk = enter(office, "reception")

    assert desk.get(f"/treatments/calls/{id}").status_code == 404
    assert desk.get(f"/treatments/calls/{id}/result").status_code == 404
    assert desk.get(f"/doctor/signs/{id}").status_code == 403


def test_who_was_called_is_taken_off_the_list(office):
    treated(office, screening_id=decided(office))
    go_to_day(office, 7)
    desk = enter(office, "reception")
    where = desk.get("/treatments/calls").text.split("/treatments/calls/")[1].split('"')[0]
    desk.post(f"/treatments/calls/{where}/closing")

    assert "Nobody is to be called" in desk.get("/treatments/calls").text


def test_the_doctor_reads_the_sign_takes_it_and_puts_it_back(office):
    id, _link = asked(office)
    reply(office, id, "Skin that turns white", rest="")
    client = enter(office, "doctor")
    page = client.get(f"/doctor/signs/{id}").text
    assert "Skin that turns white" in page and "not answered" in page and "Day 7" in page
    client.post(f"/doctor/signs/{id}/taking")
    assert "Dr Mai Tran has taken this" in client.get(f"/doctor/signs/{id}").text
    client.post(f"/doctor/signs/{id}/handing-back")

    assert "I take this" in client.get(f"/doctor/signs/{id}").text
    with office.context.database.read() as session:
        patient = session.get_one(CheckIn, id).patient_id
    line = client.get(f"/patients/{patient}").text
    assert "Skin that turns white" in line and f"/doctor/signs/{id}" in line
    assert "Skin that turns" not in enter(office, "reception").get(f"/patients/{patient}").text
    assert content_of(office, id)["answers"]


@pytest.mark.parametrize("who", ["doctor", "lead"])
def test_a_recall_lists_who_got_the_lot_and_gives_it_as_a_file(office, who):
    treated(office, screening_id=decided(office))
    client = enter(office, who)
    page = client.post("/recall", data={"lot": "lot 1"}).text
    file = client.post("/recall/patients.csv", data={"lot": "lot 1"})

    assert "Lan Nguyen" in page and "PDO threads LOT-1" in page
    assert file.mimetype == "text/csv" and "Lan Nguyen" in file.text
    assert "Nobody was treated" in client.post("/recall", data={"lot": "other"}).text
    assert client.post("/recall", data={"lot": ""}).status_code == 422
    assert client.post("/recall", data={"lot": "x" * 200}).status_code == 422


def test_the_day_is_the_clinics(office, desk):
    shown = desk.get(f"/treatments/of/{decided(office)}").text

    assert f'value="{today(office).isoformat()}"' in shown
    assert date.fromisoformat(office.day()) == today(office)
