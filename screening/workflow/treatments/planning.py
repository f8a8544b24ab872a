"""The check-ins of a treatment as rows: on the days that the lists of its procedures name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from screening.clinical.definitions.aftercare import Aftercare
from screening.clinical.definitions.check_ins import check_in_days
from screening.clinical.definitions.definitions import Definitions
from screening.storage.columns import new_id
from screening.storage.tables import CheckIn, Treatment
from screening.workflow.core.archive import definitions_of
from screening.workflow.core.context import Context
from screening.workflow.core.sealed import open_sealed


def plan_check_ins(context: Context, session: Session, treatment: Treatment, today: date) -> None:
    """Add the check-ins from `today` on that are not there yet; a day that is over is not asked."""
    content = open_sealed(context, session, treatment, "content")
    mine = CheckIn.treatment_id == treatment.id
    planned = set(session.scalars(select(CheckIn.due_on).where(mine, CheckIn.state != "cancelled")))
    sequence = session.scalar(select(func.max(CheckIn.sequence)).where(mine)) or 0
    for day in check_in_days(
        aftercare_of(context, content), date.fromisoformat(treatment.treated_on)
    ):
        if day >= today and day.isoformat() not in planned:
            sequence += 1
            session.add(
                CheckIn(
                    id=new_id(),
                    clinic_id=treatment.clinic_id,
                    patient_id=treatment.patient_id,
                    treatment_id=treatment.id,
                    sequence=sequence,
                    due_on=day.isoformat(),
                    state="waiting",
                )
            )
    session.flush()


def cancel_check_ins(session: Session, treatment: Treatment, states: tuple[str, ...]) -> None:
    """Ask no more; the links of what was asked end with it."""
    mine = (CheckIn.treatment_id == treatment.id, CheckIn.state.in_(states))
    session.execute(update(CheckIn).where(*mine).values(state="cancelled"))


def aftercare_of(context: Context, content: Mapping[str, Any]) -> list[Aftercare]:
    """Return the aftercare of each procedure that was done.

    From the lists in force; of a procedure that they do not hold any more, from those that its
    report was made from. Where this installation has neither, nothing is asked about it.
    """
    found = [(one["procedure"], lists_of(context, one)) for one in content["done"]]
    return [lists.procedures[id].aftercare for id, lists in found if lists]


def lists_of(context: Context, one: Mapping[str, Any]) -> Definitions | None:
    """Return the lists that hold the procedure `one`, that was done."""
    if one["procedure"] in context.definitions.procedures:
        return context.definitions
    return definitions_of(context, one["definitions"])
