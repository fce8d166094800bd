"""A device that makes passkeys, as browsers hand them on (Web Authentication Level 3, section 6)."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor
from fido2.cose import ES256

USER_PRESENT, USER_VERIFIED, WITH_CREDENTIAL = 0x01, 0x04, 0x40


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def data_of(said: str) -> bytes:
    return base64.urlsafe_b64decode(said + "==")


@dataclass
class Device:
    """With one passkey, made by `create`; the rest is what it lies about."""

    origin: str
    flags: int = USER_PRESENT | USER_VERIFIED
    counted: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    user: bytes = b""
    party: str = ""

    def create(self, options: dict[str, Any], **said: Any) -> str:
        """What the browser answers to the options of `navigator.credentials.create`."""
        self.user, self.party = data_of(options["user"]["id"]), options["rp"]["id"]
        cose = ES256.from_cryptography_key(self.key.public_key())  # type: ignore[no-untyped-call]
        public = cbor.encode(cose)
        made = bytes(16) + struct.pack(">H", len(self.credential)) + self.credential + public
        authenticator = self._authenticator(WITH_CREDENTIAL) + made
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": authenticator})
        client = self._client("webauthn.create", options, **said)
        return self._answer(clientDataJSON=text(client), attestationObject=text(attestation))

    def get(self, options: dict[str, Any], **said: Any) -> str:
        """What the browser answers to the options of `navigator.credentials.get`."""
        self.party = self.party or options["rpId"]
        client, authenticator = self._client("webauthn.get", options, **said), self._authenticator()
        signed = authenticator + hashlib.sha256(client).digest()
        signature = self.key.sign(signed, ec.ECDSA(SHA256()))
        return self._answer(
            clientDataJSON=text(client),
            authenticatorData=text(authenticator),
            signature=text(signature),
            userHandle=text(self.user),
        )

    def _client(self, kind: str, options: dict[str, Any], **said: Any) -> bytes:
        whole = {"type": kind, "challenge": options["challenge"], "origin": self.origin, **said}
        return json.dumps(whole).encode()

    def _authenticator(self, flags: int = 0) -> bytes:
        party = hashlib.sha256(self.party.encode()).digest()
        return party + struct.pack(">BI", self.flags | flags, self.counted)

    def _answer(self, **response: str) -> str:
        said = text(self.credential)
        return json.dumps({"id": said, "rawId": said, "type": "public-key", "response": response})
