"""News is signed, says only who changed, is sent again for three days, and never goes inside."""

import json
import threading
from datetime import timedelta

import pytest
import time_machine
from standardwebhooks import Webhook, WebhookVerificationError

from screening.workflow.core.actor import program
from screening.workflow.core.refusal import Refusal
from screening.workflow.integration import delivering, posting, webhooks
from screening.workflow.patients import merging
from tests.news_receiver import NETWORKS, receiver
from tests.office import refused
from tests.web.integration.conftest import Caller

__all__ = ["receiver"]


@pytest.fixture
def office(furnish, tmp_path):
    office = furnish(tmp_path / "office", **NETWORKS)
    yield office
    office.close()


@pytest.fixture
def api(office):
    return Caller(office, "webhooks", "invite", "status")


def deliver_all(office):
    return [
        delivering.deliver(office.context, order) for order in delivering.due_news(office.context)
    ]


def test_news_says_who_changed_and_nothing_else_and_verifies(office, api, receiver):
    made = api("POST", "/webhooks", {"url": receiver.url}).json
    opened = api("POST", "/screenings", {"patient": {"name": "Lan Nguyen"}}).json
    delivered = deliver_all(office)
    [(headers, body)] = receiver.got
    with time_machine.travel(office.now, tick=False):
        told = Webhook(made["secret"]).verify(body, headers)

    assert delivered == [True]
    assert told["type"] == "screening.updated" and told["data"] == {"id": opened["id"]}
    assert set(told) == {"type", "timestamp", "data"}
    assert b"Lan" not in body
    assert api("GET", "/webhooks").json["webhooks"][0]["waiting"] == 0


def test_what_only_looks_is_no_news_and_what_waits_is_not_doubled(office, api, receiver):
    api("POST", "/webhooks", {"url": receiver.url})
    id = office.submit()
    before = len(delivering.due_news(office.context))
    Caller(office, "clinical")("GET", f"/screenings/{id}/verdict")

    assert before == len(delivering.due_news(office.context)) == 1


def test_a_merge_is_news_of_both_patients(office, api, receiver):
    api("POST", "/webhooks", {"url": receiver.url})
    one, other = (
        api("POST", "/screenings", {"patient": {"name": name}}).json["patient_id"]
        for name in ("Lan Nguyen", "Lan Nguyễn")
    )
    deliver_all(office)
    receiver.got.clear()
    merging.merge(office.context, office.receptionist, one, other)
    deliver_all(office)

    told = [json.loads(body) for _headers, body in receiver.got]
    assert {(one["type"], one["data"]["id"]) for one in told} == {
        ("patient.updated", one),
        ("patient.updated", other),
    }


def test_a_former_secret_signs_for_a_day_more(office, api, receiver):
    made = api("POST", "/webhooks", {"url": receiver.url}).json
    new = api("POST", f"/webhooks/{made['id']}/secret", {}).json
    office.invite()
    deliver_all(office)
    office.pass_time(days=2)
    office.invite()
    deliver_all(office)
    (headers, body), (later_headers, later_body) = receiver.got

    with time_machine.travel(office.now - timedelta(days=2), tick=False):
        for secret in (made["secret"], new["secret"]):
            assert Webhook(secret).verify(body, headers)
    with time_machine.travel(office.now, tick=False):
        assert Webhook(new["secret"]).verify(later_body, later_headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(made["secret"]).verify(later_body, later_headers)


def test_what_nobody_takes_is_tried_for_three_days_then_shown_and_sent_again(office, api, receiver):
    made = api("POST", "/webhooks", {"url": receiver.url}).json
    receiver.status = 500
    office.invite()
    tries, passed = 0, timedelta()
    while passed < timedelta(days=4):
        tries += len(deliver_all(office))
        office.pass_time(minutes=10)
        passed += timedelta(minutes=10)
    by = program(office.clinic)
    [dead] = webhooks.list_dead(office.context, by)
    receiver.status = 200
    webhooks.send_again(office.context, by, made["id"])

    assert 10 <= tries <= 30
    assert dead.error == "status 500"
    assert deliver_all(office) == [True]
    assert webhooks.list_dead(office.context, by) == []


def test_a_redirect_is_not_followed(office, api, receiver):
    api("POST", "/webhooks", {"url": receiver.url})
    receiver.status, receiver.to = 307, receiver.url + "/elsewhere"
    office.invite()

    assert deliver_all(office) == [False]
    assert len(receiver.got) == 1


def test_one_that_hangs_is_left_in_time(office, api, receiver, monkeypatch):
    monkeypatch.setattr(posting, "SECONDS", 0.2)
    api("POST", "/webhooks", {"url": receiver.url})
    receiver.holds = threading.Event()
    office.invite()

    assert deliver_all(office) == [False]
    receiver.holds.set()


def test_an_ended_webhook_gets_nothing_more(office, api, receiver):
    made = api("POST", "/webhooks", {"url": receiver.url}).json
    office.invite()
    assert api("DELETE", f"/webhooks/{made['id']}").status_code == 204
    office.invite()

    assert deliver_all(office) == []
    assert api("DELETE", f"/webhooks/{made['id']}").status_code == 404


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.org/x", Refusal.NOT_HTTPS),
        ("ftp://example.org/x", Refusal.NOT_HTTPS),
        ("https://user:password@example.org", Refusal.NOT_HTTPS),
        ("https://", Refusal.NOT_HTTPS),
        ("https://exa mple.org", Refusal.NOT_HTTPS),
        ("https://[::1", Refusal.NOT_HTTPS),
        ("https://10.0.0.7/x", Refusal.OWN_NETWORK),
        ("https://169.254.169.254/latest", Refusal.OWN_NETWORK),
        ("https://[fd00::1]/", Refusal.OWN_NETWORK),
        ("https://[::ffff:192.168.0.1]/", Refusal.OWN_NETWORK),
        ("https://0.0.0.0/", Refusal.OWN_NETWORK),
        ("https://100.64.0.1/", Refusal.OWN_NETWORK),
        ("https://printer/", Refusal.OWN_NETWORK),
        ("https://clinic.local/", Refusal.OWN_NETWORK),
    ],
)
def test_an_address_inside_is_refused(office, url, reason):
    assert refused(webhooks.add_webhook, office.context, program(office.clinic), url) == reason


def test_a_name_that_leads_inside_later_is_not_posted_to(monkeypatch):
    """It was public when it was typed; what it resolves to is looked at again on sending."""
    said = "inside our own network"

    with pytest.raises(posting.NotTakenError, match=said):
        posting.post("https://localhost:9/", "localhost", b"{}", {}, ())
    with pytest.raises(posting.NotTakenError, match=said):
        posting.post("https://127.0.0.1:9/", "127.0.0.1", b"{}", {}, ())
