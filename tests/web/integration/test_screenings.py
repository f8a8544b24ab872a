"""A booking system opens screenings, follows them, and never types a patient twice."""

import pytest
from sqlalchemy import select

from screening.storage.tables import AuditEntry
from screening.workflow.review import reviews
from tests.office import decide

PATIENT = {
    "name": "Lan Nguyen",
    "born": "1986-05-03",
    "email": "lan@example.org",
    "external_id": "P-77",
}
WANTED = {"patient": PATIENT, "procedures": ["botulinum-toxin"], "external_id": "S-1"}


@pytest.fixture
def api(caller):
    return caller("invite", "status", "clinical")


def test_a_screening_is_opened_once_under_one_key(office, api):
    key = {"Idempotency-Key": "abc"}
    first = api("POST", "/screenings", WANTED, headers=key)
    again = api("POST", "/screenings", WANTED, headers=key)
    other = api("POST", "/screenings", WANTED | {"external_id": "S-2"}, headers=key)

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 409)
    assert first.json == again.json
    assert other.json["type"].endswith("key-reused")
    assert len(api("GET", "/screenings").json["screenings"]) == 1


def test_a_request_that_was_refused_may_be_mended_under_the_same_key(api):
    key = {"Idempotency-Key": "abc"}
    wrong = WANTED | {"procedures": ["nothing"]}

    assert api("POST", "/screenings", wrong, headers=key).status_code == 422
    assert api("POST", "/screenings", WANTED, headers=key).status_code == 201


def test_who_died_before_answering_has_opened_one_screening(office, api, monkeypatch):
    from screening.workflow.integration import requests

    key = {"Idempotency-Key": "abc"}
    with monkeypatch.context() as patched:
        patched.setattr(requests, "keep_answer", lambda *_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            api("POST", "/screenings", WANTED, headers=key)
    under_way = api("POST", "/screenings", WANTED, headers=key)
    office.pass_time(minutes=2)
    again = api("POST", "/screenings", WANTED, headers=key)
    [only] = api("GET", "/screenings").json["screenings"]

    assert under_way.json["type"].endswith("under-way")
    assert (again.status_code, again.json["id"]) == (201, only["id"])


def test_a_patient_known_by_the_programs_id_is_the_same_patient(api):
    first = api("POST", "/screenings", WANTED).json
    second = api("POST", "/screenings", WANTED | {"external_id": "S-2"}).json
    stranger = WANTED | {"external_id": "S-3", "patient": PATIENT | {"name": "Ann Lee"}}

    assert first["patient_id"] == second["patient_id"]
    assert api("POST", "/screenings", stranger).json["type"].endswith("other-person")
    assert len(api("GET", "/screenings?patient=P-77").json["screenings"]) == 2


def test_an_id_names_one_screening(api):
    api("POST", "/screenings", WANTED)
    again = api("POST", "/screenings", WANTED)

    assert again.json["type"].endswith("reference-taken")
    assert len(api("GET", "/screenings?external_id=S-1").json["screenings"]) == 1


def test_pages_follow_each_other_without_gap_or_double(office, api):
    ids = []
    for nth in range(5):
        office.pass_time(minutes=nth % 2)
        made = api("POST", "/screenings", {"patient": {"name": f"No {nth}"}})
        ids.append(made.json["id"])
    found, cursor = [], ""
    while True:
        page = api("GET", f"/screenings?limit=2&cursor={cursor}").json
        found += [one["id"] for one in page["screenings"]]
        if not (cursor := page["next"]):
            break

    assert sorted(found) == sorted(ids) and len(found) == 5
    assert api("GET", "/screenings?cursor=abc").json["type"].endswith("bad-cursor")


def test_an_appointment_moves_and_goes(office, api):
    made = api("POST", "/screenings", WANTED).json
    visit = {"at": "2030-05-03T10:00:00+02:00", "external_id": "A-9"}
    moved = api("PATCH", f"/screenings/{made['id']}", {"appointment": visit}).json
    found = api("GET", "/screenings?appointment=A-9&visits_from=2030-01-01T00:00:00Z").json
    gone = api("PATCH", f"/screenings/{made['id']}", {"appointment": None}).json

    assert moved["appointment_at"].startswith("2030-05-03T08:00:00")
    assert moved["appointment_external_id"] == "A-9"
    assert [one["id"] for one in found["screenings"]] == [made["id"]]
    assert gone["appointment_at"] is None


def test_a_withdrawn_screening_cannot_be_withdrawn_again(api):
    made = api("POST", "/screenings", WANTED).json
    path = f"/screenings/{made['id']}/withdrawal"

    assert api("POST", path, {"reason": "cancelled"}).json["state"] == "withdrawn"
    assert api("POST", path, {"reason": "cancelled"}).status_code == 409
    assert api("POST", path, {"reason": "because she is ill"}).status_code == 422


def test_a_link_is_answered_only_to_keys_that_may_have_it_and_noted(office, caller):
    without, with_links = caller("invite"), caller("invite", "links")
    wanted = {"patient": {"name": "Lan Nguyen"}}
    hidden = without("POST", "/screenings", wanted).json
    shown = with_links("POST", "/screenings", wanted).json
    path = f"/screenings/{hidden['id']}/links"
    again = with_links("POST", path, {"reason": "other-message"}).json

    assert hidden["link"] is None
    assert without("POST", path, {"reason": "other-message"}).status_code == 403
    for link in (shown["link"], again["link"]):
        secret = link.rpartition("/")[2]
        assert office.app().test_client().get(f"/s/{secret}").status_code == 200
    with office.context.database.read() as session:
        noted = session.scalars(select(AuditEntry.act).where(AuditEntry.act == "show link")).all()
    assert len(noted) == 2


def test_the_reception_words_follow_a_decision_and_never_say_why(office, api):
    id = office.submit()
    office.make_reports()
    before = api("GET", f"/screenings/{id}").json
    reviews.decide(*decide(office, id, "decline", "risk-outweighs"))
    after = api("GET", f"/screenings/{id}").json

    assert (before["state"], before["words"]) == ("submitted", [])
    assert after["state"] == "decided"
    assert {one["word"] for one in after["words"]} == {"not-this"}
    assert "risk" not in str(after)


def test_a_treatment_is_written_down_by_the_program(office, api):
    id = office.submit()
    reviews.decide(*decide(office, id, "proceed"))
    [procedure] = api("GET", f"/screenings/{id}").json["procedures"]
    done = {"procedure": procedure, "products": [{"product": "Botox", "lot": "A12"}]}
    sent = {"treated_on": str(office.day()), "by": "Dr Mai Tran", "done": [done]}
    path = f"/screenings/{id}/treatments"
    key = {"Idempotency-Key": "t-1"}
    made, again = api("POST", path, sent, headers=key), api("POST", path, sent, headers=key)
    tomorrow = sent | {"treated_on": str(office.day(-1))}
    check_ins = api("GET", f"/screenings/{id}/check-ins").json["check_ins"]

    assert made.status_code == 201 and made.json == again.json
    assert api("POST", path, tomorrow).json["type"].endswith("future-day")
    assert [one["state"] for one in check_ins] == ["waiting"] * len(check_ins) != []
