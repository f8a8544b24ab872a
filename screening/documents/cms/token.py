"""Timestamp tokens (RFC 3161), in the one form that we accept.

Authorities write theirs in many forms. `normal_token` brings a fresh one into
ours: what its signature does not protect is written again or left out, so that
no byte of what is left can change unseen. Issuers' certificates that the token
does not name by hash belong into the file's security store instead.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import cms, tsp
from cryptography import x509

from screening.documents.cms.der import check_der
from screening.documents.cms.parts import (
    CHANGED,
    DIGESTS,
    ORDERS,
    ContainerError,
    Parts,
    check_signature,
    digest_algorithm,
    lowered,
    present,
    protected_algorithms,
    put_together,
    signature_algorithm,
    values_in,
)
from screening.documents.cms.reasons import N_


@dataclass(frozen=True)
class Stamp:
    """Who says that something was there, and when."""

    certificate: x509.Certificate
    at: datetime


def normal_token(token: bytes) -> bytes:
    """Return `token` in the form that `read_token` accepts. Raises ContainerError."""
    parts = lowered(_parts(token))
    check_signature(parts, tuple(ORDERS))
    return put_together(parts)


def read_token(token: bytes, stamped: bytes) -> Stamp:
    """Return who stamped `stamped` and when.

    Raises ContainerError where the token was changed or is for something else,
    NotDerError where it is in another form than ours.
    """
    check_der(token)
    parts = _parts(token)
    if put_together(parts) != token:
        raise ContainerError(CHANGED)
    certificate = check_signature(parts, tuple(ORDERS))
    told = tsp.TSTInfo.load(parts.content)
    imprint = told["message_imprint"]
    name = imprint["hash_algorithm"]["algorithm"].native
    if name not in DIGESTS or imprint["hashed_message"].native != _hash(name, stamped):
        raise ContainerError(N_("A timestamp is not for what it stands beside."))
    return Stamp(certificate, told["gen_time"].native)


def is_token(container: Any) -> bool:
    """Tell whether a parsed container is a timestamp and not a signature of the file."""
    return bool(container["content"]["encap_content_info"]["content_type"].native == "tst_info")


def _parts(token: bytes) -> Parts:
    try:
        return _take_apart(cms.ContentInfo.load(token)["content"])
    except ContainerError:
        raise
    except Exception as error:
        raise ContainerError(N_("A timestamp cannot be read.")) from error


def _take_apart(signed: Any) -> Parts:
    [signer] = signed["signer_infos"]
    attributes = signer["signed_attrs"].contents
    values = values_in(attributes)
    content = signed["encap_content_info"]["content"].contents
    named = values.get("signing_certificate_v2") or values["signing_certificate"]
    certificates = tuple(present(named, signed["certificates"]))
    name = signer["digest_algorithm"]["algorithm"].native
    told = protected_algorithms(values)
    digested, signing = told or (
        digest_algorithm(name),
        signature_algorithm(certificates[0], name),
    )
    if values["content_type"].native != "tst_info" or name not in DIGESTS:
        raise ContainerError(N_("A timestamp is of another kind than ours."))
    if values["message_digest"].native != _hash(name, content):
        raise ContainerError(N_("A timestamp does not match what it says."))
    return Parts(
        certificates=certificates,
        attributes=attributes,
        digest_algorithm=digested,
        signature_algorithm=signing,
        signature=signer["signature"].native,
        digest=values["message_digest"].native,
        content=content,
    )


def _hash(name: str, content: bytes) -> bytes:
    return hashlib.new(name, content).digest()
