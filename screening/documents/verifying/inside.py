"""Look into a PDF: its signatures in their order, what each allows, and who made it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, read_certification_data
from pyhanko.sign.validation.status import SignatureCoverageLevel

from screening.documents.certificates.authority import is_alone, name_in, registration_in
from screening.documents.cms.container import Protected, read_container
from screening.documents.cms.der import der_size
from screening.documents.cms.reasons import N_, BrokenError, Reason
from screening.documents.signing.long_term import is_stamp
from screening.documents.signing.seal import (
    DOCTOR_FIELD,
    MOST_SIGNATURES,
    SEAL_FIELD,
    STAMP_FIELDS,
    archive_fields,
)
from screening.documents.verifying.doubts import Fact, doubts_of, doubts_of_roles
from screening.documents.verifying.first_look import AFTER, NO_SEAL, leads_to, stranger
from screening.documents.verifying.result import Signature
from screening.documents.verifying.revisions import TOO_MUCH, check_revisions
from screening.documents.verifying.validation_time import Trust, contents_of, judge

MEANINGS = {SEAL_FIELD: "seal", DOCTOR_FIELD: "doctor's signature"}


def look_inside(
    pdf: bytes, trust: Sequence[x509.Certificate], now: datetime
) -> tuple[tuple[Signature, ...], tuple[Reason, ...]]:
    """Return the signatures of a file whose last one is of somebody we may know, and the doubts.

    Raises BrokenError, or whatever a hostile file makes the parsers raise.
    """
    reader = PdfFileReader(io.BytesIO(pdf))
    found = _signatures(reader, len(pdf))
    protected = [_check_bytes(pdf, each) for each in found]
    roots = [None if each.is_stamp else leads_to(each, trust) for each in protected]
    for each, root in zip(protected, roots, strict=True):
        if not each.is_stamp and root is None:
            return (), (stranger(each),)
    check_revisions(reader, found, pdf)
    judged = asyncio.run(judge(found, Trust(trust, reader), now))
    facts = [Fact(*each) for each in zip(found, protected, roots, judged, strict=True)]
    for fact in facts:
        _check_meaning(fact)
    doubts = (*doubts_of_roles(reader, facts), *(d for f in facts for d in doubts_of(f, now)))
    signatures = tuple(
        _signature(fact, covers=all(after.is_stamp for after in facts[place + 1 :]))
        for place, fact in enumerate(facts)
        if not fact.is_stamp
    )
    return signatures, doubts


def _signatures(reader: PdfFileReader, size: int) -> list[EmbeddedPdfSignature]:
    """Return the seal and what was signed after it, in this order."""
    filled = list(enumerate_sig_fields(reader, filled_status=True))
    if not filled:
        raise BrokenError(NO_SEAL)
    if len(filled) > MOST_SIGNATURES:
        raise BrokenError(
            N_("The file carries more than %(most)s signatures.", most=str(MOST_SIGNATURES))
        )
    for _, signed, _ in filled:
        der_size(contents_of(signed))
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
    if found[-1].byte_range[2] + found[-1].byte_range[3] != size:
        raise BrokenError(AFTER)
    return found


def _in_order(found: Sequence[EmbeddedPdfSignature]) -> bool:
    """Tell whether there is the seal, then the doctor, with a timestamp at most after each.

    At the end more may follow, which came later to let the last one's proof go on.
    """
    names = [each.field_name for each in found]
    signed = [name for field in (SEAL_FIELD, DOCTOR_FIELD) for name in (field, STAMP_FIELDS[field])]
    allowed = [*(name for name in signed if name in names), *islice(archive_fields(), len(names))]
    return names == allowed[: len(names)] and all(
        is_stamp(each) == (each.field_name not in (SEAL_FIELD, DOCTOR_FIELD)) for each in found
    )


def _check_bytes(pdf: bytes, found: EmbeddedPdfSignature) -> Protected:
    """Return who signed; the container and what it covers are unbroken."""
    protected = read_container(pdf, found.byte_range)
    if found.signer_cert.dump() != protected.certificate.public_bytes(Encoding.DER):
        raise BrokenError(N_("The container of a signature does not lie where it should."))
    return protected


def _check_meaning(fact: Fact) -> None:
    """Refuse a signature that does not match, or covers less than the file was at that time."""
    if not (fact.judged.status.intact and fact.judged.status.valid):
        raise BrokenError(N_("A signature does not match what it signs."))
    if fact.judged.change.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        raise BrokenError(TOO_MUCH)


def _signature(fact: Fact, covers: bool) -> Signature:
    stamp = fact.protected.stamp if fact.judged.proven else None
    return Signature(
        field=fact.found.field_name,
        signer=name_in(fact.protected.certificate, NameOID.COMMON_NAME),
        registration=registration_in(fact.protected.certificate),
        alone=is_alone(fact.protected.certificate),
        meaning=MEANINGS[fact.found.field_name],
        claimed_at=fact.found.self_reported_timestamp,
        covers_whole_file=covers,  # what a timestamp adds changes nothing that it covers
        stamped_at=stamp.at if stamp else None,
        stamped_by=name_in(stamp.certificate, NameOID.COMMON_NAME) if stamp else None,
    )
