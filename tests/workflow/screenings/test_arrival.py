"""A patient arrives: where nothing is new the decision stands, and the doctor sees the rest."""

import pytest
from sqlalchemy import select

from screening.clinical.definitions.folder import BEFORE_BINDINGS
from screening.clinical.fhir.noted import Bundle, Fact
from screening.clinical.fhir.response import NUMBERS
from screening.storage.tables import ReportRow, Screening
from screening.workflow.core.actor import program
from screening.workflow.core.sealed import open_sealed, submission_of
from screening.workflow.integration import api_keys, noting
from screening.workflow.reception import asking_again, day_list
from screening.workflow.review import reviews
from screening.workflow.review.queue import list_queue
from screening.workflow.screenings import answering, arrival
from tests.office import DECLARED, decide, refused, text_of

TEXT = "Nothing else in my health has changed."
WOMAN = {"can_be_pregnant": "yes", "pregnant": "no", "period": "no"}


def see(office):
    """Return someone with nothing to report whom the doctor has seen three weeks ago."""
    id = office.submit(**WOMAN)
    reviews.decide(*decide(office, id, "proceed"))
    office.make_reports()
    office.pass_time(days=21)
    return id


@pytest.fixture
def office(request, move_in):
    return move_in(after=see if "decided" in request.fixturenames else None)


@pytest.fixture
def decided(office):
    return office.begun


def confirm(office, id):
    arrival.confirm_arrival(office.context, office.hold(id), TEXT)


def state_of(office, id):
    with office.context.database.read() as session:
        return session.get_one(Screening, id).state


def report_of(office, id):
    with office.context.database.read() as session:
        return submission_of(office.context, session, session.get_one(Screening, id))


@pytest.mark.both_databases
def test_where_nothing_is_new_the_decision_stands_and_nobody_decides_twice(office, decided):
    again = office.arrive(decided)

    assert office.answer_open(again) == [], "the rows say it all"
    assert not arrival.is_new(office.context, again)
    confirm(office, again)
    assert (state_of(office, decided), state_of(office, again)) == ("decided", "confirmed")
    assert list_queue(office.context, office.doctor) == []
    [entry] = day_list.list_screenings(office.context, office.clinic)
    assert (entry.screening_id, entry.confirmed_at) == (decided, office.now)


@pytest.mark.both_databases
def test_what_the_clinics_system_has_noted_since_goes_to_the_doctor(office, decided):
    again = office.arrive(decided)
    context, clinic = office.context, office.clinic
    secret = api_keys.make_key(context, program(clinic), "EHR", ["clinical"])
    with context.database.read() as session:
        number = NUMBERS, session.get_one(Screening, again).number
    fact = Fact(kind="condition", text="Pregnant", state="current", findings=["pregnancy"])
    noted = Bundle(("Lan Nguyen",), "1986-05-03", (), number, (None, fact))
    noting.note_facts(context, api_keys.client_of(context, secret), noted)

    assert arrival.is_new(context, again)
    assert refused(arrival.confirm_arrival, context, office.hold(again), TEXT) == "incomplete"


def test_what_is_confirmed_is_of_today_and_what_lasts_keeps_its_day(office, decided):
    again = office.arrive(decided)
    confirm(office, again)
    report = report_of(office, again)

    assert report["on"] == office.day()
    assert report["case"]["answered_on"]["bleeding"] == office.day(21)
    assert "pregnant" not in report["case"]["answered_on"]
    assert report["frame"]["ways"]["pregnant"] == "confirmed"
    assert report["procedures"][0]["outcome"] == "no-contraindication-identified"


def test_a_page_is_sealed_that_names_the_decided_report_by_its_hash(office, decided, tmp_path):
    again = office.arrive(decided)
    confirm(office, again)
    office.make_reports()
    with office.context.database.read() as session:
        query = select(ReportRow).where(ReportRow.screening_id == again)
        [page] = session.scalars(query)
        made = select(ReportRow.sha256).where(
            ReportRow.screening_id == decided, ReportRow.kind == "decided"
        )
        sha256 = session.scalar(made)
        text = text_of(open_sealed(office.context, session, page, "pdf"), tmp_path)

    assert (page.kind, page.state) == ("arrival", "sealed")
    assert sha256[:40] in text.replace(" ", "") and "The doctor’s decision stands" in text
    assert "Dr Mai Tran" in text


@pytest.mark.parametrize("reply", ["yes", "unknown"])
@pytest.mark.parametrize("row", [row.replace("-", "_") for row in BEFORE_BINDINGS.rows])
def test_any_row_that_is_not_a_no_goes_to_the_doctor(office, decided, row, reply):
    again = office.arrive(decided, **{row: reply})
    office.answer_open(again, **WOMAN)

    assert arrival.is_new(office.context, again)
    assert refused(confirm, office, again) == "incomplete"
    answering.submit(office.context, office.hold(again), DECLARED)
    [waiting] = list_queue(office.context, office.doctor)
    assert (waiting.screening_id, state_of(office, decided)) == (again, "superseded")


def test_news_reach_the_doctor_with_what_they_move_and_the_earlier_decision(office):
    id = office.submit(**WOMAN)
    reviews.decide(*decide(office, id, "proceed-with-conditions"))
    office.pass_time(days=21)
    again = office.arrive(id, cold_sore="yes")
    office.answer_open(again)
    answering.submit(office.context, office.hold(again), DECLARED)
    review = reviews.open_review(office.context, office.doctor, again)

    assert [c["now"] for c in review.changes["answers"]] == ["Yes"]
    assert [c["now"] for c in review.changes["outcomes"]] == ["deferred"]
    assert review.report["frame"]["arrival"]["rows"]["cold-sore"] == "yes"
    [earlier] = review.earlier["decisions"]
    assert (earlier["decision"], earlier["conditions"]) == (
        "proceed-with-conditions",
        "Patch test first",
    )


def test_what_was_a_yes_and_holds_no_more_is_asked_again_in_full(office):
    id = office.submit(painkiller="yes", painkiller_last_dose=office.day(1))
    reviews.decide(*decide(office, id, "defer"))
    office.pass_time(days=21)
    again = office.arrive(id)

    assert "painkiller" in office.answer_open(again)
    assert arrival.is_new(office.context, again)


def test_a_reply_that_is_changed_leaves_nothing_behind(office, decided):
    again = office.arrive(decided, pregnancy="yes")
    held = office.hold(again)
    arrival.answer_rows(office.context, held, {"pregnancy": "no"})

    assert not arrival.is_new(office.context, again)
    confirm(office, again)
    assert report_of(office, again)["case"]["answers"]["pregnant"] == "no"


def test_before_a_doctor_has_decided_there_is_nothing_to_confirm(office):
    id = office.submit()
    office.pass_time(days=2)
    again = office.arrive(id)

    assert refused(confirm, office, again) == "incomplete"
    office.answer_open(again)
    answering.submit(office.context, office.hold(again), DECLARED)
    assert state_of(office, id) == "superseded"


def test_nothing_is_sent_while_a_row_is_open(office, decided):
    again = asking_again.arrive(office.context, office.desk, decided).screening_id
    arrival.answer_rows(office.context, office.hold(again), {"pregnancy": "no"})
    office.answer_open(again)

    assert refused(confirm, office, again) == "incomplete"
    assert refused(answering.submit, office.context, office.hold(again), DECLARED) == "incomplete"


def test_what_nobody_asks_is_no_row(office, decided):
    again = asking_again.arrive(office.context, office.desk, decided).screening_id
    rows = (office.context, office.hold(again))

    assert refused(arrival.answer_rows, *rows, {"weight": "no"}) == "incomplete"
    assert refused(arrival.answer_rows, *rows, {"period": "perhaps"}) == "incomplete"


def test_nobody_arrives_before_the_answers_were_sent(office):
    id = office.invite().screening_id

    assert refused(asking_again.arrive, office.context, office.desk, id) == "invited"


def test_whoever_says_twice_that_a_patient_arrived_opens_one_questionnaire(office):
    id = office.submit()
    again = office.arrive(id, illness="yes")
    twice = asking_again.arrive(office.context, office.desk, id)
    kept = answering.read_draft(office.context, twice.screening_id)

    assert twice.screening_id == again
    assert kept.rows["illness"] == "yes"
    assert answering.follow_link(office.context, twice.link)


def test_what_came_up_since_the_decision_by_itself_goes_to_the_doctor(office):
    id = office.submit("thread-lift", **office.vaccine_in(days=20))
    reviews.decide(*decide(office, id, "proceed"))
    office.make_reports()
    office.pass_time(days=21)
    again = office.arrive(id)
    office.answer_open(again, vaccine="yes", vaccine_date=office.day(1))

    assert arrival.is_new(office.context, again)
