"""Hand out everything that is held on a screening or on a person, readable and complete."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.storage.encryption import SealedBlobError, new_key
from screening.storage.sealed import open_column
from screening.storage.tables import (
    AuditEntry,
    CheckIn,
    Decision,
    Message,
    Note,
    Patient,
    ReportRow,
    Screening,
    Treatment,
)
from screening.workflow.core.actor import Actor
from screening.workflow.core.context import Context, locked_screening
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import open_sealed
from screening.workflow.core.states import State, allow
from screening.workflow.patients.patients import whole_patient


class Export(NamedTuple):
    """A ZIP of JSON and the reports as PDF; `damaged` names what did not open."""

    archive: bytes
    damaged: list[str]


def export(context: Context, screening_id: str, by: Actor) -> Export:
    """Return all that opens, and note who took it; the rest is named in `screening.json` too."""
    packed = io.BytesIO()
    damaged: list[str] = []
    with context.database.write() as session, zipfile.ZipFile(packed, "w") as archive:
        screening = locked_screening(session, screening_id)
        allow("export", screening.state)
        opened = partial(_opened, damaged)
        context.record(session, by, "export", screening)
        held = _pack(context, session, screening, archive, opened) | {"damaged": damaged}
        archive.writestr("screening.json", json.dumps(held, indent=2, default=_moment))
    return Export(packed.getvalue(), damaged)


def export_patient(context: Context, patient_id: str, by: Actor) -> Export:
    """Return all that is held on a person, merged rows included, as `patient.json` and reports.

    Raises ActRefusedError: "gone", or "erased" where nothing is held.
    """
    packed = io.BytesIO()
    damaged: list[str] = []
    with context.database.write() as session, zipfile.ZipFile(packed, "w") as archive:
        if session.get(Patient, patient_id) is None:
            raise ActRefusedError(Refusal.GONE)
        rows = whole_patient(session, patient_id)
        ids = [row.id for row in rows]
        query = select(Screening).where(
            Screening.patient_id.in_(ids), Screening.state != State.ERASED
        )
        held = session.scalars(query.order_by(Screening.created_at.desc()).with_for_update()).all()
        if not held and not any(row.person_hash or row.number_hash for row in rows):
            raise ActRefusedError(Refusal.ERASED)
        for screening in held:
            context.record(session, by, "export", screening)
        at = Actor(by.who, rows[0].clinic_id)
        context.record(session, at, "export patient", why=rows[0].id)
        opened = partial(_opened, damaged)
        told = {
            "patients": _sealed_rows(context, session, rows, opened),
            "screenings": [_pack(context, session, one, archive, opened) for one in held],
        }
        for of in (Note, Treatment, CheckIn):
            of_these = session.scalars(select(of).where(of.patient_id.in_(ids))).all()
            told[f"{of.__tablename__}s"] = _sealed_rows(context, session, of_these, opened)
        told["damaged"] = damaged
        archive.writestr("patient.json", json.dumps(told, indent=2, default=_moment))
    return Export(packed.getvalue(), damaged)


def _sealed_rows(
    context: Context, session: Session, rows: Iterable[Any], opened: Callable[..., Any]
) -> list[Any]:
    return [
        _open_columns(row)
        | {"content": _without_links(opened(open_sealed, context, session, row, "content"))}
        for row in rows
    ]


def _without_links(content: Any) -> Any:
    """Whoever holds a link can answer as the patient."""
    return {k: v for k, v in content.items() if k != "link"} if content else content


def _pack(
    context: Context,
    session: Session,
    screening: Screening,
    archive: zipfile.ZipFile,
    opened: Callable[..., Any],
) -> dict[str, Any]:
    """Put the screening's reports into the archive and return all else that is held on it."""
    key = opened(context.screening_key, session, screening) or new_key()  # which opens nothing
    for row in _rows(session, ReportRow, screening.id):
        if pdf := opened(open_sealed, context, session, row, "pdf"):
            which = row.kind if row.sequence == 1 else f"{row.kind}-{row.sequence}"
            archive.writestr(f"{screening.number}-{which}.pdf", pdf)
    return _held(session, screening, key, opened)


def _opened(damaged: list[str], open_: Callable[..., Any], *sealed: Any) -> Any:
    """Return what `open_` returns; None where it is damaged, which is noted."""
    try:
        return open_(*sealed)
    except SealedBlobError as error:
        damaged.append(str(error))
        return None


def _held(
    session: Session, screening: Screening, key: bytes, opened: Callable[..., Any]
) -> dict[str, Any]:
    contact = opened(open_column, key, screening, "contact")
    return {
        **_open_columns(screening),
        "person": opened(open_column, key, screening, "person"),
        # The link itself stays in: whoever holds it can answer as the patient.
        "contact": {name: contact[name] for name in ("to", "language")} if contact else None,
        "draft": opened(open_column, key, screening, "draft"),
        "submission": opened(open_column, key, screening, "submission"),
        "decisions": [
            opened(open_column, key, row, "content")
            for row in _rows(session, Decision, screening.id)
        ],
        "reports": [_open_columns(row) for row in _rows(session, ReportRow, screening.id)],
        "messages": [
            _open_columns(row)
            | {"to": opened(open_column, key, row, "recipient")}
            | {"error": opened(open_column, key, row, "error")}
            for row in _rows(session, Message, screening.id)
        ],
        "audit": [_open_columns(row) for row in _rows(session, AuditEntry, screening.id)],
    }


def _rows(session: Session, of: Any, screening_id: str) -> list[Any]:
    query = select(of).where(of.screening_id == screening_id)
    return list(session.scalars(query.order_by(of.sequence)))


def _open_columns(row: Any) -> dict[str, Any]:
    """Return what stands unsealed in `row`; hashes of links and codes say nothing to anyone."""
    columns = {c.name: getattr(row, c.name) for c in row.__table__.columns}
    return {
        name: value
        for name, value in columns.items()
        if not isinstance(value, bytes) and not name.endswith("_hash")
    }


def _moment(value: Any) -> str:
    return str(value.isoformat())
