"""Who acts is one type in every act, and stands in the audit log as that."""

import ast
from pathlib import Path

import pytest
from sqlalchemy import select

import screening.workflow.core.actor as actors
from screening.storage.tables import Account, AuditEntry, Kiosk, Screening
from screening.workflow.core.actor import PATIENT, PROGRAM, STRANGER, of_account, of_tablet, program
from screening.workflow.tablets import tablets

WORKFLOW = Path(actors.__file__).parents[1]


def functions():
    """Return every function of the workflow as (where it stands, its parameters' types)."""
    return [
        (
            f"{path.relative_to(WORKFLOW)}:{node.name}",
            {a.arg: ast.unparse(a.annotation) for a in node.args.args if a.annotation},
        )
        for path in WORKFLOW.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
    ]


def test_no_act_takes_who_acts_as_text():
    by = [taken["by"] for _where, taken in functions() if "by" in taken]

    assert len(by) > 20
    assert set(by) <= {"Actor", "Staff", "ApiClient"}


def test_no_act_takes_a_clinic_beside_who_acts_there():
    whose = {"Actor", "Staff", "Tablet", "ApiClient"}
    both = [w for w, t in functions() if "clinic_id" in t and whose & set(t.values())]

    assert both == []


@pytest.mark.parametrize("by", [PATIENT, PROGRAM, STRANGER, program("another clinic")])
def test_an_entry_is_of_the_screenings_clinic_or_else_of_the_actors(office, by):
    id = office.invite().screening_id
    with office.context.database.write() as session:
        office.context.record(session, by, "one", session.get_one(Screening, id), "why")
        office.context.record(session, by, "two")
    with office.context.database.read() as session:
        newest = select(AuditEntry).order_by(AuditEntry.sequence.desc()).limit(2)
        two, one = session.scalars(newest).all()

    told = (one.who, one.act, one.clinic_id, one.screening_id, one.why)
    assert told == (by.who, "one", office.clinic, id, "why")
    assert (two.who, two.clinic_id, two.screening_id, two.why) == (
        by.who,
        by.clinic_id,
        None,
        None,
    )


def test_whoever_is_signed_in_is_called_as_before_that(office):
    token = tablets.pair(office.context, tablets.add_kiosk(office.context, office.desk, "Room"))
    here = tablets.tablet_of(office.context, token)
    with office.context.database.read() as session:
        before = of_account(session.get_one(Account, office.doctor.id))
        kiosk = of_tablet(session.get_one(Kiosk, here.id))

    assert (office.doctor.who, office.doctor.clinic_id) == (before.who, before.clinic_id)
    assert (here.who, here.clinic_id) == (kiosk.who, kiosk.clinic_id)
    assert before.who == f"account:{office.doctor.id}" and kiosk.who == f"kiosk:{here.id}"
