"""The page of a patient: the reception reads no answer and no reason, a doctor the whole line."""

import pytest

from screening.workflow.clinics import clinics
from screening.workflow.core.actor import program
from tests.workflow.patients.test_binding import joined, patient_of, ruled
from tests.workflow.patients.test_changing import sent
from tests.workflow.patients.test_matching import invite, known


@pytest.fixture
def office(tmp_path, furnish):
    office = furnish(tmp_path)
    yield office
    office.close()


@pytest.fixture
def visit(office):
    """Return a function that signs someone in and returns the browser."""
    app = office.app()
    app.config["WTF_CSRF_ENABLED"] = False

    def enter(who):
        client = app.test_client()
        office.enter(client, who)
        return client

    return enter


def test_the_reception_reads_operational_words_and_no_reason(office, visit):
    id = office.submit(can_be_pregnant="yes", pregnant="yes")
    ruled(office, id, "decline", "Zebra and nothing else")
    page = visit("reception").get(f"/patients/{patient_of(office, id)}").text

    assert "Lan Nguyen" in page and "not for this treatment" in page
    for said in ("Zebra", "pregnan", "Decline", "contraindicat"):
        assert said not in page


def test_a_doctor_reads_the_whole_line_and_confirms_a_merge(office, visit):
    first, second = joined(office, office.submit(), office.submit())
    ruled(office, first, "decline", "168/102 on the day")
    where, doctor = f"/patients/{patient_of(office, second)}", visit("doctor")
    page = doctor.get(where).text

    assert "168/102 on the day" in page and "Decline" in page and "Dr Mai Tran" in page
    assert "Merged, not confirmed by a doctor" in page
    assert visit("reception").post(f"{where}/merge-confirmation").status_code == 404
    assert doctor.post(f"{where}/merge-confirmation").status_code == 303
    assert "Merged, not confirmed" not in doctor.get(where).text


def test_two_are_merged_after_a_search_and_parted_again(office, visit):
    one, other = invite(office, number="A1"), invite(office, "Lan N. Nguyen", number="A2")
    desk, where = visit("reception"), f"/patients/{one}"
    assert "Lan N. Nguyen" in desk.post(f"{where}/search", data={"words": "a2"}).text
    assert desk.post(f"{where}/merge", data={"other": other}).status_code == 303
    page = desk.get(where).text
    assert "A1, A2" in page and "Merged, not confirmed by a doctor" in page
    assert desk.post(f"{where}/merge", data={"other": other}).status_code == 409
    assert desk.post(f"/patients/{other}/parting").status_code == 303

    assert "A1, A2" not in desk.get(where).text
    assert "Nobody of that name" in desk.post(f"{where}/search", data={"words": "…"}).text


def test_both_birth_dates_stand_there_until_somebody_says_which(office, visit):
    id = sent(office, born="1986-03-05")
    desk, where = visit("reception"), f"/patients/{id}"
    page = desk.get(where).text
    assert "The birth dates differ" in page
    assert "5 March 1986" in page and "3 May 1986" in page
    assert desk.post(f"{where}/right", data={"field": "born", "right": "own"}).status_code == 303

    assert "differ" not in desk.get(where).text
    assert known(office, id)["born"] == "1986-05-03"


def test_who_is_alike_is_suggested_and_told_apart(office, visit):
    one, other = invite(office, number="A1"), invite(office, number="A2")
    desk, where = visit("reception"), f"/patients/{one}"
    assert "May be the same person" in desk.get(where).text
    assert desk.post(f"{where}/difference", data={"other": other}).status_code == 303

    assert "May be the same person" not in desk.get(where).text


def test_a_change_is_kept_or_says_what_is_wrong(office, visit):
    id = invite(office, number="A1")
    invite(office, "Ana Silva", number="A2")
    desk, where = visit("reception"), f"/patients/{id}/changes"
    for wrong in (
        {"name": ""},
        {"name": "Lan", "number": "a2"},
        {"name": "Lan", "number": "9" * 41},
    ):
        page = desk.post(where, data=wrong)
        assert (page.status_code, "There is a problem" in page.text) == (422, True)
    given = {"name": "Lan Smith", "born": "1987-01-02", "number": "A3"}
    assert desk.post(where, data=given).status_code == 303

    assert "Lan Smith" in (page := desk.get(f"/patients/{id}").text)
    assert "2 January 1987" in page and "A3" in page


def test_another_clinics_patient_is_not_found(office, visit):
    theirs = invite(office, by=program(clinics.add_clinic(office.context, "Other", "", "", "UTC")))
    desk = visit("reception")
    assert desk.get(f"/patients/{theirs}").status_code == 404
    assert desk.post(f"/patients/{theirs}/parting").status_code == 404
    assert desk.get("/patients/x").status_code == 404
