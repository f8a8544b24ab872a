"""Pages that ask a patient to look once more, as a browser without JavaScript meets them."""

import re

import pytest

from screening.workflow.core.actor import program
from screening.workflow.screenings import answering
from screening.workflow.tablets import tablets
from tests.office import DECLARED, refused
from tests.web.visitors import open_app


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


TAKES = {"other_meds": "yes", "medicine_list": "Eliqis 5 mg", "medicine_kinds": ["none"]}


def test_a_name_is_shown_beside_the_question_that_it_belongs_to(office):
    client, id = visit(office, **TAKES)
    page = client.get("/screening", follow_redirects=True).text

    assert "You wrote “eliqis”. We read it as “eliquis”." in page
    assert "Do you take a blood thinner from a doctor?" in page
    assert "Your answer: No" in page
    for path in ("check", "declaration"):
        assert client.get(f"/screening/{path}").headers["Location"] == "/screening/medicine"
    assert refused(answering.submit, office.context, office.hold(id), DECLARED) == "incomplete"


@pytest.mark.parametrize(
    ("reply", "answer", "leads_to"),
    [
        ("yes", "yes", "/screening/questions/which_thinner"),
        ("no", "no", "/screening/check"),
        ("unknown", "unknown", "/screening/check"),
    ],
)
def test_only_the_patients_reply_changes_the_answer(office, reply, answer, leads_to):
    client, id = visit(office, **TAKES)
    assert client.post("/screening/medicine", data={"about": "blood-thinner"}).status_code == 422
    assert answers_of(office, id)["blood_thinner"] == "no"
    client.post("/screening/medicine", data={"about": "blood-thinner", "reply": reply})

    assert answers_of(office, id)["blood_thinner"] == answer
    assert client.get("/screening").headers["Location"] == leads_to


def test_a_page_sent_twice_answers_nothing_else(office):
    client, id = visit(office, **TAKES | {"medicine_list": "warfarin, ibuprofen"})
    reply = {"about": "blood-thinner", "reply": "yes"}
    client.post("/screening/medicine", data=reply)
    client.post("/screening/medicine", data=reply)

    assert answers_of(office, id)["painkiller"] == "no"
    assert "ibuprofen" in client.get("/screening/medicine").text


def test_the_page_comes_right_after_the_list(office):
    client, _id = visit(office, other_meds="yes", medicine_list="none", medicine_kinds=["none"])
    sent = client.post("/screening/questions/medicine_list", data={"medicine_list": "warfarin"})

    assert sent.headers["Location"] == "/screening/medicine"


def again(office):
    """Return the browser and the screening of a patient who was here before."""
    office.submit("thread-lift", date_of_birth="1986-05-03")
    invitation = office.invite("thread-lift")
    client = open_app(office).test_client()
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
