"""The one form that a signature's container may have, byte for byte.

A signature protects the file around its container, but not the container: a
version, the padding, the case of a hexadecimal digit could change and every
viewer would still call the signature good. So the container is taken apart,
put together again from the parts that cryptography protects, and has to come
out the same. The certificates are protected by their hashes in the signed
attributes, those attributes and the file by the signature, and of the two
numbers s and -s that make one signature only the smaller is accepted.

Says nothing about trust: whose certificate it is, is for others to ask.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from asn1crypto import algos, cms, core
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
ATTRIBUTES = ("content_type", "message_digest", "signing_certificate_v2")

SEQUENCE, SET, OCTETS, TAG_0 = 0x30, 0x31, 0x04, 0xA0
VERSION_1: bytes = core.Integer(1).dump()
DATA: bytes = cms.ContentType("data").dump()
SIGNED_DATA: bytes = cms.ContentType("signed_data").dump()
SHA_256: bytes = algos.DigestAlgorithm({"algorithm": "sha256"}).dump()
ECDSA_SHA_256: bytes = algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}).dump()


class ContainerError(ValueError):
    """The signature is broken or has another form than ours; the message says which."""


@dataclass(frozen=True)
class Parts:
    """What a container is made of: all else in it is the same in every signature."""

    certificates: tuple[bytes, ...]  # the signer's first
    attributes: bytes
    signature: tuple[int, int]
    digest: bytes


@dataclass(frozen=True)
class Protected:
    """What an unbroken signature vouches for: the first `size` bytes of a file."""

    certificate: x509.Certificate
    size: int


def read_container(pdf: bytes, byte_range: Sequence[int]) -> Protected:
    """Return who made the signature around `byte_range`, and how far it reaches.

    Raises ContainerError where the file, its container or the signature was changed.
    """
    start, end, covered_to = _gap(pdf, byte_range)
    parts = _parts(pdf[start + 1 : end - 1])
    digits = _put_together(parts).hex().upper().encode().ljust(end - start - 2, b"0")
    if pdf[start:end] != b"<%b>" % digits:
        raise ContainerError("The container of a signature was changed.")
    covered = hashlib.sha256(pdf[:start])
    covered.update(pdf[end:covered_to])
    if covered.digest() != parts.digest:
        raise ContainerError("The file was changed after it was signed.")
    certificate = x509.load_der_x509_certificate(parts.certificates[0])
    _check_signature(certificate, parts)
    return Protected(certificate, covered_to)


def low(signature: bytes) -> bytes:
    """Return the one of the two forms of an ECDSA signature that counts here."""
    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, min(s, ORDER - s))


def _gap(pdf: bytes, byte_range: Sequence[int]) -> tuple[int, int, int]:
    """Return where the container starts and ends, and where the signed bytes end."""
    if len(byte_range) != 4 or not all(isinstance(number, int) for number in byte_range):
        raise ContainerError("A signature does not say which bytes it covers.")
    zero, start, end, rest = byte_range
    if zero != 0 or rest < 0 or not 0 < start < end <= end + rest <= len(pdf):
        raise ContainerError("A signature covers other bytes than it should.")
    return start, end, end + rest


def _parts(digits: bytes) -> Parts:
    """Take the container apart. Wrong digits, wrong DER, missing parts: all are one mistake."""
    try:
        return _take_apart(bytes.fromhex(digits.decode("ascii")))
    except ContainerError:
        raise
    except Exception as error:
        raise ContainerError("The container of a signature cannot be read.") from error


def _take_apart(container: bytes) -> Parts:
    signed = cms.ContentInfo.load(container)["content"]
    [signer] = signed["signer_infos"]
    attributes = signer["signed_attrs"].contents
    values = {}
    for attribute in cms.CMSAttributes.load(_der(SET, attributes)):
        [values[attribute["type"].native]] = attribute["values"]
    if sorted(values) != sorted(ATTRIBUTES) or values["content_type"].native != "data":
        raise ContainerError("A signature says more or less than ours do.")
    named = [named["cert_hash"].native for named in values["signing_certificate_v2"]["certs"]]
    by_hash = {hashlib.sha256(one.dump()).digest(): one.dump() for one in signed["certificates"]}
    return Parts(
        certificates=tuple(by_hash[each] for each in named),
        attributes=attributes,
        signature=decode_dss_signature(signer["signature"].native),
        digest=values["message_digest"].native,
    )


def _put_together(parts: Parts) -> bytes:
    """Return the container of `parts`, as DER has it (RFC 5652)."""
    signer = cms.Certificate.load(parts.certificates[0])
    content = _der(
        SEQUENCE,
        VERSION_1,
        _der(SET, SHA_256),
        _der(SEQUENCE, DATA),
        _der(TAG_0, *sorted(parts.certificates)),
        _der(
            SET,
            _der(
                SEQUENCE,
                VERSION_1,
                _der(SEQUENCE, signer.issuer.dump(), core.Integer(signer.serial_number).dump()),
                SHA_256,
                _der(TAG_0, parts.attributes),
                ECDSA_SHA_256,
                _der(OCTETS, encode_dss_signature(*parts.signature)),
            ),
        ),
    )
    return _der(SEQUENCE, SIGNED_DATA, _der(TAG_0, content))


def _der(tag: int, *parts: bytes) -> bytes:
    """Return `parts` under `tag`, their length in the only form that DER allows."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def _check_signature(certificate: x509.Certificate, parts: Parts) -> None:
    key = certificate.public_key()
    r, s = parts.signature
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ContainerError("A signature was made with a key of another kind than ours.")
    if s > ORDER - s:
        raise ContainerError("The container of a signature was changed.")
    try:
        signed = _der(SET, parts.attributes)
        key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise ContainerError("A signature does not match what it signs.") from error
