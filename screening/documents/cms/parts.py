"""What a CMS container is made of, and the one way of putting it together.

RFC 5652 leaves a writer many choices that no signature protects. Here each of
them is made once, so that two containers with the same parts are the same bytes.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from asn1crypto import algos, cms, core, tsp
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from screening.documents.cms.reasons import N_, BrokenError

ORDERS = {
    "secp256r1": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "secp384r1": 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,  # noqa: E501
}
ORDER = ORDERS["secp256r1"]  # of our own keys
DIGESTS: dict[str, type[hashes.SHA256 | hashes.SHA384 | hashes.SHA512]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}

SEQUENCE, SET, OCTETS, TAG_0, TAG_1 = 0x30, 0x31, 0x04, 0xA0, 0xA1
# The names of attributes are settled at their first use: those that `tsp` adds come before it.
assert tsp.TSTInfo
SIGNED_DATA: bytes = cms.ContentType("signed_data").dump()
STAMP_TYPE: bytes = cms.CMSAttributeType("signature_time_stamp_token").dump()
CHANGED = N_("The container of a signature was changed.")
FOREIGN = N_("Not one of ours: a signature in it says more or less than ours do.")


class ContainerError(BrokenError):
    """The signature is broken or has another form than ours; the reason says which."""


@dataclass(frozen=True)
class Parts:
    """What a container is made of: all else in it is the same in every signature.

    `content` is what a timestamp says, None for a signature of the file around it;
    `digest` the hash of either; `token` the timestamp of a signature.
    """

    certificates: tuple[bytes, ...]  # the signer's first
    attributes: bytes
    digest_algorithm: bytes
    signature_algorithm: bytes
    signature: bytes
    digest: bytes
    content: bytes | None = None
    token: bytes | None = None

    @property
    def digest_name(self) -> str:
        return str(algos.DigestAlgorithm.load(self.digest_algorithm)["algorithm"].native)


def der(tag: int, *parts: bytes) -> bytes:
    """Return `parts` under `tag`, their length in the only form that DER allows."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def digest_algorithm(name: str) -> bytes:
    """Return the usual encoding of a hash function's name."""
    encoded: bytes = algos.DigestAlgorithm({"algorithm": name}).dump()
    return encoded


def values_in(attributes: bytes) -> dict[str, Any]:
    """Return the signed attributes by name. Raises ValueError where one has two values."""
    values = {}
    for attribute in cms.CMSAttributes.load(der(SET, attributes)):
        [values[attribute["type"].native]] = attribute["values"]
    return values


def present(named: Any, certificates: Any) -> list[bytes]:
    """Return those of `certificates` that the attribute `named` names by hash, in its order."""
    found = [one.dump() for one in certificates]
    return [each for one in named["certs"] for each in found if _is_named(one, each)]


def _is_named(named: Any, certificate: bytes) -> bool:
    kind = named["hash_algorithm"]["algorithm"].native if "hash_algorithm" in named else "sha1"
    return bool(named["cert_hash"].native == hashlib.new(kind, certificate).digest())


def put_together(parts: Parts) -> bytes:
    """Return the container of `parts`, as DER has it (RFC 5652)."""
    signer = cms.Certificate.load(parts.certificates[0])
    version = core.Integer(1 if parts.content is None else 3).dump()
    kind = cms.ContentType("data" if parts.content is None else "tst_info").dump()
    held = () if parts.content is None else (der(TAG_0, der(OCTETS, parts.content)),)
    stamped = (der(TAG_1, der(SEQUENCE, STAMP_TYPE, der(SET, parts.token))),) if parts.token else ()
    content = der(
        SEQUENCE,
        version,
        der(SET, parts.digest_algorithm),
        der(SEQUENCE, kind, *held),
        der(TAG_0, *sorted(parts.certificates)),
        der(
            SET,
            der(
                SEQUENCE,
                core.Integer(1).dump(),
                der(SEQUENCE, signer.issuer.dump(), core.Integer(signer.serial_number).dump()),
                parts.digest_algorithm,
                der(TAG_0, parts.attributes),
                parts.signature_algorithm,
                der(OCTETS, parts.signature),
                *stamped,
            ),
        ),
    )
    return der(SEQUENCE, SIGNED_DATA, der(TAG_0, content))


def low(signature: bytes, order: int = ORDER) -> bytes:
    """Return the one of the two forms of an ECDSA signature that counts here."""
    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, min(s, order - s))


def lowered(parts: Parts) -> Parts:
    """Return `parts` with the signature in the form that counts."""
    key = x509.load_der_x509_certificate(parts.certificates[0]).public_key()
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in ORDERS:
        return replace(parts, signature=low(parts.signature, ORDERS[key.curve.name]))
    return parts


def check_signature(parts: Parts, curves: tuple[str, ...] = ("secp256r1",)) -> x509.Certificate:
    """Return the signer's certificate. Raises ContainerError where the signature does not match.

    `curves` are the kinds of elliptic curve keys that may sign; RSA may where a
    timestamp does, since the authority's key is not ours to choose.
    """
    certificate = x509.load_der_x509_certificate(parts.certificates[0])
    key, told = certificate.public_key(), _algorithm(parts)
    hashed, signed = DIGESTS[parts.digest_name](), der(SET, parts.attributes)
    try:
        if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in curves:
            if told != "ecdsa" or low(parts.signature, ORDERS[key.curve.name]) != parts.signature:
                raise ContainerError(CHANGED)
            key.verify(parts.signature, signed, ec.ECDSA(hashed))
        elif isinstance(key, rsa.RSAPublicKey) and parts.content is not None:
            if told != "rsassa_pkcs1v15":
                raise ContainerError(CHANGED)
            key.verify(parts.signature, signed, padding.PKCS1v15(), hashed)
        else:
            raise ContainerError(N_("A signature was made with a key of another kind than ours."))
    except InvalidSignature as error:
        raise ContainerError(N_("A signature does not match what it signs.")) from error
    return certificate


def _algorithm(parts: Parts) -> str:
    return str(algos.SignedDigestAlgorithm.load(parts.signature_algorithm).signature_algo)


def signature_algorithm(certificate: bytes, digest: str) -> bytes:
    """Return the usual encoding of the way in which the key of `certificate` signs."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    kind = "ecdsa" if isinstance(key, ec.EllipticCurvePublicKey) else "rsa"
    encoded: bytes = algos.SignedDigestAlgorithm({"algorithm": f"{digest}_{kind}"}).dump()
    return encoded


def protected_algorithms(values: Mapping[str, Any]) -> tuple[bytes, bytes] | None:
    """Return digest and signature algorithm where the signature protects them (RFC 6211)."""
    if (told := values.get("cms_algorithm_protection")) is None:
        return None
    return told["digest_algorithm"].dump(), told["signature_algorithm"].untag().dump()
