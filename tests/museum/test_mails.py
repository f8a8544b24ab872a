"""Mails that waited go out once, and what was refused stays refused."""

import pytest

from tests.mail_server import MailServer, send_due
from tests.museum.visiting import WINGS, browser, read_manifest


@pytest.fixture
def server():
    server = MailServer().start()
    yield server
    server.stop()


@pytest.fixture
def mailing(museum, server):
    """Return a wing of one's own that hands its mail to `server`."""
    museum.close()
    museum.open(**server.settings)
    return museum


def expected(museum):
    return {
        (mail["to"], mail["kind"])
        for told in museum.told["screenings"].values()
        for mail in told["mails"]
        if mail["state"] == "pending"
    }


def test_mails_that_waited_go_out_once_with_a_link_that_works(mailing, server):
    waiting = expected(mailing)
    assert waiting
    send_due(mailing)
    send_due(mailing)

    clinics = {told["alert_to"] for told in mailing.told["clinics"].values()}
    mails = [mail for mail in server.mails if mail["To"] not in clinics]
    assert sorted(mail["To"] for mail in mails) == sorted(to for to, _ in waiting)
    links = {f"/s/{told['link']}" for told in mailing.in_state("invited", "in-progress").values()}
    client = browser(mailing)
    for mail in mails:
        text = mail.get_body(("plain",)).get_content()
        [link] = [link for link in links if link in text]
        assert client.get(link).status_code == 200


def test_mails_say_what_became_of_them(shown):
    for name, told in shown.told["screenings"].items():
        found = [(m.kind, m.state) for m in shown.mails_of(told["id"])]
        assert found == [(m["kind"], m["state"]) for m in told["mails"]], name


def test_mails_in_every_state_stand_in_the_museum():
    every = [told for wing in WINGS for told in read_manifest(wing)["screenings"].values()]
    states = {mail["state"] for told in every for mail in told["mails"]}
    assert states == {"pending", "sent", "failed", "dropped"}
