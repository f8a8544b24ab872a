"""Hand out everything that is held on a screening, readable and complete."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.storage.encryption import open_bytes, open_json
from screening.storage.tables import AuditEntry, Decision, Message, ReportRow, Screening
from screening.workflow.outbox import open_contact, recipient_of, said_by_server
from screening.workflow.states import allow
from screening.workflow.workplace import Workplace, locked_screening


def export(place: Workplace, screening_id: str, by: str) -> bytes:
    """Return a ZIP with `screening.json` and the reports as PDF, and note who took it."""
    packed = io.BytesIO()
    with place.database.write() as session, zipfile.ZipFile(packed, "w") as archive:
        screening = locked_screening(session, screening_id)
        allow("export", screening.state)
        key = place.screening_key(session, screening)
        place.record(
            session, by, "export", clinic_id=screening.clinic_id, screening_id=screening_id
        )
        held = _held(session, screening, key)
        archive.writestr("screening.json", json.dumps(held, indent=2, default=_moment))
        for row in _rows(session, ReportRow, screening_id):
            if row.pdf:
                pdf = open_bytes(key, row.pdf, f"report:{row.id}")
                which = row.kind if row.sequence == 1 else f"{row.kind}-{row.sequence}"
                archive.writestr(f"{screening.number}-{which}.pdf", pdf)
    return packed.getvalue()


def _held(session: Session, screening: Screening, key: bytes) -> dict[str, Any]:
    spot = f"screening:{screening.id}"
    submission, contact = screening.submission, open_contact(screening, key)
    return {
        **_open_columns(screening),
        "person": open_json(key, screening.person, f"{spot}:person"),
        # The link itself stays in: whoever holds it can answer as the patient.
        "contact": {"to": contact.to, "language": contact.language} if contact else None,
        "draft": open_json(key, screening.draft, f"{spot}:draft"),
        "submission": open_json(key, submission, f"{spot}:submission") if submission else None,
        "decisions": [
            open_json(key, row.content, f"decision:{row.id}")
            for row in _rows(session, Decision, screening.id)
        ],
        "reports": [_open_columns(row) for row in _rows(session, ReportRow, screening.id)],
        "messages": [
            _open_columns(row) | {"to": recipient_of(row, key), "error": said_by_server(row, key)}
            for row in _rows(session, Message, screening.id)
        ],
        "audit": [_open_columns(row) for row in _rows(session, AuditEntry, screening.id)],
    }


def _rows(session: Session, of: Any, screening_id: str) -> list[Any]:
    return list(session.scalars(select(of).where(of.screening_id == screening_id)))


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
