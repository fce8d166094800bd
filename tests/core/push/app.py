"""An app that is sent messages: its keys, and how it reads (RFC 8291, section 3.4; the draft before)."""

from __future__ import annotations

import secrets
from typing import Any

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from stoa.core.push.encryption import to_base64


class App:
    """Has keys of its own."""

    def __init__(self) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())
        self.key = self._private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.secret = secrets.token_bytes(16)

    def asks(self, endpoint: str, **alerts: bool) -> dict[str, Any]:
        """The body of a request to be told at *endpoint*."""
        keys = {"p256dh": to_base64(self.key), "auth": to_base64(self.secret)}
        return {
            "subscription": {"endpoint": endpoint, "keys": keys, "standard": True},
            "data": {"alerts": alerts, "policy": "all"},
        }

    def read(self, body: bytes) -> bytes:
        """What `aes128gcm` says."""
        salt, length = body[:16], body[20]
        sender = body[21 : 21 + length]
        ikm = self._derived(sender, b"WebPush: info\0" + self.key + sender)
        key = _expand(salt, ikm, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _expand(salt, ikm, b"Content-Encoding: nonce\0", 12)
        padded = AESGCM(key).decrypt(nonce, body[21 + length :], None).rstrip(b"\0")
        assert padded[-1:] == b"\x02"
        return padded[:-1]

    def read_draft(self, body: bytes, salt: bytes, sender: bytes) -> bytes:
        """What `aesgcm` says."""
        ikm = self._derived(sender, b"Content-Encoding: auth\0")
        context = b"P-256\0\0\x41" + self.key + b"\0\x41" + sender
        key = _expand(salt, ikm, b"Content-Encoding: aesgcm\0" + context, 16)
        nonce = _expand(salt, ikm, b"Content-Encoding: nonce\0" + context, 12)
        padded = AESGCM(key).decrypt(nonce, body, None)
        return padded[2 + int.from_bytes(padded[:2], "big") :]

    def _derived(self, sender: bytes, info: bytes) -> bytes:
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        return _expand(self.secret, self._private.exchange(ec.ECDH(), theirs), info, 32)


def _expand(salt: bytes, material: bytes, info: bytes, length: int) -> bytes:
    """HKDF with one block (RFC 5869), by hand."""
    return _hmac(_hmac(salt, material), info + b"\x01")[:length]


def _hmac(key: bytes, data: bytes) -> bytes:
    made = hmac.HMAC(key, hashes.SHA256())
    made.update(data)
    return made.finalize()
