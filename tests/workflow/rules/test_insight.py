"""Figures from screenings that were answered, sent and decided the way people do it."""

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from screening.clinical.report.report import WORDS
from screening.clinical.whatif.insight import Spent
from screening.storage.tables import AuditEntry, Screening
from screening.workflow.clinics import branding, clinics
from screening.workflow.core.actor import PROGRAM, program
from screening.workflow.reception import invitations
from screening.workflow.records import erasure
from screening.workflow.review import reviews
from screening.workflow.rules.insight import look, months_to_choose, months_until
from screening.workflow.rules.pace import pace_of
from screening.workflow.screenings import answering
from tests.office import DECLARED, decide

FACE = "mesotherapy-face"
BLEEDING = (FACE, "clotting_disorder")
PAINKILLER = (FACE, "nsaid_recent")


def month_of(office):
    return f"{office.now.astimezone(ZoneInfo('Europe/London')):%Y-%m}"


def found(office, who=None):
    return look(office.context, who or office.lead, [month_of(office)]).insight


def bruised(office):
    return office.submit(painkiller="yes", painkiller_last_dose=office.now.date().isoformat())


def stay_in_one_month(office, hours):
    """Let so many hours pass where the month ends before they have."""
    month = month_of(office)
    office.pass_time(hours=hours)
    if month_of(office) == month:
        office.pass_time(hours=-hours)


def take(office, minutes):
    """Begin, be so many minutes about it, and send."""
    id = office.invite().screening_id
    office.answer(id)
    office.pass_time(minutes=minutes)
    answering.submit(office.context, office.hold(id), DECLARED)


def test_what_came_out_is_counted_by_procedure_month_and_rule(office):
    office.submit()
    office.submit(FACE, "prp", bleeding="unknown")
    bruised(office)
    office.invite()  # not sent
    withdrawn = office.submit(bleeding="yes", bleeding_which=["haemophilia"])
    invitations.withdraw(office.context, office.desk, withdrawn)
    counted, month = found(office), month_of(office)

    assert counted.screenings == 3
    assert counted.by_month() == {
        month: {"no-contraindication-identified": 1, "information-needed": 2, "deferred": 1}
    }
    assert counted.by_procedure()["prp"] == {"information-needed": 1}
    assert counted.met[BLEEDING] == 1
    assert counted.met[PAINKILLER] == 1
    assert (counted.asked["bleeding"], counted.unknown["bleeding"]) == (3, 1)
    assert not counted.overridden


@pytest.mark.parametrize(
    ("choice", "overridden"),
    [
        ("decline", set()),
        ("defer", set()),
        ("request-information", set()),
        ("proceed-with-conditions", {PAINKILLER}),
    ],
)
def test_a_rule_is_overridden_only_by_who_proceeds_against_it(office, choice, overridden):
    id = bruised(office)
    reviews.decide(*decide(office, id, choice, "Seen and weighed"))
    counted = found(office)

    assert set(counted.overridden) == overridden
    assert counted.decided[PAINKILLER] == 1


def test_waiting_or_asking_where_the_rule_says_never_does_not_set_it_aside(office):
    never = office.submit(bleeding="yes", bleeding_which=["haemophilia"])
    unknown = office.submit(bleeding="unknown")
    reviews.decide(*decide(office, never, "defer", "The letter first"))
    reviews.decide(*decide(office, unknown, "request-information"))
    assert not found(office).overridden

    reviews.decide(*decide(office, office.submit(bleeding="unknown"), "proceed", "Seen"))
    assert found(office).overridden[BLEEDING] == 1


@pytest.mark.parametrize(("choice", "times"), [("proceed-with-conditions", 0), ("proceed", 1)])
def test_a_precaution_is_set_aside_by_who_proceeds_without_conditions(office, choice, times):
    reviews.decide(*decide(office, office.submit(diabetes="yes"), choice, "Seen and weighed"))

    assert found(office).overridden[FACE, "diabetes"] == times


def test_the_decision_in_force_counts(office):
    id = bruised(office)
    reviews.decide(*decide(office, id, "defer"))
    place, who, id, rulings, password = decide(office, id, "proceed", "Seen and weighed")
    reviews.amend(place, who, id, rulings, "The letter came", password)

    assert found(office).overridden == {PAINKILLER: 1}
    assert found(office).screenings == 1


def test_the_time_runs_from_the_first_answer_to_sending(office):
    stay_in_one_month(office, hours=3)
    for minutes in (4, 6, 8, 10, 90):
        take(office, minutes)
    [taken] = found(office).times().values()

    assert taken == Spent(5, 8 * 60, 90 * 60)


def test_who_is_asked_again_replaces_what_was_and_takes_no_time(office):
    first = office.submit()
    office.pass_time(minutes=1)
    again = office.arrive(first)
    office.pass_time(minutes=1)
    answering.submit(office.context, office.hold(again), DECLARED, "en", WORDS)
    counted = found(office)

    assert (counted.screenings, counted.seconds) == (1, {})


def test_another_clinics_screenings_are_never_counted(office):
    bruised(office)
    other = clinics.add_clinic(office.context, "Other", "", "", "UTC")
    stranger = office.add("other", "Lee Kim", "clinical-lead", other)
    theirs = invitations.invite(office.context, program(other), "Lan Nguyen", [FACE]).screening_id
    office.answer(theirs, bleeding="unknown")
    answering.submit(office.context, office.hold(theirs), DECLARED)

    assert found(office).met == {PAINKILLER: 1}
    assert found(office, stranger).met[PAINKILLER] == 0
    assert found(office, stranger).met[BLEEDING] == 1
    assert found(office, stranger).screenings == 1


def test_an_erased_screening_is_gone_from_the_figures(office):
    id = bruised(office)
    erasure.erase(office.context, id, PROGRAM, "asked by the patient")

    assert found(office).screenings == 0


def test_a_screening_from_before_there_was_a_basis_is_counted_from_its_report(office):
    id = bruised(office)
    with office.context.database.write() as session:
        session.get_one(Screening, id).basis = None

    assert found(office).met == {PAINKILLER: 1}


def test_only_the_months_asked_for_count_by_the_clinics_own_calendar(office):
    first = month_of(office)
    bruised(office)
    office.pass_time(days=32)
    office.submit()
    second = month_of(office)
    both = look(office.context, office.lead, [first, second]).insight

    assert found(office).met == {}
    assert look(office.context, office.lead, [first]).insight.met == {PAINKILLER: 1}
    assert set(both.by_month()) == {first, second}
    months = months_to_choose(office.context, office.lead)
    assert months[-1] == second
    assert first in months[-3:]  # the months between are there too: February has 28 days


def test_the_newest_are_counted_where_there_are_too_many(office, monkeypatch):
    monkeypatch.setattr("screening.workflow.rules.insight.MOST_SCREENINGS", 1)
    bruised(office)
    office.pass_time(minutes=1)
    office.submit()
    shown = look(office.context, office.lead, [month_of(office)])

    assert (shown.stored, shown.insight.screenings, shown.insight.met) == (2, 1, {})


@pytest.mark.both_databases
def test_each_look_stands_in_the_audit_log(office):
    month = month_of(office)
    look(office.context, office.lead, [month])
    with office.context.database.read() as session:
        [entry] = session.scalars(select(AuditEntry).where(AuditEntry.act == "look at insight"))

    assert (entry.who, entry.clinic_id) == (office.lead.who, office.clinic)
    assert entry.why == f"{month} to {month}"


def test_months_go_back_over_the_new_year():
    assert months_until(date(2027, 1, 31), 3) == ["2026-11", "2026-12", "2027-01"]


def test_a_clinics_own_time_is_known_once_enough_have_answered(office, monkeypatch):
    office.pass_time(hours=(33 - office.now.hour) % 24)  # no answer outlives the day meanwhile
    for minutes in (4, 6, 10):
        take(office, minutes)
    assert pace_of(office.context, office.clinic) == {}
    monkeypatch.setattr("screening.workflow.rules.pace.ENOUGH", 3)

    assert pace_of(office.context, office.clinic) == {frozenset([FACE]): 360}


def test_shared_pages_are_held_against_one_question_a_page(office):
    for single, said in ((False, "no"), (True, "yes")):
        kept = branding.look_of(office.context, office.clinic)
        branding.change_look(
            office.context, program(office.clinic), replace(kept, one_a_page=single)
        )
        for _ in range(5):
            office.submit(scars=said)
    shown = found(office)

    assert (shown.shared.screenings, shown.single.screenings) == (5, 5)
    assert (shown.shared.yes["scars"], shown.single.yes["scars"]) == (0, 5)
    assert shown.compared(1) == ["scars"]


def test_ways_that_few_have_gone_are_not_compared(office):
    office.submit()

    assert found(office).compared(10) == []
