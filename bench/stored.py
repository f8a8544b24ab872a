"""Screenings by the thousand, stored as submitting stores them; for growth.py and rescreen.py.

Patients are made from a fixed seed: most answers quiet, some not, some unknown. Every
row is sealed with a key of its own, beside a report of real size.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from example import FRAME
from sqlalchemy import insert

from screening.clinical.definitions.definitions import Definitions, assemble_questionnaire
from screening.clinical.definitions.eligibility import Outcome
from screening.clinical.definitions.questionnaire import (
    Answer,
    Item,
    ItemType,
    first_unanswered,
    journey,
)
from screening.clinical.evaluation.case import read_case
from screening.clinical.report.report import compile_report
from screening.clinical.report.verdict_snapshot import Basis, basis_of
from screening.storage.audit import read_head
from screening.storage.columns import new_id
from screening.storage.encryption import new_key, seal_bytes
from screening.storage.sealed import bound_to, seal_value
from screening.storage.tables import AuditEntry, Clinic, ReportRow, Screening
from screening.workflow.core.context import Context
from screening.workflow.screenings.history import person_hash

FIRST_DAY = date(2025, 1, 1)
GIVEN = (
    "Ana",
    "Lan",
    "Mai",
    "Leila",
    "Olga",
    "Ruth",
    "Ines",
    "Đức",
    "Omar",
    "Yusuf",
    "Ivan",
    "Sam",
)
FAMILY = ["Silva", "Nguyễn", "Trần", "Hassan", "Petrova", "Hill", "Berg", "Kern", "Costa", "Lee"]
BLOCK = 500  # rows stored at once
LOOKS = 10  # entries of the audit log a screening, from invitation to decision


@dataclass(frozen=True)
class Patient:
    """What one kind of patient's screening keeps; stored screenings repeat them."""

    basis: Basis
    report: bytes
    draft: dict[str, Any]
    gravity: int


def make_patients(definitions: Definitions, number: int) -> list[Patient]:
    return [make_patient(definitions, random.Random(n)) for n in range(number)]


def make_patient(definitions: Definitions, draw: random.Random) -> Patient:
    chosen = draw.sample(list(definitions.procedures), draw.choice([1, 1, 1, 2, 3]))
    on = FIRST_DAY + timedelta(draw.randrange(600))
    questionnaire, answers = assemble_questionnaire(definitions, chosen), dict[str, Answer]()
    while item := first_unanswered(journey(questionnaire, answers), answers):
        answers[item.link_id] = some_answer(item, on, draw)
    raw = {"procedures": chosen, "on": on.isoformat(), "answers": answers}
    frame = FRAME | {"number": "NUMBER", "patient": {"name": "NAME", "born": "1990-05-03"}}
    report = compile_report(definitions, read_case(definitions, raw), raw, frame)
    return Patient(
        basis_of(report),
        json.dumps(report).encode(),
        {"procedures": chosen, "invited_for": chosen, "answers": answers},
        max(Outcome(p["outcome"]).gravity for p in report["procedures"]),
    )


def some_answer(item: Item, on: date, draw: random.Random) -> Answer:
    quiet = draw.random() < 0.95
    match item.type:
        case ItemType.BIRTH_DATE:
            return (on - timedelta(draw.randrange(16 * 365, 75 * 365))).isoformat()
        case ItemType.DATE:
            return (on - timedelta(draw.randrange(400))).isoformat()[: draw.choice([7, 10, 10])]
        case ItemType.TEXT:
            return "nothing"
        case ItemType.SOME_OF:
            return ["none"] if quiet else [draw.choice(item.options).id]
        case ItemType.ONE_OF:
            quiets = [o.id for o in item.options if not o.means]
            return draw.choice(quiets if quiet else item.codes)
    return "no" if quiet else draw.choice(item.codes)


def number_of(n: int) -> str:
    return f"SC-2025-{n:06d}"


def name_of(n: int) -> str:
    """Return a name that few others have."""
    return f"{GIVEN[n % 12]} {FAMILY[n // 12 % 10]} {n // 120}"


def fill(
    context: Context, clinic: str, patients: list[Patient], numbers: range, state: str = "submitted"
) -> list[str]:
    """Store one screening a number, the higher the newer, and return their ids.

    With what stands beside each: two orders for reports (the PDFs themselves are left
    out) and LOOKS entries of the audit log, whose chain is not a true one.
    """
    with context.database.read() as session:
        key = context.clinic_key(session.get_one(Clinic, clinic))
    ids = []
    for start in range(numbers.start, numbers.stop, BLOCK):
        block = range(start, min(start + BLOCK, numbers.stop))
        rows = [row(context, clinic, key, n, patients[n % len(patients)], state) for n in block]
        with context.database.write() as session:
            session.execute(insert(Screening), rows)
            session.execute(insert(ReportRow), [r for one in rows for r in reports(one)])
            first = read_head(session)[0] + 1
            session.execute(insert(AuditEntry), list(looks(clinic, rows, first)))
        ids += [one["id"] for one in rows]
    return ids


def row(
    context: Context, clinic: str, clinic_key: bytes, n: int, patient: Patient, state: str
) -> dict[str, Any]:
    id, key, name = new_id(), new_key(), name_of(n)
    at = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=n)
    report = patient.report.replace(b"NUMBER", number_of(n).encode(), 1)
    report = report.replace(b'"NAME"', json.dumps(name).encode())
    frame = {"patient": {"name": name, "born": "1990-05-03"}}
    return {
        "id": id,
        "clinic_id": clinic,
        "number": number_of(n),
        "state": state,
        "link_hash": context.hash(f"link:{id}"),
        "link_expires_at": at + timedelta(days=14),
        "appointment_at": at + timedelta(days=3),
        "created_at": at,
        "submitted_at": at,
        "decided_at": at if state == "decided" else None,
        "gravity": patient.gravity,
        "person_hash": person_hash(context, clinic, frame),
        "wrapped_key": seal_value(clinic_key, "screening.wrapped_key", id, key),
        "person": seal_value(key, "screening.person", id, frame["patient"]),
        "draft": seal_value(key, "screening.draft", id, patient.draft),
        "basis": seal_value(key, "screening.basis", id, basis_for(patient, n)),
        "submission": seal_bytes(key, report, bound_to("screening.submission", id)),
    }


def basis_for(patient: Patient, n: int) -> dict[str, Any]:
    """Return the basis of the `n`th screening, under its own number and name."""
    basis = patient.basis | {"number": number_of(n)}
    if "line" in basis:
        basis["line"] = basis["line"] | {"name": name_of(n)}
    return basis


def reports(screening: dict[str, Any]) -> Iterator[dict[str, Any]]:
    at = screening["created_at"]
    for kind in ("screening", "copy"):
        about = {"screening_id": screening["id"], "kind": kind, "state": "sealed"}
        yield {"id": new_id(), "due_at": at, "created_at": at, "sealed_at": at, **about}


def looks(clinic: str, rows: list[dict[str, Any]], first: int) -> Iterator[dict[str, Any]]:
    for n in range(len(rows) * LOOKS):
        one = rows[n // LOOKS]
        about = {"clinic_id": clinic, "screening_id": one["id"], "mac": f"{first + n:064}"}
        yield {
            "sequence": first + n,
            "at": one["created_at"],
            "who": "patient",
            "act": "x",
            **about,
        }
