"""What doctors write for colleagues about a patient: no report, copy or record holds it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from screening.storage.columns import new_id
from screening.storage.tables import Note, Screening
from screening.workflow.core.actor import Staff
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import seal_into

KIND = "note"
LONGEST_NOTE = 1_000


def keep_note(
    context: Context, session: Session, doctor: Staff, screening: Screening, text: str
) -> None:
    """Add a note to the patient's line. Raises ActRefusedError "no-note" or "too-long"."""
    text = text.strip()
    if not text:
        raise ActRefusedError(Refusal.NO_NOTE)
    if len(text) > LONGEST_NOTE:
        raise ActRefusedError(Refusal.TOO_LONG)
    row = Note(
        id=new_id(),
        patient_id=screening.patient_id,
        screening_id=screening.id,
        account_id=doctor.id,
        kind=KIND,
        created_at=context.now(),
    )
    seal_into(context, session, row, "content", {"text": text})
    session.add(row)
    context.record(session, doctor, "write note", screening)
