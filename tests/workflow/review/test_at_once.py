"""Several at the same act at the same time: one wins, the others are told, none waits for ever."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from screening.storage import audit
from screening.storage.tables import ReportRow, Screening
from screening.workflow.core.refusal import ActRefusedError
from screening.workflow.reports import making
from screening.workflow.review import reviews
from screening.workflow.screenings import answering
from tests.office import DECLARED

pytestmark = pytest.mark.both_databases


def at_once(acts):
    """Return what each act returned, or the reason why it was refused."""

    def done(act):
        try:
            return act()
        except ActRefusedError as refused:
            return refused.reason

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(done, acts))


def count(office, of, **where):
    with office.context.database.read() as session:
        return session.scalar(select(func.count()).select_from(of).filter_by(**where))


def test_twelve_submissions_of_one_screening_order_one_report(office):
    id = office.invite().screening_id
    office.answer(id)
    held = office.hold(id)
    told = at_once([lambda: answering.submit(office.context, held, DECLARED)] * 12)

    assert sorted(map(str, told)) == ["None"] + ["submitted"] * 11
    assert count(office, ReportRow, screening_id=id, kind="screening") == 1


def test_eight_workers_lease_one_order_once(office):
    office.submit()
    order = making.due_reports(office.context)[0]
    told = at_once([lambda: making._lease(office.context, order)] * 8)

    assert sorted(told) == [False] * 7 + [True]


def test_patients_of_one_clinic_get_different_numbers(office):
    made = at_once([office.invite] * 12)

    assert len({m.number for m in made}) == 12


def test_an_arrival_is_sent_while_doctors_read_the_earlier_screening(office):
    first = office.submit()
    again = office.arrive(first)
    office.answer(again)
    acts = [lambda: reviews.open_review(office.context, office.doctor, first).state] * 10
    held = office.hold(again)
    told = at_once([*acts, lambda: answering.submit(office.context, held, DECLARED)])

    assert told[-1] is None and set(told[:-1]) <= {"submitted", "superseded"}
    assert count(office, Screening, state="superseded") == 1


def test_the_audit_log_stays_whole_when_all_write_at_once(office):
    at_once([office.invite] * 12)

    with office.context.database.read() as session:
        assert audit.find_break(session, office.context.keys.audit) is None
