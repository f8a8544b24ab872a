"""What stands on a document and in no record of it: the patient's line, whom to call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from screening.storage.tables import Clinic, Screening
from screening.workflow.core.context import Context
from screening.workflow.patients.timeline import (
    Asked,
    Decided,
    Event,
    Noted,
    Ruled,
    Treated,
    timeline_of,
)


def beside(context: Context, session: Session, screening: Screening) -> dict[str, Any]:
    """Return what was decided, done and complained of before, newest first, as days and words."""
    told: dict[str, Any] = {"emergency": session.get_one(Clinic, screening.clinic_id).emergency}
    if screening.patient_id is None:
        return told
    line = timeline_of(context, session, screening)
    return told | {
        "earlier": [event for one in line.events for event in _event(one)],
        "unreadable": bool(line.damaged),
        "unconfirmed": line.merged_unconfirmed,
    }


def _event(event: Event) -> Iterator[dict[str, Any]]:
    """Yield what the doctor's page one says of `event`; notes and what is undecided stay out."""
    told = {"what": event.what, "day": event.day.isoformat()}
    if isinstance(event, Decided):
        yield told | {"doctor": event.doctor, "rulings": [_ruling(one) for one in event.rulings]}
    elif isinstance(event, Treated):
        yield told | {"names": [one["name"] for one in event.content.get("done", [])]}
    elif isinstance(event, Asked) and event.gravity:
        yield told
    elif isinstance(event, Noted) and event.kind != "note":
        yield told | {"what": "complication"}


def _ruling(one: Ruled) -> dict[str, Any]:
    return {
        "name": one.name,
        "decision": str(one.choice),
        "codes": [code for code in one.codes if code != "other"],
        "reason": one.reason,
        "conditions": one.conditions,
    }
