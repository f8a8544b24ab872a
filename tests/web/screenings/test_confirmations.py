"""Pages that ask a patient to look once more, as a browser without JavaScript meets them."""

import re

import pytest

from screening.storage.tables import Screening
from screening.workflow.core.actor import program
from screening.workflow.core.sealed import open_sealed
from screening.workflow.screenings import answering
from screening.workflow.tablets import tablets
from tests.office import DECLARED, refused
from tests.web.visitors import open_app, phone_of


@pytest.fixture(scope="module")
def office(tmp_path_factory, furnish):
    office = furnish(tmp_path_factory.mktemp("office"))
    yield office
    office.close()


def visit(office, *procedures, **answers):
    """Return a patient's browser and screening, all answered quietly but for `answers`."""
    invitation = office.invite(*procedures or ("thread-lift",))
    client = open_app(office).test_client()
    client.post(f"/s/{invitation.link}")
    office.answer(invitation.screening_id, **answers)
    return client, invitation.screening_id


def answers_of(office, id):
    return answering.read_draft(office.context, id).answers


TAKES = {"other_meds": "yes", "medicine_list": "Eliquis 5 mg", "medicine_kinds": ["none"]}
PAGE = "/screening/medicine"


def test_a_name_is_shown_beside_the_question_that_it_belongs_to(office):
    client, id = visit(office, **TAKES)
    page = client.get("/screening", follow_redirects=True).text

    assert "You wrote “Eliquis 5 mg”." in page
    assert "Do you take a blood thinner from a doctor?" in page
    assert "Your answer: No" in page
    for path in ("check", "declaration"):
        assert client.get(f"/screening/{path}").headers["Location"] == PAGE
    assert refused(answering.submit, office.context, office.hold(id), DECLARED) == "incomplete"


@pytest.mark.parametrize(
    ("reply", "answer"), [("yes", "yes"), ("no", "no"), ("unknown", "unknown")]
)
def test_only_the_patients_reply_changes_the_answer(office, reply, answer):
    client, id = visit(office, **TAKES)
    assert client.post(PAGE, data={"about": "blood_thinner"}).status_code == 422
    assert answers_of(office, id)["blood_thinner"] == "no"
    client.post(PAGE, data={"about": "blood_thinner", "reply": reply})

    assert answers_of(office, id)["blood_thinner"] == answer
    assert [q.id for q in office.medicine_questions(id)] == ["heart", "past_clots"]


def test_a_page_sent_twice_answers_nothing_else(office):
    client, id = visit(office, **TAKES | {"medicine_list": "ibuprofen, warfarin"})
    reply = {"about": "painkiller", "reply": "yes"}
    client.post(PAGE, data=reply)
    client.post(PAGE, data=reply)

    assert answers_of(office, id)["blood_thinner"] == "no"
    assert "warfarin" in client.get(PAGE).text


def test_a_misspelled_name_is_a_question(office):
    client, id = visit(office, **TAKES | {"medicine_list": "Warfrin"})
    page = client.get("/screening", follow_redirects=True).text
    assert "You wrote “Warfrin”." in page
    assert "warfarin" in page
    assert client.post(PAGE, data={"about": "guess:Warfrin", "reply": "7"}).status_code == 422

    client.post(PAGE, data={"about": "guess:Warfrin", "reply": "0"})
    assert office.medicine_questions(id)[0].id == "blood_thinner"
    office.stand_by(id)
    answering.submit(office.context, office.hold(id), DECLARED)
    report = submitted(office, id)
    assert [m["substances"] for m in report["medicines"]] == [["warfarin"]]
    states = {r["finding"]: r["state"] for p in report["procedures"] for r in p["reasons"]}
    assert states["clotting_medicine"] == "unknown", "the list and the reply cannot both be right"


def test_what_nobody_recognises_is_shown_and_may_be_written_anew(office):
    client, id = visit(office, **TAKES | {"medicine_list": "Zzblorbix\nMetformin"})
    page = client.get("/screening", follow_redirects=True).text
    assert "We do not know these:" in page
    assert "Zzblorbix" in page and "Metformin" not in page

    changed = client.post(PAGE, data={"about": "unread", "reply": "no"})
    assert changed.headers["Location"] == "/screening/questions/medicine_list"
    assert office.medicine_questions(id)[0].id == "unread"
    client.post(PAGE, data={"about": "unread", "reply": "yes"})
    assert "unread" not in [q.id for q in office.medicine_questions(id)]


def submitted(office, id):
    with office.context.database.read() as session:
        screening = session.get_one(Screening, id)
        return open_sealed(office.context, session, screening, "submission")


def test_the_page_comes_right_after_the_list(office):
    client, _id = visit(office, **TAKES | {"medicine_list": "vitamin C"})
    sent = client.post("/screening/questions/medicine_list", data={"medicine_list": "warfarin"})

    assert sent.headers["Location"] == "/screening/medicine"


def again(office):
    """Return the browser and the screening of a patient who was here before."""
    office.submit("thread-lift", date_of_birth="1986-05-03")
    invitation = office.invite("thread-lift")
    client = phone_of(open_app(office))
    client.post(f"/s/{invitation.link}")
    client.post("/screening/procedures", data={"procedures": ["thread-lift"]})
    return client, invitation.screening_id


def give_birth_date(client, year="1986"):
    asked = {"date_of_birth": ["3", "5", year]}
    return client.post("/screening/questions/date_of_birth", data=asked)


def test_a_patient_who_comes_again_confirms_last_times_answers(office):
    client, id = again(office)
    assert client.get("/screening/still-true").headers["Location"] != "/screening/still-true"
    assert give_birth_date(client).headers["Location"] == "/screening/still-true"
    pages = 0
    while (page := client.get("/screening/still-true")).status_code == 200:
        shown = set(re.findall(r'type="radio" id="(\w+)" ', page.text))
        about = re.search(r'name="about" value="([^"]+)"', page.text)[1]
        assert "Last time: <b><bdi>" in page.text and " checked" not in page.text
        incomplete = client.post("/screening/still-true", data={"about": about})
        assert incomplete.status_code == 422
        client.post("/screening/still-true", data={"about": about} | dict.fromkeys(shown, "same"))
        assert shown <= set(answers_of(office, id))
        pages += 1

    assert pages > 1
    assert "/screening/questions/" in client.get("/screening").headers["Location"]


def test_last_times_answers_can_be_left_aside(office):
    client, _id = again(office)
    give_birth_date(client)
    client.post("/screening/anew")

    assert "/questions/" in client.get("/screening").headers["Location"]


def test_another_date_of_birth_shows_nothing(office):
    client, _id = again(office)

    assert "/questions/" in give_birth_date(client, "1987").headers["Location"]


def test_a_tablet_never_shows_last_times_answers(office):
    client, _id = again(office)
    give_birth_date(client)
    code = tablets.add_kiosk(office.context, program(office.clinic), "Waiting room")
    tablet = open_app(office).test_client()
    tablet.post("/kiosk/pairing", data={"code": code})
    office.submit("thread-lift", date_of_birth="1986-05-03")
    invitation = office.invite("thread-lift")
    born = {"code": invitation.start_code, "born": ["3", "5", "1986"]}
    assert tablet.post("/kiosk/start", data=born).status_code == 303
    tablet.post("/screening/procedures", data={"procedures": ["thread-lift"]})

    assert "/questions/" in give_birth_date(tablet).headers["Location"]
    assert answering.read_draft(office.context, invitation.screening_id).last is None
