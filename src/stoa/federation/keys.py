"""Keys as objects: those of others from their PEM or multibase text, and our own.

Which texts a document holds is read in `parse.key`; whether they are good keys is decided here.
RSA from 2,048 to 8,192 bits and Ed25519, nothing else.  Objects are cached by their text: reading a
private key costs a hundred times what signing costs.  No network, no clock but the one given.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key,
)

from stoa.federation import base58

Kind = Literal["rsa", "ed25519"]

LEAST_BITS = 2048
MOST_BITS = 8192
MAX_PEM_CHARACTERS = 8192

# Multicodec 0xed and 0x1300 as varints (FEP-521a; W3C Controlled Identifiers section 2.2.2).
_ED25519_PUBLIC = b"\xed\x01"
_ED25519_PRIVATE = b"\x80\x26"

_PADDING = padding.PKCS1v15()
_SHA256 = hashes.SHA256()


class KeyRefused(Exception):
    """A key cannot be read, is too weak or too large, or is not whose it claims to be."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The key *id* of the actor *owner*; *expires* in Unix seconds, if ever (FEP-521a)."""

    id: str
    owner: str
    key: RSAPublicKey | Ed25519PublicKey
    expires: float | None = None

    @property
    def kind(self) -> Kind:
        """Which algorithm it signs with."""
        return "rsa" if isinstance(self.key, RSAPublicKey) else "ed25519"

    def verifies(self, signature: bytes, data: bytes) -> bool:
        """Whether *signature* is this key's over *data*: RSASSA-PKCS1-v1_5 with SHA-256, or Ed25519."""
        try:
            if isinstance(self.key, RSAPublicKey):
                self.key.verify(signature, data, _PADDING, _SHA256)
            else:
                self.key.verify(signature, data)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key of ours under the *id* that its actor publishes."""

    id: str
    key: RSAPrivateKey | Ed25519PrivateKey

    @property
    def kind(self) -> Kind:
        """Which algorithm it signs with."""
        return "rsa" if isinstance(self.key, RSAPrivateKey) else "ed25519"

    def sign(self, data: bytes) -> bytes:
        """The signature that PublicKey.verifies accepts."""
        if isinstance(self.key, RSAPrivateKey):
            return self.key.sign(data, _PADDING, _SHA256)
        return self.key.sign(data)


def public_key(
    key_id: str, owner: str, *, pem: str = "", multibase: str = "", expires: float | None = None
) -> PublicKey:
    """The key that a document shows as *pem* or as *multibase*.  Raises KeyRefused.

    That *owner* is its owner is only a claim until the owner's own document shows it: `confirmed`.
    """
    if bool(pem) == bool(multibase):
        raise KeyRefused("a key is a PEM text or a multibase text")
    key = _from_pem(pem) if pem else _from_multibase(multibase)
    return PublicKey(key_id, owner, key, expires)


def confirmed(claimed: PublicKey, published: Iterable[PublicKey]) -> PublicKey:
    """The key among *published*, read from the document of the owner that *claimed* names, which is
    the claimed one: same id, same owner, same key.

    Raises KeyRefused: a key document that names somebody as its owner proves nothing unless that
    somebody shows the same key (Fedify GHSA-q9f8-5hc7-898f).
    """
    for key in published:
        if key.id == claimed.id and key.owner == claimed.owner and key.key == claimed.key:
            return key
    raise KeyRefused(f"{claimed.owner} does not show the key {claimed.id}")


def require_asked(key: PublicKey, asked: str) -> PublicKey:
    """*key*, if it is the one that was asked for; a document may not bring another (Fedify #963).

    Raises KeyRefused.
    """
    if key.id != asked:
        raise KeyRefused(f"{key.id} came where {asked} was asked for")
    return key


def generate_rsa() -> str:
    """A new RSA-2048 private key as PEM.  Takes some tens of milliseconds."""
    return _private_pem(generate_private_key(public_exponent=65537, key_size=2048))


def generate_ed25519() -> str:
    """A new Ed25519 private key as PEM."""
    return _private_pem(Ed25519PrivateKey.generate())


@lru_cache(maxsize=1024)
def _private_key(pem: str) -> RSAPrivateKey | Ed25519PrivateKey:
    # The full check of an RSA key costs 30 ms; only keys that we made ourselves come here.
    key = serialization.load_pem_private_key(pem.encode(), None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise KeyRefused("a signing key is RSA or Ed25519")
    return key


def signing_key(key_id: str, pem: str) -> SigningKey:
    """Our own key from the PEM that generate_rsa or generate_ed25519 made; never one from outside."""
    return SigningKey(key_id, _private_key(pem))


def public_pem(key: SigningKey) -> str:
    """What the actor shows as `publicKeyPem`."""
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return key.key.public_key().public_bytes(encoding, form).decode()


def public_multibase(key: SigningKey) -> str:
    """What the actor shows as `publicKeyMultibase` (FEP-521a); raises KeyRefused for RSA."""
    if not isinstance(key.key, Ed25519PrivateKey):
        raise KeyRefused("only Ed25519 keys are shown as multibase")
    return "z" + base58.encode(_ED25519_PUBLIC + key.key.public_key().public_bytes_raw())


def signing_key_from_multibase(key_id: str, text: str) -> SigningKey:
    """An Ed25519 key from its `secretKeyMultibase`.  Raises KeyRefused."""
    return SigningKey(key_id, Ed25519PrivateKey.from_private_bytes(_multibase(text, _ED25519_PRIVATE)))


@lru_cache(maxsize=8192)
def _from_pem(pem: str) -> RSAPublicKey | Ed25519PublicKey:
    if len(pem) > MAX_PEM_CHARACTERS:
        raise KeyRefused("a PEM text this long is no key of ours to read")
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise KeyRefused("the PEM text holds no public key") from None
    if isinstance(key, Ed25519PublicKey):
        return key
    if not isinstance(key, RSAPublicKey):
        raise KeyRefused("a key is RSA or Ed25519")
    if not LEAST_BITS <= key.key_size <= MOST_BITS:
        raise KeyRefused(f"an RSA key has {LEAST_BITS} to {MOST_BITS} bits, not {key.key_size}")
    exponent = key.public_numbers().e
    # A large exponent makes each check as slow as signing.
    if exponent < 3 or exponent % 2 == 0 or exponent.bit_length() > 33:
        raise KeyRefused("the exponent of the RSA key is not one in use")
    return key


@lru_cache(maxsize=8192)
def _from_multibase(text: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(_multibase(text, _ED25519_PUBLIC))


def _multibase(text: str, codec: bytes) -> bytes:
    if not text.startswith("z"):
        raise KeyRefused("a multibase key is in base58btc and starts with z")
    try:
        data = base58.decode(text[1:])
    except ValueError:
        raise KeyRefused("the multibase text cannot be read") from None
    if not data.startswith(codec) or len(data) != len(codec) + 32:
        raise KeyRefused("the multibase text is not an Ed25519 key")
    return data[len(codec) :]


def _private_pem(key: RSAPrivateKey | Ed25519PrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
