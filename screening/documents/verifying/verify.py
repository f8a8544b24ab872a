"""Say whether a sealed PDF is as it was sealed, in the words of ETSI EN 319 102-1.

PASSED: every byte is as it was when the last of seal, signatures and timestamps was
made, and each was made with a certificate in force, issued by an authority in `trust`.
INDETERMINATE: every byte is as it was, but we cannot tell by whom, or whether
the certificate was in force. FAILED: anything else, and whatever cannot be read.

Where a file carries timestamps of an authority in `trust`, its certificates are
judged at the moment that these prove, and revocation is looked at: see times.py.
Without there is no trusted time. The standard then judges certificates at the
moment of verification and not at the one that the signature claims, since
whoever holds an expired key can claim any, and revocation is not looked at.

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
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import MDPPerm, enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, read_certification_data
from pyhanko.sign.validation.status import SignatureCoverageLevel

from screening.documents.certificates.authority import is_in_force, name_in
from screening.documents.cms.container import Protected, read_container
from screening.documents.cms.reasons import N_, BrokenError, Reason
from screening.documents.signing.seal import DOCTOR_FIELD, SEAL_FIELD, STAMP_FIELDS
from screening.documents.verifying.validation_time import DOCUMENT_STAMP, Judged, Trust, judge

LARGEST = 20 * 1024 * 1024  # bytes
MOST_SIGNATURES = 8
MEANINGS = {SEAL_FIELD: "seal", DOCTOR_FIELD: "doctor's signature"}
BYTE_RANGE = re.compile(rb"/ByteRange ?\[(\d{1,8}) (\d{1,8}) (\d{1,8}) (\d{1,8})\]")

REVOKED = (
    AdESFailure.REVOKED,
    AdESIndeterminate.REVOKED_NO_POE,
    AdESIndeterminate.REVOKED_CA_NO_POE,
)

UNREADABLE = N_("The file cannot be read as a sealed PDF.")
OF_SEAL = N_("of the seal (%(name)s)")
OF_DOCTOR = N_("of the doctor's signature (%(name)s)")
NO_SEAL = N_("The file carries no seal.")
STRANGE_END = N_("Bytes were added after the last signature.")


class Status(StrEnum):
    """The three results of EN 319 102-1, 5.1.3."""

    PASSED = "PASSED"
    INDETERMINATE = "INDETERMINATE"
    FAILED = "FAILED"


@dataclass(frozen=True)
class Signature:
    """A seal or signature whose bytes are unbroken.

    `claimed_at` is no trusted time; `stamped_at` is, by the clock of `stamped_by`.
    """

    field: str
    signer: str
    meaning: str
    claimed_at: datetime | None
    covers_whole_file: bool
    stamped_at: datetime | None = None
    stamped_by: str | None = None


@dataclass(frozen=True)
class Verification:
    """The result, why it is not PASSED, and who signed; a FAILED file vouches for nobody."""

    status: Status
    reasons: tuple[Reason, ...]
    signatures: tuple[Signature, ...]
    sha256: str


def verify_pdf(pdf: bytes, trust: Sequence[x509.Certificate], now: datetime) -> Verification:
    """Verify `pdf` as of `now`; no `pdf` makes it raise."""
    # pyHanko logs names out of strangers' files, with tracebacks; the reasons say enough.
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    sha256 = hashlib.sha256(pdf).hexdigest()
    try:
        _check_last_signature(pdf)
        found = _signatures(pdf)
        protected = [_check_bytes(pdf, each) for each in found]
        judged = asyncio.run(judge(found, Trust(trust, found[0].reader), now))
        facts = list(zip(found, protected, judged, strict=True))
        for fact in facts:
            _check_meaning(*fact)
        signatures = tuple(_signature(*fact) for fact in facts if not _is_stamp(fact[0]))
        doubts = tuple(doubt for fact in facts for doubt in _doubts(*fact))
    except BrokenError as error:
        return Verification(Status.FAILED, (error.reason,), (), sha256)
    except Exception:  # whatever a hostile file makes the parsers raise
        return Verification(Status.FAILED, (UNREADABLE,), (), sha256)
    status = Status.INDETERMINATE if doubts else Status.PASSED
    return Verification(status, doubts, signatures, sha256)


def _check_last_signature(pdf: bytes) -> None:
    """Refuse what nobody signed to the last byte, before any parser of PDF sees it."""
    if len(pdf) > LARGEST:
        raise BrokenError(N_("The file is larger than %(most)s MB.", most=str(LARGEST // 1024**2)))
    ranges = BYTE_RANGE.findall(pdf)
    if not ranges:
        raise BrokenError(NO_SEAL)
    last = [int(number) for number in ranges[-1]]
    end = last[2] + last[3]
    if end < len(pdf):
        raise BrokenError(STRANGE_END)
    if end > len(pdf):
        raise BrokenError(N_("The end of the file is missing."))
    read_container(pdf, last)


def _signatures(pdf: bytes) -> list[EmbeddedPdfSignature]:
    """Return the seal and what was signed after it, in this order."""
    reader = PdfFileReader(io.BytesIO(pdf))
    filled = list(enumerate_sig_fields(reader, filled_status=True))
    if not filled:
        raise BrokenError(NO_SEAL)
    if len(filled) > MOST_SIGNATURES:
        raise BrokenError(
            N_("The file carries more than %(most)s signatures.", most=str(MOST_SIGNATURES))
        )
    found: list[EmbeddedPdfSignature] = reader.embedded_signatures
    if len(found) != len(filled) or found[0].field_name != SEAL_FIELD:
        raise BrokenError(N_("The first signature in the file is not a clinic's seal."))
    if not _in_order(found):
        raise BrokenError(N_("A signature stands where the seal left no place for it."))
    certified = read_certification_data(reader)
    if (
        certified is None
        or certified.permission is not MDPPerm.FILL_FORMS
        or certified.author_sig is not found[0].sig_object
    ):
        raise BrokenError(N_("The seal does not say what may follow it."))
    if found[-1].byte_range[2] + found[-1].byte_range[3] != len(pdf):
        raise BrokenError(STRANGE_END)
    return found


def _in_order(found: Sequence[EmbeddedPdfSignature]) -> bool:
    """Tell whether there is the seal, then the doctor, and no timestamp but theirs after each."""
    names = [each.field_name for each in found]
    allowed = [
        name for field in (SEAL_FIELD, DOCTOR_FIELD) for name in (field, STAMP_FIELDS[field])
    ]
    return names == [name for name in allowed if name in names] and all(
        _is_stamp(each) == (each.field_name in STAMP_FIELDS.values()) for each in found
    )


def _is_stamp(found: EmbeddedPdfSignature) -> bool:
    return bool(found.sig_object_type == DOCUMENT_STAMP)


def _check_bytes(pdf: bytes, found: EmbeddedPdfSignature) -> Protected:
    """Return who signed; the container and what it covers are unbroken."""
    protected = read_container(pdf, found.byte_range)
    if found.signer_cert.dump() != protected.certificate.public_bytes(Encoding.DER):
        raise BrokenError(N_("The container of a signature does not lie where it should."))
    return protected


def _check_meaning(found: EmbeddedPdfSignature, protected: Protected, judged: Judged) -> None:
    """Refuse a signature after which more was changed than the seal allows."""
    if not (judged.status.intact and judged.status.valid):
        raise BrokenError(N_("A signature does not match what it signs."))
    change = judged.change
    allowed = (
        change.modification_level <= ModificationLevel.FORM_FILLING
        if _is_stamp(found)  # pyHanko asks the seal only, and a stamp comes after it
        else change.docmdp_ok
    )
    if not allowed or change.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        raise BrokenError(N_("After the seal more was changed than it allows."))


def _signature(found: EmbeddedPdfSignature, protected: Protected, judged: Judged) -> Signature:
    change, stamp = judged.change, protected.stamp if judged.proven else None
    return Signature(
        field=found.field_name,
        signer=name_in(protected.certificate, NameOID.COMMON_NAME),
        meaning=MEANINGS[found.field_name],
        claimed_at=found.self_reported_timestamp,
        # What a timestamp adds to a signature changes nothing that it covers.
        covers_whole_file=change.coverage is SignatureCoverageLevel.ENTIRE_FILE
        or change.modification_level <= ModificationLevel.LTA_UPDATES,
        stamped_at=stamp.at if stamp else None,
        stamped_by=name_in(stamp.certificate, NameOID.COMMON_NAME) if stamp else None,
    )


def _doubts(found: EmbeddedPdfSignature, protected: Protected, judged: Judged) -> Iterator[Reason]:
    """Yield what keeps an unbroken signature from being PASSED."""
    certificate = protected.certificate
    name = name_in(certificate, NameOID.COMMON_NAME)
    if _is_stamp(found):
        if not judged.status.trusted:
            yield _doubt_of_stamp(judged, name)
        return
    of = OF_SEAL if found.field_name == SEAL_FIELD else OF_DOCTOR
    of = replace(of, values={"name": name})
    yield from _doubts_of_certificate(certificate, of, judged)
    claimed = found.self_reported_timestamp
    if claimed is None or not is_in_force(certificate, claimed):
        yield N_("The certificate %(of)s was not in force when it claims to have signed.", of=of)
    if protected.stamp and not judged.proven:
        yield N_(
            "We do not trust the timestamp %(of)s: we do not know who issued its certificate.",
            of=of,
        )
    # Only a seal's certificate names a clinic: a doctor's key must not pass for the seal.
    if found.field_name == SEAL_FIELD and not name_in(certificate, NameOID.ORGANIZATION_NAME):
        yield N_("The certificate %(of)s names no clinic.", of=of)


def _doubts_of_certificate(
    certificate: x509.Certificate, of: Reason, judged: Judged
) -> Iterator[Reason]:
    problem = judged.status.trust_problem_indic
    if problem is AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND:
        yield N_("We do not know who issued the certificate %(of)s.", of=of)
    elif not is_in_force(certificate, judged.at):
        yield _not_in_force(of, judged)
    elif problem is AdESIndeterminate.CHAIN_CONSTRAINTS_FAILURE or not _may_sign(certificate):
        yield N_("The certificate %(of)s was not issued for this use.", of=of)
    elif problem in REVOKED:
        yield N_("The certificate %(of)s was revoked.", of=of)
    elif not judged.status.trusted:
        yield N_("The certificate %(of)s cannot be traced to an issuer that we trust.", of=of)


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


def _may_sign(certificate: x509.Certificate) -> bool:
    """Tell whether `certificate` is for signing; pyHanko does not ask this of a trusted one."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return usage.content_commitment
