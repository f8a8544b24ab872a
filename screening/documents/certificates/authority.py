"""Keys and certificates for a clinic that has no certificate authority of its own.

The authority signs certificates and nothing else; the seal and the doctors have
one each, so that a doctor who leaves takes no one else's key along.

A key that the server holds makes a simple signature or an organisation's seal,
never an "advanced" one (eIDAS, article 26). There are no revocation lists: a
certificate counts until it ends (docs/decisions/revocation.md). Moments are arguments.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

Purpose = Literal["seal", "doctor"]

AUTHORITY_LASTS = timedelta(days=3652)  # ten years
CERTIFICATE_LASTS = timedelta(days=1095)  # three years
EARLIER = timedelta(minutes=1)  # a certificate begins before its issue: clocks differ
LONGEST_COMMON_NAME = 64  # bytes of UTF-8; X.520 says characters, `cryptography` counts bytes
# What stands in a doctor's certificate whose account no second person of the clinic confirmed.
ALONE = "Confirmed on the server, by no second person"
JOINERS = re.compile("[\u200c\u200d]")  # Persian names need them
# Our passphrases are keys of 256 bits, drawn and never typed: nobody guesses them at any
# speed, and 600,000 rounds, right for a typed one, cost every start a second.
ROUNDS = 2_000


class CredentialsError(ValueError):
    """A key or certificate cannot be made or read; the message says why."""


@dataclass(frozen=True)
class Credentials:
    """A private key, its certificate, and the certificates of those who issued it."""

    key: ec.EllipticCurvePrivateKey = field(repr=False)
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def subject(self) -> str:
        """Return the name of the person or seal that the certificate was issued to."""
        return name_in(self.certificate, NameOID.COMMON_NAME)

    @property
    def registration(self) -> str:
        """Return the doctor's number at the authority that registers doctors, or ""."""
        return registration_in(self.certificate)

    def in_force(self, at: datetime) -> bool:
        """Tell whether `at` lies in the time of this certificate and of all above it."""
        return all(is_in_force(each, at) for each in (self.certificate, *self.chain))

    @property
    def certificates_pem(self) -> str:
        """Return this certificate and those of its issuers, as anyone may read them."""
        every = (self.certificate, *self.chain)
        return "".join(each.public_bytes(serialization.Encoding.PEM).decode() for each in every)

    @property
    def certificate_pem(self) -> bytes:
        """Return the certificate alone, as others need it to verify."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def to_pkcs12(self, passphrase: bytes) -> bytes:
        """Return everything in one file under `passphrase`, key included."""
        if not passphrase:
            raise CredentialsError("A private key is never stored without a passphrase.")
        encryption = (
            serialization.PrivateFormat.PKCS12.encryption_builder()
            .kdf_rounds(ROUNDS)
            .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
            .hmac_hash(hashes.SHA256())
            .build(passphrase)
        )
        return pkcs12.serialize_key_and_certificates(
            None, self.key, self.certificate, self.chain, encryption
        )

    @classmethod
    def from_pkcs12(cls, stored: bytes, passphrase: bytes) -> "Credentials":
        """Read what `to_pkcs12` or another authority wrote: a P-256 key and its certificate.

        Raises CredentialsError where the passphrase is wrong or the key is of another kind.
        """
        try:
            key, certificate, others = pkcs12.load_key_and_certificates(stored, passphrase)
        except ValueError as error:
            raise CredentialsError("The key file or its passphrase is wrong.") from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
            raise CredentialsError("The key has to be an elliptic curve key of type P-256.")
        if certificate is None or certificate.public_key() != key.public_key():
            raise CredentialsError("The key file holds no certificate for its key.")
        return cls(key, certificate, tuple(others))


@lru_cache(maxsize=64)
def open_pkcs12(stored: bytes, passphrase: bytes) -> Credentials:
    """Read a key file that is read often: its passphrase costs a fifth of a second each time."""
    return Credentials.from_pkcs12(stored, passphrase)


@dataclass(frozen=True)
class TimestampAuthority:
    """Whose clock is trusted: where it answers, and the roots of those who vouch for it."""

    url: str
    roots: tuple[x509.Certificate, ...]


def create_authority(clinic: str, now: datetime) -> Credentials:
    """Return a new certificate authority of `clinic`, which vouches for itself for ten years."""
    _check_zone(now)
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(organisation=clinic, common=f"{clinic.strip()} certificate authority")
    usage = _usage(key_cert_sign=True, crl_sign=True)
    builder = _builder(name, key, now - EARLIER, now + AUTHORITY_LASTS, usage)
    builder = builder.issuer_name(name).add_extension(x509.BasicConstraints(True, 0), critical=True)
    return Credentials(key, builder.sign(key, hashes.SHA256()))


def issue_certificate(
    authority: Credentials,
    name: str,
    purpose: Purpose,
    now: datetime,
    clinic: str | None = None,
    registration: str | None = None,
    alone: bool = False,
) -> Credentials:
    """Return a new key and certificate for the clinic's seal or for a doctor, for three years.

    A doctor's carries the number of `registration`, and says so where the account was
    confirmed on the server `alone`.

    Only a seal's certificate names `clinic` as its owner, or the authority's where it is
    None, so that no doctor's key can pass for a clinic's. It never outlives the authority.
    """
    if purpose not in ("seal", "doctor"):
        raise CredentialsError(f'A certificate is for a "seal" or a "doctor", not "{purpose}".')
    issuer = authority.certificate
    if not is_in_force(issuer, now):
        raise CredentialsError("The certificate authority is not in force at this moment.")
    key = ec.generate_private_key(ec.SECP256R1())
    clinic = clinic or name_in(issuer, NameOID.ORGANIZATION_NAME)
    organisation = clinic if purpose == "seal" else None
    subject = _name(organisation, name, registration or None, ALONE if alone else None)
    begin = max(now - EARLIER, issuer.not_valid_before_utc)
    end = min(now + CERTIFICATE_LASTS, issuer.not_valid_after_utc)
    usage = _usage(digital_signature=True, content_commitment=True)
    builder = _builder(subject, key, begin, end, usage).issuer_name(issuer.subject)
    builder = builder.add_extension(x509.BasicConstraints(False, None), critical=True)
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), False
    )
    certificate = builder.sign(authority.key, hashes.SHA256())
    return Credentials(key, certificate, (issuer, *authority.chain))


def fingerprint_of(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of `certificate` as people compare it: sixteen groups of four."""
    digits = certificate.fingerprint(hashes.SHA256()).hex().upper()
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def is_in_force(certificate: x509.Certificate, at: datetime) -> bool:
    """Tell whether `at` lies in the time for which `certificate` was issued."""
    _check_zone(at)
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc


def is_authority(certificate: x509.Certificate) -> bool:
    """Tell whether `certificate` may issue others."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def is_person(certificate: x509.Certificate) -> bool:
    """Tell whether `certificate` was issued to a person: ours for doctors name no organisation.

    Others may beside the person, whose name then stands in parts (EN 319 412-2).
    """
    parts = (NameOID.GIVEN_NAME, NameOID.SURNAME, NameOID.PSEUDONYM)
    named = any(name_in(certificate, part) for part in parts)
    return named or not name_in(certificate, NameOID.ORGANIZATION_NAME)


def _check_zone(moment: datetime) -> None:
    if moment.tzinfo is None:
        raise CredentialsError("A moment needs its time zone.")


def name_in(certificate: x509.Certificate, part: x509.ObjectIdentifier) -> str:
    """Return the `part` of the subject's name, or "" where it has none."""
    return "".join(str(found.value) for found in certificate.subject.get_attributes_for_oid(part))


def registration_in(certificate: x509.Certificate) -> str:
    """Return the registration number that a doctor's certificate carries, or ""."""
    return name_in(certificate, NameOID.USER_ID)


def is_alone(certificate: x509.Certificate) -> bool:
    """Tell whether no second person of the clinic confirmed the account of this certificate."""
    return name_in(certificate, NameOID.ORGANIZATIONAL_UNIT_NAME) == ALONE


def _name(
    organisation: str | None, common: str, registration: str | None = None, unit: str | None = None
) -> x509.Name:
    parts = [
        (NameOID.ORGANIZATION_NAME, organisation),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
        (NameOID.COMMON_NAME, common),
        (NameOID.USER_ID, registration),
    ]
    return x509.Name(
        [x509.NameAttribute(oid, _cut(text)) for oid, text in parts if text is not None]
    )


def _cut(text: str) -> str:
    """Return `text` as it fits into a certificate; the report prints names in full."""
    text = " ".join(text.split())
    if not JOINERS.sub("", text).isprintable() or not text:
        raise CredentialsError("A certificate needs a name, in letters that can be printed.")
    if len(text.encode()) <= LONGEST_COMMON_NAME:
        return text
    return text.encode()[: LONGEST_COMMON_NAME - len("…".encode())].decode(errors="ignore") + "…"


def _builder(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    begin: datetime,
    end: datetime,
    usage: x509.KeyUsage,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(**allowed: bool) -> x509.KeyUsage:
    """Return the uses in `allowed` and no others."""
    uses = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{use: allowed.get(use, False) for use in uses})
