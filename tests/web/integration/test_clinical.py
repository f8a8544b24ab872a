"""What tells of a patient's health is read with the scope for it alone, and each time noted."""

import pytest
from sqlalchemy import select

from screening.storage.tables import AuditEntry
from screening.workflow.review import reviews
from tests.office import decide

WHAT = ("verdict", "answers", "decision", "reports", "check-ins", "reports/screening/1")


def acts(office):
    with office.context.database.read() as session:
        ours = select(AuditEntry.act).where(AuditEntry.who.startswith("api-key:"))
        return list(session.scalars(ours.order_by(AuditEntry.sequence)))


def decided_on(office):
    id = office.submit()
    reviews.decide(*decide(office, id, "proceed"))
    office.make_reports()
    return id


@pytest.fixture
def office(furnish, tmp_path):
    office = furnish(tmp_path / "office", after=decided_on)
    yield office
    office.close()


@pytest.fixture
def decided(office):
    return office.begun


def test_the_verdict_is_the_reports(office, caller, decided):
    api = caller("clinical")
    told = api("GET", f"/screenings/{decided}/verdict").json
    report = reviews.open_review(office.context, office.doctor, decided).report

    outcomes = [(one["id"], one["outcome"]) for one in told["procedures"]]
    assert outcomes == [(one["id"], one["outcome"]) for one in report["procedures"]]
    assert told["definitions"] == report["definitions"]


def test_answers_come_as_they_were_given_and_as_fhir(caller, decided):
    told = caller("clinical")("GET", f"/screenings/{decided}/answers").json

    assert told["questionnaire_response"]["resourceType"] == "QuestionnaireResponse"
    assert all(one["resourceType"] == "DetectedIssue" for one in told["detected_issues"])
    assert told["sections"]


def test_a_report_is_read_and_verifies(caller, decided):
    api = caller("clinical")
    listed = api("GET", f"/screenings/{decided}/reports").json["reports"]
    pdf = api("GET", f"/screenings/{decided}/reports/decided/1")
    sent = {"data": pdf.data, "content_type": "application/pdf"}
    checked = api.browser.post("/api/v1/verifications", **sent).json

    assert {"screening", "decided"} <= {one["kind"] for one in listed}
    assert (pdf.mimetype, checked["status"]) == ("application/pdf", "PASSED")


def test_each_reading_is_noted_with_the_key_and_nothing_else_is_told(office, caller, decided):
    api = caller("clinical")
    for what in WHAT:
        assert api("GET", f"/screenings/{decided}/{what}").status_code == 200

    assert [act for act in acts(office) if act.startswith("read ")] == [
        "read verdict",
        "read verdict",
        "read decision",
        "read check-ins",
        "read screening report",
    ]


@pytest.mark.parametrize("what", WHAT)
def test_without_the_scope_nothing_is_read(caller, decided, what):
    answer = caller("invite", "links", "status", "webhooks")("GET", f"/screenings/{decided}/{what}")

    assert answer.status_code == 403
    assert answer.json["type"].endswith("no-scope")


def test_before_the_answers_are_sent_there_is_no_verdict(office, caller):
    id = office.invite().screening_id

    assert caller("clinical")("GET", f"/screenings/{id}/verdict").status_code == 409


def test_another_clinics_screening_is_not_there(office, caller, decided):
    api = caller("clinical", "status", "invite", "links")
    from screening.workflow.clinics import clinics
    from screening.workflow.core.actor import program
    from screening.workflow.integration import api_keys

    other = clinics.add_clinic(office.context, "Other", "2 Street", "456", "Europe/London", None)
    api.key = api_keys.make_key(office.context, program(other), "Foreign", ["clinical", "status"])

    for what in ("", *(f"/{one}" for one in WHAT)):
        assert api("GET", f"/screenings/{decided}{what}").status_code == 404
    assert api("GET", "/screenings").json["screenings"] == []
