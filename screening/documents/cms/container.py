"""The one form that a signature's container may have, byte for byte.

A signature protects the file around its container, but not the container: a
version, the padding, the case of a hexadecimal digit could change and every
viewer would still call the signature good. So the container is taken apart,
put together again from the parts that cryptography protects, and has to come
out the same. The certificates are protected by their hashes in the signed
attributes, those attributes and the file by the signature, and of the two
numbers s and -s that make one signature only the smaller is accepted.

A signature may carry one timestamp of itself, and a document timestamp is such
a token in place of a signature: both protect themselves in the same way.

Says nothing about trust: whose certificate it is, is for others to ask.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from asn1crypto import cms
from cryptography import x509

from screening.documents.cms.der import der_size
from screening.documents.cms.parts import (
    CHANGED,
    FOREIGN,
    ContainerError,
    Parts,
    check_signature,
    digest_algorithm,
    present,
    put_together,
    signature_algorithm,
    values_in,
)
from screening.documents.cms.reasons import N_, BrokenError
from screening.documents.cms.token import Stamp, is_token, read_token

ATTRIBUTES = ("content_type", "message_digest", "signing_certificate_v2")
STAMP = "signature_time_stamp_token"


@dataclass(frozen=True)
class Protected:
    """What an unbroken signature vouches for: the first `size` bytes of a file.

    `stamp` is the timestamp of the signature, or of the file where that is all it is.
    """

    certificate: x509.Certificate
    size: int
    stamp: Stamp | None = None
    chain: tuple[x509.Certificate, ...] = ()  # of its issuers, as far as the signature names them
    is_stamp: bool = False  # nobody signed here: a clock saw the file


def read_container(pdf: bytes, byte_range: Sequence[int]) -> Protected:
    """Return who made the signature around `byte_range`, and how far it reaches.

    Raises ContainerError where the file, its container or the signature was changed.
    """
    start, end, covered_to = _gap(pdf, byte_range)
    container, parsed = _parse(pdf[start + 1 : end - 1])
    digits = container.hex().upper().encode().ljust(end - start - 2, b"0")
    if pdf[start:end] != b"<%b>" % digits:
        raise ContainerError(CHANGED)
    covered = b"".join((pdf[:start], pdf[end:covered_to]))
    if is_token(parsed):
        stamp = read_token(container, covered)
        return Protected(stamp.certificate, covered_to, stamp, is_stamp=True)
    parts = _parts(parsed)
    if put_together(parts) != container:
        raise ContainerError(CHANGED)
    if hashlib.sha256(covered).digest() != parts.digest:
        raise ContainerError(N_("The file was changed after it was signed."))
    certificate = check_signature(parts)
    token = read_token(parts.token, parts.signature) if parts.token else None
    chain = tuple(map(x509.load_der_x509_certificate, parts.certificates[1:]))
    return Protected(certificate, covered_to, token, chain)


def _gap(pdf: bytes, byte_range: Sequence[int]) -> tuple[int, int, int]:
    """Return where the container starts and ends, and where the signed bytes end."""
    if len(byte_range) != 4 or not all(isinstance(number, int) for number in byte_range):
        raise ContainerError(N_("A signature does not say which bytes it covers."))
    zero, start, end, rest = byte_range
    if zero != 0 or rest < 0 or not 0 < start < end <= end + rest <= len(pdf):
        raise ContainerError(N_("A signature covers other bytes than it should."))
    return start, end, end + rest


def _parse(digits: bytes) -> tuple[bytes, Any]:
    """Return the container without its padding. Wrong digits and wrong CMS are one mistake."""
    try:
        padded = bytes.fromhex(digits.decode("ascii"))
        container = padded[: der_size(padded)]
        parsed = cms.ContentInfo.load(container)
        is_token(parsed)
        return container, parsed
    except BrokenError:
        raise
    except Exception as error:
        raise ContainerError(N_("The container of a signature cannot be read.")) from error


def _parts(parsed: Any) -> Parts:
    try:
        return _take_apart(parsed["content"])
    except ContainerError:
        raise
    except Exception as error:
        raise ContainerError(N_("The container of a signature cannot be read.")) from error


def _take_apart(signed: Any) -> Parts:
    [signer] = signed["signer_infos"]
    attributes = signer["signed_attrs"].contents
    values = values_in(attributes)
    if sorted(values) != sorted(ATTRIBUTES) or values["content_type"].native != "data":
        raise ContainerError(FOREIGN)
    named = values["signing_certificate_v2"]
    certificates = tuple(present(named, signed["certificates"]))
    if len(certificates) != len(named["certs"]):
        raise ContainerError(N_("A certificate that the signature names is missing."))
    return Parts(
        certificates=certificates,
        attributes=attributes,
        digest_algorithm=digest_algorithm("sha256"),
        signature_algorithm=signature_algorithm(certificates[0], "sha256"),
        signature=signer["signature"].native,
        digest=values["message_digest"].native,
        token=_token(signer["unsigned_attrs"]),
    )


def _token(unsigned: Any) -> bytes | None:
    """Return the one timestamp that a signature may carry, and nothing else with it."""
    if not unsigned:
        return None
    [attribute] = unsigned
    [token] = attribute["values"]
    if attribute["type"].native != STAMP:
        raise ContainerError(FOREIGN)
    written: bytes = token.dump()
    return written
