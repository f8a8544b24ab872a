"""Stamp stored reports again before their last proof ends, each night and by `screening restamp`.

What was issued stays as it is inside the longer file, and both are known by their hashes. A
report that nobody has looked at yet is looked at first: until when it proves anything.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import ColumnElement, and_, or_, select

from screening.documents.signing.restamp import Proof, proof_of, stamp_again
from screening.documents.signing.seal import SealError
from screening.documents.verifying.result import Status
from screening.documents.verifying.verify import verify_pdf
from screening.storage.encryption import SealedBlobError
from screening.storage.store import StoreAwayError
from screening.storage.tables import ReportRow, ReportStamp, Screening
from screening.workflow.core.actor import PROGRAM
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError
from screening.workflow.core.sealed import open_sealed
from screening.workflow.reports.documents import keep, lead_to
from screening.workflow.reports.verification import trusted_roots

RESTAMP = "restamp:"  # before a report's id, in the queue of the worker
WELL_BEFORE = timedelta(days=60)
SOONEST = 4  # a part of what is left of it: a clock whose own key ends soon is not asked nightly

log = logging.getLogger("screening.reports")


class Stamped(StrEnum):
    """What became of a report that was due."""

    AGAIN = "stamped again"
    NOT_YET = "proven for longer"
    TOO_LATE = "too late: its proof has ended"
    FAILED = "failed"


@dataclass(frozen=True)
class _Stored:
    row: ReportRow
    pdf: bytes


def due(context: Context) -> list[str]:
    """Return the ids of the reports to look at or to stamp, none where no clock is trusted."""
    if context.clock is None:
        return []
    with context.database.read() as session:
        query = select(ReportRow.id).where(_is_due(context.now())).order_by(ReportRow.restamp_at)
        return list(session.scalars(query))


def _is_due(now: datetime) -> ColumnElement[bool]:
    unseen = ReportRow.proven_until.is_(None)
    return and_(ReportRow.state == "sealed", or_(unseen, ReportRow.restamp_at <= now))


def restamp(context: Context, report_id: str) -> Stamped:
    """Look at a report, and put a timestamp over it where its proof ends soon."""
    stored = _stored(context, report_id)
    if stored is None or context.clock is None:
        return Stamped.NOT_YET
    now, roots = context.now(), trusted_roots(context)
    try:
        proof = proof_of(stored.pdf, roots)
        if proof.ends <= now:
            _note(context, stored, stored.pdf, proof)
            return Stamped.TOO_LATE
        if restamp_at(proof) > now:
            _note(context, stored, stored.pdf, proof)
            return Stamped.NOT_YET
        stamped = stamp_again(stored.pdf, context.clock, roots, now)
        if verify_pdf(stamped, roots, now).status is Status.FAILED:
            raise SealError("It is not as it was sealed, or the timestamp does not verify.")
        return _note(context, stored, stamped, proof_of(stamped, roots))
    except (SealError, StoreAwayError) as error:
        log.warning("%s report %s is not stamped again: %s", stored.row.kind, report_id, error)
        return Stamped.FAILED


def restamp_at(proof: Proof) -> datetime:
    """Return when to put the next timestamp over what `proof` proves."""
    return proof.ends - min(WELL_BEFORE, (proof.ends - proof.begins) / SOONEST)


def _stored(context: Context, report_id: str) -> _Stored | None:
    """Return the report that is due and its file; None where another worker was here before."""
    with context.database.read() as session:
        found = select(ReportRow).where(ReportRow.id == report_id, _is_due(context.now()))
        row = session.scalars(found).first()
        if row is None:
            return None
        try:
            return _Stored(row, open_sealed(context, session, row, "pdf"))
        except (SealedBlobError, ActRefusedError) as error:
            log.warning("%s report %s does not open: %s", row.kind, report_id, error)
            return None


def _note(context: Context, stored: _Stored, pdf: bytes, proof: Proof) -> Stamped:
    """Keep `pdf` in the place of what was stored, unless that has changed meanwhile."""
    kept = None if pdf == stored.pdf else keep(context, stored.row.id, pdf)
    with context.database.write() as session:
        row = session.get_one(ReportRow, stored.row.id, with_for_update=True)
        if row.state != "sealed" or not _is_as_it_was(row, stored.row):
            return Stamped.NOT_YET
        ended = proof.ends <= context.now()
        row.proven_until = proof.ends
        row.restamp_at = None if ended else restamp_at(proof)
        if kept is None:
            return Stamped.NOT_YET
        screening = session.get_one(Screening, row.screening_id)
        lead_to(context, session, row, kept)
        stamp = ReportStamp(
            sha256=sha256(pdf).hexdigest(), report_id=row.id, stamped_at=context.now()
        )
        session.add(stamp)
        context.record(session, PROGRAM, f"stamp {row.kind} report again", screening)
        return Stamped.AGAIN


def _is_as_it_was(row: ReportRow, read: ReportRow) -> bool:
    """Tell whether the sealed file is the one that was read: each is sealed to other bytes."""
    return (row.stored_as, row.pdf) == (read.stored_as, read.pdf)
