"""Begin afresh: an empty questionnaire for who has neither the device nor the code.

What was not sent is gone then; what was sent stays as it is, for the doctor.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.storage.tables import Patient, Screening
from screening.workflow.core.actor import PATIENT
from screening.workflow.core.context import Context, locked_screening
from screening.workflow.core.sealed import open_sealed, seal_into
from screening.workflow.core.states import ALLOWED, State, allow
from screening.workflow.mail.outbox import contact_of, keep_contact
from screening.workflow.reception.invitations import open_screening
from screening.workflow.screenings.proof import device_hash, is_of


def begin_afresh(context: Context, screening_id: str, device: str) -> str:
    """Return the empty questionnaire that `device` answers from now on.

    It is the same screening where that was not sent, else a further one of the patient.
    """
    with context.database.write() as session:
        screening = locked_screening(session, screening_id)
        allow("begin-afresh", screening.state)
        if screening.state not in ALLOWED["answer"]:
            screening = _further(context, session, screening, device)
        else:
            empty(context, session, screening)
            context.record(session, PATIENT, "begin afresh", screening)
        screening.device_hash = device_hash(context, screening, device)
        return screening.id


def empty(context: Context, session: Session, screening: Screening) -> None:
    """Take every answer out of a draft; on arrival the rows are asked again, over what stands."""
    draft = open_sealed(context, session, screening, "draft")
    if "since" in draft:
        before = draft["before"]
        opened = set(draft["blocked"])
        stay = {k: a for k, a in before["answers"].items() if k not in opened}
        kept = {**draft, "rows": {}, "answers": stay, "taken": sorted(stay)}
        kept["given"] = {k: one for k, one in before["given"].items() if k in stay}
    else:
        chosen = draft["invited_for"]
        kept = {"procedures": chosen, "invited_for": chosen, "answers": {}, "afresh": True}
        kept |= {"why": draft["why"]} if "why" in draft else {}
        kept |= {"noted": draft["noted"] | {"shown": False}} if "noted" in draft else {}
        screening.state = State.INVITED
    seal_into(context, session, screening, "draft", kept)


def _further(context: Context, session: Session, old: Screening, device: str) -> Screening:
    """Return the questionnaire that this device has begun since, else a new one."""
    query = select(Screening).where(
        Screening.patient_id == old.patient_id,
        Screening.state.in_(ALLOWED["answer"]),
        Screening.recheck_of.is_(None),
        Screening.created_at >= old.created_at,
    )
    for row in session.scalars(query.with_for_update()):
        if is_of(context, row, device):
            return row
    draft = open_sealed(context, session, old, "draft")
    chosen = [p for p in draft["invited_for"] if p in context.definitions.procedures]
    person = open_sealed(context, session, old, "person")
    assert old.patient_id is not None
    patient = session.get_one(Patient, old.patient_id)
    given = {"procedures": chosen, "invited_for": chosen, "answers": {}}
    opened = open_screening(context, session, patient, person, given)
    opened.row.appointment_at = old.appointment_at
    if contact := contact_of(context, session, old):
        contact = replace(contact, link=opened.invitation.link)
        keep_contact(context, session, opened.row, contact)
    context.record(session, PATIENT, "begin afresh", opened.row)
    return opened.row
