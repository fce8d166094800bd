"""Keys as actors publish them.  Reads JSON; whether a key is a good one is not decided here."""

from __future__ import annotations

import msgspec

from stoa.federation.parse.jsonld import (
    NotUnderstood,
    Object,
    id_of,
    many,
    objects,
    prop,
    require_id,
    types,
)
from stoa.federation.parse.origins import same_origin
from stoa.federation.parse.values import text_of, time_of

MAX_KEYS = 10
MAX_PEM = 8_192


class RemoteKey(msgspec.Struct, frozen=True):
    """A key and whom it is said to belong to: *pem* for signatures of requests (RSA, mostly), or
    *multibase* for FEP-521a (Ed25519).  Exactly one of them is not empty.
    """

    id: str
    owner: str
    pem: str = ""
    multibase: str = ""
    expires: int | None = None  # unix milliseconds


def keys_of(actor: Object) -> tuple[RemoteKey, ...]:
    """The keys that *actor* (a document with an id) publishes, at most MAX_KEYS of each kind.

    Only those count that name the actor as their owner and live on the actor's own server: a key
    document elsewhere that claims an owner proves nothing (GHSA-q9f8-5hc7-898f).
    """
    owner = require_id(actor, "an actor")
    stated = [
        *(_key(one) for one in objects(prop(actor, "publicKey"), MAX_KEYS)),
        *(_key(one) for one in objects(prop(actor, "assertionMethod"), MAX_KEYS)),
    ]
    found: dict[str, RemoteKey] = {}
    for key in stated:
        if key is not None and key.owner == owner and same_origin(key.id, owner):
            found.setdefault(key.id, key)
    return tuple(found.values())


def parse_key(document: Object) -> RemoteKey:
    """The key that *document* is or holds: a bare key, or a stub of an actor with nothing but its
    key (GoToSocial).  What it says of its owner is to be confirmed by the owner's own document.

    Raises NotUnderstood.
    """
    key = _key(document)
    if key is None:
        held = [_key(one) for one in objects(prop(document, "publicKey"), MAX_KEYS)]
        key = next((one for one in held if one is not None), None)
    if key is None:
        raise NotUnderstood("no key in the document")
    return key


def _key(obj: Object) -> RemoteKey | None:
    key_id = id_of(dict(obj))
    owner = id_of(prop(obj, "owner")) or id_of(prop(obj, "controller"))
    if key_id is None or owner is None:
        return None
    expires = time_of(prop(obj, "expires"))
    pem = text_of(prop(obj, "publicKeyPem"), MAX_PEM + 1)
    if pem and len(pem) <= MAX_PEM:
        return RemoteKey(key_id, owner, pem=pem, expires=expires)
    multibase = text_of(prop(obj, "publicKeyMultibase"), 257)
    if multibase and len(multibase) <= 256 and "Multikey" in types(obj):
        return RemoteKey(key_id, owner, multibase=multibase, expires=expires)
    return None


def key_ids(actor: Object) -> tuple[str, ...]:
    """The ids of all keys that *actor* names, embedded or not."""
    named = [*many(prop(actor, "publicKey"), MAX_KEYS), *many(prop(actor, "assertionMethod"), MAX_KEYS)]
    return tuple(dict.fromkeys(one for item in named if (one := id_of(item)) is not None))
