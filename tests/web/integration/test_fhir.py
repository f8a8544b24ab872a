"""Programs that speak FHIR R4 read questions, answers, advice and documents, with a key for it."""

import warnings

import pytest
from sqlalchemy import select

from screening.storage.tables import AuditEntry
from screening.workflow.clinics import clinics
from screening.workflow.core.actor import program
from screening.workflow.integration import api_keys
from screening.workflow.integration.opening import Wanted, open_for
from screening.workflow.review import reviews
from tests.office import decide

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the library's own models, while it is imported
    from fhir.resources.R4B.bundle import Bundle
    from fhir.resources.R4B.capabilitystatement import CapabilityStatement
    from fhir.resources.R4B.detectedissue import DetectedIssue
    from fhir.resources.R4B.documentreference import DocumentReference
    from fhir.resources.R4B.operationoutcome import OperationOutcome
    from fhir.resources.R4B.questionnaire import Questionnaire
    from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

MODELS = {
    "QuestionnaireResponse": QuestionnaireResponse,
    "DetectedIssue": DetectedIssue,
    "DocumentReference": DocumentReference,
}
ROOT = "/fhir/R4"
FACE = "urn:screening:questionnaire:mesotherapy-face"


def decided_on(office):
    id = office.submit()
    reviews.decide(*decide(office, id, "proceed"))
    office.make_reports()
    return id


@pytest.fixture(scope="module")
def served(furnish, tmp_path_factory):
    """A decided screening, which these tests only read."""
    office = furnish(tmp_path_factory.mktemp("fhir") / "office", after=decided_on)
    client = office.app().test_client()
    keys = {}

    def ask(path, *scopes, by=None, method="GET", **more):
        scopes = scopes or ("clinical",)
        if (scopes, by) not in keys:
            actor = program(by or office.clinic)
            keys[scopes, by] = api_keys.make_key(office.context, actor, "EHR", list(scopes))
        headers = {"Authorization": f"Bearer {keys[scopes, by]}"} | more.pop("headers", {})
        return client.open(ROOT + path, method=method, headers=headers, **more)

    ask.office, ask.id, ask.client = office, office.begun, client
    ask.number = reviews.open_review(office.context, office.doctor, ask.id).number
    yield ask
    office.close()


def is_outcome(answer, status):
    assert answer.status_code == status, answer.data
    assert answer.mimetype == "application/fhir+json"
    OperationOutcome.model_validate(answer.json)
    return True


def reads(office):
    with office.context.database.read() as session:
        ours = select(AuditEntry.act).where(AuditEntry.who.startswith("api-key:"))
        return [act for act in session.scalars(ours) if act.startswith("read ")]


def test_whoever_asks_learns_what_there_is(served):
    answer = served.client.get(f"{ROOT}/metadata")

    CapabilityStatement.model_validate(answer.json)
    assert answer.mimetype == "application/fhir+json"
    [rest] = answer.json["rest"]
    assert {one["type"] for one in rest["resource"]} >= {"Questionnaire", *MODELS}


def test_the_questions_are_found_by_their_address_and_read_by_their_id(served):
    [entry] = served("/Questionnaire", query_string={"url": FACE}).json["entry"]
    found = entry["resource"]
    Questionnaire.model_validate(found)
    version = f"{FACE}|{found['version']}"

    assert found["url"] == FACE
    assert served(f"/Questionnaire/{found['id']}").json == found
    assert len(served("/Questionnaire", query_string={"url": version}).json["entry"]) == 1
    for other in (f"{FACE}|sha256:0", f"{FACE},x", "http://example.org/q", f"{FACE},{FACE}"):
        assert "entry" not in served("/Questionnaire", query_string={"url": other}).json
    assert is_outcome(served("/Questionnaire/mesotherapy-face.x"), 404)


def test_the_questions_of_ten_procedures_have_an_id_that_can_be_read(served):
    every = ",".join(sorted(served.office.context.definitions.procedures))
    url = f"urn:screening:questionnaire:{every}"
    [entry] = served("/Questionnaire", query_string={"url": url}).json["entry"]

    assert len(entry["resource"]["id"]) <= 64
    assert served(f"/Questionnaire/{entry['resource']['id']}").json["url"] == url


@pytest.mark.parametrize("resource", MODELS)
def test_what_is_known_of_a_screening_is_searched_and_read(served, resource):
    by_number = {"identifier": f"urn:screening:numbers|{served.number}"}
    found = served(f"/{resource}", query_string=by_number).json
    Bundle.model_validate(found)

    assert found["type"] == "searchset" and found["entry"]
    for entry in found["entry"]:
        MODELS[resource].model_validate(entry["resource"])
        one = served(f"/{resource}/{entry['resource']['id']}")
        assert (one.mimetype, one.json) == ("application/fhir+json", entry["resource"])
        assert entry["fullUrl"].endswith(f"/fhir/R4/{resource}/{entry['resource']['id']}")


def test_a_document_leads_to_its_pdf(served):
    found = served("/DocumentReference").json["entry"]
    url = found[0]["resource"]["content"][0]["attachment"]["url"]
    path = url.removeprefix("http://localhost").removeprefix(ROOT)
    key = {"Authorization": served("/metadata").request.headers["Authorization"]}
    pdf = served.client.get(path, headers=key)

    assert (pdf.status_code, pdf.data[:5]) == (200, b"%PDF-")


@pytest.mark.parametrize("resource", MODELS)
def test_each_reading_is_noted(served, resource):
    before = len(reads(served.office))
    served(f"/{resource}", query_string={"identifier": served.number})
    served(f"/{resource}/{served.id}")

    assert len(reads(served.office)) == before + 2


@pytest.mark.parametrize("resource", [*MODELS, "Questionnaire"])
def test_a_key_without_the_scope_sees_nothing(served, resource):
    every = ("invite", "links", "status", "webhooks")
    for path in (f"/{resource}", f"/{resource}/{served.id}"):
        assert is_outcome(served(path, *every), 403)
        assert is_outcome(served.client.get(ROOT + path), 401)


@pytest.mark.parametrize("resource", MODELS)
def test_another_clinics_key_finds_nothing(served, resource):
    context = served.office.context
    other = clinics.add_clinic(context, "Other", "2 Street", "456", "Europe/London", None)

    assert "entry" not in served(f"/{resource}", by=other).json
    number = {"identifier": served.number}
    assert "entry" not in served(f"/{resource}", by=other, query_string=number).json
    assert is_outcome(served(f"/{resource}/{served.id}", by=other), 404)


@pytest.mark.parametrize(
    ("path", "status", "more"),
    [
        ("/QuestionnaireResponse/x", 404, {}),
        ("/Observation", 404, {}),
        ("/nothing/here", 404, {}),
        ("/metadata", 405, {"method": "DELETE"}),
        ("/QuestionnaireResponse", 405, {"method": "PUT"}),
        ("/metadata", 406, {"headers": {"Accept": "application/fhir+xml"}}),
        ("/QuestionnaireResponse", 406, {"query_string": {"_format": "xml"}}),
        ("/QuestionnaireResponse", 400, {"query_string": {"name": "Lan"}}),
        ("/QuestionnaireResponse", 400, {"query_string": {"_count": "many"}}),
        ("/QuestionnaireResponse", 400, {"query_string": "_count=1&_count=2"}),
        ("/QuestionnaireResponse", 400, {"query_string": {"identifier": "urn:x|1"}}),
        ("/QuestionnaireResponse", 400, {"query_string": {"identifier": ""}}),
        ("/QuestionnaireResponse", 400, {"query_string": {"identifier": "SC-\x00"}}),
        ("/QuestionnaireResponse/%00", 404, {}),
        ("/QuestionnaireResponse", 422, {"query_string": {"_cursor": "x"}}),
        ("/Questionnaire", 400, {}),
    ],
)
def test_whatever_is_refused_is_told_as_an_outcome(served, path, status, more):
    assert is_outcome(served(path, **more), status)


def test_pages_lead_on_until_all_were_seen(office, caller):
    api, by = caller("clinical"), program(office.clinic)
    for place in range(3):
        whose = f"person-{place % 2}"
        wanted = Wanted("Lan Nguyen", patient=whose, screening=f"visit-{place}")
        open_for(office.context, by, wanted)
    seen, path = [], f"{ROOT}/QuestionnaireResponse?_count=1&subject:identifier=person-0"
    while path:
        page = api.browser.get(path, headers={"Authorization": f"Bearer {api.key}"}).json
        seen += [entry["resource"] for entry in page["entry"]]
        path = next((one["url"] for one in page["link"] if one["relation"] == "next"), None)

    assert len(seen) == 2
    for one in seen:
        QuestionnaireResponse.model_validate(one)
        assert one["subject"]["identifier"]["value"] == "person-0"


def test_what_is_not_sent_is_in_progress_and_says_no_answer(office, caller):
    id = office.invite("mesotherapy-face").screening_id
    office.answer(id)
    api = caller("clinical")
    headers = {"Authorization": f"Bearer {api.key}"}
    [told] = api.browser.get(f"{ROOT}/QuestionnaireResponse", headers=headers).json["entry"]
    QuestionnaireResponse.model_validate(told["resource"])

    assert (told["resource"]["id"], told["resource"]["status"]) == (id, "in-progress")
    assert "item" not in told["resource"]
    assert "entry" not in api.browser.get(f"{ROOT}/DetectedIssue", headers=headers).json
