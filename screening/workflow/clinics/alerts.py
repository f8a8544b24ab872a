"""Whom a patient with a bad sign calls, and who at the clinic is told of it at once."""

from __future__ import annotations

import re

from screening.storage.tables import Clinic
from screening.workflow.core.actor import Staff
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.mail.outbox import mail_address

NUMBER = re.compile(r"\+?[0-9][0-9 ()-]{1,18}")


def change_alerts(context: Context, by: Staff, emergency: str, alert_to: str) -> None:
    """Keep the emergency number, and the address that alerts go to; an empty one gets none.

    Raises ActRefusedError: "no-number" or "bad-address".
    """
    number = emergency.strip()
    if not NUMBER.fullmatch(number):
        raise ActRefusedError(Refusal.NO_NUMBER)
    to = mail_address(alert_to) if alert_to.strip() else None
    with context.database.write() as session:
        clinic = session.get_one(Clinic, by.clinic_id, with_for_update=True)
        changes = {"emergency": number, "alert_to": to}
        changed = sorted(name for name, new in changes.items() if getattr(clinic, name) != new)
        clinic.emergency, clinic.alert_to = number, to
        if changed:
            context.record(session, by, "change alerts", why=", ".join(changed))
