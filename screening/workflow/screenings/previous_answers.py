"""A patient who comes again: last time's answers, to be confirmed or changed one by one.

They stand beside the answers and count for nothing until the patient confirms them.
The earlier record is only read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from screening.clinical.report.arrival import REPLIES
from screening.clinical.report.returning import Told, confirmable
from screening.storage.tables import Screening
from screening.workflow.core.actor import PATIENT
from screening.workflow.core.context import Context
from screening.workflow.core.given import Way
from screening.workflow.core.sealed import open_sealed, seal_into, submission_of
from screening.workflow.core.states import State
from screening.workflow.patients.patients import whole_patient
from screening.workflow.screenings.answering import change_draft, open_draft
from screening.workflow.screenings.draft import Draft
from screening.workflow.screenings.edit_lock import EditLock, locked_draft
from screening.workflow.screenings.history import person_hash
from screening.workflow.screenings.own_code import mark_of, opened_by
from screening.workflow.screenings.proof import opens

# A link may reach the wrong hands: nobody tries dates of birth until the answers of another show.
MOST_TRIES = 3
SUBMITTED = (State.SUBMITTED, State.DECIDED, State.SUPERSEDED)


def bring_back(context: Context, lock: EditLock) -> None:
    """Put last time's answers beside the draft, once name and date of birth are those of then.

    Only on the device that gave them, never on a shared tablet. What was confirmed under
    another date of birth is forgotten.
    """
    draft = open_draft(context, lock)
    with context.database.write() as session:
        screening = locked_draft(context, session, lock)
        kept = open_sealed(context, session, screening, "draft")
        born, tries = (
            context.definitions.born_in(draft.answers),
            kept.get("tries", 0),
        )
        if screening.recheck_of or kept.get("born") == born or tries >= MOST_TRIES:
            return
        confirmed = kept.get("confirmed", {})
        answers = {k: a for k, a in kept["answers"].items() if confirmed.get(k) != a}
        person = _hash_of(context, screening, draft)
        earlier = _earlier(session, screening, Screening.person_hash == person) if person else []
        code = kept.get("opened_by")  # typed in this screening
        found = next(
            (
                one
                for one in earlier
                if opens(context, session, one, lock.device)
                or (code and mark_of(context, session, one) == code)
            ),
            None,
        )
        change = {"answers": answers, "born": born, "tries": tries + 1, "confirmed": {}}
        _put_beside(context, session, screening, kept | change, found, draft)


def show_noted(context: Context, lock: EditLock) -> None:
    """Show what the clinic's own system has noted, once the date of birth is that of its patient.

    What is asked then says that it is noted; it answers nothing.
    """
    with context.database.write() as session:
        screening = locked_draft(context, session, lock)
        kept = open_sealed(context, session, screening, "draft")
        noted = kept.get("noted")
        if not noted:
            return
        born = context.definitions.born_in(kept["answers"])
        misses, is_same = noted.get("misses", 0), born == noted["born"]
        shown = is_same and misses < MOST_TRIES
        told = {**noted, "shown": shown, "misses": misses + (not is_same)}
        seal_into(context, session, screening, "draft", kept | {"noted": told})


def bring_back_by_code(context: Context, lock: EditLock, code: str) -> bool:
    """Put last time's answers beside the draft where the patient's own code opens them.

    Return whether there were any. Raises what own_code.opened_by raises.
    """
    draft = open_draft(context, lock)
    marks = opened_by(context, lock, code)
    with context.database.write() as session:
        screening = locked_draft(context, session, lock)
        kept = open_sealed(context, session, screening, "draft")
        if screening.recheck_of:
            return False
        assert screening.patient_id is not None
        rows = [row.id for row in whole_patient(session, screening.patient_id)]
        earlier = _earlier(session, screening, Screening.patient_id.in_(rows))
        found = next((o for o in earlier if mark_of(context, session, o) in marks), None)
        _put_beside(context, session, screening, kept, found, draft)
        return found is not None


def _put_beside(
    context: Context,
    session: Session,
    screening: Screening,
    kept: dict[str, Any],
    found: Screening | None,
    draft: Draft,
) -> None:
    """Keep the draft, with the answers of what was `found`, which is only read."""
    last = _told(context, session, found, draft) if found else None
    if found and (mark := mark_of(context, session, found)):
        kept["opened_by"] = mark
    seal_into(context, session, screening, "draft", kept | {"last": last})
    if found:
        context.record(session, PATIENT, "bring back answers", screening, found.number)


def _hash_of(context: Context, screening: Screening, draft: Draft) -> str | None:
    patient = {
        "name": draft.name,
        "born": context.definitions.born_in(draft.answers),
    }
    return person_hash(context, screening.clinic_id, {"patient": patient}) if draft.name else None


def _earlier(session: Session, screening: Screening, of: ColumnElement[bool]) -> list[Screening]:
    """Return what was sent before, the newest first."""
    query = select(Screening).where(
        Screening.clinic_id == screening.clinic_id,
        of,
        Screening.id != screening.id,
        Screening.state.in_(SUBMITTED),
    )
    return list(session.scalars(query.order_by(Screening.submitted_at.desc())))


def _told(context: Context, session: Session, old: Screening, draft: Draft) -> Mapping[str, Any]:
    report = submission_of(context, session, old)
    told = {
        a["link_id"]: Told(
            a["question"],
            a["answer"],
            date.fromisoformat(a.get("answered_on") or report["on"]),
        )
        for section in report["sections"]
        for a in section["answers"]
    }
    earlier = confirmable(context.definitions, told, draft.today)
    kept = {"answers": earlier.kept, "aged": earlier.aged, "rows": {}}
    return {"number": old.number, "at": report["on"], **kept}


def reply_to_rows(context: Context, lock: EditLock, replies: Mapping[str, str]) -> Draft:
    """Keep what the patient says is new: a "no" lets what it speaks for be confirmed."""
    draft = open_draft(context, lock)
    if draft.last is None or not set(replies.values()) <= set(REPLIES):
        return draft
    rows = {**draft.last.get("rows", {}), **replies}
    return change_draft(context, lock, {"last": {**draft.last, "rows": rows}})


def confirm(context: Context, lock: EditLock, same: set[str], changed: set[str]) -> None:
    """Keep what the patient says is `same` as last time; what has `changed` is asked as usual."""
    draft = open_draft(context, lock)
    if draft.last is None:
        return
    last = draft.answers_of_before(context.definitions)
    kept = {link_id: last[link_id] for link_id in same if link_id in last}
    left = {
        key: {k: a for k, a in draft.last.get(key, {}).items() if k not in same | changed}
        for key in ("answers", "aged")
    }
    change = {
        "answers": kept,
        "confirmed": {**draft.confirmed, **kept},
        "last": {**draft.last, **left},
    }
    change_draft(context, lock, change, Way.CONFIRMED)


def start_anew(context: Context, lock: EditLock) -> None:
    """Leave last time's answers aside: everything that is open is asked."""
    draft = open_draft(context, lock)
    if draft.last is not None:
        change_draft(context, lock, {"last": {**draft.last, "answers": {}, "aged": {}}})
