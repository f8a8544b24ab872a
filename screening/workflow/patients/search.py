"""Find a clinic's patients by a name, by the clinic's number, or by a screening's number.

Names are sealed; what is looked up are keyed hashes of their folded parts, those of the
reception's name and of the one that the patient gave. However many there are, none is read
that is not found.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.storage.encryption import SealedBlobError
from screening.storage.tables import Patient, PatientWord, Screening
from screening.workflow.core.actor import LONGEST_NAME, Actor
from screening.workflow.core.context import Context
from screening.workflow.core.states import State
from screening.workflow.patients.disagreements import Disagreement, disagreements_in
from screening.workflow.patients.names import number_hash, word_hashes
from screening.workflow.patients.patients import person_of, whole_patients

MOST = 50
YEARS_BACK = 15  # of which a screening's number may be typed without its year


@dataclass(frozen=True)
class Seen:
    """One screening of a patient, without what was answered."""

    screening_id: str
    number: str
    state: str
    created_at: datetime
    submitted_at: datetime | None
    appointment_at: datetime | None


@dataclass(frozen=True)
class Found:
    """One person, merged rows included: never an answer, an outcome or a reason.

    `numbers` are the clinic's own, `other_names` what else the person is called by the
    reception or called herself; no `name` where what is stored is damaged. `screenings`
    stand newest first.
    """

    patient_id: str
    name: str | None
    born: str | None
    numbers: list[str]
    other_names: list[str]
    screenings: list[Seen]
    merged_unconfirmed: bool
    disagreements: list[Disagreement]


def find_patients(context: Context, by: Actor, text: str) -> list[Found]:
    """Return the persons whose names hold every part of `text`, or whose number it is.

    The newest MOST of them; nobody for text without a letter or a digit.
    """
    typed = text.strip()
    if by.clinic_id is None or not typed or len(typed) > LONGEST_NAME:
        return []
    with context.database.read() as session:
        ids = [
            *_by_number(context, session, by.clinic_id, typed),
            *_by_screening(context, session, by.clinic_id, typed),
            *_by_name(context, session, by.clinic_id, typed),
        ]
        return found_of(context, session, ids)


def _by_screening(context: Context, session: Session, clinic_id: str, typed: str) -> list[str]:
    numbers = {typed.upper()}
    if typed.isascii() and typed.isdecimal() and len(typed) <= 6:
        this_year = context.now().year
        years = range(this_year - YEARS_BACK, this_year + 1)
        numbers = {f"SC-{year}-{int(typed):06d}" for year in years}
    query = select(Screening.patient_id).where(
        Screening.clinic_id == clinic_id,
        Screening.number.in_(numbers),
        Screening.state != State.ERASED,
    )
    return [id for id in session.scalars(query.order_by(Screening.created_at.desc())) if id]


def _by_number(context: Context, session: Session, clinic_id: str, typed: str) -> list[str]:
    hashed = number_hash(context, clinic_id, typed)
    query = select(Patient.id).where(Patient.clinic_id == clinic_id, Patient.number_hash == hashed)
    return list(session.scalars(query)) if hashed else []


def _by_name(context: Context, session: Session, clinic_id: str, typed: str) -> list[str]:
    words = word_hashes(context, clinic_id, typed)
    if not words:
        return []
    # A condition for each word: whoever plans the query begins with the rarest of them.
    has_all = (
        select(PatientWord.patient_id)
        .where(PatientWord.patient_id == Patient.id, PatientWord.word_hash == word)
        .exists()
        for word in sorted(words)
    )
    newest = Patient.created_at.desc()
    query = select(Patient.id).where(*has_all).order_by(newest).limit(MOST)
    return list(session.scalars(query))


def found_of(context: Context, session: Session, patient_ids: Iterable[str]) -> list[Found]:
    """Return the persons that these patients are, each once, in that order."""
    persons = whole_patients(session, patient_ids)
    seen = _seen(session, [row.id for rows in persons for row in rows])
    return [_found(context, session, rows, seen) for rows in persons]


def _seen(session: Session, patient_ids: list[str]) -> dict[str, list[Seen]]:
    query = select(Screening).where(
        Screening.patient_id.in_(patient_ids), Screening.state != State.ERASED
    )
    found: dict[str, list[Seen]] = {}
    for one in session.scalars(query.order_by(Screening.created_at.desc())):
        what = (one.created_at, one.submitted_at, one.appointment_at)
        found.setdefault(one.patient_id or "", []).append(
            Seen(one.id, one.number, one.state, *what)
        )
    return found


def _found(
    context: Context, session: Session, rows: list[Patient], seen: dict[str, list[Seen]]
) -> Found:
    contents = {}
    for row in rows:
        try:
            contents[row.id] = person_of(context, session, row)
        except SealedBlobError:  # one damaged row must not hide all the others
            contents[row.id] = {}
    first = contents[rows[0].id]
    own = first.get("own", {})
    name = first.get("name") or own.get("name")
    names = [
        n for one in contents.values() for n in (one.get("name"), one.get("own", {}).get("name"))
    ]
    screenings = [one for row in rows for one in seen.get(row.id, [])]
    return Found(
        rows[0].id,
        name,
        first.get("born") or own.get("born"),
        [number for one in contents.values() if (number := one.get("number"))],
        [other for other in dict.fromkeys(names) if other and other != name],
        sorted(screenings, key=lambda one: one.created_at, reverse=True),
        any(row.merged_into and row.merge_confirmed_at is None for row in rows),
        [one for id, content in contents.items() for one in disagreements_in(id, content)],
    )
