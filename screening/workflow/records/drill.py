"""Whether what was restored works: its reports verify, its links open, its factors count."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyotp
from sqlalchemy import select

from screening.documents.verifying.result import Status
from screening.documents.verifying.verify import verify_pdf
from screening.storage.encryption import SealedBlobError
from screening.storage.tables import Account, Passkey, ReportRow, Screening
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError
from screening.workflow.core.sealed import open_sealed
from screening.workflow.core.states import State
from screening.workflow.reports.verification import trusted_roots

MOST_REPORTS = 100  # each takes a tenth of a second; the bytes of all were compared before
OPEN = (State.INVITED, State.IN_PROGRESS)


@dataclass
class Drilled:
    """How many were tried, and what failed."""

    reports: int = 0
    links: int = 0
    factors: int = 0
    failed: list[str] = field(default_factory=list)


def drill(context: Context) -> Drilled:
    """Use what a restored installation holds, as those do who come back to it."""
    done = Drilled()
    _verify_reports(context, done)
    _open_links(context, done)
    _use_factors(context, done)
    return done


def _verify_reports(context: Context, done: Drilled) -> None:
    roots, now = trusted_roots(context), context.now()
    query = select(ReportRow).where(ReportRow.sealed_at.is_not(None), ReportRow.state == "sealed")
    with context.database.read() as session:
        for row in session.scalars(query.order_by(ReportRow.sealed_at.desc()).limit(MOST_REPORTS)):
            number = session.get_one(Screening, row.screening_id).number
            try:
                pdf = open_sealed(context, session, row, "pdf")
                found = verify_pdf(pdf, roots, now)
                right = found.status != Status.FAILED
            except (SealedBlobError, ActRefusedError, ValueError):
                right = False
            if not right:
                done.failed.append(f"{number} {row.kind}: the report does not verify")
            done.reports += 1


def _open_links(context: Context, done: Drilled) -> None:
    """Follow each link that is kept to be mailed; of the others only hashes are known."""
    query = select(Screening).where(Screening.state.in_(OPEN), Screening.contact.is_not(None))
    with context.database.read() as session:
        for row in session.scalars(query.execution_options(yield_per=200)):
            try:
                held = open_sealed(context, session, row, "contact").get("link", "")
                right = context.hash(f"link:{held}") == row.link_hash
            except SealedBlobError:
                right = False
            if not right:
                done.failed.append(f"{row.number}: its link does not open it")
            done.links += 1


def _use_factors(context: Context, done: Drilled) -> None:
    with context.database.read() as session:
        for account in session.scalars(select(Account).where(Account.totp.is_not(None))):
            try:
                secret = open_sealed(context, session, account, "totp").decode()
                right = len(pyotp.TOTP(secret).at(context.now())) == 6
            except (SealedBlobError, ValueError):
                right = False
            if not right:
                done.failed.append(f"{account.username}: the app gives no code")
            done.factors += 1
        for passkey in session.scalars(select(Passkey)):
            try:
                right = {"id", "key"} <= open_sealed(context, session, passkey, "content").keys()
            except SealedBlobError:
                right = False
            if not right:
                done.failed.append(f"passkey {passkey.id}: holds no key")
            done.factors += 1
