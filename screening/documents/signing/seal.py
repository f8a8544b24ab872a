"""The clinic's seal and the doctor's signature on a PDF, as PAdES B-B or B-LTA.

The seal certifies the file so that only signing and form filling may follow
("no changes" would refuse the doctor). Both stay invisible: a visible one breaks
PDF/A, and who sealed, who signed and when is printed by the page itself.

The moment of a signature stands in the file as claimed by whoever held the key.
It is no trusted time. With a timestamp authority there is one: each signature
gets a timestamp, what it takes to check it later, and a timestamp over both. An
authority that does not answer fails the act; our clock never stands in for it.
"""

import hashlib
import io
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
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
from pyhanko.sign.fields import (
    FieldMDPAction,
    FieldMDPSpec,
    MDPPerm,
    SigCertConstraintFlags,
    SigCertConstraints,
    SigFieldSpec,
    SigSeedSubFilter,
    SigSeedValFlags,
    SigSeedValueSpec,
)
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko_certvalidator.errors import ValidationError as CertvalidatorError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from screening.documents.certificates.authority import Credentials, TimestampAuthority
from screening.documents.certificates.names import take_every_script
from screening.documents.cms.container import read_container
from screening.documents.cms.parts import low
from screening.documents.signing.long_term import NormalTimeStamper, lasting_metadata
from screening.documents.signing.place import AsPrinted, add_field

SEAL_FIELD = "ClinicSeal"
DOCTOR_FIELD = "Doctor"
STAMP_FIELDS = {SEAL_FIELD: "SealTimestamp", DOCTOR_FIELD: "DoctorTimestamp"}
MOST_SIGNATURES = 24  # and timestamps: what a verifier follows
BESIDE = 1_024  # bytes of a signature beside certificates: hash, time, issuer's name, about 600
NAMED = 64  # and what names each certificate, a hash in its wrapping
ARCHIVE_FIELD = "ArchiveTimestamp"  # and a number; see restamp.py
PROBLEMS = (PdfError, SigningError, ValueError, OSError, TimestampRequestError, CertvalidatorError)
# What a screen reader says of the invisible fields; PDF/UA asks for it.
READABLE = {
    SEAL_FIELD: "Digital seal of the clinic",
    DOCTOR_FIELD: "Digital signature of the doctor",
}


class SealError(Exception):
    """A PDF cannot be sealed or signed; the message says why. Nothing was written."""


def seal_pdf(
    pdf: bytes,
    seal: Credentials,
    at: datetime,
    reason: str,
    doctor_field: bool | x509.Certificate = False,
    clock: TimestampAuthority | None = None,
) -> bytes:
    """Return `pdf` with the clinic's seal, the first signature in it.

    With `doctor_field` the seal leaves an empty place for a doctor's signature, for the
    holder of that certificate alone where it is one; once signed there, no field changes any
    more. With `clock` it says when that authority saw it. Raises SealError where `seal` is
    not in force at `at`, `pdf` cannot be sealed, or `clock` does not answer.
    """
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        if writer.prev.embedded_signatures:
            raise SealError("The report carries a signature already; a seal comes first.")
        if doctor_field:
            add_field(writer, _doctors_field(doctor_field))
        return _sign(writer, SEAL_FIELD, seal, at, reason, clock)
    except PROBLEMS as error:
        raise SealError(f"The report cannot be sealed: {told(error)}") from error


def sign_pdf(
    pdf: bytes,
    doctor: Credentials,
    at: datetime,
    reason: str,
    clock: TimestampAuthority | None = None,
) -> bytes:
    """Return the sealed `pdf` with the doctor's signature added after its last byte.

    Raises SealError where `doctor` is not in force at `at`, the seal is broken, or
    it left no place for a doctor: nobody signs what is not as it was sealed. Also
    where `clock` does not answer.
    """
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        signatures = writer.prev.embedded_signatures
        names = [each.field_name for each in signatures]
        if names not in ([SEAL_FIELD], [SEAL_FIELD, STAMP_FIELDS[SEAL_FIELD]]):
            raise SealError("A doctor signs a report that carries the seal and nothing else.")
        if read_container(pdf, signatures[-1].byte_range).size != len(pdf):
            raise SealError("The report was changed after it was sealed.")
        return _sign(writer, DOCTOR_FIELD, doctor, at, reason, clock)
    except PROBLEMS as error:
        raise SealError(f"The report cannot be signed: {told(error)}") from error


def archive_fields() -> Iterator[str]:
    """Yield the names of the timestamps that follow one another once all have signed."""
    return (f"{ARCHIVE_FIELD}{number}" for number in itertools.count(1))


def told(error: Exception) -> str:
    """Return what went wrong; the network's errors say less than nothing by themselves."""
    if isinstance(error, TimestampRequestError):
        return "the timestamp authority does not answer as it should"
    if isinstance(error, CertvalidatorError):
        return f"a certificate cannot be traced or its state not asked for: {error}"
    return f"{error} ({error.__cause__})" if error.__cause__ else str(error)


def _field(name: str) -> SigFieldSpec:
    return SigFieldSpec(name, readable_field_name=READABLE[name])


def _doctors_field(whose: bool | x509.Certificate) -> SigFieldSpec:
    """Return the place for the signature, with the lock that falls when it is filled."""
    lock = FieldMDPSpec(FieldMDPAction.ALL)
    spec = replace(_field(DOCTOR_FIELD), field_mdp_spec=lock)
    if isinstance(whose, bool):
        return spec
    only = SigCertConstraints(SigCertConstraintFlags.SUBJECT, subjects=[_asn1(whose)])
    seed = SigSeedValueSpec(flags=SigSeedValFlags(0), cert=only)
    return replace(spec, seed_value_dict=seed)


def _sign(
    writer: IncrementalPdfFileWriter,
    field: str,
    who: Credentials,
    at: datetime,
    reason: str,
    clock: TimestampAuthority | None,
) -> bytes:
    if not who.in_force(at):
        raise SealError(f"The certificate of {who.subject} is not in force on {at:%Y-%m-%d}.")
    certifies = field == SEAL_FIELD
    lasting = lasting_metadata(clock, who, STAMP_FIELDS[field], writer.prev) if clock else {}
    metadata = PdfSignatureMetadata(
        field_name=field,
        reason=reason,
        subfilter=SigSeedSubFilter.PADES,
        md_algorithm="sha256",
        certify=certifies,
        docmdp_permissions=MDPPerm.FILL_FORMS,
        **lasting,
    )
    key = KeySigner(who)
    signer = _DatedSigner(
        metadata,
        key,
        timestamper=NormalTimeStamper(clock.url) if clock else None,
        stamp_style=AsPrinted(),
        new_field_spec=_field(field) if certifies else None,
    )
    signer.at = at
    signed = signer.sign_pdf(
        writer, existing_fields_only=not certifies, bytes_reserved=None if clock else key.room
    )
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

    The certificates of all issuers go into the file, the root too: a reader of the PDF shows
    the whole chain, and its fingerprint can be compared with the printed one. That it stands
    there is no reason to trust it.
    """

    def __init__(self, who: Credentials) -> None:
        take_every_script()
        self._key = who.key
        issuers = [_asn1(each) for each in who.chain]
        certificate = _asn1(who.certificate)
        store = SimpleCertificateStore.from_certs(issuers)  # type: ignore[no-untyped-call]
        super().__init__(signing_cert=certificate, cert_registry=store)
        self.signed_attr_prov_spec = _NamedCertificates([certificate, *issuers])
        # In hexadecimal digits. pyHanko would build the whole signature twice to know, a third
        # of what sealing costs; only a timestamp's size has to be found out.
        self.room = 2 * (BESIDE + sum(len(each.dump()) + NAMED for each in [certificate, *issuers]))

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
