"""What was done is written down as it happened, and starts the check-ins of its lists."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select

from screening.storage.tables import AuditEntry, DefinitionsArchive, TreatmentLot
from screening.workflow.clinics import clinics
from screening.workflow.screenings import receipts
from screening.workflow.treatments.recorded import read_treatments
from screening.workflow.treatments.treating import LONGEST_LOT, Done, correct, take_back, treat
from tests.office import ZONE, refused
from tests.workflow.treatments.clinic import THREADS, check_ins, decided, due_in, today, treated


def recorded(office, screening_id):
    return read_treatments(office.context, office.doctor, screening_id).recorded


def arguments(office, id, day=None, done=THREADS, who="Dr Mai Tran", why=""):
    return office.context, office.doctor, id, day or today(office), done, who, why


@pytest.mark.both_databases
def test_a_treatment_keeps_several_products_and_lots_and_starts_the_visits_of_its_list(office):
    id = decided(office)
    products = (("PDO threads", "ABC 12-3"), ("Lidocaine", "L9"))
    treat(*arguments(office, id, done=[Done("thread-lift", products)]))

    [one] = recorded(office, id)
    [done] = one.done
    assert (one.treated_on, one.by, done["decision"]) == (today(office), "Dr Mai Tran", "proceed")
    assert [(p["product"], p["lot"]) for p in done["products"]] == list(products)
    assert due_in(office)[:2] == [7, 14] and len(due_in(office)) == 4
    with office.context.database.read() as session:
        assert len(session.scalars(select(TreatmentLot)).all()) == 2
        assert session.scalars(select(AuditEntry.act)).all()[-1] == "record treatment"


def test_a_receptionist_may_write_it_down_too(office):
    id = decided(office)
    treat(office.context, office.receptionist, id, today(office), THREADS, "Dr Mai Tran")

    assert len(recorded(office, id)) == 1


def test_a_day_to_come_and_one_before_the_patient_was_born_are_refused(office):
    id = decided(office)
    tomorrow = today(office) + timedelta(days=1)

    assert refused(treat, *arguments(office, id, tomorrow)) == "future-day"
    assert refused(treat, *arguments(office, id, date(1986, 5, 2))) == "before-birth"
    assert recorded(office, id) == []


def test_a_lot_is_kept_up_to_a_hundred_letters_and_a_longer_one_refused_whole(office):
    id = decided(office)
    long = [Done("thread-lift", (("Threads", "x" * 200),))]
    fits = [Done("thread-lift", (("Threads", "x" * LONGEST_LOT),))]

    assert refused(treat, *arguments(office, id, done=long)) == "too-long"
    treat(*arguments(office, id, done=fits))
    assert recorded(office, id)[0].done[0]["products"][0]["lot"] == "x" * 100


def test_nothing_done_and_a_procedure_that_was_not_screened_are_refused(office):
    id = decided(office)

    assert refused(treat, *arguments(office, id, done=[])) == "nothing-done"
    assert refused(treat, *arguments(office, id, done=[Done("prp")])) == "unknown-procedure"


@pytest.mark.parametrize("choice", ["decline", "defer"])
def test_what_was_done_against_the_decision_needs_a_reason_and_says_so(office, choice):
    id = decided(office, choice=choice)

    assert refused(treat, *arguments(office, id)) == "against-decision"
    treat(*arguments(office, id, why="Dr Low decided anew on paper."))

    [one] = recorded(office, id)
    assert (one.why, one.done[0]["decision"]) == ("Dr Low decided anew on paper.", choice)
    with office.context.database.read() as session:
        [why] = session.scalars(select(AuditEntry.why).where(AuditEntry.act == "record treatment"))
    assert why == "against-decision"
    assert due_in(office)[0] == 7  # whoever was treated is asked how it went


def test_before_a_decision_no_treatment_is_written_down(office):
    id = office.submit("thread-lift")

    assert refused(treat, *arguments(office, id)) == "submitted"


@pytest.mark.both_databases
def test_a_form_that_is_sent_twice_is_written_down_once(office):
    id = decided(office)
    treat(*arguments(office, id), 0)

    assert refused(treat, *arguments(office, id), 0) == "treated-meanwhile"
    assert len(recorded(office, id)) == 1


def test_taken_back_within_a_day_it_counts_no_more_and_nobody_is_asked(office):
    id = decided(office)
    treatment = treated(office, screening_id=id)
    take_back(office.context, office.doctor, treatment)

    assert due_in(office) == []
    assert {row.state for row in check_ins(office)} == {"cancelled"}
    [one] = recorded(office, id)
    assert one.undone and not one.may_be_taken_back


def test_a_day_later_it_is_corrected_and_not_taken_back(office):
    treatment = treated(office)
    office.pass_time(days=1)

    assert refused(take_back, office.context, office.doctor, treatment) == "day-over"


def test_a_correction_keeps_what_stood_before_and_moves_the_check_ins(office):
    id = decided(office)
    treatment = treated(office, screening_id=id)
    day = today(office) - timedelta(days=2)
    right = [Done("thread-lift", (("PDO threads", "LOT-2"),))]
    correct(office.context, office.doctor, treatment, day, right, "Dr Ann Low")

    [one] = recorded(office, id)
    assert (one.treated_on, one.by, one.corrected) == (day, "Dr Ann Low", True)
    assert due_in(office)[:2] == [5, 12]


def test_a_corrected_lot_leaves_the_check_ins_alone(office):
    treatment = treated(office)
    before = [row.id for row in check_ins(office)]
    right = [Done("thread-lift", (("PDO threads", "LOT-2"),))]
    correct(office.context, office.doctor, treatment, today(office), right, "Dr Mai Tran")

    assert [row.id for row in check_ins(office)] == before


def test_days_that_are_over_when_it_is_written_down_are_not_asked_about(office):
    treated(office, ago=10)

    assert due_in(office)[0] == 4  # day 14


def test_another_clinic_finds_neither_screening_nor_treatment(office):
    id = decided(office)
    treatment = treated(office, screening_id=id)
    elsewhere = clinics.add_clinic(office.context, "Borealis", "2 Street", "456", str(ZONE))
    stranger = office.add("stranger", "Dr Eva Stern", "doctor", clinic=elsewhere)

    assert refused(read_treatments, office.context, stranger, id) == "gone"
    assert refused(take_back, office.context, stranger, treatment) == "gone"
    given = (id, today(office), THREADS, "")
    assert refused(treat, office.context, stranger, *given) == "gone"


def test_the_patients_diary_counts_from_the_treatment_without_an_appointment(office):
    id = decided(office)
    assert receipts.aftercare_file(office.context, id) is None
    take_back(office.context, office.doctor, treated(office, screening_id=id))
    assert receipts.aftercare_file(office.context, id) is None
    treated(office, screening_id=id)

    day = (today(office) + timedelta(days=7)).strftime("%Y%m%d")
    assert f"DTSTART;VALUE=DATE:{day}".encode() in receipts.aftercare_file(office.context, id)


@pytest.mark.parametrize("known", [True, False])
def test_a_procedure_that_left_the_lists_is_written_down_from_its_own(office, known):
    id = decided(office)
    lists = office.context.definitions
    fewer = {k: v for k, v in lists.procedures.items() if k != "thread-lift"}
    newer = replace(lists, procedures=fewer, hash="newer")
    office.context = replace(office.context, definitions=newer)
    if not known:
        with office.context.database.write() as session:
            session.execute(delete(DefinitionsArchive))
    treated(office, screening_id=id)

    assert recorded(office, id)[0].done[0]["name"].startswith("Thread lift")
    assert len(due_in(office)) == (4 if known else 0)
