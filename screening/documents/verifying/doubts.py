"""What keeps an unbroken report from being PASSED: who signed, in which role, and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus

from screening.documents.certificates.authority import is_in_force, is_person, name_in
from screening.documents.cms.container import Protected
from screening.documents.cms.reasons import N_, Reason
from screening.documents.signing.seal import DOCTOR_FIELD, SEAL_FIELD
from screening.documents.verifying.validation_time import Judged

REVOKED = (
    AdESFailure.REVOKED,
    AdESIndeterminate.REVOKED_NO_POE,
    AdESIndeterminate.REVOKED_CA_NO_POE,
)
OF_SEAL = N_("of the seal (%(name)s)")
OF_DOCTOR = N_("of the doctor's signature (%(name)s)")
CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True)
class Fact:
    """A signature or timestamp, who made it, and what its certificate is worth."""

    found: EmbeddedPdfSignature
    protected: Protected
    root: x509.Certificate | None  # who vouches for it; nobody is asked that of a clock
    judged: Judged

    @property
    def is_stamp(self) -> bool:
        return self.protected.is_stamp

    @property
    def of(self) -> Reason:
        """Return whose it is, for a sentence."""
        of = OF_SEAL if self.found.field_name == SEAL_FIELD else OF_DOCTOR
        return replace(
            of, values={"name": name_in(self.protected.certificate, NameOID.COMMON_NAME)}
        )


def doubts_of_roles(reader: PdfFileReader, facts: Sequence[Fact]) -> Iterator[Reason]:
    """Yield where a key signed in a role that is not its own, or nobody signed."""
    by_field = {fact.found.field_name: fact for fact in facts}
    seal, doctor = by_field[SEAL_FIELD], by_field.get(DOCTOR_FIELD)
    # Only a seal's certificate names a clinic: a doctor's key must not pass for the seal.
    certificate = seal.protected.certificate
    if not name_in(certificate, NameOID.ORGANIZATION_NAME):
        yield N_("The certificate %(of)s names no clinic.", of=seal.of)
    if doctor is None:
        if list(enumerate_sig_fields(reader, filled_status=False, with_name=DOCTOR_FIELD)):
            yield N_(
                "The doctor's signature is missing: the seal left a place for it that is empty."
            )
        return
    signer = doctor.protected.certificate
    if not is_person(signer) or signer.public_key() == certificate.public_key():
        yield N_("The certificate %(of)s was issued to a clinic, not to a doctor.", of=doctor.of)
    if "/SV" not in doctor.found.sig_field and doctor.root != seal.root:
        # A seal that names nobody leaves its place to the doctors of its own authority.
        yield N_(
            "The certificate %(of)s comes from another authority than the seal's.", of=doctor.of
        )
    status = doctor.judged.status
    if isinstance(status, PdfSignatureStatus) and not status.seed_value_ok:
        yield N_(
            "The clinic's seal left the place %(of)s to somebody else.",
            of=doctor.of,
        )


def doubts_of(fact: Fact, now: datetime) -> Iterator[Reason]:
    """Yield what is doubtful about a certificate and its time."""
    certificate, judged = fact.protected.certificate, fact.judged
    if fact.is_stamp:
        if not judged.status.trusted:
            yield _doubt_of_stamp(judged, name_in(certificate, NameOID.COMMON_NAME))
        return
    of, claimed = fact.of, fact.found.self_reported_timestamp
    yield from _doubts_of_certificate(certificate, of, judged)
    if claimed is None or not is_in_force(certificate, claimed):
        yield N_("The certificate %(of)s was not in force when it claims to have signed.", of=of)
    elif claimed > now + CLOCKS_DIFFER:
        yield N_("The date %(of)s lies in the future: %(day)s.", of=of, day=f"{claimed:%Y-%m-%d}")
    if fact.protected.stamp and not judged.proven:
        yield N_(
            "We do not trust the timestamp %(of)s: we do not know who issued its certificate.",
            of=of,
        )


def _doubts_of_certificate(
    certificate: x509.Certificate, of: Reason, judged: Judged
) -> Iterator[Reason]:
    problem = judged.status.trust_problem_indic
    if not is_in_force(certificate, judged.at):
        yield _not_in_force(of, judged)
    elif problem is AdESIndeterminate.CHAIN_CONSTRAINTS_FAILURE or not _may_sign(certificate):
        yield N_("The certificate %(of)s was not issued for this use.", of=of)
    elif problem in REVOKED:
        yield N_("The certificate %(of)s was revoked.", of=of)
    elif not judged.status.trusted:
        yield N_("The certificate %(of)s cannot be traced to an issuer that we trust.", of=of)
    elif not judged.proven and _can_be_revoked(certificate):
        yield N_(
            "Whether the certificate %(of)s was revoked nobody was asked: "
            "without a trusted time the file cannot tell.",
            of=of,
        )


def _not_in_force(of: Reason, judged: Judged) -> Reason:
    day = f"{judged.at:%Y-%m-%d}"
    if judged.proven:
        return N_(
            "The certificate %(of)s is not in force on %(day)s, when it was stamped.",
            of=of,
            day=day,
        )
    return N_(
        "The certificate %(of)s is not in force on %(day)s, and without a trusted time "
        "nobody can tell whether it was when it signed.",
        of=of,
        day=day,
    )


def _doubt_of_stamp(judged: Judged, name: str) -> Reason:
    if judged.status.trust_problem_indic is AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND:
        return N_(
            "We do not trust the timestamp of %(name)s: we do not know who issued its certificate.",
            name=name,
        )
    return N_(
        "We do not trust the timestamp of %(name)s: its certificate does not hold at that moment.",
        name=name,
    )


def _can_be_revoked(certificate: x509.Certificate) -> bool:
    """Tell whether `certificate` says where to ask about it; ours count until they end."""
    asked = (x509.CRLDistributionPoints.oid, x509.AuthorityInformationAccess.oid)
    return any(each.oid in asked for each in certificate.extensions)


def _may_sign(certificate: x509.Certificate) -> bool:
    """Tell whether `certificate` is for signing; pyHanko does not ask this of a trusted one."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return usage.content_commitment
