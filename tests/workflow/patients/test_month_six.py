"""One patient from a Decline over a return and a warning sign to month six, act by act."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import undefer

from screening.documents.verifying.verify_process import check
from screening.storage.encryption import open_bytes
from screening.storage.tables import ReportRow, Screening
from screening.workflow.patients.timeline import timeline_of_patient
from screening.workflow.reception import appointments, invitations
from screening.workflow.reports.verification import compare, trusted_roots
from screening.workflow.review import reviews
from screening.workflow.review.decision import RulingsRefusedError
from screening.workflow.screenings import answering, arrival, previous_answers
from screening.workflow.treatments.recall import recall
from screening.workflow.treatments.signs import handle_sign, open_signs
from screening.workflow.treatments.treating import Done, treat
from tests.mail_server import send_due, texts
from tests.office import DECLARED, decide, refused
from tests.workflow.patients.test_binding import patient_of
from tests.workflow.screenings.test_previous_answers import shown
from tests.workflow.treatments.clinic import (
    ALERT_TO,
    check_ins,
    give_alert_address,
    go_to_day,
    reply,
)

NAME, BORN, TO = "Lan Nguyen", "1986-05-03", "lan@patient.example"
THREADS = ("thread-lift",)


def invited(office, *who, careful=False):
    """Return the id of an invitation by e-mail to who is `who`, or looks as if known."""
    given = (office.context, office.desk, NAME, THREADS, None, TO, "en", BORN, "", *who)
    return invitations.invite(*given, careful=careful).screening_id


def sent(office, id, **special):
    office.answer(id, date_of_birth=BORN, **special)
    answering.submit(office.context, office.hold(id), DECLARED)


def words_of(office, id):
    [coming] = appointments.words_for(office.context, office.clinic, [id])[id]
    return coming.word


def verified(office):
    """Return of each report its kind, what verifying says, and whether it is as it was issued."""
    context, found = office.context, []
    with context.database.read() as session:
        for row in session.scalars(select(ReportRow).options(undefer(ReportRow.pdf))):
            key = context.screening_key(session, session.get_one(Screening, row.screening_id))
            found.append((row.kind, open_bytes(key, row.pdf, f"report:{row.id}")))
    roots = trusted_roots(context)
    checked = [(kind, compare(context, check(pdf, roots, office.now))) for kind, pdf in found]
    return sorted((kind, one.status, one.byte_for_byte) for kind, one in checked)


@pytest.mark.both_databases
def test_from_a_decline_over_a_return_and_a_warning_sign_to_month_six(move_in, server):
    office = move_in(**server.settings)
    other = office.add("other", "Dr Anh Le", "doctor")
    give_alert_address(office)
    context = office.context

    first = invited(office)
    sent(office, first, can_be_pregnant="yes", pregnant="yes")
    reviews.decide(*decide(office, first, "decline", "Pregnant"))
    send_due(office)
    assert "Your clinic has answered" in texts(server.mails[-1])
    assert words_of(office, first) == "not-this"

    office.pass_time(days=100)
    assert refused(lambda: invited(office, careful=True)) == "alike"
    id = invited(office, patient_of(office, first))
    answering.choose_procedures(context, office.hold(id), list(THREADS))
    answering.give_answer(context, office.hold(id), "date_of_birth", BORN)
    previous_answers.bring_back(context, office.hold(id))
    assert shown(office, id)
    sent(office, id)
    with pytest.raises(RulingsRefusedError):
        reviews.decide(*decide(office, id, "proceed", who=other))
    reviews.decide(*decide(office, id, "proceed", "Born and weaned", who=other))
    assert words_of(office, id) == "may-come"

    office.pass_time(days=2)
    came = office.arrive(id)
    arrival.confirm_arrival(context, office.hold(came), "Nothing is new.", "en")
    day = date.fromisoformat(office.day())
    done = (Done("thread-lift", (("PDO threads", "LOT-77a"),)),)
    treat(context, other, id, day, done, "Dr Anh Le")

    go_to_day(office, 7)
    week = check_ins(office)[0].id
    reply(office, week, "Skin that turns white", how="unknown")
    send_due(office)
    alert = server.taken[-1]
    assert alert[0] == [ALERT_TO] and NAME not in texts(alert[1])
    with context.database.read() as session:
        [sign] = open_signs(context, session, office.clinic)
    assert (sign.name, sign.day, sign.gravity) == (NAME, 7, 2)
    handle_sign(context, other, week)
    for row in check_ins(office)[1:]:
        there = date.fromisoformat(row.due_on) - date.fromisoformat(office.day())
        go_to_day(office, there.days)
        reply(office, row.id)

    assert [row.gravity for row in check_ins(office)] == [2, 0, 0, 0]
    [found] = recall(context, other, "lot 77 A")
    assert (found.name, found.used) == (NAME, ("PDO threads LOT-77a",))
    with context.database.read() as session:
        line = timeline_of_patient(context, session, patient_of(office, id))
    told = ["check-in"] * 4 + ["treatment", "screening", "decision", "decision"]
    assert [one.what for one in line.events] == told
    office.make_reports()
    kinds = ["screening", "copy", "decided", "plan"] * 2 + ["arrival"]
    assert verified(office) == sorted((kind, "PASSED", True) for kind in kinds)
