"""What programs that speak FHIR read of a screening: answers, advice and documents.

What a patient has not sent is not told, but that it is under way. Each reading is noted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from screening.clinical.fhir.codes import Resource
from screening.clinical.fhir.response import NUMBERS, unsent_resource
from screening.workflow.core.actor import ApiClient
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import open_sealed
from screening.workflow.core.standing import report_for_the_visit
from screening.workflow.core.states import ALLOWED, State
from screening.workflow.integration import reading
from screening.workflow.integration.reading import Entry
from screening.workflow.integration.references import Kind

IDS = "urn:screening:external-ids"  # the caller's own
CODES = "urn:screening:report-codes"
KINDS = "urn:screening:reports"

Reader = Callable[[Context, ApiClient, str], list[Resource]]


def responses(context: Context, by: ApiClient, screening_id: str) -> list[Resource]:
    """Return the answers as they were sent, or that they are not sent."""
    entry = _entry(context, by, screening_id)
    with context.database.write() as session:
        screening = reading.own_row(session, by, screening_id)
        sent = screening.submission is not None
        context.record(session, by, "read verdict" if sent else "read state", screening)
        if sent:
            found: Resource = dict(report_for_the_visit(context, session, screening)["response"])
        else:
            person = open_sealed(context, session, screening, "person")
            frame = {"number": screening.number, "patient": person}
            found = unsent_resource(context.definitions.hash, entry.procedures, frame)
            if screening.state not in ALLOWED["answer"]:
                found["status"] = "stopped"
    number = {"identifier": {"system": NUMBERS, "value": entry.number}}
    return [number | found | {"id": entry.id, "subject": _subject(entry, found.get("subject"))}]


def issues(context: Context, by: ApiClient, screening_id: str) -> list[Resource]:
    """Return what is advised, for the day of the answers and for the visit; nothing before."""
    entry = _entry(context, by, screening_id)
    if entry.submitted_at is None:
        return []
    report = reading.read_verdict(context, by, screening_id)
    return [
        issue
        | {
            "id": f"{entry.id}.{place}",
            "identifier": [{"system": NUMBERS, "value": entry.number}],
            "patient": _subject(entry, issue.get("patient")),
        }
        for place, issue in enumerate(report.get("issues", []), start=1)
    ]


def documents(context: Context, by: ApiClient, screening_id: str) -> list[Resource]:
    """Return which sealed reports there are, and where each is read."""
    entry = _entry(context, by, screening_id)
    with context.database.write() as session:
        context.record(session, by, "read reports", reading.own_row(session, by, screening_id))
    rows = [one for one in reading.list_reports(context, by, screening_id) if one["sealed_at"]]
    newest = {one["kind"]: one["sequence"] for one in rows}
    return [_document(entry, one, newest[one["kind"]]) for one in rows]


READERS: Mapping[str, Reader] = {
    "QuestionnaireResponse": responses,
    "DetectedIssue": issues,
    "DocumentReference": documents,
}


def read(context: Context, by: ApiClient, type: str, id: str) -> Resource:
    """Return one resource. Raises ActRefusedError("gone")."""
    for one in READERS[type](context, by, id.partition(".")[0]):
        if one["id"] == id:
            return one
    raise ActRefusedError(Refusal.GONE)


def _entry(context: Context, by: ApiClient, screening_id: str) -> Entry:
    entry = reading.read_entry(context, by, screening_id)
    if entry.state == State.ERASED:
        raise ActRefusedError(Refusal.GONE)
    return entry


def _subject(entry: Entry, named: Resource | None = None) -> Resource:
    external = entry.external.get(Kind.PATIENT)
    known = {"identifier": {"system": IDS, "value": external}} if external else {}
    return {"type": "Patient", **(named or {}), **known}


def _document(entry: Entry, row: Mapping[str, Any], newest: int) -> Resource:
    kind, sequence = row["kind"], row["sequence"]
    code = [{"system": CODES, "value": row["code"]}] if row["code"] else []
    path = f"/api/v1/screenings/{entry.id}/reports/{kind}/{sequence}"
    return {
        "resourceType": "DocumentReference",
        "id": f"{entry.id}.{kind}.{sequence}",
        "identifier": [{"system": NUMBERS, "value": entry.number}, *code],
        "status": "current" if sequence == newest else "superseded",
        "type": {"coding": [{"system": KINDS, "code": kind}]},
        "subject": _subject(entry),
        "date": row["sealed_at"].isoformat(timespec="seconds"),
        "content": [{"attachment": {"contentType": "application/pdf", "url": path}}],
        "context": {"related": [{"reference": f"QuestionnaireResponse/{entry.id}"}]},
    }
