"""Keep what a clinic's own system has noted of a patient, beside a questionnaire that is not sent.

It is shown to the patient as noted and to be answered, and to the doctor as told by no patient.
What comes later for the same questionnaire stands in its place.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.clinical.fhir.noted import Bundle
from screening.clinical.fhir.response import NUMBERS
from screening.storage.tables import Patient, Screening
from screening.workflow.core.actor import ApiClient
from screening.workflow.core.context import Context
from screening.workflow.core.given import day_at
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import open_sealed, seal_into
from screening.workflow.core.states import ALLOWED, allow
from screening.workflow.integration.fhir import IDS
from screening.workflow.integration.references import Kind, find
from screening.workflow.patients.matching import fits
from screening.workflow.patients.patients import person_of, whole_patient
from screening.workflow.reception.invitations import own_screening
from screening.workflow.screenings.previous_answers import MOST_TRIES


def note_facts(context: Context, by: ApiClient, bundle: Bundle) -> str:
    """Keep what is noted and return the id of the screening that it stands beside.

    Raises ActRefusedError: "gone" where there is no such screening or patient, "several" where
    more than one is open, "other-person" where the patient is another one than the screening's,
    or the state once it was sent.
    """
    with context.database.write() as session:
        people = _people(context, session, by, bundle)
        screening = own_screening(session, by, _meant(context, session, by, bundle, people))
        allow("note", screening.state)
        _same_person(context, session, screening, bundle, people)
        draft = open_sealed(context, session, screening, "draft")
        misses = draft.get("noted", {}).get("misses", 0)
        is_same = context.definitions.born_in(draft["answers"]) == bundle.born
        noted = {
            "at": day_at(context, session, screening).isoformat(),
            "born": bundle.born,
            "facts": [fact for fact in bundle.facts if fact],
            "shown": is_same and misses < MOST_TRIES,
            "misses": misses,
        }
        seal_into(context, session, screening, "draft", draft | {"noted": noted})
        context.record(session, by, "note facts", screening)
        return screening.id


def _people(context: Context, session: Session, by: ApiClient, bundle: Bundle) -> list[Patient]:
    """Return all rows of the person whom the program has named before; none where it names none."""
    found: list[Patient] = []
    for system, value in bundle.patient:
        if system != IDS:
            continue
        row = find(context, session, by.clinic.id, Kind.PATIENT, value)
        if row is None:
            raise ActRefusedError(Refusal.GONE)
        rows = whole_patient(session, row.patient_id)
        if found and rows[0].id != found[0].id:
            raise ActRefusedError(Refusal.OTHER_PERSON)
        found = rows
    return found


def _meant(
    context: Context, session: Session, by: ApiClient, bundle: Bundle, people: list[Patient]
) -> str:
    """Return the id of the screening that the Bundle names, or of the patient's only open one."""
    query = select(Screening.id).where(Screening.clinic_id == by.clinic.id)
    match bundle.screening:
        case (system, value) if system == NUMBERS:
            query = query.where(Screening.number == value)
        case (system, value) if system == IDS:
            row = find(context, session, by.clinic.id, Kind.SCREENING, value)
            query = query.where(Screening.id == (row.screening_id if row else None))
        case _:
            query = query.where(
                Screening.patient_id.in_([one.id for one in people]),
                Screening.state.in_(ALLOWED["note"]),
            )
    ids = list(session.scalars(query.limit(2)))
    if len(ids) != 1:
        raise ActRefusedError(Refusal.SEVERAL if ids else Refusal.GONE)
    return ids[0]


def _same_person(
    context: Context, session: Session, screening: Screening, bundle: Bundle, people: list[Patient]
) -> None:
    """Refuse what is noted of somebody else: by id, by name, or by date of birth.

    Where no date of birth is known here, only the program's own id says who it is.
    """
    assert screening.patient_id
    rows = whole_patient(session, screening.patient_id)
    if people and people[0].id != rows[0].id:
        raise ActRefusedError(Refusal.OTHER_PERSON)
    known = any(person_of(context, session, row).get("born") for row in rows)
    said = [{"name": name, "born": bundle.born} for name in bundle.names]
    is_same = said and all(fits(context, session, rows, one) for one in said)
    if not is_same or not (people or known):
        raise ActRefusedError(Refusal.OTHER_PERSON)
