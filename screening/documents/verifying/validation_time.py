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
from screening.documents.signing.long_term import asn1

DOCUMENT_STAMP = "/DocTimeStamp"


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


class Trust:
    """Whom to trust, and what the file itself brings along to find the way to them."""

    def __init__(self, roots: Sequence[x509.Certificate], reader: PdfFileReader):
        # A trusted certificate that is no authority may issue none; pyHanko would let it.
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
        if each.sig_object_type == DOCUMENT_STAMP:
            stamp = await async_validate_pdf_timestamp(each, trust.at(moment, proven))
            judged.append(Judged(stamp, moment, proven))
            if stamp.valid and stamp.intact and stamp.trusted:
                moment, proven = stamp.timestamp, True
        else:
            judged.append(await _judge_signature(each, trust, moment, proven))
    return judged[::-1]


async def _judge_signature(
    found: EmbeddedPdfSignature, trust: Trust, moment: datetime, proven: bool
) -> Judged:
    # Never skip_diff: a page painted over after the seal would still count as sealed.
    context = trust.at(moment, proven)
    status = await async_validate_pdf_signature(found, context, context)
    stamp = status.timestamp_validity
    if stamp is None or not (stamp.valid and stamp.intact and stamp.trusted):
        return Judged(status, moment, proven)
    at = stamp.timestamp
    return Judged(await async_validate_pdf_signature(found, trust.at(at, True), context), at, True)
