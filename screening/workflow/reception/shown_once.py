"""A link and a code between the act that made them and the page that shows them.

They travel in the browser's own cookie, sealed with the screening's key: not in an address,
and legible to nobody who reads the cookie. They end with the link.
"""

from __future__ import annotations

from base64 import b85decode, b85encode
from datetime import datetime, timedelta

from screening.storage.encryption import SealedBlobError, open_json, seal_json
from screening.storage.tables import Screening
from screening.workflow.core.actor import Actor
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.reception.invitations import Invitation

SHOWN_FOR = timedelta(minutes=15)


def seal_shown(context: Context, invitation: Invitation) -> str:
    """Return link and code sealed, for the next page of whoever made them."""
    with context.database.read() as session:
        screening = session.get_one(Screening, invitation.screening_id)
        key = context.screening_key(session, screening)
    until = (context.now() + SHOWN_FOR).isoformat()
    content = [invitation.link, invitation.start_code, until]
    return b85encode(seal_json(key, content, _place(screening.id))).decode()


def open_shown(context: Context, by: Actor, screening_id: str, text: str) -> Invitation | None:
    """Return link and code, None once a quarter of an hour is over or another link was made.

    Raises ActRefusedError "gone" for another clinic's.
    """
    with context.database.read() as session:
        screening = session.get(Screening, screening_id)
        if screening is None or screening.clinic_id != by.clinic_id:
            raise ActRefusedError(Refusal.GONE)
        key = context.screening_key(session, screening)
    try:
        link, code, until = open_json(key, b85decode(text), _place(screening_id))
    except (SealedBlobError, ValueError):
        return None
    lasts = context.now() < datetime.fromisoformat(until)
    if not lasts or context.hash(f"link:{link}") != screening.link_hash:
        return None
    return Invitation(screening.id, screening.number, link, code)


def _place(screening_id: str) -> str:
    return f"shown:{screening_id}"
