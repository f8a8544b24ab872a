"""The link of a check-in: it tells nothing of the patient before the date of birth does."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.storage.tables import CheckIn, Clinic, Screening, Treatment
from screening.workflow.core.actor import PATIENT
from screening.workflow.core.context import Context, locked_screening
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import open_sealed, seal_into, submission_of
from screening.workflow.core.states import State
from screening.workflow.patients.patients import person_of, whole_patient

MOST_MISSES = 5
OPEN = {"asked", "missed", "answered"}


@dataclass(frozen=True)
class Link:
    """What a link opens before anyone has said who it is. `locked` after too many wrong tries."""

    check_in_id: str
    clinic: Clinic
    over: bool
    locked: bool


def follow_link(context: Context, link: str) -> Link:
    """Return what `link` opens; looking changes nothing. Raises ActRefusedError "gone"."""
    with context.database.read() as session:
        row = _row(context, session, link)
        clinic = session.get_one(Clinic, row.clinic_id)
        if not is_open(context, session, row):
            return Link(row.id, clinic, True, False)
        content = open_sealed(context, session, row, "content")
        return Link(row.id, clinic, False, content["misses"] >= MOST_MISSES)


def _row(context: Context, session: Session, link: str) -> CheckIn:
    query = select(CheckIn).where(CheckIn.link_hash == context.hash(f"check-in:{link}"))
    if row := session.scalars(query).first():
        return row
    raise ActRefusedError(Refusal.GONE)


def is_open(context: Context, session: Session, row: CheckIn) -> bool:
    ends = row.link_expires_at
    treatment = session.get_one(Treatment, row.treatment_id)
    screening = session.get_one(Screening, treatment.screening_id)
    gone = treatment.undone_at is not None or screening.state == State.ERASED
    return row.state in OPEN and ends is not None and context.now() < ends and not gone


def prove(context: Context, link: str, born: str | None) -> str:
    """Return the check-in of whoever was `born` (ISO) then.

    Raises ActRefusedError: "no-match", "locked" from the fifth wrong try on, "check-in-over".
    """
    refused: Refusal | None = None
    with context.database.write() as session:
        row = _row(context, session, link)
        screening = hold(session, row)
        if not is_open(context, session, row):
            raise ActRefusedError(Refusal.CHECK_IN_OVER)
        content = open_sealed(context, session, row, "content")
        if content["misses"] >= MOST_MISSES:
            raise ActRefusedError(Refusal.LOCKED)
        if born and born in _births(context, session, row, screening):
            content["misses"] = 0
            context.record(session, PATIENT, "open check-in", screening)
        else:
            content["misses"] += 1
            locked = content["misses"] >= MOST_MISSES
            if locked and row.state == "asked":
                row.state = "missed"  # so that the desk calls
            refused = Refusal.LOCKED if locked else Refusal.NO_MATCH
            context.record(session, PATIENT, "wrong date of birth at check-in", screening)
        seal_into(context, session, row, "content", content)
    if refused:
        raise ActRefusedError(refused)
    return row.id


def hold(session: Session, row: CheckIn) -> Screening:
    """Return the screening, locked as in every act before what hangs on it."""
    treatment = session.get_one(Treatment, row.treatment_id)
    screening = locked_screening(session, treatment.screening_id)
    session.refresh(row, with_for_update=True)
    return screening


def _births(context: Context, session: Session, row: CheckIn, screening: Screening) -> set[str]:
    """Return what reception and patient say: where the two differ, either is the patient."""
    rows = whole_patient(session, row.patient_id)
    known = {person_of(context, session, one).get("born") for one in rows}
    known.add(submission_of(context, session, screening)["frame"]["patient"]["born"])
    return {one for one in known if one}
