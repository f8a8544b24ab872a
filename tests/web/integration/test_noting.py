"""What a clinic's own system has noted is asked about and read, and is never an answer."""

import copy
import json
import warnings
from pathlib import Path

import pytest

from screening.documents.rendering.content import content_of
from screening.documents.rendering.reader import Reader
from screening.workflow.clinics import clinics
from screening.workflow.core.actor import program
from screening.workflow.integration import api_keys
from screening.workflow.integration.opening import Wanted, open_for
from screening.workflow.reception import invitations
from screening.workflow.review import reviews
from screening.workflow.screenings import answering

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the library's own models, while it is imported
    from fhir.resources.R4B.bundle import Bundle

ROOT, ROOT_OF_ALL = "/fhir/R4/", Path(__file__).parents[3]
BORN = "1986-05-03"
OURS = "urn:screening:findings"
ABOUT = {"reference": "Patient/1"}
PATIENT = {
    "resourceType": "Patient",
    "id": "1",
    "identifier": [{"system": "urn:screening:external-ids", "value": "person-12"}],
    "name": [{"given": ["Lan"], "family": "Nguyen"}],
    "birthDate": BORN,
}
PREGNANT = {
    "resourceType": "Condition",
    "subject": ABOUT,
    "code": {"coding": [{"system": OURS, "code": "pregnancy", "display": "Pregnant"}]},
}
WARFARIN = {
    "resourceType": "MedicationStatement",
    "status": "active",
    "subject": ABOUT,
    "medicationCodeableConcept": {"text": "Warfarin 5 mg"},
}
LATEX = {
    "resourceType": "AllergyIntolerance",
    "patient": ABOUT,
    "code": {"coding": [{"system": "http://snomed.info/sct", "code": "1003755004"}]},
}


def bundle(*facts, patient=PATIENT, **more):
    entries = [{"resource": one} for one in (patient, *facts)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries} | more


@pytest.fixture
def noting(office, caller):
    """A screening that is invited, and a program that may note what is known of its patient."""
    wanted = Wanted("Lan Nguyen", BORN, patient="person-12", procedures=("botulinum-toxin",))
    invitation = open_for(office.context, program(office.clinic), wanted)
    api = caller("clinical")

    def note(sent, key=None, **more):
        headers = {"Authorization": f"Bearer {key or api.key}"}
        return api.browser.post(ROOT, json=sent, headers=headers, **more)

    note.office, note.api = office, api
    note.link, note.id = invitation.link, invitation.screening_id
    return note


def is_outcome(answer, status):
    assert answer.status_code == status, answer.data
    assert answer.mimetype == "application/fhir+json"
    assert answer.json["resourceType"] == "OperationOutcome"
    return True


def draft_of(noting):
    return answering.read_draft(noting.office.context, noting.id)


def pages(noting, born):
    """Return the pages that the patient sees after giving a date of birth."""
    app = noting.office.app()
    app.config["WTF_CSRF_ENABLED"] = False
    phone = app.test_client()
    sent = {"procedures": "botulinum-toxin"}
    page = phone.post(f"/s/{noting.link}", data=sent, follow_redirects=True)
    assert "has noted" not in page.text
    year, month, day = born.split("-")
    told = {"date_of_birth": [day, month, year], "screen.asked": "date_of_birth"}
    return phone, phone.post(page.request.path, data=told, follow_redirects=True)


def test_what_is_noted_is_asked_and_nothing_is_chosen(noting):
    answer = noting(bundle(PREGNANT, WARFARIN))
    phone, page = pages(noting, BORN)
    page = page if "has noted" in page.text else phone.get("/screening", follow_redirects=True)

    assert answer.status_code == 200, answer.data
    assert "Your clinic has noted this: Pregnant. Say no if" in page.text, (
        "it leads to the question"
    )
    assert " checked" not in page.text.partition("Your clinic has noted")[2].partition("</form")[0]
    assert draft_of(noting).answers == {"date_of_birth": BORN}
    rows = {"can_be_pregnant": "yes", "breastfeeding": "no"}
    rows["screen.asked"] = " ".join(rows)
    page = phone.post(page.request.path, data=rows, follow_redirects=True)
    assert "Your clinic has noted this: Pregnant. Is it still true?" in page.text


def test_the_bundle_of_the_documentation_is_taken(noting):
    page = (ROOT_OF_ALL / "docs" / "integrator.md").read_text()
    sent = json.loads(page.partition("<<'END'")[2].partition("    END")[0])
    told = noting(sent).json

    Bundle.model_validate(told)
    assert [one["response"]["status"] for one in told["entry"]] == ["200 OK"] * 3
    assert [one["text"] for one in draft_of(noting).noted["facts"]] == ["Pregnant", "Warfarin 5 mg"]


def test_a_fact_noted_by_the_clinic_never_answers_by_itself(noting):
    office = noting.office
    before = draft_of(noting)
    assert noting(bundle(PREGNANT, WARFARIN, LATEX)).status_code == 200
    after = draft_of(noting)

    assert (after.answers, after.given, after.state) == (before.answers, before.given, "invited")
    lists = office.context.definitions
    assert after.raw_case(lists) == before.raw_case(lists)


def test_who_does_not_know_the_date_of_birth_sees_nothing(noting):
    noting(bundle(PREGNANT))
    phone, page = pages(noting, "1986-05-04")

    assert "has noted" not in page.text
    assert not draft_of(noting).noted["shown"]
    for tried in range(3):
        told = {"date_of_birth": ["0" + str(tried + 4), "05", "1986"]}
        told["screen.asked"] = "date_of_birth"
        phone.post("/screening/questions/date_of_birth/change", data=told)
    told = {"date_of_birth": ["03", "05", "1986"], "screen.asked": "date_of_birth"}
    phone.post("/screening/questions/date_of_birth/change", data=told)
    assert not draft_of(noting).noted["shown"]


def test_the_doctor_reads_all_of_it_and_no_copy_of_the_patients_has_it(noting):
    office = noting.office
    over = copy.deepcopy(PREGNANT) | {"clinicalStatus": {"coding": [{"code": "resolved"}]}}
    noting(bundle(over, WARFARIN, LATEX))
    office.answer_and_send(noting.id)
    report = reviews.open_review(office.context, office.doctor, noting.id).report
    told = {one["text"]: one["question"] for one in report["to_read"] if "noted" in one}

    assert told == {
        "Pregnant": "Noted by the clinic’s own system as over, not by the patient",
        "Warfarin 5 mg": "Noted by the clinic’s own system, not by the patient",
        "1003755004 (http://snomed.info/sct)": "Noted by the clinic’s own system, not by the patient",
    }
    assert "Pregnant" not in str(report["case"]) + str(report["verdicts"])
    now = office.context.now()
    shown = {
        reader: {one["text"] for one in content_of(report, None, now, reader)["to_read"]}
        for reader in (Reader.DOCTOR, Reader.PATIENT)
    }
    assert told.keys() <= shown[Reader.DOCTOR]
    assert not told.keys() & shown[Reader.PATIENT]


@pytest.mark.parametrize(
    "change",
    [
        {"birthDate": "1986-05-04"},
        {"name": [{"text": "Rosa Silva"}]},
        {"name": []},
        {"identifier": []},
        {"identifier": [{"system": "urn:screening:external-ids", "value": "person-13"}]},
        {"identifier": [{"system": "urn:screening:external-ids", "value": "nobody"}]},
    ],
)
def test_a_bundle_of_a_foreign_patient_is_refused(noting, change):
    office = noting.office
    other = Wanted("Rosa Silva", BORN, patient="person-13", procedures=("botulinum-toxin",))
    open_for(office.context, program(office.clinic), other)
    answer = noting(bundle(PREGNANT, patient=PATIENT | change))

    assert answer.status_code in (404, 409) and is_outcome(answer, answer.status_code)
    assert draft_of(noting).noted == {}


def test_a_fact_about_another_patient_than_the_bundles_is_refused(noting):
    answer = noting(bundle(PREGNANT | {"subject": {"reference": "Patient/2"}}))

    assert is_outcome(answer, 422)
    [issue] = answer.json["issue"]
    assert issue["expression"] == ["Bundle.entry[1].resource.subject.reference"]
    assert draft_of(noting).noted == {}


def test_a_screening_is_named_where_several_are_open(noting):
    office = noting.office
    wanted = Wanted("Lan Nguyen", BORN, patient="person-12", screening="visit-2")
    second = open_for(office.context, program(office.clinic), wanted)
    assert is_outcome(noting(bundle(PREGNANT)), 409)
    named = {"system": "urn:screening:external-ids", "value": "visit-2"}
    answer = noting(bundle(PREGNANT, identifier=named))

    assert answer.json["id"] == second.screening_id
    assert draft_of(noting).noted == {}


def test_what_was_sent_takes_nothing_more(noting):
    noting.office.answer_and_send(noting.id)
    number = draft_number(noting)
    named = {"system": "urn:screening:numbers", "value": number}

    assert is_outcome(noting(bundle(PREGNANT, identifier=named)), 409)
    assert is_outcome(noting(bundle(PREGNANT)), 404)


def draft_number(noting):
    return reviews.open_review(noting.office.context, noting.office.doctor, noting.id).number


def test_a_key_without_the_scope_and_another_clinics_note_nothing(noting):
    context = noting.office.context
    other = clinics.add_clinic(context, "Other", "2 Street", "456", "Europe/London", None)
    foreign = api_keys.make_key(context, program(other), "Foreign", ["clinical"])
    clinic = program(noting.office.clinic)
    poor = api_keys.make_key(context, clinic, "Poor", ["invite", "status", "links", "webhooks"])

    assert is_outcome(noting(bundle(PREGNANT), poor), 403)
    assert is_outcome(noting(bundle(PREGNANT), foreign), 404)
    assert draft_of(noting).noted == {}


def test_who_begins_afresh_on_another_device_is_asked_for_the_date_of_birth_first(noting):
    noting(bundle(PREGNANT))
    pages(noting, BORN)
    assert draft_of(noting).noted["shown"]
    from screening.workflow.screenings import afresh

    afresh.begin_afresh(noting.office.context, noting.id, "another")

    noted = draft_of(noting).noted
    assert noted["facts"] and not noted["shown"]


def test_what_comes_later_stands_in_its_place(noting):
    for _ in range(2):
        assert noting(bundle(PREGNANT)).status_code == 200
    assert noting(bundle(WARFARIN)).status_code == 200

    assert [one["text"] for one in draft_of(noting).noted["facts"]] == ["Warfarin 5 mg"]


def test_each_entry_is_told_what_becomes_of_it(noting):
    sent = bundle(PREGNANT, LATEX, type="transaction")
    for entry in sent["entry"]:
        entry["request"] = {"method": "POST", "url": entry["resource"]["resourceType"]}
    told = noting(sent).json
    said = [one["response"]["outcome"]["issue"][0]["diagnostics"] for one in told["entry"]]

    assert told["type"] == "transaction-response"
    assert said[0] == "The patient was recognised"
    assert "the patient is asked whether it is still true" in said[1]
    assert "no code of ours" in said[2]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"type": "batch"}, "Bundle.type"),
        ({"type": "transaction"}, "Bundle.entry[0].request.method"),
        ({"resourceType": "Patient"}, "Bundle"),
        ({"entries": []}, "Bundle.entries"),
        ({"entry": {}}, "Bundle.entry"),
        ({"entry": []}, "Bundle.entry"),
        ({"entry": [{"resource": PATIENT}] * 2}, "Bundle.entry"),
        ({"entry": [{"resource": PATIENT}] * 102}, "Bundle.entry"),
        ({"entry": [7, {"resource": PATIENT}]}, "Bundle.entry[0]"),
        ({"identifier": "SC-1"}, "Bundle.identifier"),
        ({"identifier": {"value": "\ud800"}}, "Bundle.identifier"),
        (
            {"identifier": {"system": "urn:screening:numbers", "value": "a\x00"}},
            "Bundle.identifier",
        ),
        ({"implicitRules": "urn:x"}, "Bundle.implicitRules"),
    ],
)
def test_a_bundle_that_is_none_is_refused_by_its_place(noting, change, place):
    answer = noting(bundle(PREGNANT) | change)

    assert is_outcome(answer, 422)
    assert place in [one["expression"][0] for one in answer.json["issue"]]
    assert draft_of(noting).noted == {}


@pytest.mark.parametrize(
    ("fact", "change", "place"),
    [
        (PREGNANT, {"resourceType": "Observation"}, ""),
        (PREGNANT, {"resourceType": ["Condition"]}, ""),
        (PREGNANT, {"codee": {}}, ".codee"),
        (PREGNANT, {"modifierExtension": []}, ".modifierExtension"),
        (PREGNANT, {"code": "pregnant"}, ".code"),
        (PREGNANT, {"code": {"codeing": []}}, ".code"),
        (PREGNANT, {"code": {"text": 7}}, ".code"),
        (PREGNANT, {"code": {"text": "a" * 201}}, ".code"),
        (PREGNANT, {"code": {"text": "a\x00b"}}, ".code"),
        (PREGNANT, {"code": {"coding": {"code": "x"}}}, ".code.coding"),
        (PREGNANT, {"code": {"coding": [{"system": OURS, "code": "x"}]}}, ".code.coding[0].code"),
        (PREGNANT, {"code": {"coding": [{"system": OURS, "code": ["x"]}]}}, ".code.coding[0].code"),
        (PREGNANT, {"subject": None}, ".subject.reference"),
        (PREGNANT, {"clinicalStatus": {"coding": [{"code": "gone"}]}}, ".clinicalStatus"),
        (PREGNANT, {"verificationStatus": {"text": "sure"}}, ".verificationStatus"),
        (WARFARIN, {"status": None}, ".status"),
        (WARFARIN, {"status": {"code": "active"}}, ".status"),
        (WARFARIN, {"medicationReference": ABOUT}, ".medicationReference"),
        (LATEX, {"patient": {"reference": ["Patient/1"]}}, ".patient.reference"),
    ],
)
def test_a_fact_that_would_be_misread_is_refused_by_its_place(noting, fact, change, place):
    answer = noting(bundle(fact | change))

    assert is_outcome(answer, 422)
    assert f"Bundle.entry[1].resource{place}" in [
        one["expression"][0] for one in answer.json["issue"]
    ]
    assert draft_of(noting).noted == {}


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/fhir+json", 400),
        (b"[" * 100_000, "application/fhir+json", 400),
        (b"\xff", "application/fhir+json", 400),
        (b"[]", "application/fhir+json", 422),
        (b"null", "application/json", 422),
        (b"<Bundle/>", "application/fhir+xml", 415),
        (b" " * 10_000_000, "application/fhir+json", 413),
    ],
)
def test_a_body_that_is_none_is_told_as_an_outcome(noting, body, kind, status):
    headers = {"Authorization": f"Bearer {noting.api.key}", "Accept": "application/fhir+json"}
    sent = {"data": body, "content_type": kind, "headers": headers}

    assert is_outcome(noting.api.browser.post(ROOT, **sent), status)


def test_a_withdrawn_screening_takes_nothing(noting):
    invitations.withdraw(noting.office.context, program(noting.office.clinic), noting.id)

    assert is_outcome(noting(bundle(PREGNANT)), 404)
