"""What accounts are called: no two at a clinic that people take for each other."""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.storage.database import take_turn
from screening.storage.tables import Account, AccountChange
from screening.storage.turn import Turn
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.patients.names import skeletons

LONGEST_REGISTRATION = 40
REGISTRATION = re.compile(r"(?=.*\d)[\w ./()-]{3,}")


def check_free(session: Session, clinic_id: str | None, username: str, name: str) -> None:
    """Raise ActRefusedError: "taken" for a user name that exists, "name-taken" for a name.

    A name is taken by one that looks or sounds the same, of an account that is closed too,
    or that waits for its second person.
    """
    take_turn(session, Turn.NAMES)
    if session.scalars(select(Account.id).where(Account.username == username)).first():
        raise ActRefusedError(Refusal.TAKEN)
    own = skeletons(name)
    waits = (AccountChange.state == "waiting", AccountChange.name.is_not(None))
    of = AccountChange.clinic_id == clinic_id
    others = [
        *session.scalars(select(Account.name).where(Account.clinic_id == clinic_id)),
        *session.scalars(select(AccountChange.name).where(of, *waits)),
    ]
    if any(own & skeletons(other or "") for other in others):
        raise ActRefusedError(Refusal.NAME_TAKEN)


def read_registration(typed: str | None) -> str:
    """Return a doctor's registration number as it is kept.

    Raises ActRefusedError("needs-registration") where it can be none.
    """
    number = " ".join(unicodedata.normalize("NFKC", typed or "").split())
    if len(number) > LONGEST_REGISTRATION or not REGISTRATION.fullmatch(number):
        raise ActRefusedError(Refusal.NEEDS_REGISTRATION)
    return number
