"""Let a report's proof outlive its keys: one more timestamp, before the last one ends.

A timestamp proves that all before it was there while its certificates still counted, and counts
itself only until its own certificate ends. So another is put over it in time, with what the
issuers say of the last one's certificates (PAdES B-LTA, EN 319 142-1). The file grows: whatever
was issued stays in it byte for byte.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper, TimestampDSSContentSettings
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.pdf_embedded import (
    EmbeddedPdfSignature,
    async_validate_pdf_signature,
    async_validate_pdf_timestamp,
)
from pyhanko_certvalidator import ValidationContext

from screening.documents.certificates.authority import TimestampAuthority
from screening.documents.certificates.names import take_every_script
from screening.documents.cms.container import Protected, read_container
from screening.documents.signing.long_term import NormalTimeStamper, asn1, is_stamp
from screening.documents.signing.seal import (
    MOST_SIGNATURES,
    PROBLEMS,
    SealError,
    archive_fields,
    told,
)

HASH = "sha256"


@dataclass(frozen=True)
class Proof:
    """Since when and until when the last proof in a file counts.

    It is that of its last timestamp, or without one what its signatures say themselves.
    """

    begins: datetime
    ends: datetime
    is_stamped: bool


def proof_of(pdf: bytes, roots: Sequence[x509.Certificate] = ()) -> Proof:
    """Return how long what stands in `pdf` proves anything. Raises SealError for no report."""
    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        signed = [read_container(pdf, each.byte_range) for each in reader.embedded_signatures]
        known = [*roots, *_stored(reader)]
    except PROBLEMS as error:
        raise SealError(f"The report cannot be read: {told(error)}") from error
    if not signed or signed[-1].size != len(pdf):
        raise SealError("The report does not end with a seal, a signature or a timestamp of ours.")
    stamp = signed[-1].stamp if signed[-1].is_stamp else None
    counting = [one for each in (signed[-1:] if stamp else signed) for one in _chain(each, known)]
    first = min(counting, key=lambda one: one.not_valid_after_utc)
    begins = stamp.at if stamp else first.not_valid_before_utc
    return Proof(begins, first.not_valid_after_utc, stamp is not None)


def stamp_again(
    pdf: bytes, clock: TimestampAuthority, roots: Sequence[x509.Certificate], now: datetime
) -> bytes:
    """Return `pdf` with one more timestamp over all of it, and what proves the last one.

    Raises SealError where what is there does not count any more, so that nothing would be
    proven, where it is broken, or where `clock` does not answer.
    """
    take_every_script()
    if proof_of(pdf, roots).ends <= now:
        raise SealError("What proved this report has ended: a timestamp comes too late.")
    try:
        return asyncio.run(_asked_and_stamped(pdf, clock, roots))
    except PROBLEMS as error:
        raise SealError(f"The report cannot be stamped again: {told(error)}") from error


async def _asked_and_stamped(
    pdf: bytes, clock: TimestampAuthority, roots: Sequence[x509.Certificate]
) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    context = ValidationContext(
        trust_roots=[asn1(each) for each in dict.fromkeys((*roots, *clock.roots))],
        other_certs=[asn1(each) for each in _stored(writer.prev)],
        allow_fetching=True,
        # A certificate that says where to ask about it has to be asked about.
        revocation_mode="hard-fail",
    )
    try:
        return await _stamped(writer, clock, context)
    finally:
        await context.aclose()  # type: ignore[no-untyped-call]


async def _stamped(
    writer: IncrementalPdfFileWriter, clock: TimestampAuthority, context: ValidationContext
) -> bytes:
    found: list[EmbeddedPdfSignature] = writer.prev.embedded_signatures
    if len(found) >= MOST_SIGNATURES:
        raise SealError(f"The report carries {MOST_SIGNATURES} signatures and timestamps already.")
    last = [found[-1]] if is_stamp(found[-1]) else found
    paths = [await _path(each, context) for each in last]
    DocumentSecurityStore.supply_dss_in_writer(
        writer, sig_contents=None, paths=paths, validation_context=context
    )
    stamper = PdfTimeStamper(NormalTimeStamper(clock.url), field_name=_next_field(found))
    stamped = await stamper.async_timestamp_pdf(
        writer,
        HASH,
        context,
        dss_settings=TimestampDSSContentSettings(include_vri=False, update_before_ts=True),
    )
    return bytes(stamped.getbuffer())


async def _path(found: EmbeddedPdfSignature, context: ValidationContext) -> Any:
    """Return whom the certificate of `found` leads to; what the issuers say goes into `context`."""
    status: Any
    if is_stamp(found):
        status = await async_validate_pdf_timestamp(found, context, skip_diff=True)
    else:
        status = await async_validate_pdf_signature(found, context, context, skip_diff=True)
    if not (status.intact and status.valid and status.trusted):
        raise SealError(
            "What stands in it does not count now: it is broken, its certificate was revoked, or "
            "the issuer does not answer."
        )
    return status.validation_path


def _next_field(found: Sequence[EmbeddedPdfSignature]) -> str:
    names = {each.field_name for each in found}
    return next(name for name in archive_fields() if name not in names)


def _stored(reader: PdfFileReader) -> list[x509.Certificate]:
    try:
        held = DocumentSecurityStore.read_dss(reader).load_certs()
    except NoDSSFoundError:
        return []
    return [x509.load_der_x509_certificate(each.dump()) for each in held]


def _chain(who: Protected, known: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """Return the certificate of `who` and those above it, as far as the file and we know them."""
    chain = [who.certificate]
    while True:
        issuer = chain[-1].issuer
        above = [
            each for each in (*who.chain, *known) if each.subject == issuer and each not in chain
        ]
        if not above:
            return chain
        chain.append(above[0])
