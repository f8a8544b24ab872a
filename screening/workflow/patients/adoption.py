"""Give each screening of before its patient; the program does so when it starts.

A screening that asks again about another is of the same person for certain. Nothing else
is merged: who may be one person is suggested, and said by a person.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.clinical.report.parts import patient_name
from screening.clinical.report.report import RELATIVE
from screening.storage.encryption import SealedBlobError
from screening.storage.sealed import seal_column
from screening.storage.tables import Clinic, Patient, Screening
from screening.workflow.core.context import Context
from screening.workflow.core.sealed import open_sealed, submission_of
from screening.workflow.core.states import State
from screening.workflow.patients.patients import add_patient

AT_ONCE = 500  # screenings; nothing else is written meanwhile


def adopt(context: Context) -> int:
    """Give every screening without a patient one, and return how many there were.

    What does not open is left as it is, and named where a person meets it.
    """
    done, last = 0, ""
    while True:
        with context.database.write() as session:
            query = (
                select(Screening)
                .where(Screening.patient_id.is_(None), Screening.id > last)
                .order_by(Screening.id)
                .limit(AT_ONCE)
            )
            rows = session.scalars(query.with_for_update()).all()
            if not rows:
                return done
            last = rows[-1].id
            done += sum(_adopt(context, session, row) for row in rows)


def _adopt(context: Context, session: Session, screening: Screening) -> bool:
    if screening.patient_id is not None:  # as an earlier one of the same patient
        return False
    chain = [screening]
    while chain[-1].patient_id is None and chain[-1].recheck_of:
        chain.append(session.get_one(Screening, chain[-1].recheck_of))
    first = chain[-1]
    clinic = session.get_one(Clinic, screening.clinic_id)
    patient = session.get(Patient, first.patient_id) if first.patient_id else None
    adopted = False
    for one in reversed(chain):
        if one.patient_id is None:
            try:
                key = context.screening_key(session, one)
                person = _person(context, session, one)
            except SealedBlobError:
                return adopted
            patient = patient or add_patient(context, session, clinic, person)
            seal_column(context.patient_key(session, patient), one, "wrapped_key", key)
            one.patient_id, adopted = patient.id, True
    session.flush()
    return adopted


def _person(context: Context, session: Session, screening: Screening) -> dict[str, Any]:
    """Return what the reception wrote, and "own", what the patient gave."""
    if screening.state == State.ERASED:
        return {"name": "", "born": None}
    person: dict[str, Any] = open_sealed(context, session, screening, "person")
    name, own = person.get("name") or "", {}
    if screening.submission is not None:
        frame = submission_of(context, session, screening)["frame"]
        signed = frame["declaration"]
        relative = (signed.get("by") or {}).get("who") == RELATIVE
        name = name or patient_name(frame)
        own = {"name": "" if relative else signed["name"], "born": frame["patient"]["born"]}
    else:
        answers = open_sealed(context, session, screening, "draft")["answers"]
        own = {"born": context.definitions.born_in(answers)}
    own = {field: value for field, value in own.items() if value}
    return {"name": name, "born": person.get("born"), "own": own}
