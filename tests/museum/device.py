"""A telephone that holds passkeys, as a program: it answers what browsers pass on to devices.

Only `cryptography` and what the webauthn package brings along, so that makers of any
commit may use it. https://www.w3.org/TR/webauthn-3/#sctn-authenticator-data
"""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

import cbor2
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

PERSON_CHECKED = 0x05  # flags: present and verified
WITH_KEY = 0x40


@dataclass
class Device:
    """One passkey for one site, such as "https://clinic.example"; `uses` counts its answers."""

    site: str
    id: str
    pem: str
    uses: int = 0

    @classmethod
    def new(cls, site, id):
        key = ec.generate_private_key(ec.SECP256R1())
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return cls(site, _text(id), pem.decode())

    @property
    def _key(self):
        return serialization.load_pem_private_key(self.pem.encode(), None)

    def make(self, challenge):
        """Return what navigator.credentials.create gives for this `challenge`, as JSON."""
        numbers, id = self._key.public_key().public_numbers(), _bytes(self.id)
        public = {1: 2, 3: -7, -1: 1, -2: _32(numbers.x), -3: _32(numbers.y)}
        made = bytes(16) + len(id).to_bytes(2, "big") + id + cbor2.dumps(public)
        about = self._about(PERSON_CHECKED | WITH_KEY) + made
        statement = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": about})
        said = self._said("webauthn.create", challenge)
        return self._answer(clientDataJSON=_text(said), attestationObject=_text(statement))

    def sign(self, challenge):
        """Return what navigator.credentials.get gives for this `challenge`, as JSON."""
        self.uses += 1
        about, said = self._about(PERSON_CHECKED), self._said("webauthn.get", challenge)
        signed = self._key.sign(about + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            clientDataJSON=_text(said), authenticatorData=_text(about), signature=_text(signed)
        )

    def _about(self, flags):
        domain = self.site.partition("://")[2]
        site = hashlib.sha256(domain.encode()).digest()
        return site + bytes([flags]) + self.uses.to_bytes(4, "big")

    def _said(self, kind, challenge):
        said = {"type": kind, "challenge": challenge, "origin": self.site, "crossOrigin": False}
        return json.dumps(said).encode()

    def _answer(self, **response):
        return json.dumps(
            {"id": self.id, "rawId": self.id, "type": "public-key", "response": response}
        )


def _32(number):
    return number.to_bytes(32, "big")


def _text(content):
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(text):
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
