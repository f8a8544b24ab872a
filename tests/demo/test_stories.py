"""The demo: invented patients at every stage, on any day and for any lists, through acts alone."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

import screening.demo
from screening.bootstrap import open_context
from screening.clinical.definitions.eligibility import Outcome
from screening.config import read_config
from screening.demo.clinic import demo_config, open_demo
from screening.demo.patients import draw
from screening.demo.stories import PLOTS
from screening.storage.audit import find_break
from screening.storage.tables import AuditEntry, Clinic, Patient, Screening
from screening.workflow.patients.timeline import Decided, timeline_of
from screening.workflow.treatments.signs import open_signs


def opened(folder, days=0, hour=None, **settings):
    """Return a demo with patients, opened as if it were `days` later, at an hour of that day."""
    config = demo_config(read_config({"SCREENING_INSTANCE": str(folder), **settings}))
    context = open_context(config)
    now = context.now() + timedelta(days)
    now = now if hour is None else now.replace(hour=hour)
    context = replace(context, now=lambda: now)
    said = open_demo(config, context, patients=True)
    return SimpleNamespace(config=config, context=context, said=said)


@pytest.fixture(scope="module", params=[(1, 2), (100, 15)], ids=["tonight", "in-a-hundred-days"])
def demo(request, tmp_path_factory):
    demo = opened(tmp_path_factory.mktemp("demo"), *request.param)
    yield demo
    demo.context.database.close()


def screenings(demo):
    with demo.context.database.read() as session:
        return list(session.scalars(select(Screening)))


def test_there_is_someone_at_every_stage(demo):
    found = Counter(row.state for row in screenings(demo))
    assert found.keys() == {
        *("invited", "in-progress", "submitted", "decided", "confirmed"),
        *("expired", "withdrawn"),
    }
    assert found.total() >= 20


def test_every_outcome_waits_for_the_doctor(demo):
    waiting = {row.gravity for row in screenings(demo) if row.state == "submitted"}
    assert waiting == {outcome.gravity for outcome in Outcome}


def test_a_warning_sign_and_a_merge_wait_too(demo):
    with demo.context.database.read() as session:
        clinic = session.scalars(select(Clinic.id)).one()
        assert len(open_signs(demo.context, session, clinic)) == 1
        merged = session.scalars(select(Patient.id).where(Patient.merged_into.is_not(None)))
        rows = session.scalars(select(Screening).where(Screening.patient_id == merged.one()))
        assert timeline_of(demo.context, session, rows.one()).merged_unconfirmed


def test_who_returns_has_a_line_with_the_earlier_decision(demo):
    with demo.context.database.read() as session:
        rows = session.scalars(select(Screening).where(Screening.state == "submitted"))
        lines = [timeline_of(demo.context, session, row) for row in rows]
    assert sum(any(isinstance(one, Decided) for one in line.events) for line in lines) >= 2


def test_the_audit_log_is_whole_and_in_the_order_of_time(demo):
    with demo.context.database.read() as session:
        assert find_break(session, demo.context.keys.audit) is None
        moments = list(session.scalars(select(AuditEntry.at).order_by(AuditEntry.sequence)))
    assert moments == sorted(moments)
    assert moments[-1] <= demo.context.now()


def test_a_second_start_adds_nothing_and_says_the_same(demo):
    before = len(screenings(demo))
    assert open_demo(demo.config, demo.context, patients=True) == demo.said
    assert len(screenings(demo)) == before


def test_without_patients_there_is_only_the_one_of_the_link(tmp_path):
    config = demo_config(read_config({"SCREENING_INSTANCE": str(tmp_path)}))
    context = open_context(config)
    open_demo(config, context, language="vi")
    with context.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Screening)) == 1
        assert session.scalars(select(Clinic.language)).one() == "vi"
    context.database.close()


def test_a_demo_opens_for_any_lists(small_folder, tmp_path):
    demo = opened(tmp_path / "instance", SCREENING_QUESTIONS=str(small_folder))
    found = {row.state for row in screenings(demo)}
    assert {"invited", "submitted", "decided", "withdrawn", "expired"} <= found
    demo.context.database.close()


def test_patients_are_drawn_from_the_examples_of_the_lists_each_once(library):
    used, on = set(), library.examples[0].on
    for outcome in Outcome:
        drawn = draw(library, list(library.procedures), on, outcome, used)
        assert drawn.procedure in library.procedures
    assert len(used) == len(Outcome)


def test_no_id_of_a_list_and_no_row_is_written_by_the_demo(library):
    code = "".join(path.read_text() for path in Path(screening.demo.__path__[0]).glob("*.py"))
    ids = {*library.procedures, *(item.link_id for item in library.items)}
    assert [id for id in ids if f'"{id}"' in code] == []
    assert [act for act in ("session.add", "database.write", "seal_into") if act in code] == []


def test_every_patient_has_another_name():
    assert len({plot.name for plot in PLOTS}) == len(PLOTS) >= 20
