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
    lists = [care for _name, care in aftercare_of(context, content)]
    mine = CheckIn.treatment_id == treatment.id
    planned = set(session.scalars(select(CheckIn.due_on).where(mine, CheckIn.state != "cancelled")))
    sequence = session.scalar(select(func.max(CheckIn.sequence)).where(mine)) or 0
    for day in check_in_days(lists, date.fromisoformat(treatment.treated_on)):
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


def aftercare_of(
    context: Context, content: Mapping[str, Any], language: str = ""
) -> list[tuple[str, Aftercare]]:
    """Return name and aftercare of each procedure that was done, its name in `language`.

    From the lists in force; a procedure that they do not hold any more, from those that its
    report was made from. Where this installation has neither, nothing is asked about it.
    """
    found = []
    for one in content["done"]:
        lists = lists_of(context, one)
        procedure = lists.procedures[one["procedure"]] if lists else None
        name = translated(lists, one["name"], language) if lists else one["name"]
        found.append((name, procedure.aftercare if procedure else Aftercare()))
    return found


def lists_of(context: Context, one: Mapping[str, Any]) -> Definitions | None:
    if one["procedure"] in context.definitions.procedures:
        return context.definitions
    return definitions_of(context, one["definitions"])


def translated(lists: Definitions, text: str, language: str) -> str:
    return lists.translations.get(language, {}).get(text, text)
