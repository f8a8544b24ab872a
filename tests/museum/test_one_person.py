"""One patient, one line: who was one person then is one now, with codes, devices, treatments."""

import pytest

from screening.storage.tables import Clinic
from screening.workflow.core.actor import program
from screening.workflow.patients.search import find_patients
from screening.workflow.reception import invitations
from screening.workflow.review import reviews
from screening.workflow.screenings import answering, own_code
from screening.workflow.treatments import links, page, signs
from screening.workflow.treatments.recall import recall
from tests.museum.visiting import browser, wings_with
from tests.office import refused, text_of

HERE = wings_with("patients")
looked_at = pytest.mark.parametrize("shown", HERE, indirect=True)
changed = pytest.mark.parametrize("museum", HERE, indirect=True)


def desk(museum):
    return program(museum.clinic_named("Aurelia"))


def found(museum, name):
    """Return who is found by the names on this patient's screenings, each person once."""
    told = museum.told["patients"][name]
    names = [museum.screening(one)["person"]["name"] for one in told["screenings"]]
    every = [one for text in names for one in find_patients(museum.context, desk(museum), text)]
    return told, {one.patient_id: one for one in every}


@looked_at
def test_merged_patients_are_one_and_say_whether_a_doctor_agreed(shown):
    for name, unconfirmed in {"merged": False, "unconfirmed": True}.items():
        told, people = found(shown, name)
        [person] = people.values()
        assert person.patient_id == told["ids"][0]
        assert person.merged_unconfirmed is unconfirmed
        numbers = {shown.screening(one)["number"] for one in told["screenings"]}
        assert numbers <= {one.number for one in person.screenings}


@looked_at
def test_parted_patients_are_two(shown):
    told, people = found(shown, "parted")
    assert set(people) == set(told["ids"]) and len(people) == 2
    for id, name in zip(told["ids"], told["screenings"], strict=True):
        assert [one.number for one in people[id].screenings] == [shown.screening(name)["number"]]


@looked_at
def test_the_clinics_own_number_finds_its_patient(shown):
    told, people = found(shown, "numbered")
    [person] = find_patients(shown.context, desk(shown), f" {told['number'].lower()} ")
    assert set(people) == {person.patient_id} == set(told["ids"])
    assert person.numbers == [told["number"]]


@changed
def test_the_own_code_of_then_opens_and_a_wrong_one_does_not(museum):
    told, phone = museum.screening("own code"), "another-phone"
    enter = (museum.context, told["id"], phone)
    look = (museum.context, told["link"], phone)
    assert refused(own_code.enter_by_code, *enter, "eight quiet hills") == "wrong-code"
    assert not answering.look_at(*look).may_enter
    own_code.enter_by_code(*enter, told["code"])
    assert answering.look_at(*look).may_enter


@changed
def test_the_device_of_then_goes_on_and_no_other_does(museum):
    told = museum.screening("own code")
    theirs, other = browser(museum, device=told["device"]), browser(museum)
    assert other.post(f"/s/{told['link']}").status_code == 403
    assert theirs.post(f"/s/{told['link']}").status_code == 303
    assert theirs.get("/screening").status_code == 303


@changed
def test_the_link_of_a_check_in_opens_after_the_date_of_birth(museum):
    told = museum.told["check-ins"]["asked"]
    client, link = browser(museum), f"/c/{told['link']}"
    assert museum.screening(told["screening"])["person"]["name"] not in client.get(link).text
    assert client.post(link, data={"born": ["1", "1", "1980"]}).status_code == 422
    year, month, day = told["born"].split("-")
    assert client.post(link, data={"born": [day, month, year]}).status_code == 303
    assert client.get("/check-in").status_code == 200
    assert page.open_page(museum.context, told["id"]).gravity is None


@changed
def test_a_sign_stands_on_the_desk_until_somebody_takes_it(museum):
    def open_signs():
        with museum.context.database.read() as session:
            clinic = museum.clinic_named("Aurelia")
            return signs.open_signs(museum.context, session, clinic)

    told, mai = museum.told["check-ins"], museum.sign_in("doctor")
    [sign] = open_signs()
    assert sign.check_in_id == told["sign open"]["id"]
    assert sign.signs == (museum.told["signs"]["sign open"]["sign"],)
    assert signs.open_sign(museum.context, mai, told["sign taken"]["id"]).is_mine
    signs.handle_sign(museum.context, mai, sign.check_in_id)
    assert open_signs() == []
    signs.hand_back(museum.context, mai, told["sign taken"]["id"])
    assert [one.check_in_id for one in open_signs()] == [told["sign taken"]["id"]]


@changed
def test_check_ins_stand_in_every_state_and_their_links_end(museum):
    assert museum.told["check-in states"] == {"waiting": 1, "asked": 1, "answered": 2}
    every = museum.told["check-ins"].values()
    assert not any(links.follow_link(museum.context, one["link"]).over for one in every)
    museum.pass_time(days=15)
    assert all(links.follow_link(museum.context, one["link"]).over for one in every)


@changed
def test_everyone_who_got_a_lot_is_found(museum):
    told = museum.told["lot"]
    people = recall(museum.context, desk(museum), told["lot"].lower())
    expected = {museum.screening(name)["number"] for name in told["screenings"]}
    assert {one.number for one in people} == expected
    assert {one.by for one in people} == {"Dr Mai Tran"}
    assert recall(museum.context, desk(museum), "another lot") == []


@changed
def test_the_line_shows_the_decline_the_notes_and_what_still_stands(museum):
    told = museum.told["bound"]
    id = museum.screening(told["screening"])["id"]
    review = reviews.open_review(museum.context, museum.sign_in("doctor"), id)
    what = {kind: [e for e in review.line.events if e.what == kind] for kind in KINDS}
    ruled = [[r.choice for r in one.rulings] for one in what["decision"]]
    assert ruled == [["proceed-with-conditions"], ["decline", "decline"]]
    assert [one.content["text"] for one in what["note"]] == told["notes"]
    assert len(what["treatment"]) == 2 and len(what["check-in"]) == 1
    assert {id: one.choice for id, one in review.stands.items()} == told["stands"]
    assert not review.line.merged_unconfirmed and not review.line.damaged
    assert review.changing_since is not None


KINDS = ("decision", "note", "treatment", "check-in")


@looked_at
def test_what_was_sealed_under_the_first_name_bears_it_and_what_came_later_the_new_one(shown):
    seals = shown.told["seals"]
    for name, kind, seal in (("arrived", "decided", "before"), ("confirmed", "arrival", "since")):
        [row] = shown.rows_of(shown.screening(name)["id"], kind)
        verified = shown.verify(shown.pdf_of(row), row.code)
        assert (verified.status, verified.reasons) == ("PASSED", ())
        assert verified.signatures[0]["signer"] == seals[seal]


@changed
def test_a_withdrawal_of_the_last_hour_is_undone_and_later_not(museum):
    told = museum.screening("withdrawn")
    undo = (museum.context, program(told["clinic"]), told["id"])
    invitations.restore(*undo)
    assert museum.held(told["id"])["state"] == "in-progress"
    assert museum.held(told["id"])["draft"] == told["draft"]
    invitations.withdraw(*undo)
    museum.pass_time(minutes=61)
    assert refused(invitations.restore, *undo) == "too-late"


@changed
def test_a_clinic_speaks_its_language_and_an_account_its_own(museum):
    speaks = {name: museum.sign_in(name).speaks for name in ("doctor", "doctor-b", "reception-b")}
    chosen = museum.told["accounts"]["reception-b"]["language"]
    assert speaks == {"doctor": "en", "doctor-b": "ru", "reception-b": chosen}
    with museum.context.database.read() as session:
        for told in museum.told["clinics"].values():
            clinic = session.get_one(Clinic, told["id"])
            assert (clinic.language, clinic.alert_to) == (told["language"], told["alert_to"])

    row, pdf = museum.make(museum.screening("Russian")["id"], "screening")
    assert museum.verify(pdf, row.code).status == "PASSED"
    assert "Решение принимает врач." in text_of(pdf, museum.folder)
