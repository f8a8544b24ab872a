"""Who vouches for the seals of this installation: what a third party compares and installs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate
from cryptography.x509.oid import NameOID

from screening.documents.certificates.authority import Credentials, fingerprint_of, name_in
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.reports.verification import trusted_roots


@dataclass(frozen=True)
class Authority:
    """A certificate at which a chain ends that we trust: nothing in it is secret."""

    name: str
    fingerprint: str  # SHA-256 of the certificate, in groups of four
    begins: datetime
    ends: datetime
    pem: str

    @property
    def id(self) -> str:
        """Return the fingerprint as it stands in an address."""
        return self.fingerprint.replace(" ", "").lower()


def authorities(context: Context) -> list[Authority]:
    """Return all that vouch for a seal, a doctor or the clock of this installation."""
    return [_authority(each) for each in trusted_roots(context)]


def authority(context: Context, id: str) -> Authority:
    """Return the one of that fingerprint, however it was written. Raises "gone"."""
    wanted = "".join(letter for letter in id.lower() if letter.isalnum())
    for each in authorities(context):
        if each.id == wanted:
            return each
    raise ActRefusedError(Refusal.GONE)


def printed_fingerprint(seal: Credentials) -> str | None:
    """Return what a report prints of who vouches for `seal`, None where nobody is known."""
    return fingerprint_of(seal.chain[-1]) if seal.chain else None


def _authority(certificate: Certificate) -> Authority:
    return Authority(
        name=name_in(certificate, NameOID.COMMON_NAME)
        or name_in(certificate, NameOID.ORGANIZATION_NAME),
        fingerprint=fingerprint_of(certificate),
        begins=certificate.not_valid_before_utc,
        ends=certificate.not_valid_after_utc,
        pem=certificate.public_bytes(Encoding.PEM).decode(),
    )
