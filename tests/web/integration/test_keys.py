"""The administrator makes a key, copies it once, and ends it."""

import re

import pytest

from screening.workflow.core.actor import program
from screening.workflow.integration import api_keys


@pytest.fixture
def client(office):
    office.add("admin", "Ann Boss", "administrator")
    app = office.app()
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def test_a_key_is_shown_once_and_ends_when_it_is_revoked(office, client):
    office.enter(client, "admin")
    sent = {"name": "Booking", "scopes": ["invite", "status"]}
    made = client.post("/admin/programs", data=sent, follow_redirects=True)
    secret = re.search(r"screening_[\w-]{20,}", made.text)[0]
    office.pass_time(minutes=16)
    reloaded = client.get("/admin/programs").text
    [key] = api_keys.list_keys(office.context, program(office.clinic))
    ask = {"headers": {"Authorization": f"Bearer {secret}"}}
    before = client.get("/api/v1/procedures", **ask).status_code
    client.post(f"/admin/programs/{key.id}/revocation")

    assert (key.name, key.scopes, key.made_by) == ("Booking", ("invite", "status"), "Ann Boss")
    assert secret not in reloaded
    assert (before, client.get("/api/v1/procedures", **ask).status_code) == (200, 401)


def test_nobody_else_reaches_the_keys(office, client):
    for who in ("doctor", "reception", "lead"):
        office.enter(client, who)
        assert client.get("/admin/programs").status_code == 403
