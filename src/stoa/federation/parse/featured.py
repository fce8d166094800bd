"""Collections of others, who is in them, and the stamps by which these agreed (FEP-7aa9).  Pure."""

from __future__ import annotations

import msgspec

from stoa.core.accounts.model import Circle, FeaturePolicy
from stoa.core.collections.model import MAX_DESCRIPTION_ELSEWHERE, MAX_ITEMS_ELSEWHERE, MAX_NAME_ELSEWHERE
from stoa.federation.parse.jsonld import (
    PUBLIC,
    NotUnderstood,
    Object,
    audience,
    first,
    id_of,
    many,
    prop,
    require_id,
    type_among,
)
from stoa.federation.parse.origins import same_origin
from stoa.federation.parse.values import flag_of, line_of, page_of, spoken, text_of, time_of

COLLECTION, ITEM, STAMP = "FeaturedCollection", "FeaturedItem", "FeatureAuthorization"


class RemoteItem(msgspec.Struct, frozen=True):
    """Somebody in a collection, and the stamp that is shown for it."""

    id: str
    object: str
    authorization: str | None
    published: int | None


class RemoteFeatured(msgspec.Struct, frozen=True, kw_only=True):
    """A collection as its server describes it.  *summary* is HTML as sent; *more* is where its items are,
    if they are not in it.
    """

    id: str
    owner: str
    name: str
    summary: str
    language: str | None
    url: str | None
    sensitive: bool
    discoverable: bool
    topic: str | None
    published: int | None
    updated: int | None
    items: tuple[RemoteItem, ...]
    more: str | None


class RemoteFeatureStamp(msgspec.Struct, frozen=True):
    """*target* agrees to be in *collection*."""

    id: str
    collection: str
    target: str


def is_collection(document: object) -> bool:
    """Whether *document* says that it is a collection of people."""
    return type_among(document, (COLLECTION,)) is not None


def is_item(document: object) -> bool:
    """Whether *document* says that it is a place in one."""
    return type_among(document, (ITEM,)) is not None


def parse_collection(document: Object) -> RemoteFeatured:
    """Raises NotUnderstood without a name, and for one that is kept elsewhere than its owner."""
    found = require_id(document, "a collection")
    owner = id_of(prop(document, "attributedTo"))
    if not is_collection(document) or owner is None or not same_origin(found, owner):
        raise NotUnderstood("no collection of somebody on its server")
    name = line_of(spoken(document, "name", MAX_NAME_ELSEWHERE * 4)[0], MAX_NAME_ELSEWHERE)
    if name is None:
        raise NotUnderstood("a collection without a name")
    summary, language = spoken(document, "summary", MAX_DESCRIPTION_ELSEWHERE)
    listed = prop(document, "orderedItems")
    page = first(prop(document, "first"))
    if listed is None and isinstance(page, dict):
        listed = prop(page, "orderedItems")
    return RemoteFeatured(
        id=found,
        owner=owner,
        name=name,
        summary=summary or "",
        language=language,
        url=page_of(prop(document, "url")),
        sensitive=flag_of(prop(document, "sensitive")) is True,
        discoverable=flag_of(_discoverable(document)) is not False,
        topic=_topic(document),
        published=time_of(prop(document, "published")),
        updated=time_of(prop(document, "updated")),
        items=items_of(listed, found),
        more=None if listed is not None else id_of(page),
    )


def with_items(found: RemoteFeatured, items: tuple[RemoteItem, ...]) -> RemoteFeatured:
    """The same with *items*, which were fetched by themselves."""
    return msgspec.structs.replace(found, items=items, more=None)


def items_of(listed: object, collection: str) -> tuple[RemoteItem, ...]:
    """Those of *listed* that make sense as items of *collection*, each person once."""
    found: dict[str, RemoteItem] = {}
    for one in many(listed, MAX_ITEMS_ELSEWHERE):
        item = item_of(one, collection) if isinstance(one, dict) else None
        if item is not None:
            found.setdefault(item.object, item)
    return tuple(found.values())


def item_of(document: Object, collection: str) -> RemoteItem | None:
    """The item that *document* is, if it is of the server of *collection*; a stamp counts only if it is of
    the server of whoever agreed.
    """
    named, person = id_of(dict(document)), id_of(prop(document, "featuredObject"))
    if not is_item(document) or named is None or person is None or not same_origin(named, collection):
        return None
    stamp = id_of(prop(document, "featureAuthorization"))
    if stamp is not None and not same_origin(stamp, person):
        stamp = None
    return RemoteItem(named, person, stamp, time_of(prop(document, "published")))


def parse_stamp(document: Object) -> RemoteFeatureStamp:
    """Raises NotUnderstood for one that is incomplete, or not kept where whoever agrees lives."""
    found = require_id(document, "a stamp")
    collection = id_of(prop(document, "interactingObject"))
    target = id_of(prop(document, "interactionTarget"))
    if type_among(document, (STAMP,)) is None or collection is None or target is None:
        raise NotUnderstood("a stamp that does not say who agrees to be in which collection")
    if not same_origin(found, target):
        raise NotUnderstood("a stamp that is kept elsewhere than who agrees")
    return RemoteFeatureStamp(found, collection, target)


def policy_of(document: Object) -> FeaturePolicy | None:
    """Who may put the actor *document* into a collection; None where it says nothing of that."""
    policy = first(prop(document, "interactionPolicy"))
    rule = first(prop(policy, "canFeature")) if isinstance(policy, dict) else None
    if not isinstance(rule, dict):
        return None
    own = id_of(dict(document))
    circles: dict[str, Circle] = {PUBLIC: "public"}
    for name in ("followers", "following"):
        address = id_of(prop(document, name))
        if address is not None:
            circles[address] = "followers" if name == "followers" else "following"

    def named(value: object) -> tuple[Circle, ...]:
        # Oneself is how one says nobody.
        found = [circles.get(one, "unsupported_policy") for one in audience(value, 16) if one != own]
        return tuple(dict.fromkeys(found))

    return FeaturePolicy(named(prop(rule, "automaticApproval")), named(prop(rule, "manualApproval")))


def _discoverable(document: Object) -> object:
    found = prop(document, "discoverable")
    return document.get("toot:discoverable") if found is None else found


def _topic(document: Object) -> str | None:
    topic = first(prop(document, "topic"))
    name = text_of(prop(topic, "name"), 256) if isinstance(topic, dict) else None
    return (name or "").strip().lstrip("#\uff03") or None
