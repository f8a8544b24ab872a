"""Open a screening for another program: by its own ids, and once for each request."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from screening.storage.tables import Screening
from screening.workflow.core.actor import Actor
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.integration.references import Kind, find, refer
from screening.workflow.integration.requests import Claim
from screening.workflow.patients.matching import fits
from screening.workflow.patients.patients import whole_patient
from screening.workflow.reception.invitations import Invitation, invite, own_screening


@dataclass(frozen=True)
class Wanted:
    """What another program asks for. `born` is an ISO date; the external ids are its own."""

    name: str
    born: str | None = None
    language: str = ""
    email: str = ""
    phone: str = ""
    number: str = ""
    procedures: tuple[str, ...] = ()
    appointment_at: datetime | None = None
    patient: str = ""
    appointment: str = ""
    screening: str = ""


def open_for(
    context: Context,
    by: Actor,
    wanted: Wanted,
    held: Claim | None = None,
    *,
    shown: bool = False,
) -> Invitation:
    """Open the screening that is wanted, of the patient that the program means.

    `shown` says that the program gets the link itself, which is noted.

    Raises ActRefusedError: "reference-taken" where its id for the screening names another one,
    "other-person" where its id for the patient is of someone of another name or birth date,
    and what `invite` raises.
    """
    own = (
        (Kind.PATIENT, wanted.patient),
        (Kind.APPOINTMENT, wanted.appointment),
        (Kind.SCREENING, wanted.screening),
    )

    def keep(session: Session, screening: Screening) -> None:
        if wanted.screening and find(
            context, session, _clinic(by), Kind.SCREENING, wanted.screening
        ):
            raise ActRefusedError(Refusal.REFERENCE_TAKEN)
        refer(context, session, screening, own)
        if shown:
            context.record(session, by, "show link", screening, "other-message")
        if held:
            held.made(session, screening)

    return invite(
        context,
        by,
        wanted.name,
        wanted.procedures,
        wanted.appointment_at,
        wanted.email,
        wanted.language,
        wanted.born,
        wanted.number,
        _known_patient(context, by, wanted),
        wanted.phone,
        also=keep,
    )


def _known_patient(context: Context, by: Actor, wanted: Wanted) -> str | None:
    """Return the patient whom the program has named before."""
    if not wanted.patient:
        return None
    with context.database.read() as session:
        row = find(context, session, _clinic(by), Kind.PATIENT, wanted.patient)
        if row is None:
            return None
        rows = whole_patient(session, row.patient_id)
        if not fits(context, session, rows, {"name": wanted.name, "born": wanted.born}):
            raise ActRefusedError(Refusal.OTHER_PERSON)
        return rows[0].id


def refer_to(
    context: Context, by: Actor, screening_id: str, given: Iterable[tuple[Kind, str]]
) -> None:
    """Keep another program's ids for a screening that there is already."""
    with context.database.write() as session:
        screening = own_screening(session, by, screening_id)
        refer(context, session, screening, given)


def _clinic(by: Actor) -> str:
    assert by.clinic_id
    return by.clinic_id


def opened_before(context: Context, by: Actor, screening: str) -> tuple[str, str] | None:
    """Return id and number of the screening that the program calls so, None before there is one."""
    with context.database.read() as session:
        row = find(context, session, _clinic(by), Kind.SCREENING, screening)
        if row is None or row.screening_id is None:
            return None
        return row.screening_id, session.get_one(Screening, row.screening_id).number
