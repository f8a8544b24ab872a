"""What a doctor sees of one screening."""

import pytest
from sqlalchemy import select

from screening.storage import audit
from screening.storage.tables import AuditEntry
from screening.workflow.reception import invitations
from screening.workflow.review import reviews
from screening.workflow.screenings import answering
from tests.office import DECLARED, PASSWORD


@pytest.fixture(scope="module")
def office(tmp_path_factory, furnish):
    office = furnish(tmp_path_factory.mktemp("office"), SCREENING_LANGUAGES="en,ar")
    yield office
    office.close()


@pytest.fixture(scope="module")
def desk(office):
    """Return a browser in which the doctor is signed in."""
    app = office.app()
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    office.enter(client, "doctor")
    return client


def review(desk, id):
    return " ".join(desk.get(f"/doctor/screenings/{id}").text.split())


def test_each_reason_names_its_source_by_title_and_how_strong_it_is(office, desk):
    page = review(desk, office.submit(can_be_pregnant="yes", pregnant="yes"))
    [procedure] = [office.context.definitions.procedures["mesotherapy-face"]]
    [rule] = [r for r in procedure.contraindications if r.finding == "pregnancy"]
    source = office.context.definitions.sources[rule.source]

    reasons = page.split('<tr class="reason">')[1].split("</tr>")[0]
    assert source.title in reasons.replace("&#39;", "'")
    assert "our inference" in reasons or "says so" in reasons or "practice of clinics" in reasons


def test_a_source_with_an_address_is_a_link_that_tells_nobody_where_from(office, desk):
    page = review(desk, office.submit("soft-lifting", can_be_pregnant="yes", pregnant="yes"))

    assert 'rel="noopener noreferrer"' in page


def test_the_answer_that_alone_decides_is_named_with_what_would_be_without_it(office, desk):
    page = review(desk, office.submit(painkiller="yes", painkiller_last_dose=office.day(1)))

    alone = page.split("One answer alone decides this:")[1][:600]
    assert "Without it:" in alone and "No contraindication identified" in alone


def test_what_the_patient_tells_only_the_doctor_comes_before_any_verdict(office, desk):
    page = review(desk, office.submit(viral_blood=["tell-doctor"]))

    assert page.index("Ask in person") < page.index('class="verdicts')
    assert "HIV or hepatitis" in page.split("Ask in person")[1][:400]


def test_the_patients_own_words_stand_beside_the_doctors(office, desk):
    invited = office.invite()
    office.answer(invited.screening_id, painkiller="unknown")
    answering.submit(
        office.context, office.hold(invited.screening_id), DECLARED, "ar", {"unknown": "لا أعرف"}
    )
    page = review(desk, invited.screening_id)

    assert 'lang="ar"' in page and "لا أعرف" in page
    assert "I do not know" in page and "Arabic" in page


def test_what_changed_stands_under_the_outcome_that_it_moved(office, desk):
    first = office.submit()
    again = office.arrive(first, cold_sore="yes")
    office.answer_open(again, cold_sore_now="yes")
    answering.submit(office.context, office.hold(again), DECLARED)
    page = review(desk, again)

    changed = page.split("Changed since the last screening")[1].split("</section>")[0]
    assert changed.index("No contraindication identified") < changed.index("cold sore")
    assert "Changed too" not in changed
    assert "Of this patient, before or after this one" in page


def test_the_same_name_is_only_said_to_be_maybe_the_same_person(office, desk):
    office.submit()

    assert "May be the same person" in review(desk, office.submit())


def choose(desk, id, **fields):
    return desk.post(f"/doctor/screenings/{id}/decision", data={"password": PASSWORD} | fields)


def test_the_second_of_two_decisions_is_told_who_was_first_and_keeps_what_was_typed(office, desk):
    id = office.submit()
    choose(desk, id, **{"decision-mesotherapy-face": "proceed"})
    typed = {"decision-mesotherapy-face": "decline", "reason-mesotherapy-face": "I saw a rash"}
    late = choose(desk, id, **typed)

    assert late.status_code == 409
    assert "Your decision was not recorded" in late.text
    assert "Dr Mai Tran decided at" in late.text
    assert "I saw a rash" in late.text.split("to copy")[1].split("</textarea>")[0]
    assert "Decline" in late.text.split("to copy")[1].split("</textarea>")[0]


@pytest.mark.parametrize("choice", ["proceed", "decline"])
def test_what_was_typed_for_another_choice_is_no_part_of_the_decision(office, desk, choice):
    id = office.submit()
    left = {"conditions-mesotherapy-face": "Patch test first"}
    left["codes-proceed-with-conditions-mesotherapy-face"] = "dose-or-plan-adapted"
    assert choose(desk, id, **{"decision-mesotherapy-face": choice}, **left).status_code == 303

    [one] = reviews.open_review(office.context, office.doctor, id).decision["decisions"]
    assert (one["decision"], one["conditions"], one["codes"]) == (choice, "", [])


def noted_while(office, act):
    """Return what the audit log says of `act`, in order."""
    with office.context.database.read() as session:
        before, _head = audit.read_head(session)
    act()
    with office.context.database.read() as session:
        newer = select(AuditEntry.act).where(AuditEntry.sequence > before)
        return list(session.scalars(newer.order_by(AuditEntry.sequence)))


def test_every_page_of_a_review_that_is_shown_is_noted_once(office, desk):
    id = office.submit()
    fitting = {"decision-mesotherapy-face": "proceed"}

    assert noted_while(office, lambda: review(desk, id)) == ["open review"]
    assert noted_while(office, lambda: choose(desk, id)) == ["open review"]  # nothing chosen
    wrong = noted_while(office, lambda: choose(desk, id, password="not it", **fitting))
    assert wrong == ["wrong password", "open review"]
    assert noted_while(office, lambda: choose(desk, id, **fitting)) == ["decide"]
    assert noted_while(office, lambda: choose(desk, id, **fitting)) == ["open review"]  # too late


def test_taking_a_report_is_noted_as_that_and_not_as_a_look_at_the_answers(office, desk):
    id = office.submit()
    office.make_reports()
    address = f"/doctor/screenings/{id}/screening.pdf"

    assert noted_while(office, lambda: desk.get(address)) == ["read screening report"]


def test_reading_a_review_writes_nothing(office):
    id = office.submit()

    assert noted_while(office, lambda: reviews.read_review(office.context, office.doctor, id)) == []


def test_a_decision_on_a_withdrawn_screening_says_so(office, desk):
    id = office.submit()
    invitations.withdraw(office.context, office.desk, id)
    late = choose(desk, id, **{"decision-mesotherapy-face": "proceed"})

    assert late.status_code == 409
    assert "State: Withdrawn" in late.text
    assert 'name="password"' not in late.text


def test_a_decided_screening_can_be_amended_and_shows_both_decisions(office, desk):
    id = office.submit(bleeding="unknown")
    code = {"codes-proceed-mesotherapy-face": "benefit-outweighs"}
    choose(desk, id, **{"decision-mesotherapy-face": "proceed"}, **code)
    assert "The benefit outweighs the risk" in review(desk, id)
    form = desk.get(f"/doctor/screenings/{id}?amend=1").text
    assert 'name="why"' in form and 'value="request-information"' not in form

    missing = choose(desk, id, **{"decision-mesotherapy-face": "defer", "why": " "})
    assert missing.status_code == 422 and "Write why you amend" in missing.text
    choose(desk, id, **{"decision-mesotherapy-face": "defer", "why": "A letter came"})
    page = review(desk, id)
    assert page.index("A letter came") < page.index("Replaced: decided by Dr Mai Tran")
    assert "decided.pdf?sequence=1" in page


def test_the_lists_alone_are_what_the_page_shows(office, desk):
    office.submit()
    alone = " ".join(desk.get("/doctor/queue").text.split())

    assert "for your decision" in alone and "<html" not in alone
    assert alone in " ".join(desk.get("/doctor").text.split())


def test_what_no_program_can_judge_comes_before_any_verdict(office, desk):
    words = {"other_meds": "yes", "medicine_list": "Metformin\nQwertyzol <b>3 mg"}
    page = review(desk, office.submit(**words))

    read = page.split('id="to-read"')[1].split("</section>")[0]
    assert page.index('id="to-read"') < page.index('class="verdicts')
    assert "Metformin / Qwertyzol &lt;b&gt;3 mg" in read
    assert "not recognised: Qwertyzol" in read
    assert "To be read first:" in page.split('class="verdicts')[1]


def test_answers_that_cannot_both_be_true_stand_above_the_verdicts_and_nothing_is_chosen(
    office, desk
):
    page = review(desk, office.submit(allergy_any="no", anaphylaxis="yes"))

    clash = page.split('id="clash"')[1].split("</section>")[0]
    assert page.index('id="clash"') < page.index('class="verdicts')
    assert "A very bad allergy is an allergy" in clash
    assert "Are you allergic to anything? <b><bdi>No</bdi></b>" in clash
    assert 'type="radio"' in page and " checked" not in page


def test_a_review_with_nothing_to_read_has_neither_block(office, desk):
    page = review(desk, office.submit())

    assert 'id="to-read"' not in page
    assert 'id="clash"' not in page


def test_what_a_medicine_on_the_list_says_stands_beside_it(office, desk):
    page = review(desk, office.submit(other_meds="yes", medicine_list="warfarin"))

    assert "asks about: " in page.split("Medicines in the patient’s own words")[1]
