"""What a signature needs to be checked long after its certificate has ended: PAdES B-LTA.

A timestamp of the signature; the certificates and what their issuers say about
them, in the file's security store; and a timestamp over all of it as the last
thing in the file, so that no byte of the store is left unprotected.
"""

from __future__ import annotations

from typing import Any

from asn1crypto import cms
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, TimestampDSSContentSettings
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError, extract_ts_certs
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko_certvalidator import ValidationContext

from screening.documents.certificates.authority import Credentials, TimestampAuthority
from screening.documents.certificates.names import take_every_script
from screening.documents.cms.parts import ContainerError
from screening.documents.cms.token import normal_token

DOCUMENT_STAMP = "/DocTimeStamp"
PATIENCE = 5  # seconds for one answer


def lasting_metadata(
    clock: TimestampAuthority, who: Credentials, field: str, earlier: PdfFileReader
) -> dict[str, Any]:
    """Return what a signature's metadata needs so that `who` can be checked for long.

    `earlier` is the file so far: what its store holds need not be found again.
    """
    take_every_script()
    issuers = who.chain or (who.certificate,)
    context = ValidationContext(
        trust_roots=[asn1(each) for each in (*issuers[-1:], *clock.roots)],
        other_certs=[*(asn1(each) for each in issuers), *_stored(earlier)],
        allow_fetching=True,
        # A certificate that says where to ask about it has to be asked about.
        revocation_mode="hard-fail",
    )
    before = TimestampDSSContentSettings(include_vri=False, update_before_ts=True)
    return {
        "validation_context": context,
        "embed_validation_info": True,
        "use_pades_lta": True,
        "timestamp_field_name": field,
        "dss_settings": DSSContentSettings(include_vri=False, next_ts_settings=before),
    }


def _stored(earlier: PdfFileReader) -> list[Certificate]:
    try:
        return list(DocumentSecurityStore.read_dss(earlier).load_certs())
    except NoDSSFoundError:
        return []


def is_stamp(found: EmbeddedPdfSignature) -> bool:
    """Tell whether `found` is a timestamp over the file and no signature."""
    return bool(found.sig_object_type == DOCUMENT_STAMP)


def asn1(certificate: x509.Certificate) -> Certificate:
    return Certificate.load(certificate.public_bytes(Encoding.DER))


class NormalTimeStamper(HTTPTimeStamper):
    """Asks an authority for timestamps, and brings each into the form that we verify."""

    def __init__(self, url: str) -> None:
        super().__init__(url, timeout=PATIENCE)

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """Return the token. Raises TimestampRequestError for none, or one that is broken."""
        try:
            token = await super().async_timestamp(message_digest, md_algorithm)
            # The issuers' certificates do not stay in the token but go into the store.
            list(extract_ts_certs(token, self.cert_registry))
            told = token["content"]["encap_content_info"]["content"].parsed
            if told["message_imprint"]["hashed_message"].native != message_digest:
                raise TimestampRequestError("The timestamp is for something else.")
            return cms.ContentInfo.load(normal_token(token.dump()))
        except (ContainerError, ValueError, TypeError, KeyError) as error:
            raise TimestampRequestError(
                f"The timestamp has a form we do not know: {error}"
            ) from error
