"""Make the reports that were ordered: render, seal, sign, store.

The row in the database is the order and outlives any process; the bell only
says that there is one. A report that fails is tried again, later each time, and
shown as failing; it is never skipped.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from functools import partial

from cryptography.x509 import Certificate
from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.clinical.report.parts import Report
from screening.documents.certificates.authority import Credentials
from screening.documents.rendering.reader import Reader
from screening.documents.rendering.render_process import RenderError
from screening.documents.signing.seal import SealError, seal_pdf, sign_pdf
from screening.storage.encryption import SealedBlobError
from screening.storage.store import StoreAwayError
from screening.storage.tables import Decision, ReportRow, Screening
from screening.workflow.accounts.sessions import doctor_credentials
from screening.workflow.clinics.branding import logo_for_report
from screening.workflow.clinics.clinics import clinic_seal
from screening.workflow.core.actor import PROGRAM
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import decision_of, open_sealed
from screening.workflow.core.standing import report_for_the_visit
from screening.workflow.reports.authorities import printed_fingerprint
from screening.workflow.reports.beside import beside
from screening.workflow.reports.documents import Kept, keep, lead_to
from screening.workflow.reports.issued import verification_code
from screening.workflow.reports.outbox import REPORTS, Kind

SEAL_REASON = "Report of the answers and of what they mean for each procedure"
SIGN_REASON = "Signed as the deciding doctor"

Render = Callable[..., bytes]  # documents.render.render_pdf, or a press, which may be killed

TOLD = (ActRefusedError, SealError, SealedBlobError, RenderError, StoreAwayError)

log = logging.getLogger("screening.reports")


def due_reports(context: Context) -> list[str]:
    """Return the ids of all reports that wait for a worker now."""
    with context.database.read() as session:
        return REPORTS.due_ids(session, context.now())


def make_report(context: Context, report_id: str, render: Render) -> bool:
    """Make one report with `render`; return False when another worker has it or it is not due."""
    if not _lease(context, report_id):
        return False
    try:
        pdf = _draw_up(context, report_id, render)
        kept = keep(context, report_id, pdf)
    except Exception as error:
        _postpone(context, report_id, error)
        return False
    _store(context, report_id, pdf, kept)
    return True


def _lease(context: Context, report_id: str) -> bool:
    now = context.now()
    with context.database.write() as session:
        row = REPORTS.due_row(session, report_id, now)
        if row is None:
            return False
        if row.lease_until:
            row.error = "the worker died while it made this"
            _warn(session, row, row.error)
        REPORTS.hold(row, now)
        row.code = row.code or verification_code(context, row.id)
        return True


def _draw_up(context: Context, report_id: str, render: Render) -> bytes:
    with context.database.read() as session:
        row = session.get_one(ReportRow, report_id)
        screening = session.get_one(Screening, row.screening_id)
        report = report_for_the_visit(context, session, screening)
        if row.kind == Kind.ARRIVAL:
            report = _with_what_was_decided(context, session, screening, report)
        if row.kind in {Kind.SCREENING, Kind.PLAN}:
            report = {**report, "beside": beside(context, session, screening)}
        logo = logo_for_report(session, screening.clinic_id)
        seal = clinic_seal(context, session, screening.clinic_id)
        render = partial(render, _with_code(context, row, report, seal), logo=logo)
        match row.kind:
            case Kind.SCREENING:
                return _seal(context, session, screening, render())
            case Kind.COPY:
                return _seal(context, session, screening, render(reader=Reader.PATIENT))
            case Kind.ARRIVAL:
                return _seal(context, session, screening, render(reader=Reader.ARRIVAL))
            case Kind.PLAN:
                decision = decision_of(context, session, screening, row.sequence)
                plan = render(decision, reader=Reader.PATIENT)
                return _seal(context, session, screening, plan)
            case _:
                return _decided(context, session, screening, row.sequence, render)


def _with_code(context: Context, row: ReportRow, report: Report, seal: Credentials) -> Report:
    """Return `report` with where to verify it, who vouches, and whether a clock will stamp it."""
    verify = {
        "code": row.code,
        "address": f"{context.public_url}/verify/{row.code}",
        "authority": printed_fingerprint(seal),
        "trusted_time": context.clock is not None,
    }
    return {**report, "frame": report["frame"] | {"verify": verify}}


def _with_what_was_decided(
    context: Context, session: Session, screening: Screening, report: Report
) -> Report:
    """Return the report of an arrival, with the decision that stands and the hash of its report."""
    earlier = session.get_one(Screening, screening.recheck_of)
    rows = session.scalars(
        select(ReportRow)
        .where(ReportRow.screening_id == earlier.id, ReportRow.kind == Kind.DECIDED)
        .order_by(ReportRow.sequence.desc())
    )
    newest = rows.first()
    if newest is None or newest.sha256 is None:
        raise ActRefusedError(Refusal.SEALED_FIRST)
    decision = decision_of(context, session, earlier, newest.sequence)
    decided = {"number": earlier.number, "sha256": newest.sha256, "decision": decision}
    arrival = report["frame"]["arrival"] | {"decided": decided}
    return {**report, "frame": report["frame"] | {"arrival": arrival}}


def _seal(
    context: Context,
    session: Session,
    screening: Screening,
    pdf: bytes,
    doctor: Certificate | None = None,
) -> bytes:
    seal = clinic_seal(context, session, screening.clinic_id)
    return seal_pdf(pdf, seal, context.now(), SEAL_REASON, doctor or False, context.clock)


def _decided(
    context: Context,
    session: Session,
    screening: Screening,
    sequence: int,
    render: Render,
) -> bytes:
    """Return the decided report: what was decided before the sealed pages, and two seals."""
    decision = decision_of(context, session, screening, sequence)
    assert decision is not None
    first = session.scalars(
        select(ReportRow).where(
            ReportRow.screening_id == screening.id, ReportRow.kind == Kind.SCREENING
        )
    ).one()
    if first.state != "sealed":
        raise ActRefusedError(Refusal.SEALED_FIRST)
    sealed = open_sealed(context, session, first, "pdf")
    decision["screening_sha256"] = hashlib.sha256(sealed).hexdigest()
    made = select(Decision).where(
        Decision.screening_id == screening.id, Decision.sequence == sequence
    )
    doctor = session.scalars(made).one()
    credentials = doctor_credentials(context, session, doctor.account_id)
    decision["doctor"] |= {"registration": credentials.registration}
    name = f"{screening.number}-screening.pdf"
    pdf = render(decision, {name: sealed})
    pdf = _seal(context, session, screening, pdf, credentials.certificate)
    return sign_pdf(pdf, credentials, context.now(), SIGN_REASON, context.clock)


def _postpone(context: Context, report_id: str, error: Exception) -> None:
    """Say what went wrong, without what the patient wrote, and try again later."""
    told = isinstance(error, TOLD)
    what = f"{type(error).__name__}" + (f": {error}" if told else "")
    with context.database.write() as session:
        row = session.get_one(ReportRow, report_id, with_for_update=True)
        _warn(session, row, what)
        REPORTS.postpone(row, context.now())
        row.error = what


def _warn(session: Session, row: ReportRow, what: str) -> None:
    number = session.get_one(Screening, row.screening_id).number
    log.warning("%s report of %s failed, tried %s times: %s", row.kind, number, row.attempts, what)


def _store(context: Context, report_id: str, pdf: bytes, kept: Kept) -> None:
    with context.database.write() as session:
        row = session.get_one(ReportRow, report_id, with_for_update=True)
        if row.state != "pending":  # another made it, or it was erased meanwhile
            return
        screening = session.get_one(Screening, row.screening_id)
        lead_to(context, session, row, kept)
        row.sha256 = hashlib.sha256(pdf).hexdigest()
        row.state, row.sealed_at, row.error, row.lease_until = "sealed", context.now(), None, None
        context.record(session, PROGRAM, f"seal {row.kind} report", screening)
