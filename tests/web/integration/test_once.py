"""What is sent twice under one Idempotency-Key is carried out once, whatever the operation."""

import pytest
from sqlalchemy import func, select

from screening.storage.proof import prove
from screening.storage.tables import AuditEntry
from screening.storage.tables import Request as Asked
from screening.workflow.integration import api_keys, requests
from screening.workflow.review import reviews
from tests.office import decide
from tests.web.integration.conftest import Caller
from tests.web.integration.test_api import is_problem
from tests.web.integration.test_news import NETWORKS

PATIENT = {"name": "Lan Nguyen", "email": "lan@example.org"}
WANTED = {"patient": PATIENT, "procedures": ["mesotherapy-face"]}
MAIL = {"SCREENING_SMTP": "smtp://127.0.0.1:9", "SCREENING_MAIL_FROM": "desk@clinic.example"}
KEEPS_NOTHING = {"/verifications"}
MAY_HAPPEN_AGAIN = {"/screenings/<screening_id>/links", "/webhooks/<webhook_id>/deliveries"}


def decided_on(office):
    id = office.submit()
    reviews.decide(*decide(office, id, "proceed"))
    return id


@pytest.fixture
def office(furnish, tmp_path):
    office = furnish(tmp_path / "office", after=decided_on, **NETWORKS, **MAIL)
    yield office
    office.close()


@pytest.fixture
def api(office):
    return Caller(office, *api_keys.Scope)


@pytest.fixture
def bodies(office, api):
    """By route: where to send, and what; it fails for a POST that nobody has thought of here."""
    hook = api("POST", "/webhooks", {"url": "http://127.0.0.1:9/news"}).json["id"]
    open_one, other = (api("POST", "/screenings", WANTED).json["id"] for _ in range(2))
    done = [{"procedure": "mesotherapy-face"}]
    treated = {"treated_on": office.day(), "by": "Dr Mai Tran", "done": done}
    known = {
        "/screenings": ("", WANTED),
        "/screenings/<screening_id>/withdrawal": (other, {"reason": "cancelled"}),
        "/screenings/<screening_id>/invitations": (open_one, {}),
        "/screenings/<screening_id>/links": (open_one, {"reason": "other-message"}),
        "/screenings/<screening_id>/treatments": (office.begun, treated),
        "/webhooks": ("", {"url": "http://127.0.0.1:9/other"}),
        "/webhooks/<webhook_id>/secret": (hook, {}),
        "/webhooks/<webhook_id>/deliveries": (hook, {}),
    }
    posts = {
        rule.rule.removeprefix("/api/v1")
        for rule in api.browser.application.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and "POST" in rule.methods
    }
    assert posts == known.keys() | KEEPS_NOTHING
    return known


def path_of(route, id):
    return route.partition("<")[0] + id + route.partition(">")[2]


def acts(office):
    with office.context.database.read() as session:
        return session.scalar(select(func.count()).select_from(AuditEntry))


def test_each_operation_is_carried_out_once_under_one_key(office, api, bodies):
    for route, (id, body) in bodies.items():
        path, key = path_of(route, id), {"Idempotency-Key": f"one {route}"}
        first = api("POST", path, body, headers=key)
        before = acts(office)
        again = api("POST", path, body, headers=key)
        other = api("POST", path, body | {"x": 1}, headers=key)

        assert first.status_code in (200, 201, 202, 204), (route, first.text)
        assert again.status_code == first.status_code, route
        assert again.get_json(silent=True) == first.get_json(silent=True), route
        assert acts(office) == before, route
        assert other.status_code in (409, 422), route
        if other.status_code == 409:
            assert other.json["type"].endswith("key-reused")
    assert len(api("GET", "/webhooks").json["webhooks"]) == 2


def test_who_died_before_answering_has_acted_once(office, api, bodies, monkeypatch):
    def die(*_):
        raise SystemExit

    for route, (id, body) in bodies.items():
        path, key = path_of(route, id), {"Idempotency-Key": f"died {route}"}
        with monkeypatch.context() as patched:
            patched.setattr(requests, "keep_answer", die)
            with pytest.raises(SystemExit):
                api("POST", path, body, headers=key)
        before = acts(office)
        office.pass_time(minutes=2)
        again = api("POST", path, body, headers=key)

        assert again.status_code in (200, 201, 202, 204), (route, again.text)
        assert acts(office) == before or route in MAY_HAPPEN_AGAIN, route
    assert len(api("GET", "/webhooks").json["webhooks"]) == 2


def test_a_secret_that_is_kept_for_the_same_request_is_sealed_and_opens(office, api):
    body, key = {"url": "http://127.0.0.1:9/news"}, {"Idempotency-Key": "hook"}
    secret = api("POST", "/webhooks", body, headers=key).json["secret"]
    with office.context.database.read() as session:
        [kept] = session.scalars(select(Asked.answer))

        def fetch(table):
            return (row._mapping for row in session.execute(select(Asked.metadata.tables[table])))

        proof = prove(fetch, [bytes.fromhex(office.config.secret_file.read_text())])

    assert secret.encode() not in kept
    assert proof.opened["request.answer"] == 1 and not proof.damaged


def test_a_key_of_no_visible_characters_is_refused(api):
    for key in ("a" * 256, "\xa0"):
        answer = api("POST", "/screenings", WANTED, headers={"Idempotency-Key": key})
        assert is_problem(answer, 422)
