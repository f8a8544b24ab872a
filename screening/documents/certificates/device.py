"""A seal whose key never leaves its device: PKCS#11 (smart card, HSM, SoftHSM).

The address is RFC 7512's: pkcs11:token=NAME;object=NAME?module-path=/path/to/library.so
Key and certificate have the object's name; the token's other certificates may be
its issuers'. A session lasts for one signature, so that no process inherits one.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast
from urllib.parse import parse_qs, unquote

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from screening.documents.certificates.authority import Credentials, CredentialsError

HOW = "Write the device as pkcs11:token=NAME;object=NAME?module-path=/path/to/library.so"
_started: dict[str, int] = {}  # which process started which library


def open_device(address: str, pin: str) -> Credentials:
    """Return the seal at `address`. Raises CredentialsError where it cannot be used."""
    key = DeviceKey(address, pin)
    own, others = key.certificates()
    public = own.public_key()
    try:
        if not isinstance(public, ec.EllipticCurvePublicKey) or public.curve.name != "secp256r1":
            raise CredentialsError("The key has to be an elliptic curve key of type P-256.")
        public.verify(key.sign(b"ours"), b"ours", ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise CredentialsError("The device holds no certificate for its key.") from error
    issuers = []
    above = own
    while found := [each for each in others if each.subject == above.issuer != above.subject]:
        above = found[0]
        issuers.append(above)
    return Credentials(cast(ec.EllipticCurvePrivateKey, key), own, tuple(issuers))


class DeviceKey:
    """Signs as a key of `cryptography` does, as far as a seal needs it."""

    def __init__(self, address: str, pin: str):
        path, _, query = address.removeprefix("pkcs11:").partition("?")
        parts = dict(part.partition("=")[::2] for part in path.split(";"))
        library = parse_qs(query).get("module-path", [""])[0]
        if not (library and parts.get("token") and parts.get("object")):
            raise CredentialsError(HOW)
        self._library, self._pin = library, pin
        self._token, self._object = unquote(parts["token"]), unquote(parts["object"])

    def sign(self, data: bytes, algorithm: object = None) -> bytes:
        """Return the signature of `data` with SHA-256, hashed here: not every device can."""
        from pkcs11 import Mechanism, ObjectClass

        with self._session() as session:
            key = session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=self._object)
            pair = key.sign(hashlib.sha256(data).digest(), mechanism=Mechanism.ECDSA)
        half = len(pair) // 2
        return encode_dss_signature(
            int.from_bytes(pair[:half], "big"), int.from_bytes(pair[half:], "big")
        )

    def certificates(self) -> tuple[x509.Certificate, list[x509.Certificate]]:
        """Return the key's certificate, and the others on the token."""
        from pkcs11 import Attribute, ObjectClass

        with self._session() as session:
            found = [
                (one[Attribute.LABEL], x509.load_der_x509_certificate(one[Attribute.VALUE]))
                for one in session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE})
            ]
        own = [certificate for label, certificate in found if label == self._object]
        if not own:
            raise CredentialsError(f"The token holds no certificate with the name {self._object}.")
        return own[0], [certificate for label, certificate in found if label != self._object]

    @contextmanager
    def _session(self) -> Iterator[Any]:
        """Open the token. Raises CredentialsError with what the device says."""
        try:
            import pkcs11
        except ImportError as error:
            raise CredentialsError("A device needs the library python-pkcs11.") from error
        try:
            library = pkcs11.lib(self._library)
            if _started.setdefault(self._library, os.getpid()) != os.getpid():
                library.reinitialize()  # what a fork inherits is not usable
                _started[self._library] = os.getpid()
            token = library.get_token(token_label=self._token)
            with token.open(user_pin=self._pin) as session:
                yield session
        except (pkcs11.PKCS11Error, RuntimeError) as error:
            raise CredentialsError(
                f"The device cannot be used: {type(error).__name__} {error}".strip()
            ) from error
