"""While a screen that was sent holds the draft, its page waits for no other act of its own."""

import pytest

from screening.workflow.core.actor import program
from screening.workflow.screenings import answering
from screening.workflow.tablets import tablets
from tests.office import START
from tests.web.visitors import open_app, phone_of

BORN = {"screen.asked": "date_of_birth", "date_of_birth": ["3", "5", "1986"]}
NEVER = {"screen.asked": "date_of_birth", "date_of_birth": ["31", "2", "1986"]}
PIN = "492716"


@pytest.fixture
def office(tmp_path, furnish):
    office = furnish(tmp_path)
    office.context.database.longest_wait = 0.5
    yield office
    office.close()


@pytest.fixture
def visit(office):
    """Return the patient's phone at the first question, and the screening."""
    invitation, client = office.invite(), phone_of(open_app(office))
    client.post(f"/s/{invitation.link}", data={"procedures": "mesotherapy-face"})
    return client, invitation.screening_id


@pytest.fixture
def tablet_visit(office):
    """Return a tablet at the first question, and the screening."""
    invitation, client = office.invite(), open_app(office).test_client()
    code = tablets.add_kiosk(office.context, program(office.clinic), "Waiting room", pin=PIN)
    client.post("/kiosk/pairing", data={"code": code})
    client.post("/kiosk/start", data=START | {"code": invitation.start_code})
    client.post("/screening/procedures", data={"procedures": "mesotherapy-face"})
    return client, invitation.screening_id


def answers_of(office, screening_id):
    return answering.read_draft(office.context, screening_id).answers


def send(client, fields):
    return client.post("/screening/questions/date_of_birth", data=fields)


def test_a_tablet_that_is_to_be_held_on_to_is_let_through(office, tablet_visit):
    client, screening_id = tablet_visit
    office.pass_time(minutes=3)

    assert send(client, BORN).status_code == 303
    assert "date_of_birth" in answers_of(office, screening_id)


def test_what_is_wrong_with_an_answer_is_said_and_nothing_is_changed(office, visit):
    client, screening_id = visit

    page = send(client, NEVER)
    assert page.status_code == 422
    assert 'value="31"' in page.text
    assert answers_of(office, screening_id) == {}


def test_a_question_off_the_way_leads_back_and_lets_go(office, visit):
    client, screening_id = visit

    assert client.post("/screening/questions/bleeding", data={"bleeding": "no"}).status_code == 303
    assert send(client, BORN).status_code == 303
    assert "date_of_birth" in answers_of(office, screening_id)
