"""Whom the reception may be about to invite twice; whether two are one, a person says.

People are alike by the clinic's number, or by folded name and date of birth. A name alone
counts where either date is unknown, while something of theirs is under way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from screening.storage.tables import Patient, PatientWord
from screening.workflow.core.actor import Actor
from screening.workflow.core.context import Context
from screening.workflow.core.states import State
from screening.workflow.patients.matching import patient_of_number
from screening.workflow.patients.names import fold, person_hash, word_hashes
from screening.workflow.patients.patients import own_patient, person_of, whole_patient
from screening.workflow.patients.search import Found, Seen, found_of

OPEN = {State.INVITED, State.IN_PROGRESS, State.SUBMITTED}
A_WEEK = timedelta(days=7)
MOST = 20  # of one name; who has more finds them by number


class Alike(StrEnum):
    """By what a person is like the one to be invited; CHOSEN is the very one."""

    CHOSEN = "chosen"
    NUMBER = "number"
    PERSON = "person"
    NAME = "name"


@dataclass(frozen=True)
class PersonAlike:
    """Somebody whom the clinic knows, by what alike, and what of theirs is under way.

    `under_way` is open or undecided, or a visit less than a week from the one planned.
    """

    person: Found
    by: Alike
    under_way: tuple[Seen, ...]


def people_alike(
    context: Context,
    session: Session,
    by: Actor,
    person: Mapping[str, Any],
    number: str = "",
    appointment_at: datetime | None = None,
    patient_id: str | None = None,
) -> list[PersonAlike]:
    """Return who is like `person` ("name", "born" as ISO), the most alike first.

    Of the one who was chosen, `patient_id`, only what is under way matters.
    """
    if patient_id:
        ids = {own_patient(session, by, patient_id).id: Alike.CHOSEN}
    else:
        ids = _alike(context, session, by, person, number)
    found = []
    for id, how in ids.items():
        [one] = found_of(context, session, [id])
        under_way = tuple(each for each in one.screenings if _counts(each, appointment_at))
        if how in (Alike.NUMBER, Alike.PERSON) or under_way:
            found.append(PersonAlike(one, how, under_way))
    return found


def find_people_alike(
    context: Context,
    by: Actor,
    person: Mapping[str, Any],
    number: str = "",
    appointment_at: datetime | None = None,
    patient_id: str | None = None,
) -> list[PersonAlike]:
    """Return the same, for a page to show."""
    with context.database.read() as session:
        return people_alike(context, session, by, person, number, appointment_at, patient_id)


def person_chosen(context: Context, by: Actor, patient_id: str) -> dict[str, Any]:
    """Return what is known of the one who was chosen. Raises what `own_patient` raises."""
    with context.database.read() as session:
        row = own_patient(session, by, patient_id)
        return person_of(context, session, whole_patient(session, row.id)[0])


def _alike(
    context: Context, session: Session, by: Actor, person: Mapping[str, Any], number: str
) -> dict[str, Alike]:
    """Return the ids of whoever is alike, each person once."""
    assert by.clinic_id is not None
    hashed = person_hash(context, by.clinic_id, person["name"], person["born"])
    words = word_hashes(context, by.clinic_id, person["name"])
    of_number = patient_of_number(context, session, by.clinic_id, number)
    alike = {
        Alike.NUMBER: [row.id for row in of_number[:1]],
        Alike.PERSON: _with_words(session, {hashed} if hashed else set()),
        Alike.NAME: [
            id
            for id in _with_words(session, words)
            if _may_be(context, session, id, person["name"], person["born"])
        ],
    }
    found: dict[str, Alike] = {}
    for how, ids in alike.items():
        for id in ids:
            found.setdefault(whole_patient(session, id)[0].id, how)
    return found


def _with_words(session: Session, hashes: Iterable[str]) -> list[str]:
    """Return the patients that have every one of these hashes, the newest first."""
    wanted = set(hashes)
    query = (
        select(Patient.id)
        .join(PatientWord, PatientWord.patient_id == Patient.id)
        .where(PatientWord.word_hash.in_(wanted))
        .group_by(Patient.id, Patient.created_at)
        .having(func.count() == len(wanted))
        .order_by(Patient.created_at.desc())
        .limit(MOST)
    )
    return list(session.scalars(query)) if wanted else []


def _may_be(context: Context, session: Session, id: str, name: str, born: str | None) -> bool:
    """Return whether the whole name is the same and one of the two dates is not known."""
    [one] = found_of(context, session, [id])
    names = [fold(each) for each in (one.name, *one.other_names) if each]
    return fold(name) in names and not (born and one.born)


def _counts(seen: Seen, at: datetime | None) -> bool:
    visit = seen.appointment_at
    near = at is not None and visit is not None and abs(visit - at) < A_WEEK
    return seen.state in OPEN or (seen.state == State.DECIDED and near)
