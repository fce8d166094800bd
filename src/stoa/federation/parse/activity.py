"""Reading activities: what somebody elsewhere did, as one of a few kinds.

Gives the values of `kinds`.  Says what an activity claims, not that it is true: whether the actor
sent it is for signatures, whether what is embedded may be believed for `trust.own_words`.  What we
have no use for comes out as Other, to be answered 202 and counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast, get_args

from stoa.federation.parse.jsonld import (
    NotUnderstood,
    Object,
    Ref,
    audience,
    first,
    id_of,
    ids_of,
    many,
    prop,
    ref,
    refs,
    types,
)
from stoa.federation.parse.kinds import (
    Accept,
    Activity,
    Add,
    Announce,
    Block,
    Create,
    Delete,
    Dislike,
    EmojiReact,
    Flag,
    Follow,
    Like,
    Lock,
    Move,
    Other,
    Reject,
    Remove,
    Request,
    RequestKind,
    Undo,
    Update,
    Vote,
)
from stoa.federation.parse.note import is_post, may_be_vote, parse_note
from stoa.federation.parse.origins import is_address, same_origin
from stoa.federation.parse.tags import RemoteEmoji, emojis_of
from stoa.federation.parse.values import text_of, time_of

MAX_COMMENT = 5_000
MAX_REACTION = 256
MAX_REPORTED = 100
MAX_BATCH = 100
# Announce{Undo{Block}} is as deep as groups go.
MAX_NESTED = 3


def parse_activity(document: Object, *, nested: int = 0) -> Activity:
    """The activity that *document* is: one of `kinds`.

    Raises NotUnderstood without a type or an actor, for an id on another server than the actor, and
    for one that does not say what it is about.
    """
    if nested > MAX_NESTED:
        raise NotUnderstood("activities within activities within activities")
    kinds = types(document)
    if not kinds:
        raise NotUnderstood("an activity without a type")
    if is_post(document) and id_of(prop(document, "actor")) is None:
        return _bare(document)
    actors = ids_of(prop(document, "actor"), 2) or _asker(document, kinds)
    if len(actors) != 1:
        raise NotUnderstood("an activity needs one actor")
    activity_id = id_of(dict(document))
    if activity_id is not None and not same_origin(activity_id, actors[0]):
        raise NotUnderstood("an activity on another server than its actor")
    kind = next((one for one in kinds if one in _READERS), None)
    said: _Said = {
        "id": activity_id,
        "actor": actors[0],
        "object": _ref(prop(document, "object")),
        "to": audience(prop(document, "to")),
        "cc": audience(prop(document, "cc")),
        "audience": audience(prop(document, "audience"), 16),
        "published": time_of(prop(document, "published")),
    }
    if kind is None:
        return Other(type=kinds[0][:100], **said)
    if said["object"].id is None and kind not in _WITHOUT_OBJECT_ID:
        raise NotUnderstood(f"{kind} does not say of what")
    return _READERS[kind](document, said, nested)


def _asker(document: Object, kinds: list[str]) -> tuple[str, ...]:
    """Mastodon 4.6 sends a FeatureRequest without an actor: it is whose address its id begins with.  That
    they said it is for the signature to prove, as ever.
    """
    named = (id_of(dict(document)) or "").partition("/feature_requests/")
    return (named[0],) if "FeatureRequest" in kinds and named[1] and is_address(named[0]) else ()


_Said = dict[str, Any]
_COLLECTIONS = frozenset({"Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"})
_WITHOUT_OBJECT_ID = frozenset({"Undo", "Accept", "Reject", "Announce", "Flag"})


def _bare(document: Object) -> Create:
    """A Question (or any post) that was sent without the Create around it."""
    note = parse_note(document)
    return Create(
        id=None, actor=note.author, object=Ref(note.id, dict(document)), to=note.to, cc=note.cc,
        audience=note.audience, published=note.published,
    )  # fmt: skip


def _ref(value: object) -> Ref:
    found = ref(value)
    if found.id is None and found.object is None:
        # To follow a relay is to follow the public collection.
        public = audience(value, 1)
        return Ref(public[0] if public else None)
    return found


def _inner(said: _Said, nested: int) -> Activity | None:
    """The activity under `object`; None if it is named by its id only, or makes no sense."""
    document = said["object"].object
    if document is None or not set(types(document)) & _READERS.keys():
        return None
    try:
        return parse_activity(document, nested=nested + 1)
    except NotUnderstood:
        return None


def _create(document: Object, said: _Said, nested: int) -> Activity:
    embedded = said["object"].object
    if embedded is not None and may_be_vote(embedded):
        try:
            note = parse_note(embedded, around=document)
        except NotUnderstood:
            # Of another server: whoever receives it asks there.
            return Create(**said)
        if note.vote is not None and note.in_reply_to is not None:
            return Vote(poll=note.in_reply_to, name=note.vote, **said)
    return Create(**said)


def _delete(document: Object, said: _Said, nested: int) -> Activity:
    return Delete(reason=text_of(prop(document, "summary"), MAX_COMMENT) or "", **said)


def _undo(document: Object, said: _Said, nested: int) -> Activity:
    inner = _inner(said, nested)
    if inner is not None and inner.actor != said["actor"]:
        raise NotUnderstood("Undo of what somebody else did")
    _require_object(said, "Undo")
    return Undo(inner=inner, **said)


def _accept(document: Object, said: _Said, nested: int) -> Activity:
    _require_object(said, "Accept")
    return Accept(inner=_inner(said, nested), result=id_of(prop(document, "result")), **said)


def _reject(document: Object, said: _Said, nested: int) -> Activity:
    _require_object(said, "Reject")
    return Reject(inner=_inner(said, nested), **said)


def _require_object(said: _Said, kind: str) -> None:
    # An embedded Follow may come without an id: who and whom is enough to find it.
    if said["object"].id is None and said["object"].object is None:
        raise NotUnderstood(f"{kind} does not say of what")


def _reaction(document: Object) -> tuple[str | None, RemoteEmoji | None]:
    said = text_of(prop(document, "content"), MAX_REACTION + 1)
    if said is None:
        said = text_of(document.get("_misskey_reaction"), MAX_REACTION + 1)
    said = (said or "").strip()
    if not said or len(said) > MAX_REACTION:
        return None, None
    shortcode = said.strip(":")
    emojis = emojis_of(document) if said.startswith(":") else ()
    plain = shortcode.removesuffix("@.").partition("@")[0]
    emoji = next((one for one in emojis if one.shortcode in (shortcode, plain)), None)
    return said, emoji


def _like(document: Object, said: _Said, nested: int) -> Activity:
    reaction, emoji = _reaction(document)
    return Like(reaction=reaction, emoji=emoji, **said)


def _emoji_react(document: Object, said: _Said, nested: int) -> Activity:
    reaction, emoji = _reaction(document)
    if reaction is None:
        raise NotUnderstood("EmojiReact does not say with what")
    return EmojiReact(reaction=reaction, emoji=emoji, **said)


def _announce(document: Object, said: _Said, nested: int) -> Activity:
    inner = _inner(said, nested)
    announced = refs(prop(document, "object"), MAX_BATCH)
    listed = _listed(said["object"].object)
    if listed:
        announced, said = listed, {**said, "object": listed[0]}
    elif said["object"].id is None and inner is None:
        raise NotUnderstood("Announce does not say of what")
    return Announce(inner=inner, others=announced[1:], **said)


def _listed(found: Object | None) -> tuple[Ref, ...]:
    """What a collection holds that is announced whole."""
    if found is None or _COLLECTIONS.isdisjoint(types(found)):
        return ()
    items = prop(found, "orderedItems")
    items = prop(found, "items") if items is None else items
    return tuple(one for one in refs(items, MAX_BATCH) if one.id is not None)


def _block(document: Object, said: _Said, nested: int) -> Activity:
    return Block(target=id_of(prop(document, "target")), **said)


_ADDRESS_IN_TEXT = re.compile(r"https?://[^\s<>\"']{1,2048}", re.I)


def _flag(document: Object, said: _Said, nested: int) -> Activity:
    comment = text_of(prop(document, "content"), MAX_COMMENT)
    if not comment:
        # Lemmy and Mbin
        comment = text_of(prop(document, "summary"), MAX_COMMENT) or ""
    named = dict.fromkeys(ids_of(prop(document, "object"), MAX_REPORTED))
    # Misskey reports an account and names the post in the comment.
    for address in _ADDRESS_IN_TEXT.findall(comment):
        address = address.rstrip(".,;:!?)")
        if is_address(address) and len(named) < MAX_REPORTED:
            named.setdefault(address)
    if not named:
        raise NotUnderstood("Flag does not say of what")
    return Flag(reported=tuple(named), comment=comment, **said)


def _move(document: Object, said: _Said, nested: int) -> Activity:
    if said["object"].id != said["actor"]:
        raise NotUnderstood("Move of somebody else than the actor")
    return Move(target=_target(document, "Move"), **said)


def _add(document: Object, said: _Said, nested: int) -> Activity:
    return Add(target=_target(document, "Add"), **said)


def _remove(document: Object, said: _Said, nested: int) -> Activity:
    return Remove(target=_target(document, "Remove"), **said)


def _target(document: Object, kind: str) -> str:
    found = id_of(prop(document, "target"))
    if found is None:
        raise NotUnderstood(f"{kind} without a target")
    return found


def _request(document: Object, said: _Said, nested: int) -> Activity:
    kind = next(one for one in types(document) if one in _REQUESTS)
    instrument = ref(first(many(prop(document, "instrument"), 1)))
    if instrument.id is None:
        raise NotUnderstood(f"{kind} without an instrument")
    return Request(
        kind=cast(RequestKind, kind),
        instrument=instrument,
        **said,
    )


def _plain(make: Callable[..., Activity]) -> Callable[[Object, _Said, int], Activity]:
    return lambda document, said, nested: make(**said)


_REQUESTS = get_args(RequestKind)
_READERS: dict[str, Callable[[Object, _Said, int], Activity]] = {
    "Create": _create,
    "Update": _plain(Update),
    "Delete": _delete,
    "Undo": _undo,
    "Follow": _plain(Follow),
    "Accept": _accept,
    "Reject": _reject,
    "Like": _like,
    "Dislike": _plain(Dislike),
    "EmojiReact": _emoji_react,
    "Announce": _announce,
    "Block": _block,
    "Flag": _flag,
    "Move": _move,
    "Add": _add,
    "Remove": _remove,
    "Lock": _plain(Lock),
    **dict.fromkeys(_REQUESTS, _request),
}
