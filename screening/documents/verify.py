"""Say whether a sealed PDF is as it was sealed, in the words of ETSI EN 319 102-1.

PASSED: every byte is as it was when the last of seal and signatures was made,
and each was made with a certificate in force, issued by an authority in `trust`.
INDETERMINATE: every byte is as it was, but we cannot tell by whom, or whether
the certificate was in force. FAILED: anything else, and whatever cannot be read.

There is no trusted time in these files. The standard then judges certificates at
the moment of verification and not at the one that the signature claims, since
whoever holds an expired key can claim any. Revocation is not looked at.

What this cannot see: a file cut back to an earlier revision, such as the sealed
report without the doctor's signature, is a sealed report in its own right. Read
`signatures` before relying on one.

Bounded in size, not in time: let a worker that may be killed run it on strangers' files.
"""

import asyncio
import hashlib
import io
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.fields import MDPPerm, enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import (
    EmbeddedPdfSignature,
    async_validate_pdf_signature,
    read_certification_data,
)
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from screening.documents.authority import is_in_force, name_in
from screening.documents.container import ContainerError, read_container
from screening.documents.seal import DOCTOR_FIELD, SEAL_FIELD

LARGEST = 20 * 1024 * 1024  # bytes
MOST_SIGNATURES = 8
MEANINGS = {SEAL_FIELD: "seal", DOCTOR_FIELD: "doctor's signature"}
BYTE_RANGE = re.compile(rb"/ByteRange ?\[(\d{1,8}) (\d{1,8}) (\d{1,8}) (\d{1,8})\]")

UNREADABLE = "The file cannot be read as a sealed PDF."
NO_SEAL = "The file carries no seal."


class Status(StrEnum):
    """The three results of EN 319 102-1, 5.1.3."""

    PASSED = "PASSED"
    INDETERMINATE = "INDETERMINATE"
    FAILED = "FAILED"


@dataclass(frozen=True)
class Signature:
    """A seal or signature whose bytes are unbroken; `claimed_at` is no trusted time."""

    field: str
    signer: str
    meaning: str
    claimed_at: datetime | None
    covers_whole_file: bool


@dataclass(frozen=True)
class Verification:
    """The result, why it is not PASSED, and who signed; a FAILED file vouches for nobody."""

    status: Status
    reasons: tuple[str, ...]
    signatures: tuple[Signature, ...]
    sha256: str


class BrokenError(Exception):
    """The file is not as it was sealed; the message says how we know."""


def verify_pdf(
    pdf: bytes, trust: Sequence[x509.Certificate], now: datetime | None = None
) -> Verification:
    """Verify `pdf` as of `now`, or of the present moment; no `pdf` makes it raise."""
    # The only look at a clock in documents/: a forgotten `now` must not let an
    # expired certificate pass.
    moment = now or datetime.now(UTC)
    # pyHanko logs names out of strangers' files, with tracebacks; the reasons say enough.
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    context = _context(trust, moment)
    sha256 = hashlib.sha256(pdf).hexdigest()
    try:
        _check_last_signature(pdf)
        found = _signatures(pdf)
        certificates = [_check_bytes(pdf, each) for each in found]
        statuses = asyncio.run(_statuses(found, context))
        signatures = tuple(map(_check_meaning, found, certificates, statuses))
        judged = zip(signatures, certificates, statuses, strict=True)
        doubts = tuple(doubt for each in judged for doubt in _doubts(*each, moment))
    except (BrokenError, ContainerError) as error:
        return Verification(Status.FAILED, (str(error),), (), sha256)
    except Exception:  # whatever a hostile file makes the parsers raise
        return Verification(Status.FAILED, (UNREADABLE,), (), sha256)
    status = Status.INDETERMINATE if doubts else Status.PASSED
    return Verification(status, doubts, signatures, sha256)


def _context(trust: Sequence[x509.Certificate], moment: datetime) -> ValidationContext:
    # A trusted certificate that is no authority may issue none; pyHanko would let it.
    authorities = [each for each in trust if _is_authority(each)]
    return ValidationContext(
        trust_roots=[Certificate.load(each.public_bytes(Encoding.DER)) for each in authorities],
        allow_fetching=False,
        revocation_mode="soft-fail",
        moment=moment,
    )


def _check_last_signature(pdf: bytes) -> None:
    """Refuse what nobody signed to the last byte, before any parser of PDF sees it."""
    if len(pdf) > LARGEST:
        raise BrokenError(f"The file is larger than {LARGEST // 1024**2} MB.")
    ranges = BYTE_RANGE.findall(pdf)
    if not ranges:
        raise BrokenError(NO_SEAL)
    last = [int(number) for number in ranges[-1]]
    end = last[2] + last[3]
    if end < len(pdf):
        raise BrokenError("Bytes were added after the last signature.")
    if end > len(pdf):
        raise BrokenError("The end of the file is missing.")
    read_container(pdf, last)


def _signatures(pdf: bytes) -> list[EmbeddedPdfSignature]:
    """Return the seal and what was signed after it, in this order."""
    reader = PdfFileReader(io.BytesIO(pdf))
    filled = list(enumerate_sig_fields(reader, filled_status=True))
    if not filled:
        raise BrokenError(NO_SEAL)
    if len(filled) > MOST_SIGNATURES:
        raise BrokenError(f"The file carries more than {MOST_SIGNATURES} signatures.")
    found: list[EmbeddedPdfSignature] = reader.embedded_signatures
    if len(found) != len(filled) or found[0].field_name != SEAL_FIELD:
        raise BrokenError("The first signature in the file is not a clinic's seal.")
    if [each.field_name for each in found[1:]] not in ([], [DOCTOR_FIELD]):
        raise BrokenError("A signature stands where the seal left no place for it.")
    certified = read_certification_data(reader)
    if (
        certified is None
        or certified.permission is not MDPPerm.FILL_FORMS
        or certified.author_sig is not found[0].sig_object
    ):
        raise BrokenError("The seal does not say what may follow it.")
    if found[-1].byte_range[2] + found[-1].byte_range[3] != len(pdf):
        raise BrokenError("Bytes were added after the last signature.")
    return found


def _check_bytes(pdf: bytes, found: EmbeddedPdfSignature) -> x509.Certificate:
    """Return the signer's certificate; the container and what it covers are unbroken."""
    certificate = read_container(pdf, found.byte_range).certificate
    if found.signer_cert.dump() != certificate.public_bytes(Encoding.DER):
        raise BrokenError("The container of a signature does not lie where it should.")
    return certificate


async def _statuses(
    found: Sequence[EmbeddedPdfSignature], context: ValidationContext
) -> list[PdfSignatureStatus]:
    # Never skip_diff: a page painted over after the seal would still count as sealed.
    return [await async_validate_pdf_signature(each, context) for each in found]


def _check_meaning(
    found: EmbeddedPdfSignature, certificate: x509.Certificate, status: PdfSignatureStatus
) -> Signature:
    """Refuse a signature after which more was changed than the seal allows."""
    if not (status.intact and status.valid):
        raise BrokenError("A signature does not match what it signs.")
    if not status.docmdp_ok or status.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        raise BrokenError("After the seal more was changed than it allows.")
    return Signature(
        field=found.field_name,
        signer=name_in(certificate, NameOID.COMMON_NAME),
        meaning=MEANINGS[found.field_name],
        claimed_at=found.self_reported_timestamp,
        covers_whole_file=status.coverage is SignatureCoverageLevel.ENTIRE_FILE,
    )


def _doubts(
    signature: Signature,
    certificate: x509.Certificate,
    status: PdfSignatureStatus,
    moment: datetime,
) -> Iterator[str]:
    """Yield what keeps an unbroken signature from being PASSED."""
    of = f"of the {signature.meaning} ({signature.signer})"
    problem = status.trust_problem_indic
    if problem is AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND:
        yield f"We do not know who issued the certificate {of}."
    elif not is_in_force(certificate, moment):
        yield (
            f"The certificate {of} is not in force on {moment:%Y-%m-%d}, and without a"
            " trusted time nobody can tell whether it was when it signed."
        )
    elif problem is AdESIndeterminate.CHAIN_CONSTRAINTS_FAILURE or not _may_sign(certificate):
        yield f"The certificate {of} was not issued for this use."
    elif not status.trusted:
        yield f"The certificate {of} cannot be traced to an issuer that we trust."
    if signature.claimed_at is None or not is_in_force(certificate, signature.claimed_at):
        yield f"The certificate {of} was not in force when it claims to have signed."
    # Only a seal's certificate names a clinic: a doctor's key must not pass for the seal.
    if signature.field == SEAL_FIELD and not name_in(certificate, NameOID.ORGANIZATION_NAME):
        yield f"The certificate {of} names no clinic."


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _may_sign(certificate: x509.Certificate) -> bool:
    """Tell whether `certificate` is for signing; pyHanko does not ask this of a trusted one."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return usage.content_commitment
