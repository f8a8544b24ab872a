"""Whether a stored key still does its work: each is used once, on a text of nobody."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from screening.documents.certificates.authority import Credentials, CredentialsError
from screening.storage.encryption import Keys

SIGNS = {"installation.authority", "installation.seal", "clinic.seal", "account.credentials"}
APPS = {"account.totp", "account.totp_offer"}


def use_once(keys: Keys, column: str, content: Any) -> str:
    """Return what is wrong with a key that was opened, nothing where it works."""
    if column in SIGNS:
        return _sign(keys, content)
    if column in APPS:
        return _read_app(content)
    return ""


def _sign(keys: Keys, pkcs12: bytes) -> str:
    try:
        held = Credentials.from_pkcs12(pkcs12, keys.passphrase)
        signature = held.key.sign(b"a text of nobody", ECDSA(SHA256()))
        public = held.certificate.public_key()
        assert isinstance(public, EllipticCurvePublicKey)
        public.verify(signature, b"a text of nobody", ECDSA(SHA256()))
    except (CredentialsError, InvalidSignature):
        return "is no key that signs"
    return ""


def _read_app(secret: bytes) -> str:
    try:
        return "" if base64.b32decode(secret) else "is empty"
    except (binascii.Error, ValueError):
        return "is no secret of an app"
