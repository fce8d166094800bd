"""A message that only the app can read which gave us its key.  Pure.

`aes128gcm` is RFC 8291 over RFC 8188; `aesgcm` is what came before it (draft-ietf-webpush-encryption-04),
which apps read that do not ask for the standard.
"""

from __future__ import annotations

import base64
import binascii
import secrets
import struct

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

KEY_BYTES = 65  # an uncompressed point of P-256
SECRET_BYTES = 16
SALT_BYTES = 16
RECORD_BYTES = 4096
"""What push services take at most (RFC 8030, section 7.2), and so our one record."""
MAX_BYTES = RECORD_BYTES - 16 - 1 - 86  # without tag, delimiter and header


class KeyRefused(ValueError):
    """What an app gave as its key or secret is none."""


def from_base64(text: str) -> bytes:
    """The bytes of *text*, in either alphabet, padded or not.  Raises KeyRefused."""
    plain = text.strip().rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise KeyRefused("that is not base64") from None


def to_base64(data: bytes) -> str:
    """In the alphabet of addresses, without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def public_key(data: bytes) -> ec.EllipticCurvePublicKey:
    """The key of an app.  Raises KeyRefused."""
    try:
        if len(data) != KEY_BYTES:
            raise ValueError
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data)
    except ValueError:
        raise KeyRefused("that is no uncompressed point of P-256") from None


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """The KEY_BYTES of *key*."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def aes128gcm(
    message: bytes,
    app_key: bytes,
    secret: bytes,
    *,
    own: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """The body that says *message* to the app of *app_key* and *secret*.  *own* and *salt* are new each
    time; they are given by tests of the RFC's example alone.
    """
    own, salt = own or ec.generate_private_key(ec.SECP256R1()), salt or secrets.token_bytes(SALT_BYTES)
    theirs, ours = public_key(app_key), point(own.public_key())
    shared = own.exchange(ec.ECDH(), theirs)
    ikm = _derived(shared, secret, b"WebPush: info\0" + app_key + ours, 32)
    key = _derived(ikm, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(ikm, salt, b"Content-Encoding: nonce\0", 12)
    head = salt + struct.pack("!IB", RECORD_BYTES, len(ours)) + ours
    return head + AESGCM(key).encrypt(nonce, message + b"\x02", None)


def aesgcm(message: bytes, app_key: bytes, secret: bytes) -> tuple[bytes, bytes, bytes]:
    """(body, salt, our key) that say *message* to the app, as the draft has it; salt and key are told
    in headers.
    """
    own, salt = ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(SALT_BYTES)
    theirs, ours = public_key(app_key), point(own.public_key())
    shared = own.exchange(ec.ECDH(), theirs)
    ikm = _derived(shared, secret, b"Content-Encoding: auth\0", 32)
    keys = b"".join(struct.pack("!H", len(one)) + one for one in (app_key, ours))
    key = _derived(ikm, salt, b"Content-Encoding: aesgcm\0P-256\0" + keys, 16)
    nonce = _derived(ikm, salt, b"Content-Encoding: nonce\0P-256\0" + keys, 12)
    return AESGCM(key).encrypt(nonce, b"\0\0" + message, None), salt, ours


def _derived(material: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(material)
