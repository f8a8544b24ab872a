"""Whoever could sign in then can sign in now, by each way in, and nobody else can."""

import re
from html import unescape

import pytest

from screening.workflow.accounts import passwords, sessions
from screening.workflow.core.refusal import ActRefusedError
from tests.museum.device import Device
from tests.museum.visiting import ON_SQLITE, browser, wings_with
from tests.office import refused

HOMES = {
    "doctor": "/doctor",
    "doctor-b": "/doctor",
    "reception": "/reception",
    "reception-b": "/reception",
    "admin": "/admin",
}


def enter(museum, client, username, code):
    password = museum.told["accounts"][username]["password"]
    client.post("/sign-in", data={"username": username, "password": password})
    return client.post("/sign-in/second-factor", data={"code": code})


def test_password_and_app_open_ones_own_desk(museum):
    for username, desk in HOMES.items():
        client = browser(museum)
        answer = enter(museum, client, username, museum.code(username))
        assert (answer.status_code, client.get(desk).status_code) == (303, 200), username


@pytest.mark.parametrize("museum", ON_SQLITE, indirect=True)
def test_the_code_that_was_used_last_does_not_work_again(museum):
    museum.pass_time(seconds=-30)
    answer = enter(museum, browser(museum), "reception", museum.last_code("reception"))
    assert answer.status_code == 422


@pytest.mark.parametrize("museum", ON_SQLITE, indirect=True)
def test_a_recovery_code_works_once_and_the_used_one_not_at_all(museum):
    used, fresh, *_ = museum.told["accounts"]["doctor"]["recovery_codes"]
    assert enter(museum, browser(museum), "doctor", used).status_code == 422
    assert enter(museum, browser(museum), "doctor", fresh).status_code == 303
    assert enter(museum, browser(museum), "doctor", fresh).status_code == 422


def test_a_passkey_signs_in_without_a_password(museum):
    client = browser(museum)
    page = client.get("/sign-in").get_data(as_text=True)
    challenge = re.search(r'"challenge": ?"([\w-]+)"', unescape(page))[1]
    device = Device(site(museum), **museum.told["accounts"]["reception"]["passkey"])
    answer = client.post("/sign-in/passkey", data={"credential": device.sign(challenge)})

    assert answer.status_code == 303
    assert client.get("/reception").status_code == 200


def site(museum):
    return museum.told["made"]["settings"]["SCREENING_PUBLIC_URL"]


@pytest.mark.parametrize("museum", wings_with("tablets"), indirect=True)
def test_who_was_signed_in_still_is_for_half_an_hour(museum):
    client = browser(museum, session=museum.told["cookies"]["reception"])
    assert client.get("/reception").status_code == 200
    museum.pass_time(minutes=31)
    assert client.get("/reception").status_code == 303


@pytest.mark.parametrize("museum", ON_SQLITE, indirect=True)
def test_who_was_locked_out_by_anyones_tries_is_so_no_more(museum):
    assert museum.told["accounts"]["lead"]["locked"]
    assert museum.sign_in("lead").role == "clinical-lead"


@pytest.mark.parametrize("museum", ON_SQLITE, indirect=True)
def test_a_disabled_account_opens_nothing(museum):
    told = museum.told["accounts"]["former"]
    assert refused(sessions.sign_in, museum.context, "former", told["password"]) == "wrong"


@pytest.mark.parametrize("museum", ON_SQLITE, indirect=True)
def test_a_link_to_set_the_first_password_still_works(museum):
    link = museum.told["accounts"]["newcomer"]["link"]
    assert passwords.follow_link(museum.context, link) == "newcomer"
    passwords.set_password(museum.context, link, "lantern orbit walnut fjord")
    with pytest.raises(ActRefusedError, match="gone"):
        passwords.follow_link(museum.context, link)


@pytest.mark.parametrize("shown", wings_with("tablets"), indirect=True)
def test_tablets_are_what_they_were(shown):
    tablets = shown.told["tablets"]
    for name, page in {"Waiting room": "Please type the code", "Locked": "locked"}.items():
        client = browser(shown, kiosk=tablets[name]["token"])
        assert page in client.get("/kiosk").get_data(as_text=True), name
        assert client.get("/reception").status_code == 403
    revoked = browser(shown, kiosk=tablets["Old"]["token"])
    assert "Set up this tablet" in revoked.get("/kiosk").get_data(as_text=True)


@pytest.mark.parametrize("museum", wings_with("tablets"), indirect=True)
def test_a_tablet_that_waits_for_its_pairing_code_is_paired_by_it(museum):
    client = browser(museum)
    code = museum.told["tablets"]["Second floor"]["code"]
    assert client.post("/kiosk/pairing", data={"code": code}).status_code == 303
    assert "Please type the code" in client.get("/kiosk").get_data(as_text=True)


@pytest.mark.parametrize("museum", wings_with("tablets"), indirect=True)
def test_the_pin_of_then_releases_the_tablet(museum):
    tablet = museum.told["tablets"]["Waiting room"]
    client = browser(museum, kiosk=tablet["token"])
    assert client.post("/kiosk/release", data={"pin": "000000"}).status_code == 422
    assert client.post("/kiosk/release", data={"pin": tablet["pin"]}).status_code == 303
