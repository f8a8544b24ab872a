"""Whether a doctor can sign: the certificate that every decision is signed with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography.x509 import load_pem_x509_certificates
from sqlalchemy.orm import Session

from screening.storage.tables import Account
from screening.workflow.core.actor import Staff
from screening.workflow.core.context import Context
from screening.workflow.operations.health import SOON


@dataclass(frozen=True)
class Signing:
    """Until when the doctor's certificate holds; `ends` is None where there is none at all."""

    ends: datetime | None
    holds: bool
    ends_soon: bool


def signing_of(context: Context, session: Session, doctor: Staff) -> Signing:
    """Return whether this doctor can sign now, and whether that ends soon."""
    account = session.get_one(Account, doctor.id)
    if account.credentials is None or not account.certificates:
        return Signing(None, False, False)
    ends = load_pem_x509_certificates(account.certificates.encode())[0].not_valid_after_utc
    return Signing(ends, context.now() < ends, context.now() < ends <= context.now() + SOON)
