"""Who sends: the key of this house, and what it signs for a push service (RFC 8292).  Pure."""

from __future__ import annotations

import base64
from functools import lru_cache
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from stoa.core.push.encryption import from_base64, point, to_base64

VALID_SECONDS = 12 * 3600  # RFC 8292 allows a day

_HEADER = to_base64(b'{"typ":"JWT","alg":"ES256"}')


def new_key() -> str:
    """A new private key, as text."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return to_base64(number.to_bytes(32, "big"))


@lru_cache(maxsize=4)
def _private(key: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(from_base64(key), "big"), ec.SECP256R1())


@lru_cache(maxsize=4)
def server_key(key: str) -> str:
    """The public half of *key*, as apps are told it: base64 for addresses, padded as Mastodon's is."""
    return base64.urlsafe_b64encode(_point(key)).decode()


@lru_cache(maxsize=4)
def _point(key: str) -> bytes:
    return point(_private(key).public_key())


def token(key: str, endpoint: str, subject: str, now: float) -> str:
    """A JWT for the push service of *endpoint*: *subject* (`mailto:` or `https:`) sends, until
    VALID_SECONDS after *now* (Unix seconds).
    """
    there = urlsplit(endpoint)
    claims = {"aud": f"{there.scheme}://{there.netloc}", "exp": int(now) + VALID_SECONDS, "sub": subject}
    said = f"{_HEADER}.{to_base64(msgspec.json.encode(claims))}"
    r, s = decode_dss_signature(_private(key).sign(said.encode(), ec.ECDSA(SHA256())))
    return f"{said}.{to_base64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def headers(key: str, endpoint: str, subject: str, now: float) -> dict[str, str]:
    """Authorization by the standard."""
    return {
        "Authorization": f"vapid t={token(key, endpoint, subject, now)}, k={to_base64(_point(key))}",
    }


def draft_headers(
    key: str, endpoint: str, subject: str, now: float, *, salt: bytes, own: bytes
) -> dict[str, str]:
    """The same for a message of the draft `aesgcm`, with its salt and key."""
    return {
        "Authorization": f"WebPush {token(key, endpoint, subject, now)}",
        "Encryption": f"salt={to_base64(salt)}",
        "Crypto-Key": f"dh={to_base64(own)};p256ecdsa={to_base64(_point(key))}",
    }
