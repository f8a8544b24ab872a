"""When a browser is let out by itself: the clock is the office's, moved by the test."""

import pytest

from screening.workflow.screenings import answering
from tests.office import DECLARED, PHONE
from tests.web.visitors import browser_with, open_app


@pytest.fixture
def office(tmp_path, furnish):
    office = furnish(tmp_path)
    yield office
    office.close()


@pytest.fixture
def client(office):
    return open_app(office).test_client()


def gets_in(client, path):
    return client.get(path).status_code == 200


def test_a_sign_in_ends_after_half_an_hour_without_a_page(office, client):
    office.enter(client, "doctor")
    office.pass_time(minutes=29)
    assert gets_in(client, "/doctor")
    office.pass_time(minutes=31)

    away = client.get("/doctor")
    assert away.headers["Location"].endswith("/sign-in")
    assert "You were signed out" in client.get("/sign-in").text


def test_a_sign_in_ends_after_twelve_hours_however_busy(office, client):
    office.enter(client, "doctor")
    for _ in range(25):
        assert gets_in(client, "/doctor")
        office.pass_time(minutes=29)

    assert client.get("/doctor").headers["Location"].endswith("/sign-in")


def visit(office, client):
    """Let a patient in by the link; return the link and a page that only she may see."""
    link = office.invite().link
    client.post(f"/s/{link}")
    return link, "/screening/procedures"


def test_a_patients_visit_ends_after_an_hour_and_the_link_begins_another(office, client):
    link, page = visit(office, client)
    for _ in range(3):
        office.pass_time(minutes=59)
        assert gets_in(client, page)
    office.pass_time(minutes=61)

    away = client.get(page)
    assert away.status_code == 403
    assert "Please open your link again" in away.text
    client.post(f"/s/{link}")
    assert gets_in(client, page)


def test_a_patients_visit_ends_after_twelve_hours_however_busy(office, client):
    _, page = visit(office, client)
    for _ in range(13):
        assert gets_in(client, page)
        office.pass_time(minutes=59)

    assert client.get(page).status_code == 403


def test_a_copied_cookie_ends_with_the_visit_it_was_copied_from(office, client):
    """Also where whoever copied the cookies took the lasting one of the browser with them."""
    invitation = office.invite()
    office.answer(invitation.screening_id)
    answering.submit(office.context, office.hold(invitation.screening_id), DECLARED)
    client.set_cookie("device", PHONE)
    client.post(f"/s/{invitation.link}")
    stolen = {name: client.get_cookie(name).value for name in ("session", "device")}
    thief = browser_with(client.application, stolen)
    assert gets_in(thief, "/screening/receipt")
    client.post(f"/s/{office.invite().link}")

    thief = browser_with(client.application, stolen)
    assert thief.get("/screening/receipt").status_code == 403
    client.post(f"/s/{invitation.link}")
    thief = browser_with(client.application, {"session": client.get_cookie("session").value})
    office.pass_time(minutes=61)
    assert thief.get("/screening/receipt").status_code == 403
    assert thief.get("/screening/report.pdf").status_code == 403
