"""Keys and ids of other programs work on, and so does what waits for somebody else."""

import pytest

from screening.storage.tables import Webhook
from screening.workflow.accounts import passwords, second_person
from screening.workflow.core.sealed import open_sealed
from screening.workflow.integration import delivering
from screening.workflow.reports import annexes
from tests.museum.visiting import browser, wings_with

WITH_PROGRAMS = pytest.mark.parametrize("museum", wings_with("program"), indirect=True)


def call(museum, method, path, key, **more):
    headers = {"Authorization": f"Bearer {key}"} | more.pop("headers", {})
    return browser(museum).open(f"/api/v1{path}", method=method, headers=headers, **more)


@WITH_PROGRAMS
def test_a_key_of_then_opens_what_its_ids_name_and_a_revoked_one_nothing(museum):
    told, made = museum.told["program"], museum.screening("by a program")
    for kind, value in (("external_id", "S-77"), ("patient", "P-77"), ("appointment", "A-77")):
        found = call(museum, "GET", "/screenings", told["key"], query_string={kind: value})
        assert [one["id"] for one in found.json["screenings"]] == [made["id"]], kind
    assert call(museum, "GET", "/screenings", told["revoked"]).status_code == 401


@WITH_PROGRAMS
def test_a_request_sent_again_is_answered_as_then(museum):
    told = museum.told["program"]
    key, body = told["request"]["key"], told["request"]["body"]
    header = {"Idempotency-Key": key}
    again = call(museum, "POST", "/screenings", told["key"], json=body, headers=header)
    assert again.json["id"] == museum.screening("by a program")["id"]
    other = body | {"external_id": "S-78"}
    refused = call(museum, "POST", "/screenings", told["key"], json=other, headers=header)
    assert refused.status_code == 409


@WITH_PROGRAMS
def test_news_that_waited_is_still_sent_and_signed_with_the_secret_of_then(museum):
    told = museum.told["program"]["webhook"]
    assert len(delivering.due_news(museum.context)) > 2
    with museum.context.database.read() as session:
        content = open_sealed(
            museum.context, session, session.get_one(Webhook, told["id"]), "content"
        )
    assert content == {"secrets": [{"secret": told["secret"]}]}


@pytest.mark.parametrize("museum", wings_with("waits for a second person"), indirect=True)
def test_a_change_that_waited_for_a_second_person_is_confirmed(museum):
    told = museum.told["waits for a second person"]
    password = museum.told["accounts"]["doctor"]["password"]
    doctor = museum.sign_in("doctor")
    done = second_person.confirm(museum.context, doctor, told["id"], password)
    assert passwords.follow_link(museum.context, done.link) == told["username"]


@pytest.mark.parametrize("museum", wings_with("typed at work"), indirect=True)
def test_what_was_typed_and_not_sent_stands_in_its_boxes(museum):
    told, client = museum.told["typed at work"], browser(museum)
    password = museum.told["accounts"][told["username"]]["password"]
    client.post("/sign-in", data={"username": told["username"], "password": password})
    client.post("/sign-in/second-factor", data={"code": museum.code(told["username"])})
    assert f'value="{told["typed"]}"' in client.get(told["page"]).text


@pytest.mark.parametrize("museum", wings_with("annex of"), indirect=True)
def test_the_annex_of_then_is_read_and_passes(museum):
    id = museum.screening(museum.told["annex of"])["id"]
    pdf = annexes.read_annex(museum.context, museum.sign_in("doctor"), id)
    assert museum.check(pdf)["status"] == "PASSED"
