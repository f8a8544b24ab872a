"""Write down what was done: procedures, day, products, lots, by whom. It starts check-ins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from screening.storage.columns import new_id
from screening.storage.tables import Screening, Treatment, TreatmentLot
from screening.workflow.core.actor import LONGEST_NAME, Actor, Staff
from screening.workflow.core.context import Context, locked_screening
from screening.workflow.core.given import day_at
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import open_sealed, seal_into, submission_of
from screening.workflow.core.states import allow
from screening.workflow.patients.patients import person_of, whole_patient
from screening.workflow.treatments.lots import lot_hash
from screening.workflow.treatments.planning import cancel_check_ins, plan_check_ins
from screening.workflow.treatments.recorded import (
    TAKEN_BACK_WITHIN,
    patient_id_of,
    planned_in,
)

LONGEST_LOT = 100  # of a product's name too
MOST_PRODUCTS = 20  # of one procedure


@dataclass(frozen=True)
class Done:
    """One procedure that was carried out, with what went into it: (product, lot) each."""

    procedure: str
    products: tuple[tuple[str, str], ...] = ()


def treat(
    context: Context,
    by: Actor,
    screening_id: str,
    treated_on: date,
    done: Sequence[Done],
    who: str,
    why: str = "",
    after: int | None = None,
    also: Callable[[Session, str], None] | None = None,
) -> str:
    """Write down a treatment and plan its check-ins; return its id.

    `who` carried it out. `why` is needed where the decision in force does not let a procedure
    go ahead: what really happened is kept all the same, and says so. `after` counts the
    treatments that the page showed: one that was sent twice is written down once. `also` is
    done with its id in the same transaction.
    """
    with context.database.write() as session:
        screening = locked_screening(session, screening_id)
        if screening.clinic_id != by.clinic_id:
            raise ActRefusedError(Refusal.GONE)
        allow("treat", screening.state)
        counted = select(func.count()).where(Treatment.screening_id == screening_id)
        if after is not None and session.scalar(counted) != after:
            raise ActRefusedError(Refusal.TREATED_MEANWHILE)
        content = _content(context, session, screening, treated_on, done, who, why)
        now = context.now()
        row = Treatment(
            id=new_id(),
            clinic_id=screening.clinic_id,
            patient_id=patient_id_of(screening),
            screening_id=screening_id,
            account_id=by.id if isinstance(by, Staff) else None,
            treated_on=treated_on.isoformat(),
            created_at=now,
        )
        _keep(context, session, row, content)
        plan_check_ins(context, session, row, day_at(context, session, screening))
        context.record(session, by, "record treatment", screening, _against(content))
        if also:
            also(session, row.id)
        return row.id


def correct(
    context: Context,
    by: Staff,
    treatment_id: str,
    treated_on: date,
    done: Sequence[Done],
    who: str,
    why: str = "",
) -> None:
    """Write down anew what was done; what stood before is kept beside it.

    Check-ins that are still to come follow the new day and the new procedures.
    """
    with context.database.write() as session:
        row, screening = _own(session, by, treatment_id)
        if row.undone_at is not None:
            raise ActRefusedError(Refusal.GONE)
        before = open_sealed(context, session, row, "content")
        content = _content(context, session, screening, treated_on, done, who, why)
        was = {k: v for k, v in before.items() if k != "earlier"}
        was |= {"on": row.treated_on, "until": context.now().isoformat(timespec="seconds")}
        content["earlier"] = [*before["earlier"], was | {"changed_by": by.name}]
        moved = row.treated_on != treated_on.isoformat() or _names(before) != _names(content)
        row.treated_on = treated_on.isoformat()
        _keep(context, session, row, content)
        if moved:
            cancel_check_ins(session, row, ("waiting",))
            plan_check_ins(context, session, row, day_at(context, session, screening))
        context.record(session, by, "correct treatment", screening, _against(content))


def take_back(context: Context, by: Staff, treatment_id: str) -> None:
    """Let a treatment that was written down by mistake count no more; only within a day."""
    with context.database.write() as session:
        row, screening = _own(session, by, treatment_id)
        if row.undone_at is not None:
            return
        if context.now() >= row.created_at + TAKEN_BACK_WITHIN:
            raise ActRefusedError(Refusal.DAY_OVER)
        row.undone_at = context.now()
        cancel_check_ins(session, row, ("waiting", "asked", "missed"))
        context.record(session, by, "take back treatment", screening)


def _own(session: Session, by: Staff, treatment_id: str) -> tuple[Treatment, Screening]:
    """Return the clinic's treatment and its screening, held in the order of every act."""
    row = session.get(Treatment, treatment_id)
    if row is None or row.clinic_id != by.clinic_id:
        raise ActRefusedError(Refusal.GONE)
    screening = locked_screening(session, row.screening_id)
    session.refresh(row)
    return row, screening


def _content(
    context: Context,
    session: Session,
    screening: Screening,
    treated_on: date,
    done: Sequence[Done],
    who: str,
    why: str,
) -> dict[str, Any]:
    """Return what is kept, or raise what is wrong with it."""
    if treated_on > day_at(context, session, screening):
        raise ActRefusedError(Refusal.FUTURE_DAY)
    patient = whole_patient(session, patient_id_of(screening))[0]
    born = person_of(context, session, patient).get("born")
    report = submission_of(context, session, screening)
    born = born or report["frame"]["patient"]["born"]
    if born and treated_on.isoformat() < born:
        raise ActRefusedError(Refusal.BEFORE_BIRTH)
    planned = {one.procedure: one for one in planned_in(context, session, screening)}
    if not done:
        raise ActRefusedError(Refusal.NOTHING_DONE)
    if any(one.procedure not in planned for one in done):
        raise ActRefusedError(Refusal.UNKNOWN_PROCEDURE)
    texts = [text for one in done for pair in one.products for text in pair]
    longest = max((len(text.strip()) for text in texts), default=0)
    if longest > LONGEST_LOT or len(who) > LONGEST_NAME or len(why) > 500:
        raise ActRefusedError(Refusal.TOO_LONG)
    if not why.strip() and any(not planned[one.procedure].proceeds for one in done):
        raise ActRefusedError(Refusal.AGAINST_DECISION)
    return {
        "done": [
            {
                "procedure": one.procedure,
                "name": planned[one.procedure].name,
                "definitions": report["definitions"],
                "decision": planned[one.procedure].choice,
                "products": [
                    {"product": product.strip(), "lot": lot.strip()}
                    for product, lot in one.products[:MOST_PRODUCTS]
                    if product.strip() or lot.strip()
                ],
            }
            for one in done
        ],
        "by": who.strip(),
        "why": why.strip(),
        "earlier": [],
    }


def _keep(context: Context, session: Session, row: Treatment, content: dict[str, Any]) -> None:
    """Keep the content sealed, and of its lots what a recall finds them by."""
    seal_into(context, session, row, "content", content)
    session.add(row)
    session.flush()
    session.execute(delete(TreatmentLot).where(TreatmentLot.treatment_id == row.id))
    lots = [used["lot"] for one in content["done"] for used in one["products"]]
    hashes = {lot_hash(context, row.clinic_id, lot) for lot in lots}
    found = sorted(one for one in hashes if one)
    session.add_all(TreatmentLot(treatment_id=row.id, lot_hash=one) for one in found)
    session.flush()


def _names(content: dict[str, Any]) -> set[str]:
    return {one["procedure"] for one in content["done"]}


def _against(content: dict[str, Any]) -> str | None:
    """Return what the audit log says of a treatment that no decision let go ahead."""
    against = [d for d in content["done"] if not (d["decision"] or "").startswith("proceed")]
    return "against-decision" if against else None
