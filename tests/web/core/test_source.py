"""Who is counted under what: a guest of the clinic's network stops nobody who works there."""

import pytest

from screening.web.core.limits import limiter
from tests.office import PASSWORD
from tests.web.visitors import browser_with, open_app

HERE = {"REMOTE_ADDR": "192.0.2.1"}


@pytest.fixture(scope="module")
def office(tmp_path_factory, furnish):
    office = furnish(tmp_path_factory.mktemp("office"))
    yield office
    office.close()


@pytest.fixture
def app(office):
    yield open_app(office)
    limiter.reset()


def use_up(app, path, times, at=HERE):
    guest = app.test_client()
    return [guest.post(path, environ_base=at).status_code for _ in range(times)][-1]


def known_browser(office, app):
    """Return a browser of the doctor, who signed out of it."""
    client = app.test_client()
    office.enter(client, "doctor")
    secret = client.get_cookie("known").value
    client.post("/sign-out")
    return browser_with(app, {"known": secret})


def test_a_guest_of_the_same_network_stops_no_browser_that_is_known(office, app):
    desk, given = known_browser(office, app), {"username": "doctor", "password": PASSWORD}
    assert use_up(app, "/sign-in", 31) == 429

    stranger = app.test_client().post("/sign-in", data=given, environ_base=HERE)
    assert stranger.status_code == 429
    assert desk.post("/sign-in", data=given, environ_base=HERE).status_code == 303


def test_a_link_that_is_right_opens_however_many_wrong_ones_came_from_the_network(office, app):
    link = office.invite().link
    assert use_up(app, "/s/unknown", 61) == 429

    patient = app.test_client()
    assert patient.get(f"/s/{link}", environ_base=HERE).status_code == 200
    assert patient.post(f"/s/{link}", environ_base=HERE).status_code == 303
    other = app.test_client()
    seen = [other.get(f"/s/{link}", environ_base=HERE).status_code for _ in range(60)]
    assert (seen[0], seen[-1]) == (200, 429), "each link has its own limit"


def test_a_known_passkey_is_counted_for_itself(office, app):
    from tests.workflow.accounts.test_tries import Key

    Key(office, office.doctor.id)
    assert use_up(app, "/sign-in/passkey", 31) == 429
    answer = '{"id": "a2V5", "rawId": "a2V5", "type": "public-key", "response": '
    answer += '{"clientDataJSON": "", "authenticatorData": "", "signature": ""}}'
    page = app.test_client().post(
        "/sign-in/passkey", data={"credential": answer}, environ_base=HERE
    )
    assert page.status_code == 422


def test_a_household_has_one_network_of_ipv6(app):
    for last in range(31):
        use_up(app, "/sign-in", 1, {"REMOTE_ADDR": f"2001:db8:1:2::{last:x}"})

    assert use_up(app, "/sign-in", 1, {"REMOTE_ADDR": "2001:db8:1:2:ffff::1"}) == 429
    assert use_up(app, "/sign-in", 1, {"REMOTE_ADDR": "2001:db8:1:3::1"}) == 422
    use_up(app, "/sign-in", 31, {"REMOTE_ADDR": "192.0.2.9"})
    assert use_up(app, "/sign-in", 1, {"REMOTE_ADDR": "::ffff:192.0.2.9"}) == 429


def test_a_copied_cookie_opens_nothing_by_itself(office, app):
    thief = known_browser(office, app)

    assert thief.get("/doctor").status_code == 303
    given = {"username": "doctor", "password": "wrong"}
    assert thief.post("/sign-in", data=given).status_code == 422
    assert thief.get("/sign-in/second-factor").status_code == 303
