"""From one device to another: onto the tablet by a code, onto the own phone by a link.

A code works once and only together with the date of birth. The tablet answers a
wrong code and a wrong date with the same words, and after five it waits for staff.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from screening.storage.tables import Kiosk, Screening
from screening.workflow.core.actor import PATIENT, Tablet
from screening.workflow.core.context import (
    Context,
    as_typed,
    new_code,
    new_token,
)
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import open_sealed
from screening.workflow.core.states import allow
from screening.workflow.reception.invitations import NOBODYS
from screening.workflow.screenings.afresh import empty
from screening.workflow.screenings.edit_lock import EditLock, locked_draft
from screening.workflow.screenings.proof import device_hash
from screening.workflow.tablets.tablets import count_miss

MOVE_LASTS = timedelta(minutes=10)
MOVE_CODE_LENGTH = 6


def start(
    context: Context, tablet: Tablet, code: str, born: str | None, afresh: bool = False
) -> str:
    """Return the screening that `code` starts for who was `born` then; the code is used up.

    The code of the patient's phone goes on where the phone stopped. The reception's starts an
    empty questionnaire: what was begun before is gone, so it has to be said to be `afresh`.
    Raises ActRefusedError: "locked", "no-match", "begun", or the state of the screening.
    """
    refused: ActRefusedError | None = None
    with context.database.write() as session:
        kiosk = session.get_one(Kiosk, tablet.id, with_for_update=True)
        if kiosk.locked_at:
            raise ActRefusedError(Refusal.LOCKED)
        screening = _found(context, session, tablet.clinic.id, code)
        if screening is None or not born or born != birth_date(context, session, screening):
            kiosk.misses = count_miss(context, session, kiosk, kiosk.misses, "wrong start code")
            refused = ActRefusedError(Refusal.NO_MATCH)
        else:
            allow("answer", screening.state)
            if screening.move_hash != _move_code(context, code):
                _start_empty(context, session, screening, afresh)
            kiosk.misses, screening.start_code_hash, screening.move_hash = 0, None, None
            context.record(session, tablet, "start", screening)
    if refused:
        raise refused
    assert screening is not None
    return screening.id


def _found(context: Context, session: Session, clinic_id: str, code: str) -> Screening | None:
    """Return the screening of this code, from the reception or from the patient's phone."""
    now = context.now()
    query = select(Screening).where(
        Screening.clinic_id == clinic_id,
        or_(
            and_(
                Screening.start_code_hash == context.hash(f"start:{as_typed(code)}"),
                Screening.start_code_expires_at > now,
            ),
            and_(
                Screening.move_hash == _move_code(context, code),
                Screening.move_expires_at > now,
            ),
        ),
    )
    return session.scalars(query.with_for_update()).first()


def _move_code(context: Context, code: str) -> str:
    return context.hash(f"move-code:{as_typed(code)}")


def _start_empty(context: Context, session: Session, screening: Screening, afresh: bool) -> None:
    """Let no answer of before show: the reception holds this code, and knows who was born when."""
    draft = open_sealed(context, session, screening, "draft")
    begun = draft["rows"] if "since" in draft else draft["answers"]
    if begun and not afresh:
        raise ActRefusedError(Refusal.BEGUN)
    if begun:
        empty(context, session, screening)
    screening.device_hash = NOBODYS


def birth_date(context: Context, session: Session, screening: Screening) -> str | None:
    """Return the date that the reception gave, else the patient's own answer on the phone."""
    person = open_sealed(context, session, screening, "person")
    draft = open_sealed(context, session, screening, "draft")
    born: str | None = person.get("born") or context.definitions.born_in(draft["answers"])
    return born


def code_for_tablet(context: Context, lock: EditLock) -> str:
    """Return a short code with which the patient goes on at the clinic's tablet.

    Raises ActRefusedError: "no-birth-date" while nobody could show on the tablet who they are.
    """
    code = new_code(MOVE_CODE_LENGTH)
    with context.database.write() as session:
        screening = locked_draft(context, session, lock)
        if not birth_date(context, session, screening):
            raise ActRefusedError(Refusal.NO_BIRTH_DATE)
        _open_move(context, screening, _move_code(context, code))
        context.record(session, PATIENT, "give code for tablet", screening)
    return code


def link_for_phone(context: Context, tablet: Tablet, lock: EditLock) -> str:
    """Return the secret of a link with which the patient goes on, on the own phone."""
    link = new_token()
    with context.database.write() as session:
        screening = locked_draft(context, session, lock)
        _open_move(context, screening, context.hash(f"move-link:{link}"))
        context.record(session, tablet, "give link for phone", screening)
    return link


def follow_to_phone(context: Context, link: str, device: str) -> str:
    """Return the screening that `link` hands over to `device`; the link is used up.

    Raises ActRefusedError: "link-used" where it is unknown, used or too old.
    """
    with context.database.write() as session:
        query = select(Screening).where(
            Screening.move_hash == context.hash(f"move-link:{link}"),
            Screening.move_expires_at > context.now(),
        )
        screening = session.scalars(query.with_for_update()).first()
        if screening is None:
            raise ActRefusedError(Refusal.LINK_USED)
        allow("answer", screening.state)
        screening.move_hash = None
        screening.device_hash = device_hash(context, screening, device)
        context.record(session, PATIENT, "go on by phone", screening)
        return screening.id


def _open_move(context: Context, screening: Screening, move_hash: str) -> None:
    screening.move_hash = move_hash
    screening.move_expires_at = context.now() + MOVE_LASTS
