"""What is stored may grow a thousand times: no list reads what it does not show."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import event, text

from screening.workflow.operations.counts import count_work
from screening.workflow.patients import search
from screening.workflow.reception import day_list, warnings
from screening.workflow.reports import making
from screening.workflow.review import queue, reviews
from tests.office import decide

GROWS = "(screening|message|report)"


@pytest.fixture
def asked(office):
    """Return the statements that the database is asked from now on, with their values."""
    said = []

    def note(_connection, _cursor, statement, values, *_rest):
        said.append((statement, values))

    event.listen(office.context.database.engine, "before_cursor_execute", note)
    return said


def faults(office, asked):
    """Return what SQLite would read whole, or sort for the few that are shown of it."""
    found = []
    with office.context.database.engine.connect() as connection:
        for statement, values in [a for a in asked if re.search(f"FROM {GROWS}", a[0])]:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", tuple(values))
            # To read an index whole that holds only the few that wait is what it is for.
            bad = f"SCAN {GROWS}(?! USING INDEX ix_report_waits)"
            bad += "|USE TEMP" if "LIMIT" in statement else ""
            found += [f"{row.detail}: {statement}" for row in plan if re.match(bad, row.detail)]
    return found


def know_of_a_million_reports(office):
    """Let SQLite plan as if they were stored, all in one state: an index of states is useless."""
    with office.context.database.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE report")
        sealed = "UPDATE sqlite_stat1 SET stat = '1000000 1000000' WHERE idx <> 'ix_report_waits'"
        connection.exec_driver_sql(sealed)
        connection.exec_driver_sql("ANALYZE sqlite_schema")
        connection.commit()
    office.context.database.engine.dispose()


ACTS = {
    "queue": lambda o, id: queue.list_queue(o.context, o.doctor),
    "decided lately": lambda o, id: queue.list_decided(o.context, o.doctor),
    "search": lambda o, id: queue.search(o.context, o.doctor, "lan"),
    "search for a number": lambda o, id: queue.search(o.context, o.doctor, o.number(1)),
    "one patient": lambda o, id: reviews.open_review(o.context, o.doctor, id),
    "/metrics": lambda o, id: count_work(o.context),
    "reports to make": lambda o, id: making.due_reports(o.context),
    "the day": lambda o, id: day_list.list_screenings(o.context, o.clinic, o.now.date()),
    "without an appointment": lambda o, id: day_list.list_screenings(o.context, o.clinic),
    "warnings": lambda o, id: warnings.list_warnings(o.context, o.clinic),
}


@pytest.mark.both_databases
@pytest.mark.parametrize("act", ACTS)
def test_every_list_is_read_along_an_index_in_its_order(office, kind, asked, act):
    id = office.submit()
    if kind == "sqlite":  # PostgreSQL asks its statistics, and reads a small table whole
        know_of_a_million_reports(office)
    asked.clear()
    ACTS[act](office, id)

    assert asked
    assert kind == "postgresql" or faults(office, asked) == []


def test_lists_leave_the_reports_shut_but_those_they_show(office, asked):
    for _ in range(3):
        office.submit()
    asked.clear()
    day_list.list_screenings(office.context, office.clinic)
    queue.search(office.context, office.doctor, "nobody")

    assert not [s for s, _ in asked if "screening.submission " in s.partition("FROM")[0]]


def test_the_review_reads_no_pdf(office, asked):
    id = office.submit()
    office.make_reports()
    reviews.decide(*decide(office, id, "proceed"))
    asked.clear()
    reviews.open_review(office.context, office.doctor, id)

    assert not [s for s, _ in asked if "report.pdf" in s]


def test_a_whole_number_is_found_however_old_it_is(office, monkeypatch):
    """A name that many bear finds the newest of them, a number the one that bears it."""
    monkeypatch.setattr(search, "MOST", 1)
    office.submit()
    office.pass_time(days=200)
    newest = office.submit()

    [alike] = queue.search(office.context, office.doctor, "lan")
    assert alike.screening_id == newest
    [found] = queue.search(office.context, office.doctor, f" {office.number(1).lower()} ")
    assert found.number == office.number(1)


@pytest.mark.both_databases
def test_who_comes_today_is_listed_however_long_ago_the_invitation_was(office):
    early = office.invite().screening_id
    when = office.now + timedelta(days=20)
    with office.context.database.write() as session:
        change = text("UPDATE screening SET appointment_at = :at WHERE id = :id")
        session.execute(change, {"at": when.replace(tzinfo=None), "id": early})
    office.pass_time(days=20)
    office.invite()
    others = day_list.list_screenings(office.context, office.clinic)
    of_the_day = day_list.list_screenings(office.context, office.clinic, when.date())

    assert [e.screening_id for e in of_the_day] == [early]
    assert early not in [e.screening_id for e in others] and len(others) == 1
