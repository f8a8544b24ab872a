"""The annex of sources and notes: made once for each hash of the lists, clinic and language.

It is about no patient and stands beside every report that was made from those lists.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from screening.clinical.report.annex import compile_annex
from screening.documents.rendering.reader import Reader
from screening.storage.tables import AnnexRow, Clinic, DefinitionsArchive, Screening
from screening.storage.turn import Turn
from screening.workflow.clinics.clinics import clinic_seal
from screening.workflow.core.actor import Staff
from screening.workflow.core.archive import definitions_of
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.reports.issued import Issued

ANNEX = "annex:"  # before the clinic and the hash, what the bell says for one
SEAL_REASON = "Sources and notes of the lists"

Render = Callable[..., bytes]
log = logging.getLogger("screening.reports")


def missing_annexes(context: Context) -> list[str]:
    """Return the orders for what is missing to the lists in force, once a report needs it."""
    with context.database.read() as session:
        if session.get(DefinitionsArchive, context.definitions.hash) is None:
            return []
        keys = [
            _key(clinic, context.definitions.hash) for clinic in session.scalars(select(Clinic))
        ]
        return [_order(key) for key in keys if session.get(AnnexRow, key) is None]


def read_annex(context: Context, doctor: Staff, screening_id: str) -> bytes:
    """Return the annex to the report of a screening.

    Raises ActRefusedError: "gone" for another clinic's, "pending" while it is being made.
    """
    with context.database.read() as session:
        screening = session.get(Screening, screening_id)
        if screening is None or screening.clinic_id != doctor.clinic_id:
            raise ActRefusedError(Refusal.GONE)
        if screening.submission is None or screening.definitions_hash is None:
            raise ActRefusedError(Refusal(screening.state))
        clinic = session.get_one(Clinic, screening.clinic_id)
        key = _key(clinic, screening.definitions_hash)
        row = session.get(AnnexRow, key)
        if row is not None:
            return row.pdf
    context.ring(_order(key))
    raise ActRefusedError(Refusal.PENDING)


def make_annex(context: Context, order: str, render: Render) -> bool:
    """Make what was ordered where it is not there yet; tell whether it is there now.

    It is no part of any report: where it fails, or another worker is at one, it is ordered
    again within a minute.
    """
    clinic_id, hash = order.removeprefix(ANNEX).split(":", 1)
    with context.database.first_at(Turn.ANNEX) as first:
        return first and _make(context, clinic_id, hash, render)


def _make(context: Context, clinic_id: str, hash: str, render: Render) -> bool:
    with context.database.read() as session:
        clinic = session.get_one(Clinic, clinic_id)
        key = _key(clinic, hash)
        if session.get(AnnexRow, key):
            return True
        try:
            pdf = _draw_up(context, session, clinic, hash, render)
        except Exception as error:
            log.warning("the annex to the lists %s failed: %s", hash, type(error).__name__)
            return False
    with context.database.write() as session:
        session.add(AnnexRow(**key, pdf=pdf, sealed_at=context.now()))
    return True


def issued_annex(context: Context, pdf: bytes) -> Issued | None:
    """Return what is known of `pdf` where it is an annex that was issued here, byte for byte."""
    query = (
        select(AnnexRow.sealed_at, Clinic.name)
        .join(Clinic, Clinic.id == AnnexRow.clinic_id)
        .where(func.length(AnnexRow.pdf) == len(pdf), AnnexRow.pdf == pdf)
    )
    with context.database.read() as session:
        found = session.execute(query).first()
    if found is None:
        return None
    sealed_at, clinic = found
    sha256 = hashlib.sha256(pdf).hexdigest()
    return Issued("", Reader.ANNEX, clinic, sealed_at, sha256, replaced_by=None)


def _key(clinic: Clinic, hash: str) -> dict[str, str]:
    return {"clinic_id": clinic.id, "definitions_hash": hash, "language": clinic.language}


def _order(key: Mapping[str, str]) -> str:
    return f"{ANNEX}{key['clinic_id']}:{key['definitions_hash']}"


def _draw_up(
    context: Context, session: Session, clinic: Clinic, hash: str, render: Render
) -> bytes:
    # Takes pyHanko, which no page needs.
    from screening.documents.signing.seal import seal_pdf

    kept = session.get_one(DefinitionsArchive, hash)
    definitions = definitions_of(context, hash)
    assert definitions is not None
    frame = {
        "clinic": {"name": clinic.name, "address": clinic.address, "phone": clinic.phone},
        "language": clinic.language,
        "paper": clinic.paper,
    }
    annex = compile_annex(definitions, frame, kept.first_used_at.date().isoformat())
    seal = clinic_seal(context, session, clinic.id)
    pdf = render(annex, reader=Reader.ANNEX)
    return seal_pdf(pdf, seal, context.now(), SEAL_REASON, clock=context.clock)
