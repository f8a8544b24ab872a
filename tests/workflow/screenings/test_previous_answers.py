"""A patient who comes again: what is brought back, for whom, and what is asked afresh."""

import pytest
from sqlalchemy import select

from screening.clinical.definitions.questionnaire import (
    THE_DAY,
    ItemType,
    first_unanswered,
    journey,
)
from screening.clinical.report.returning import still_to_confirm
from screening.storage.tables import AuditEntry, Screening
from screening.workflow.core.sealed import seal_into, submission_of
from screening.workflow.review import reviews
from screening.workflow.screenings import answering, previous_answers
from tests.office import DECLARED

BORN = "1986-05-03"


def come_again(office, born=BORN, name="Lan Nguyen", procedures=("thread-lift",)):
    """Return the id of a new screening whose date of birth was just answered."""
    id = office.invite(*procedures, name=name).screening_id
    answering.choose_procedures(office.context, office.hold(id), list(procedures))
    answering.give_answer(office.context, office.hold(id), "date_of_birth", born)
    previous_answers.bring_back(office.context, office.hold(id))
    return id


def open_sections(office, id):
    draft = answering.read_draft(office.context, id)
    questionnaire = draft.questionnaire(office.context.definitions)
    last = draft.last["answers"] if draft.last else {}
    return list(still_to_confirm(questionnaire, draft.answers, last))


def shown(office, id):
    return {item.link_id: a for part in open_sections(office, id) for item, a in part.asked}


def first_visit(office, **special):
    id = office.submit("thread-lift", date_of_birth=BORN, **special)
    office.pass_time(days=200)
    return id


def test_answers_are_brought_back_beside_the_draft_and_count_for_nothing(office):
    first_visit(office)
    id = come_again(office)

    assert shown(office, id)["bleeding"] == "no"
    assert answering.read_draft(office.context, id).answers == {"date_of_birth": BORN}


def test_only_the_same_name_and_date_of_birth_bring_answers_back(office):
    first_visit(office)

    assert shown(office, come_again(office))
    assert shown(office, come_again(office, name="LAN  nguyen"))
    assert not shown(office, come_again(office, born="1986-05-04"))
    assert not shown(office, come_again(office, name="Lan Nguyen-Smith"))


def test_nobody_tries_dates_of_birth_until_the_answers_of_another_show(office):
    first_visit(office)
    id = come_again(office, born="1986-05-01")
    for born in ("1986-05-02", "1986-05-04", BORN):
        answering.give_answer(office.context, office.hold(id), "date_of_birth", born)
        previous_answers.bring_back(office.context, office.hold(id))

    assert not shown(office, id)


def test_another_date_of_birth_takes_back_what_was_confirmed(office):
    first_visit(office)
    id = come_again(office)
    previous_answers.confirm(office.context, office.hold(id), {"bleeding"}, set())
    answering.give_answer(office.context, office.hold(id), "date_of_birth", "1990-01-01")
    previous_answers.bring_back(office.context, office.hold(id))

    draft = answering.read_draft(office.context, id)
    assert draft.answers == {"date_of_birth": "1990-01-01"}
    assert (draft.last, draft.confirmed) == (None, {})


def test_what_may_have_changed_by_itself_is_asked_afresh(office):
    first_visit(office, painkiller="yes", painkiller_last_dose=office.day(50), bleeding="unknown")
    brought = shown(office, come_again(office))
    items = {item.link_id: item for item in office.context.definitions.items}

    assert brought, "something is left to confirm"
    for link_id in brought:
        item = items[link_id]
        assert item.type not in {ItemType.DATE, ItemType.BIRTH_DATE} and not item.private, link_id
        assert item.holds.no != THE_DAY, link_id
    for asked in (
        "breastfeeding",
        "trying",
        "painkiller",
        "painkiller_last_dose",
        "bleeding",
    ):
        assert asked not in brought


def test_a_question_that_reads_otherwise_by_now_is_asked_afresh(office):
    id = first_visit(office)
    with office.context.database.write() as session:
        old = session.get_one(Screening, id)
        report = submission_of(office.context, session, old)
        for section in report["sections"]:
            for answer in section["answers"]:
                if answer["link_id"] == "blood_thinner":
                    answer["question"] = "Do you take a medicine?"
        seal_into(office.context, session, old, "submission", report)

    brought = shown(office, come_again(office))
    assert "blood_thinner" not in brought and "bleeding" in brought


def test_what_is_confirmed_counts_and_what_changed_is_asked(office):
    first_visit(office)
    id = come_again(office)
    [*_, part] = open_sections(office, id)
    names = [item.link_id for item, _answer in part.asked]
    previous_answers.confirm(office.context, office.hold(id), set(names[1:]), {names[0]})

    draft = answering.read_draft(office.context, id)
    assert set(names[1:]) <= set(draft.answers) and names[0] not in draft.answers
    assert not set(names) & set(shown(office, id)), "neither is shown again"
    steps = journey(draft.questionnaire(office.context.definitions), draft.answers)
    assert names[0] in {step.item.link_id for step in steps}
    assert first_unanswered(steps, draft.answers)


def test_confirming_what_was_never_brought_back_does_nothing(office):
    first_visit(office)
    id = come_again(office)
    previous_answers.confirm(office.context, office.hold(id), {"painkiller", "nonsense"}, set())

    assert answering.read_draft(office.context, id).answers == {"date_of_birth": BORN}


def test_answering_anew_leaves_last_time_aside(office):
    first_visit(office)
    id = come_again(office)
    previous_answers.start_anew(office.context, office.hold(id))

    assert not shown(office, id)


@pytest.mark.both_databases
def test_the_doctor_sees_what_was_confirmed_and_the_old_record_is_untouched(office):
    old = first_visit(office)
    with office.context.database.read() as session:
        row = session.get_one(Screening, old)
        before, number = (row.submission, row.draft, row.state), row.number
    id = come_again(office)
    names = set(shown(office, id))
    previous_answers.confirm(office.context, office.hold(id), names, set())
    changed = sorted(names)[0]
    answers = answering.read_draft(office.context, id).answers
    office.answer(id, **answers | {changed: "unknown"})
    answering.submit(office.context, office.hold(id), DECLARED)

    frame = reviews.open_review(office.context, office.doctor, id).report["frame"]
    assert frame["confirmed"]["number"] == number
    assert set(frame["confirmed"]["answers"]) == names - {changed}
    with office.context.database.read() as session:
        row = session.get_one(Screening, old)
        assert (row.submission, row.draft, row.state) == before
        acts = select(AuditEntry.why).where(AuditEntry.act == "bring back answers")
        assert list(session.scalars(acts)) == [number]
