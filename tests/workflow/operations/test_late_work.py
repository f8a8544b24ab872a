"""Small versions of two faults of bench/faults: no worker for an hour, and a damaged log."""

import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from screening.storage.database import Database
from screening.storage.tables import ReportRow
from screening.workflow.operations import health
from screening.workflow.records import audit_log


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


def test_a_cut_log_of_the_database_shows_against_the_head_noted_before(office, tmp_path):
    """SQLite takes the log up to the damage, and says nothing: what lay behind it is gone."""
    office.context.database.scrub()
    office.submit()
    head, _ = audit_log.verify(office.context)
    here, there = Path(office.config.instance), tmp_path / "after"
    there.mkdir()
    for name in ("screening.db", "screening.db-wal"):
        shutil.copy(here / name, there / name)
    log = there / "screening.db-wal"
    log.write_bytes(log.read_bytes()[: log.stat().st_size // 2])
    database = Database(f"sqlite:///{there / 'screening.db'}")
    restarted = replace(office.context, database=database)

    assert audit_log.verify(restarted)[1] is None
    assert audit_log.verify(restarted, head)[1] == "cut"
    database.close()
