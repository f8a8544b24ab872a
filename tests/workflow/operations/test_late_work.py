"""A small version of a fault of bench/faults: no worker for an hour."""

from collections import Counter

from sqlalchemy import select

from screening.storage.tables import ReportRow
from screening.workflow.operations import health


def test_what_came_while_no_worker_was_there_is_made_once_each(office):
    ids = [office.submit() for _ in range(4)]
    office.pass_time(hours=1)
    said = health.problems(office.context, 10**12)
    assert any(one.startswith("reports that wait for more than ten minutes") for one in said)
    office.make_reports()
    office.make_reports()

    with office.context.database.read() as session:
        rows = session.execute(select(ReportRow.screening_id, ReportRow.kind, ReportRow.state))
        made = Counter(tuple(row) for row in rows)
    assert {id for id, _, _ in made} == set(ids)
    assert set(made.values()) == {1} and {state for _, _, state in made} == {"sealed"}
