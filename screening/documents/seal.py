"""The clinic's seal and the doctor's signature on a PDF, as PAdES B-B.

The seal certifies the file so that only signing and form filling may follow
("no changes" would refuse the doctor). Both stay invisible: a visible one breaks
PDF/A, and who sealed, who signed and when is printed by the page itself.

The moment of a signature stands in the file as claimed by whoever held the key.
It is no trusted time; there is no timestamp authority at this level.
"""

import hashlib
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from asn1crypto import tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.attributes import CMSAttributeProvider, SignedAttributeProviderSpec
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko_certvalidator.registry import SimpleCertificateStore

from screening.documents.authority import Credentials
from screening.documents.container import low, read_container

SEAL_FIELD = "ClinicSeal"
DOCTOR_FIELD = "Doctor"
# What a screen reader says of the invisible fields; PDF/UA asks for it.
READABLE = {
    SEAL_FIELD: "Digital seal of the clinic",
    DOCTOR_FIELD: "Digital signature of the doctor",
}


class SealError(Exception):
    """A PDF cannot be sealed or signed; the message says why. Nothing was written."""


def seal_pdf(
    pdf: bytes, seal: Credentials, at: datetime, reason: str, doctor_field: bool = False
) -> bytes:
    """Return `pdf` with the clinic's seal, the first signature in it.

    With `doctor_field` the seal leaves an empty place for the doctor's signature.
    Raises SealError where `seal` is not in force at `at`, or `pdf` cannot be sealed.
    """
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        if writer.prev.embedded_signatures:
            raise SealError("The report carries a signature already; a seal comes first.")
        if doctor_field:
            append_signature_field(writer, _field(DOCTOR_FIELD))
        return _sign(writer, SEAL_FIELD, seal, at, reason)
    except (PdfError, SigningError, ValueError) as error:
        raise SealError(f"The report cannot be sealed: {error}") from error


def sign_pdf(pdf: bytes, doctor: Credentials, at: datetime, reason: str) -> bytes:
    """Return the sealed `pdf` with the doctor's signature added after its last byte.

    Raises SealError where `doctor` is not in force at `at`, the seal is broken, or
    it left no place for a doctor: nobody signs what is not as it was sealed.
    """
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        signatures = writer.prev.embedded_signatures
        if [each.field_name for each in signatures] != [SEAL_FIELD]:
            raise SealError("A doctor signs a report that carries the seal and nothing else.")
        if read_container(pdf, signatures[0].byte_range).size != len(pdf):
            raise SealError("The report was changed after it was sealed.")
        return _sign(writer, DOCTOR_FIELD, doctor, at, reason)
    except (PdfError, SigningError, ValueError) as error:
        raise SealError(f"The report cannot be signed: {error}") from error


def _field(name: str) -> SigFieldSpec:
    return SigFieldSpec(name, readable_field_name=READABLE[name])


def _sign(
    writer: IncrementalPdfFileWriter, field: str, who: Credentials, at: datetime, reason: str
) -> bytes:
    if not who.in_force(at):
        raise SealError(f"The certificate of {who.subject} is not in force on {at:%Y-%m-%d}.")
    certifies = field == SEAL_FIELD
    metadata = PdfSignatureMetadata(
        field_name=field,
        reason=reason,
        subfilter=SigSeedSubFilter.PADES,
        md_algorithm="sha256",
        certify=certifies,
        docmdp_permissions=MDPPerm.FILL_FORMS,
    )
    signer = _DatedSigner(
        metadata, KeySigner(who), new_field_spec=_field(field) if certifies else None
    )
    signer.at = at
    signed = signer.sign_pdf(writer, existing_fields_only=not certifies)
    return bytes(signed.getbuffer())


class _DatedSigner(PdfSigner):
    """Signs at the moment it is told; pyHanko would look at the clock."""

    at: datetime

    def init_signing_session(
        self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False
    ) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.at
        return session


class KeySigner(Signer):
    """Signs with a key object; pyHanko's own signer parses and checks the key each time.

    Issuers' certificates go into the file, but no root: who verifies has it or
    has no reason to trust it.
    """

    def __init__(self, who: Credentials) -> None:
        self._key = who.key
        issuers = [_asn1(each) for each in who.chain if each.issuer != each.subject]
        certificate = _asn1(who.certificate)
        store = SimpleCertificateStore.from_certs(issuers)  # type: ignore[no-untyped-call]
        super().__init__(signing_cert=certificate, cert_registry=store)
        self.signed_attr_prov_spec = _NamedCertificates([certificate, *issuers])

    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: bool = False
    ) -> bytes:
        """Return the signature of `data`, in the one form that verification accepts."""
        return low(self._key.sign(data, ec.ECDSA(hashes.SHA256())))


class _NamedCertificates(SignedAttributeProviderSpec, CMSAttributeProvider):
    """Lets the signature protect every certificate in the file; pyHanko names the first only."""

    attribute_type = "signing_certificate_v2"

    def __init__(self, certificates: Sequence[asn1.Certificate]) -> None:
        self._certificates = certificates

    def signed_attr_providers(
        self, data_digest: bytes, digest_algorithm: str
    ) -> Iterable[CMSAttributeProvider]:
        return [self]

    async def build_attr_value(self, dry_run: bool = False) -> Any:
        hashed = (hashlib.sha256(each.dump()).digest() for each in self._certificates)
        return tsp.SigningCertificateV2({"certs": [{"cert_hash": each} for each in hashed]})


def _asn1(certificate: x509.Certificate) -> asn1.Certificate:
    return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))
