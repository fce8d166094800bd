"""Keys for tests, made once."""

from __future__ import annotations

from functools import cache

from stoa.federation import keys
from stoa.federation.keys import generate_rsa

CAROL = "https://there.example/users/carol"
EVIL = "https://evil.example/users/mallory"


@cache
def rsa(owner: str = CAROL) -> keys.SigningKey:
    """The RSA key of *owner*."""
    return keys.signing_key(f"{owner}#main-key", generate_rsa())


@cache
def ed25519(owner: str = CAROL) -> keys.SigningKey:
    """The Ed25519 key of *owner*."""
    return keys.signing_key(f"{owner}#ed25519-key", keys.generate_ed25519())


def shown(key: keys.SigningKey, owner: str = CAROL, *, expires: float | None = None) -> keys.PublicKey:
    """*key* as others read it from its owner's document."""
    if key.kind == "rsa":
        return keys.public_key(key.id, owner, pem=keys.public_pem(key), expires=expires)
    return keys.public_key(key.id, owner, multibase=keys.public_multibase(key), expires=expires)
