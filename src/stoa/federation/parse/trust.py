"""The one rule of trust (FEP-fe34): who may say what.

A document is the word of X only if X signed the delivery, or it came from its own id, or it bears a
valid proof of X; and X and the id are of one server.  What is embedded and fails this is a hint: it
is fetched by its id.  Pure: it compares what others have verified and fetched.
"""

from __future__ import annotations

from typing import Any

from stoa.federation.parse.actor import RemoteActor, is_actor
from stoa.federation.parse.jsonld import NotUnderstood, Object, Ref, id_of, prop, types
from stoa.federation.parse.key import RemoteKey
from stoa.federation.parse.origins import is_address, same_origin


def owner_of(document: Object) -> str | None:
    """Who speaks in *document*: an activity's actor, an actor itself, an object's author,
    of a stamp for a collection whoever agrees.
    """
    if is_actor(document):
        return id_of(dict(document))
    owners = [id_of(prop(document, name)) for name in ("actor", "attributedTo")]
    if "FeatureAuthorization" in types(document):
        # It names nobody else (FEP-7aa9).
        owners.append(id_of(prop(document, "interactionTarget")))
    return next((one for one in owners if one is not None), None)


def require_owned(document: Object) -> str:
    """The owner of *document*, whose server is that of the id.  Raises NotUnderstood."""
    owner, named = owner_of(document), id_of(dict(document))
    if owner is None or named is None or not same_origin(owner, named):
        raise NotUnderstood("the owner of the document is of another server than its id")
    return owner


def own_words(ref: Ref, speaker: str) -> dict[str, Any] | None:
    """What *ref* embeds, if *speaker* (who is known to have said all this) may speak for it: it is
    theirs and of their server.  None: ask the server of its id.
    """
    document = ref.object
    if document is None or ref.id is None or not same_origin(ref.id, speaker):
        return None
    if is_actor(document):
        return document if ref.id == speaker else None
    owners = [
        one
        for one in (id_of(prop(document, "actor")), id_of(prop(document, "attributedTo")))
        if one is not None
    ]
    # An activity is its actor's, whomever its attributedTo names (Mobilizon).
    return document if owners and owners[0] == speaker else None


def address_to_ask(document: Object, fetched_from: str) -> str | None:
    """None if *document*, which came from *fetched_from* (after redirects), can be believed; else
    its id, to be fetched once.  Raises NotUnderstood where there is nothing to ask.

    A document under another address than its id may be anybody's upload (GHSA-jhrq-qvrm-qr36).
    """
    named = id_of(dict(document))
    if named is None or not is_address(fetched_from):
        raise NotUnderstood("the document does not say what it is")
    if named.partition("#")[0] != fetched_from.partition("#")[0]:
        return named
    require_owned(document)
    return None


def key_belongs(key: RemoteKey, actor: RemoteActor) -> bool:
    """Whether *actor*, fetched from its own id, confirms that *key* is theirs: same id, same words.

    That a key document names an owner is not enough (GHSA-q9f8-5hc7-898f).
    """
    return key.owner == actor.id and key in actor.keys
