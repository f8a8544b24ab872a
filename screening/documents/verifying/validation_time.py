"""At which moment to judge a certificate: by a timestamp's clock where one is trusted.

The timestamps of a file are taken from the last to the first, as EN 319 102-1
does: the last is judged now, and each one before it at the moment that the one
after it proves. So a certificate that has ended since may still be trusted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.pdf_embedded import (
    EmbeddedPdfSignature,
    async_validate_pdf_signature,
    async_validate_pdf_timestamp,
)
from pyhanko.sign.validation.status import (
    ModificationInfo,
    PdfSignatureStatus,
    TimestampSignatureStatus,
)
from pyhanko_certvalidator import ValidationContext

from screening.documents.certificates.authority import is_authority
from screening.documents.certificates.names import take_every_script
from screening.documents.cms.der import NotDerError, check_der
from screening.documents.signing.long_term import asn1, is_stamp

STORED = ("/Certs", "/OCSPs", "/CRLs")
MOST_STORED = 200
LONGEST_STORED, MOST_VALUES = 10_000_000, 500_000  # lists of revoked certificates are long


@dataclass(frozen=True)
class Judged:
    """What pyHanko found, and the moment that its certificates were judged at.

    `proven` tells that a trusted clock vouches for the moment; else it is the present.
    """

    status: PdfSignatureStatus | TimestampSignatureStatus
    at: datetime
    proven: bool

    @property
    def change(self) -> ModificationInfo:
        assert isinstance(self.status, ModificationInfo)
        return self.status


def contents_of(signed: Any) -> bytes:
    """Return the container of a signature as it is written, before anything parses it."""
    written = signed.get_object().raw_get("/Contents")
    return bytes(getattr(written, "original_bytes", written))


def _check_store(reader: PdfFileReader) -> None:
    """Refuse a store that does not hold DER: what it holds may be long, and is parsed next."""
    if "/DSS" not in reader.root:
        return
    store = reader.root["/DSS"]
    streams = [each for key in STORED if key in store for each in store[key]]
    if len(streams) > MOST_STORED:
        raise NotDerError
    for each in streams:
        check_der(each.get_object().read_data(DecodePurpose.CRL), LONGEST_STORED, MOST_VALUES)


class Trust:
    """Whom to trust, and what the file itself brings along to find the way to them."""

    def __init__(self, roots: Sequence[x509.Certificate], reader: PdfFileReader):
        # A trusted certificate that is no authority may issue none; pyHanko would let it.
        take_every_script()
        _check_store(reader)
        self._roots = [asn1(each) for each in roots if is_authority(each)]
        try:
            self._store: DocumentSecurityStore | None = DocumentSecurityStore.read_dss(reader)
        except NoDSSFoundError:
            self._store = None

    def at(self, moment: datetime, proven: bool) -> ValidationContext:
        """Return the rules for `moment`.

        Once it is proven, the issuers' words in the file have to rule revocation out.
        For a later moment they are too old, and nobody is asked.
        """
        rules: dict[str, Any] = {
            "trust_roots": self._roots,
            "allow_fetching": False,
            "revocation_mode": "hard-fail" if proven else "soft-fail",
            "retroactive_revinfo": True,
            "moment": moment,
        }
        if self._store is None:
            return ValidationContext(**rules, crls=[], ocsps=[])
        if not proven:
            return ValidationContext(**rules, other_certs=list(self._store.load_certs()))
        return self._store.as_validation_context(rules)


async def judge(found: Sequence[EmbeddedPdfSignature], trust: Trust, now: datetime) -> list[Judged]:
    """Return the judgements of `found`, signatures and timestamps in the file's order."""
    judged: list[Judged] = []
    moment, proven = now, False
    for each in reversed(found):
        if is_stamp(each):
            rules = trust.at(moment, proven)
            stamp = await async_validate_pdf_timestamp(each, rules, skip_diff=True)
            judged.append(Judged(stamp, moment, proven))
            if stamp.valid and stamp.intact and stamp.trusted:
                moment, proven = stamp.timestamp, True
        else:
            judged.append(await _judge_signature(each, trust, moment, proven))
    return judged[::-1]


async def _judge_signature(
    found: EmbeddedPdfSignature, trust: Trust, moment: datetime, proven: bool
) -> Judged:
    # What changed between the revisions is not asked here: revisions.py has looked already.
    context = trust.at(moment, proven)
    status = await async_validate_pdf_signature(found, context, context, skip_diff=True)
    stamp = status.timestamp_validity
    if stamp is None or not (stamp.valid and stamp.intact and stamp.trusted):
        return Judged(status, moment, proven)
    at = stamp.timestamp
    known = trust.at(at, True)
    return Judged(
        await async_validate_pdf_signature(found, known, context, skip_diff=True), at, True
    )
