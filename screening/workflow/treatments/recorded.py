"""What was decided and what was done, as the page for a treatment shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.clinical.report.decision import Choice
from screening.storage.tables import Screening, Treatment
from screening.workflow.core.actor import Staff
from screening.workflow.core.context import Context
from screening.workflow.core.given import day_at
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import decision_of, open_sealed, submission_of
from screening.workflow.core.states import ALLOWED, allow
from screening.workflow.patients.patients import person_of, whole_patient

TAKEN_BACK_WITHIN = timedelta(days=1)


@dataclass(frozen=True)
class Planned:
    """One procedure of a screening. `choice` is the decision in force; not all let it go ahead."""

    procedure: str
    name: str
    choice: str | None

    @property
    def proceeds(self) -> bool:
        return self.choice is not None and Choice(self.choice).proceeds


@dataclass(frozen=True)
class Recorded:
    """A treatment as it was written down; `may_be_taken_back` while it is of today."""

    id: str
    screening_id: str
    treated_on: date
    done: list[dict[str, Any]]
    by: str
    why: str
    corrected: bool
    undone: bool
    may_be_taken_back: bool


@dataclass(frozen=True)
class ToTreat:
    """What the page for a treatment shows: whose it is, what was decided, what stands already."""

    screening_id: str
    number: str
    name: str
    today: date
    doctor: str
    planned: list[Planned]
    recorded: list[Recorded]
    may_be_treated: bool


def read_treatments(context: Context, by: Staff, screening_id: str) -> ToTreat:
    """Return what was decided and done. Raises ActRefusedError: "gone", or the state."""
    with context.database.read() as session:
        screening = session.get(Screening, screening_id)
        if screening is None or screening.clinic_id != by.clinic_id:
            raise ActRefusedError(Refusal.GONE)
        recorded = _recorded(context, session, screening)
        if not recorded:
            allow("treat", screening.state)
        decision = decision_of(context, session, screening)
        patient = whole_patient(session, patient_id_of(screening))[0]
        return ToTreat(
            screening.id,
            screening.number,
            person_of(context, session, patient).get("name") or "",
            day_at(context, session, screening),
            decision["doctor"]["name"] if decision else "",
            planned_in(context, session, screening),
            recorded,
            screening.state in ALLOWED["treat"],
        )


def find_treatment(context: Context, by: Staff, treatment_id: str) -> tuple[ToTreat, Recorded]:
    """Return a treatment that counts, and what stands around it. Raises ActRefusedError "gone"."""
    with context.database.read() as session:
        row = session.get(Treatment, treatment_id)
    if row is None or row.clinic_id != by.clinic_id:
        raise ActRefusedError(Refusal.GONE)
    shown = read_treatments(context, by, row.screening_id)
    for one in shown.recorded:
        if one.id == treatment_id and not one.undone:
            return shown, one
    raise ActRefusedError(Refusal.GONE)


def _recorded(context: Context, session: Session, screening: Screening) -> list[Recorded]:
    query = select(Treatment).where(Treatment.screening_id == screening.id)
    found = []
    for row in session.scalars(query.order_by(Treatment.created_at, Treatment.id)):
        content = open_sealed(context, session, row, "content")
        found.append(
            Recorded(
                row.id,
                screening.id,
                date.fromisoformat(row.treated_on),
                content["done"],
                content["by"],
                content["why"],
                bool(content["earlier"]),
                row.undone_at is not None,
                row.undone_at is None and context.now() < row.created_at + TAKEN_BACK_WITHIN,
            )
        )
    return found


def planned_in(context: Context, session: Session, screening: Screening) -> list[Planned]:
    decision = decision_of(context, session, screening)
    decided = {d["procedure"]: d["decision"] for d in decision["decisions"]} if decision else {}
    procedures = submission_of(context, session, screening)["procedures"]
    return [Planned(p["id"], p["name"], decided.get(p["id"])) for p in procedures]


def patient_id_of(screening: Screening) -> str:
    assert screening.patient_id is not None
    return screening.patient_id
