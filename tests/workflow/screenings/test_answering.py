import threading

import pytest
from sqlalchemy import select

from screening.documents.rendering.render import render_pdf
from screening.storage.tables import AuditEntry, ReportRow, Screening
from screening.workflow.core.refusal import ActRefusedError
from screening.workflow.core.sealed import open_sealed
from screening.workflow.reception import invitations
from screening.workflow.review import reviews
from screening.workflow.screenings import answering, edit_lock, receipts
from tests.office import DECLARED, decide, refused, text_of


def test_a_link_leads_to_its_screening_as_often_as_it_is_opened(office):
    invitation = office.invite()

    for _ in range(3):
        found, state = answering.follow_link(office.context, invitation.link)
        assert (found, state) == (invitation.screening_id, "invited")


def test_the_link_is_stored_only_as_a_hash(office):
    invitation = office.invite()
    stored = b"".join(p.read_bytes() for p in office.config.instance.glob("screening.db*"))

    assert len(invitation.link) * 6 >= 128
    assert invitation.link.encode() not in stored
    assert invitation.start_code.encode() not in stored


def test_names_and_answers_are_not_readable_in_the_database(office):
    office.submit(other_meds="yes", medicine_list="Zzmedicine 5 mg")
    stored = b"".join(p.read_bytes() for p in office.config.instance.glob("screening.db*"))

    assert b"Lan Nguyen" not in stored
    assert b"Zzmedicine" not in stored


def test_an_unknown_link_leads_nowhere(office):
    assert refused(answering.follow_link, office.context, "x" * 32) == "gone"


def test_a_link_ends_after_two_weeks(office):
    invitation = office.invite()
    office.pass_time(days=14)

    assert refused(answering.follow_link, office.context, invitation.link) == "expired"


def test_a_withdrawn_screening_takes_no_answers(office):
    invitation = office.invite()
    invitations.withdraw(office.context, office.desk, invitation.screening_id)

    assert refused(answering.follow_link, office.context, invitation.link) == "withdrawn"
    answer = (office.context, office.hold(invitation.screening_id), "painkiller", "no")
    assert refused(answering.give_answer, *answer) == "withdrawn"


def test_answers_are_there_after_coming_back(office):
    invitation = office.invite()
    answering.give_answer(
        office.context, office.hold(invitation.screening_id), "date_of_birth", "1990-01-01"
    )

    draft = answering.read_draft(office.context, invitation.screening_id)

    assert draft.answers == {"date_of_birth": "1990-01-01"}
    assert draft.state == "in-progress"


def test_an_answer_off_the_way_is_kept_and_comes_back(office):
    id, dose = office.invite().screening_id, office.day(3)
    for link_id, answer in [
        ("painkiller", "yes"),
        ("painkiller_last_dose", dose),
        ("painkiller", "no"),
    ]:
        answering.give_answer(office.context, office.hold(id), link_id, answer)

    assert answering.read_draft(office.context, id).answers["painkiller_last_dose"] == dose


@pytest.mark.both_databases
def test_what_two_put_into_a_held_draft_at_once_is_there_after_both(office):
    """Each reads the answers of before and writes them with its own: none may read too early."""
    id = office.invite().screening_id
    lock, together = office.hold(id), threading.Barrier(6)
    dates = {f"date{n}": "no" for n in range(6)}

    def answer(link_id, answer):
        together.wait()
        with answering.held_draft(office.context, lock) as held:
            held.read()
            held.change({"answers": {link_id: answer}})

    threads = [threading.Thread(target=answer, args=one) for one in dates.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with office.context.database.read() as session:
        stored = open_sealed(office.context, session, session.get_one(Screening, id), "draft")
    assert stored["answers"] == dates


def test_what_fails_while_a_draft_is_held_leaves_it_as_it_was(office):
    id = office.invite().screening_id
    lock = office.hold(id)
    answering.give_answer(office.context, lock, "date_of_birth", "1990-01-01")

    with pytest.raises(ZeroDivisionError), answering.held_draft(office.context, lock) as held:
        held.change({"answers": {"date_of_birth": "1980-01-01"}})
        raise ZeroDivisionError

    answers = answering.read_draft(office.context, id).answers
    assert answers == {"date_of_birth": "1990-01-01"}


def test_an_incomplete_questionnaire_cannot_be_submitted(office):
    id = office.invite().screening_id
    answering.give_answer(office.context, office.hold(id), "date_of_birth", "1990-01-01")

    assert refused(answering.submit, office.context, office.hold(id), DECLARED) == "incomplete"


def test_a_medicine_that_goes_with_no_answer_is_asked_about_before_sending(office):
    id = office.invite().screening_id
    office.answer(id, other_meds="yes", medicine_list="Warfarin", blood_thinner="no")
    assert office.medicine_questions(id)
    assert refused(answering.submit, office.context, office.hold(id), DECLARED) == "incomplete"

    answering.give_answer(office.context, office.hold(id), "medicine_list", "vitamin C")
    answering.submit(office.context, office.hold(id), DECLARED)


def test_a_device_answers_no_more_once_it_has_sent(office):
    id = office.invite().screening_id
    office.answer(id)
    held = office.hold(id)
    assert edit_lock.is_here(office.context, held)
    answering.submit(office.context, held, DECLARED)

    assert not edit_lock.is_here(office.context, held)
    assert refused(edit_lock.keep, office.context, held) == "no-visit"


@pytest.mark.both_databases
def test_of_twelve_parallel_submissions_exactly_one_is_accepted(office):
    id = office.invite().screening_id
    office.answer(id)
    held, reasons = office.hold(id), []

    def submit():
        try:
            answering.submit(office.context, held, DECLARED)
            reasons.append("accepted")
        except ActRefusedError as error:
            reasons.append(error.reason)

    threads = [threading.Thread(target=submit) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(reasons) == ["accepted"] + ["submitted"] * 11
    with office.context.database.read() as session:
        kinds = session.scalars(select(ReportRow.kind)).all()
    assert sorted(kinds) == ["copy", "screening"]


def test_a_submission_freezes_texts_verdicts_and_definitions(office):
    id = office.submit()
    with office.context.database.read() as session:
        screening = session.get_one(Screening, id)

    assert screening.definitions_hash == office.context.definitions.hash
    assert screening.gravity == 0


def test_a_submission_orders_the_report_and_the_patients_copy_and_rings_for_both(office):
    office.submit()

    assert len(office.rung) == 2


def test_the_patient_gets_the_copy_first_and_the_plan_after_the_decision(office, tmp_path):
    id = office.submit(painkiller="yes", painkiller_last_dose=office.day(3))
    assert receipts.patient_copy(office.context, office.hold(id)) is None
    office.make_reports(render_pdf)
    copy = text_of(receipts.patient_copy(office.context, office.hold(id)), tmp_path)

    assert "Your copy" in copy
    assert "In the last 7 days, did you take aspirin" in copy
    for for_doctors in ("evidence", "sha256:", "Notes on the rules", "S2-", "Aftercare"):
        assert for_doctors not in copy

    reviews.decide(*decide(office, id, "proceed-with-conditions", "no bruises so far"))
    office.make_reports(render_pdf)
    office.pass_time(seconds=5)
    office.make_reports(render_pdf)
    plan = text_of(receipts.patient_copy(office.context, office.hold(id)), tmp_path)

    assert "Dr Mai Tran has decided" in plan
    assert "Call us as soon as you can" in plan
    assert "no bruises so far" not in plan


@pytest.mark.both_databases
def test_after_submission_only_the_receipt_is_shown(office):
    id = office.submit()

    assert refused(answering.read_draft, office.context, id) == "submitted"
    assert receipts.read_receipt(office.context, office.hold(id)).copy_ready is False
    assert (
        refused(answering.give_answer, office.context, office.hold(id), "painkiller", "yes")
        == "submitted"
    )


def test_there_is_no_receipt_before_submission(office):
    assert (
        refused(receipts.read_receipt, office.context, office.hold(office.invite().screening_id))
        == "invited"
    )


@pytest.mark.both_databases
def test_every_act_is_in_the_audit_log(office):
    id = office.submit()
    with office.context.database.read() as session:
        acts = session.scalars(select(AuditEntry.act).where(AuditEntry.screening_id == id)).all()

    assert acts == ["invite", "begin", "submit"]


def test_an_answer_that_is_offered_no_longer_is_asked_for_again(office):
    """The lists may change between two visits; the patient is never stuck over that."""
    invitation = office.invite()
    office.answer(invitation.screening_id, painkiller="an option of last year")
    draft = answering.read_draft(office.context, invitation.screening_id)

    assert "painkiller" not in draft.answers
    assert "date_of_birth" in draft.answers
    assert (
        refused(answering.submit, office.context, office.hold(draft.id), DECLARED) == "incomplete"
    )


def test_what_the_patient_read_is_kept_beside_the_report(office):
    invitation = office.invite()
    office.answer(invitation.screening_id, painkiller="unknown")
    words = {"unknown": "Tôi không biết", "": "Chưa trả lời"}
    answering.submit(office.context, office.hold(invitation.screening_id), DECLARED, "vi", words)
    report = reviews.open_review(office.context, office.doctor, invitation.screening_id).report

    read = report["translated"]
    assert (read["language"], read["reviewed_by"]) == ("vi", None)
    texts = office.context.definitions.translations["vi"]
    asked = [a for s in report["sections"] for a in s["answers"]]
    seen = [a for s in read["sections"] for a in s["answers"]]
    assert [a["link_id"] for a in seen] == [a["link_id"] for a in asked]
    assert [a["question"] for a in seen] == [texts[a["question"]] for a in asked]
    assert (
        receipts.read_receipt(office.context, office.hold(invitation.screening_id)).asked_in == "vi"
    )
    [painkiller] = [a for a in seen if a["link_id"] == "painkiller"]
    assert painkiller["text"] == "Tôi không biết"
    assert [p["outcome"] for p in read["procedures"]] == [
        p["outcome"] for p in report["procedures"]
    ]


def test_the_receipt_lists_what_to_find_out_and_never_what_is_only_for_the_doctor(office):
    id = office.submit(bleeding="unknown", hiv="tell-doctor")
    receipt = receipts.read_receipt(office.context, office.hold(id))
    listed = receipt.to_find_out

    assert receipt.asked_in == "en"
    asked = {item.link_id: item for item in office.context.definitions.items}
    assert [one["link_id"] for one in listed] == ["bleeding"]
    assert listed[0]["find_out"] == asked["bleeding"].find_out


def test_a_private_question_is_on_no_list_that_is_shown_to_a_pharmacist(office):
    id = office.submit(bleeding="unknown", worry="unknown", worry_hours="unknown")
    listed = receipts.read_receipt(office.context, office.hold(id)).to_find_out

    assert [one["link_id"] for one in listed] == ["bleeding"]
