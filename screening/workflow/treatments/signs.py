"""Warning signs that patients ticked and nobody has taken yet: the top of the doctor's desk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.clinical.definitions.aftercare import Act
from screening.clinical.definitions.questionnaire import NOT_KNOWN, YES
from screening.storage.encryption import SealedBlobError
from screening.storage.tables import Account, CheckIn, Clinic, Screening, Treatment
from screening.workflow.core.actor import Staff
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import open_sealed
from screening.workflow.patients.patients import person_of, whole_patient

GRAVITY = {Act.CALL: 1, Act.EMERGENCY: 2}
TICKED = {YES, NOT_KNOWN}  # at a warning sign who is not sure is answered as who has it


@dataclass(frozen=True)
class Sign:
    """A check-in on which a patient ticked, or was not sure of, `signs`; `day` counts from day 0.

    `gravity` is that of the gravest: 1 to call, 2 an emergency. The signs are English, as the
    lists word them. Without `name`, `procedures` and `signs` where what is stored is damaged.
    """

    check_in_id: str
    name: str | None
    patient_id: str
    screening_id: str
    procedures: tuple[str, ...]
    treated_on: date
    day: int
    signs: tuple[str, ...]
    gravity: int
    answered_at: datetime


def open_signs(context: Context, session: Session, clinic_id: str) -> list[Sign]:
    """Return what nobody has taken yet, the gravest first, then who waits longest."""
    zone = ZoneInfo(session.get_one(Clinic, clinic_id).zone)
    query = (
        select(CheckIn)
        .where(CheckIn.clinic_id == clinic_id, CheckIn.gravity > 0, CheckIn.handled_at.is_(None))
        .order_by(CheckIn.gravity.desc(), CheckIn.answered_at)
    )
    return [_sign(context, session, row, zone) for row in session.scalars(query)]


def _sign(context: Context, session: Session, row: CheckIn, zone: ZoneInfo) -> Sign:
    treatment = session.get_one(Treatment, row.treatment_id)
    treated_on = date.fromisoformat(treatment.treated_on)
    name, procedures, signs = None, (), ()
    try:
        done = open_sealed(context, session, treatment, "content")["done"]
        procedures = tuple(one["name"] for one in done)
        patient = whole_patient(session, row.patient_id)[0]
        name = person_of(context, session, patient).get("name")
        answers = open_sealed(context, session, row, "content")["answers"]
        signs = tuple(dict.fromkeys(one["sign"] for one in ticked_in(answers)))
    except SealedBlobError:  # one damaged row must not hide all the others
        pass
    assert row.answered_at is not None and row.gravity
    return Sign(
        row.id,
        name,
        row.patient_id,
        treatment.screening_id,
        procedures,
        treated_on,
        (row.answered_at.astimezone(zone).date() - treated_on).days,
        signs,
        row.gravity,
        row.answered_at,
    )


@dataclass(frozen=True)
class OpenedSign:
    """A sign with all that was answered, the newest first: (when, [(sign, act, reply)])."""

    sign: Sign
    answers: list[tuple[datetime, list[tuple[str, str, str]]]]
    taken_by: str | None
    is_mine: bool


def open_sign(context: Context, by: Staff, check_in_id: str) -> OpenedSign:
    """Return the sign, and note in the audit log who looked."""
    with context.database.write() as session:
        row = own_check_in(session, by, check_in_id)
        zone = ZoneInfo(session.get_one(Clinic, row.clinic_id).zone)
        answers = open_sealed(context, session, row, "content")["answers"]
        account = session.get(Account, row.handled_by) if row.handled_by else None
        _note(context, session, by, row, "open warning sign")
        return OpenedSign(
            _sign(context, session, row, zone),
            [
                (
                    datetime.fromisoformat(one["at"]),
                    [(sign["sign"], sign["act"], sign["reply"]) for sign in one["signs"]],
                )
                for one in reversed(answers)
            ],
            account.name if account else None,
            row.handled_by == by.id,
        )


def ticked_in(answers: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield the signs that a patient has or is not sure of, the gravest of the newest first."""
    for answer in reversed(answers):
        if not answer.get("seen"):
            said = (one for one in answer["signs"] if one["reply"] in TICKED)
            yield from sorted(said, key=lambda one: -GRAVITY[Act(one["act"])])


def handle_sign(context: Context, by: Staff, check_in_id: str) -> None:
    """Take a sign upon oneself. Raises ActRefusedError: "gone", or "taken" by another."""
    with context.database.write() as session:
        row = own_check_in(session, by, check_in_id)
        if row.handled_at is not None and row.handled_by != by.id:
            raise ActRefusedError(Refusal.TAKEN)
        row.handled_at, row.handled_by = row.handled_at or context.now(), by.id
        _note(context, session, by, row, "take warning sign")


def hand_back(context: Context, by: Staff, check_in_id: str) -> None:
    """Put a sign that was taken back to the top of the desk."""
    with context.database.write() as session:
        row = own_check_in(session, by, check_in_id)
        row.handled_at = row.handled_by = None
        _note(context, session, by, row, "hand back warning sign")


def own_check_in(session: Session, by: Staff, check_in_id: str) -> CheckIn:
    """Return a check-in of the clinic with a sign, held for this transaction, or raise "gone"."""
    query = select(CheckIn).where(CheckIn.id == check_in_id, CheckIn.clinic_id == by.clinic_id)
    row = session.scalars(query.with_for_update()).first()
    if row is None or not row.gravity:
        raise ActRefusedError(Refusal.GONE)
    return row


def _note(context: Context, session: Session, by: Staff, row: CheckIn, act: str) -> None:
    treatment = session.get_one(Treatment, row.treatment_id)
    context.record(session, by, act, session.get_one(Screening, treatment.screening_id))
