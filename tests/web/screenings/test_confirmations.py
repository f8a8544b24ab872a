"""Pages that ask a patient to look once more, as a browser without JavaScript meets them."""

import re
from html import unescape

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


def say(client, **told):
    """Reply to what is asked about medicines, "no" where not told; return what was sent."""
    asked = re.findall(r'name="about(\d)" value="([^"]+)"', client.get(PAGE).text)
    sent = {f"about{place}": unescape(about) for place, about in asked}
    sent |= {f"reply{place}": told.get(about.split(":")[0], "no") for place, about in asked}
    return client.post(PAGE, data=sent)


def test_a_name_is_shown_beside_the_question_that_it_belongs_to(office):
    client, id = visit(office, **TAKES)
    page = client.get("/screening", follow_redirects=True).text

    assert "You wrote “Eliquis 5 mg”." in page
    assert "Do you take a blood thinner from a doctor?" in page
    assert "Your answer: No" in page
    assert client.get("/screening/check").headers["Location"] == PAGE
    assert refused(answering.submit, office.context, office.hold(id), DECLARED) == "incomplete"


@pytest.mark.parametrize(
    ("reply", "answer"), [("yes", "yes"), ("no", "no"), ("unknown", "unknown")]
)
def test_only_the_patients_reply_changes_the_answer(office, reply, answer):
    client, id = visit(office, **TAKES)
    assert client.post(PAGE, data={"about0": "blood_thinner"}).status_code == 422
    assert answers_of(office, id)["blood_thinner"] == "no"
    say(client, blood_thinner=reply)

    assert answers_of(office, id)["blood_thinner"] == answer
    assert answers_of(office, id)["past_clots"] == "no"
    assert office.medicine_questions(id) == []


def test_a_page_sent_twice_answers_nothing_else(office):
    client, id = visit(office, **TAKES | {"medicine_list": "ibuprofen, warfarin"})
    places = range(len(office.medicine_questions(id)))
    sent = {f"about{n}": "painkiller" for n in places} | {f"reply{n}": "yes" for n in places}
    client.post(PAGE, data=sent)

    assert answers_of(office, id)["painkiller"] == "yes"
    assert answers_of(office, id)["blood_thinner"] == "no"
    assert "blood_thinner" in [q.id for q in office.medicine_questions(id)]


def test_a_misspelled_name_is_a_question(office):
    client, id = visit(office, **TAKES | {"medicine_list": "Warfrin"})
    page = client.get("/screening", follow_redirects=True).text
    assert "You wrote “Warfrin”." in page
    assert "warfarin" in page
    assert say(client, guess="7").status_code == 422

    say(client, guess="0")
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
    unknown = page.split("We do not know these:")[1].split("</ul>")[0]
    assert "Zzblorbix" in unknown and "Metformin" not in unknown

    changed = say(client)
    assert changed.headers["Location"] == "/screening/questions/medicine_list/change"
    assert office.medicine_questions(id)[0].id == "unread"
    say(client, unread="yes")
    assert "unread" not in [q.id for q in office.medicine_questions(id)]


def submitted(office, id):
    with office.context.database.read() as session:
        screening = session.get_one(Screening, id)
        return open_sealed(office.context, session, screening, "submission")


def test_the_page_comes_once_nothing_else_is_open(office):
    client, _id = visit(office, **TAKES | {"medicine_list": "vitamin C"})
    said = {"screen.asked": "medicine_list", "medicine_list": "warfarin"}
    sent = client.post("/screening/questions/medicine_list", data=said)

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


SINCE, STILL = "/screening/since", "/screening/still-true"


def test_a_patient_who_comes_again_says_what_is_new_and_confirms_the_rest_at_once(office):
    client, id = again(office)
    assert client.get(STILL).headers["Location"] not in (STILL, SINCE)
    assert give_birth_date(client).headers["Location"] == SINCE
    page = client.get(SINCE).text
    names = set(re.findall(r'type="radio" name="([\w-]+)"', page))
    assert names and " checked" not in page and "Last time" not in page
    assert client.post(SINCE, data={}).status_code == 422
    assert client.post(SINCE, data=dict.fromkeys(names, "no")).headers["Location"] == STILL

    page = client.get(STILL).text
    shown = re.findall(r'name="changed" value="(\w+)"', page)
    assert "<bdi>No</bdi>" in page and " checked" not in page
    client.post(STILL, data={"about": " ".join(shown), "changed": ["bleeding"]})
    kept = answers_of(office, id)
    assert {*shown} - {"bleeding"} <= kept.keys() and "bleeding" not in kept
    assert "/screening/questions/" in client.get("/screening").headers["Location"]


def test_what_a_row_says_is_new_is_asked_anew(office):
    client, _id = again(office)
    give_birth_date(client)
    names = set(re.findall(r'type="radio" name="([\w-]+)"', client.get(SINCE).text))
    client.post(SINCE, data=dict.fromkeys(names, "no") | {"medicines": "unknown"})

    shown = re.findall(r'name="changed" value="(\w+)"', client.get(STILL).text)
    assert "event" in shown and "painkiller" not in shown


def test_what_a_page_did_not_show_is_not_confirmed_by_it(office):
    client, id = again(office)
    give_birth_date(client)
    names = set(re.findall(r'type="radio" name="([\w-]+)"', client.get(SINCE).text))
    client.post(SINCE, data=dict.fromkeys(names, "no"))
    client.post(STILL, data={"about": "bleeding"})

    assert answers_of(office, id).keys() == {"date_of_birth", "bleeding"}


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
