"""A booking system asks for a patient by its own id, and learns what its key may."""

import pytest
from sqlalchemy import select

from screening.storage.tables import AuditEntry
from screening.workflow.clinics import clinics
from screening.workflow.core.actor import program
from screening.workflow.integration import api_keys
from screening.workflow.patients import merging
from screening.workflow.records import erasure
from screening.workflow.review import reviews
from tests.office import decide
from tests.web.integration.test_api import is_problem

PATIENT = {"name": "Lan Nguyen", "born": "1986-05-03", "external_id": "person/12 a"}
WANTED = {"patient": PATIENT, "procedures": ["mesotherapy-face"]}
SLOT = {"at": "2090-05-03T10:00:00+02:00", "external_id": "slot-9"}
CALLED_SO = {"query_string": {"external_id": PATIENT["external_id"]}}


@pytest.fixture
def api(caller):
    return caller("invite", "status")


@pytest.fixture
def clinical(caller):
    return caller("status", "clinical")


def opened(api, **more):
    answer = api("POST", "/screenings", WANTED | more)
    assert answer.status_code == 201, answer.text
    return answer.json


def treated(office, api):
    """Return a screening that was decided and carried out."""
    made = opened(api, external_id="visit-1")
    office.answer_and_send(made["id"])
    reviews.decide(*decide(office, made["id"], "proceed"))
    products = [{"product": "Filler", "lot": "A12"}]
    done = [{"procedure": "mesotherapy-face", "products": products}]
    sent = {"treated_on": office.day(), "by": "Dr Mai Tran", "done": done}
    assert api("POST", f"/screenings/{made['id']}/treatments", sent).status_code == 201
    return made


def looks(office):
    with office.context.database.read() as session:
        ours = select(AuditEntry.act, AuditEntry.why).where(AuditEntry.act == "look at treatments")
        return [tuple(one) for one in session.execute(ours)]


def test_a_patient_is_found_by_the_clinics_own_id(office, api):
    first = treated(office, api)
    office.pass_time(minutes=1)
    second = opened(api, appointment=SLOT)
    told = api("GET", "/patients", **CALLED_SO).json

    assert (told["id"], told["external_ids"]) == (first["patient_id"], ["person/12 a"])
    assert [one["id"] for one in told["screenings"]] == [second["id"], first["id"]]
    assert told["screenings"][0]["appointment_external_id"] == "slot-9"
    assert [one["state"] for one in told["screenings"]] == ["invited", "decided"]
    assert [one["word"] for one in told["screenings"][1]["words"]] == ["may-come"]
    assert told == api("GET", f"/patients/{told['id']}").json


def test_what_was_done_is_told_to_a_clinical_key_alone_and_noted(office, api, clinical):
    made = treated(office, api)
    hidden = api("GET", "/patients", **CALLED_SO).json
    assert (hidden["treatments"], looks(office)) == (None, [])
    [told] = clinical("GET", "/patients", **CALLED_SO).json["treatments"]

    assert (told["screening_id"], told["treated_on"]) == (made["id"], office.day())
    assert (told["by"], told["why"]) == ("Dr Mai Tran", "")
    used = [{"product": "Filler", "lot": "A12"}]
    assert told["done"] == [{"procedure": "mesotherapy-face", "products": used}]
    assert looks(office) == [("look at treatments", made["patient_id"])]


def test_pages_of_a_patient_follow_each_other_with_what_was_done_after_each(office, api, clinical):
    ids = [treated(office, api)["id"]]
    for _ in range(2):
        office.pass_time(minutes=1)
        ids.append(opened(api)["id"])
    pages, cursor = [], ""
    while True:
        asked = {"external_id": PATIENT["external_id"], "limit": 2, "cursor": cursor}
        pages.append(clinical("GET", "/patients", query_string=asked).json)
        if not (cursor := pages[-1]["next"]):
            break

    assert [one["id"] for page in pages for one in page["screenings"]] == ids[::-1]
    assert [len(page["treatments"]) for page in pages] == [0, 1]


def test_two_who_are_one_person_are_told_as_one(office, api):
    first = opened(api)
    other = PATIENT | {"name": "Lan Nguyễn", "external_id": "person-99"}
    second = opened(api, patient=other)
    merging.merge(office.context, office.receptionist, first["patient_id"], second["patient_id"])
    told = [
        api("GET", "/patients", query_string={"external_id": id}).json
        for id in (PATIENT["external_id"], "person-99")
    ]

    assert told[0] == told[1]
    assert told[0]["external_ids"] == ["person-99", PATIENT["external_id"]]
    assert {one["id"] for one in told[0]["screenings"]} == {first["id"], second["id"]}


def test_nobody_is_told_of_whom_there_is_not(office, api, caller):
    made = opened(api)
    other = clinics.add_clinic(office.context, "Other", "2 Street", "456", "Europe/London", None)
    foreign = caller("status")
    foreign.key = api_keys.make_key(office.context, program(other), "Foreign", ["status"])

    assert is_problem(api("GET", "/patients", query_string={"external_id": "none"}), 404)
    assert is_problem(foreign("GET", "/patients", **CALLED_SO), 404)
    assert is_problem(foreign("GET", f"/patients/{made['patient_id']}"), 404)
    assert is_problem(api("GET", "/patients/none"), 404)


def test_whoever_is_erased_is_not_found_any_more(office, api):
    made = opened(api)
    erasure.erase_patient(office.context, made["patient_id"], program(office.clinic), "by request")

    assert is_problem(api("GET", "/patients", **CALLED_SO), 404)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 422),
        ({"external_id": ""}, 422),
        ({"external_id": "a\nb"}, 422),
        ({"external_id": "a" * 256}, 422),
        ({"external_id": "P", "limit": 101}, 422),
        ({"external_id": "P", "name": "Lan"}, 422),
        ({"external_id": PATIENT["external_id"], "cursor": "x"}, 422),
    ],
)
def test_what_is_asked_wrongly_is_told_as_a_problem(api, asked, status):
    opened(api)

    assert is_problem(api("GET", "/patients", query_string=asked), status)


def test_a_key_without_the_scope_learns_nothing(caller, api):
    made = opened(api)
    without = caller("invite", "links", "clinical", "webhooks")

    assert is_problem(without("GET", "/patients", **CALLED_SO), 403)
    assert is_problem(without("GET", f"/patients/{made['patient_id']}"), 403)
