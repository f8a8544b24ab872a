"""Seal what is stored, so that a copied database is useless without the installation's key.

Each screening has a key of its own, wrapped by the clinic's key, which is
wrapped by the installation's. What a blob belongs to is bound into it, so that
no row can be swapped for another: a blob opens only in its own place.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from dataclasses import dataclass, fields
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12


class SealedBlobError(Exception):
    """A stored blob does not open: wrong key, wrong place, or changed bytes."""


def new_key() -> bytes:
    return os.urandom(KEY_BYTES)


def seal_bytes(key: bytes, content: bytes, place: str) -> bytes:
    """Return `content` encrypted and bound to `place`, such as "screening:ID:draft"."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, place.encode())


def open_bytes(key: bytes, blob: bytes, place: str) -> bytes:
    """Return what `seal_bytes` sealed for `place`. Raises SealedBlobError."""
    try:
        return AESGCM(key).decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], place.encode())
    except (InvalidTag, ValueError) as error:
        raise SealedBlobError(f"what is stored as {place} cannot be opened") from error


def seal_json(key: bytes, content: Any, place: str) -> bytes:
    """Seal anything JSON holds; lone surrogates survive as escapes."""
    return seal_bytes(key, json.dumps(content, separators=(",", ":")).encode(), place)


def open_json(key: bytes, blob: bytes, place: str) -> Any:
    return json.loads(open_bytes(key, blob, place))


def fingerprint(key: bytes, text: str) -> str:
    """Return a keyed hash of `text`: equal texts can be found, none can be read back."""
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Keys:
    """The keys of one installation; storage/installation.py says where they come from."""

    wrapping: bytes
    index: bytes
    audit: bytes
    queue: bytes
    cookies: bytes
    credentials: bytes
    ledger: bytes

    @classmethod
    def from_secret(cls, secret: bytes) -> Keys:
        """Draw the keys from a secret of 32 bytes or more. Raises ValueError for a shorter one."""
        if len(secret) < KEY_BYTES:
            raise ValueError(f"the installation's secret must have {KEY_BYTES} bytes or more")
        return cls(**{f.name: draw(secret, f.name) for f in fields(cls)})

    @property
    def passphrase(self) -> bytes:
        """What opens the PKCS#12 files with keys and certificates."""
        return self.credentials.hex().encode()


def draw(secret: bytes, purpose: str) -> bytes:
    """Return the key for one purpose that `secret` always gives."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose.encode()).derive(secret)
