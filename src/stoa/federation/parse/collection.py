"""Reading collections: featured posts, followers, replies, contexts, outboxes."""

from __future__ import annotations

import msgspec

from stoa.federation.parse.jsonld import (
    MAX_ITEMS,
    NotUnderstood,
    Object,
    Ref,
    first,
    id_of,
    prop,
    ref,
    refs,
    type_among,
)
from stoa.federation.parse.values import number_of

_TYPES = frozenset({"Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"})


class RemoteCollection(msgspec.Struct, frozen=True, kw_only=True):
    """A collection or one page of it.

    *items* are those in the document, its first page included where that is embedded; *next* is the
    address to go on at, *part_of* the collection a page belongs to.  *total* is what they say.
    """

    id: str | None
    items: tuple[Ref, ...]
    next: str | None
    part_of: str | None
    total: int | None
    attributed_to: str | None


def parse_collection(document: Object) -> RemoteCollection:
    """The collection or page that *document* is, at most MAX_ITEMS of its items.

    Raises NotUnderstood for anything else.
    """
    if type_among(document, _TYPES) is None:
        raise NotUnderstood("neither a collection nor a page of one")
    items = refs(prop(document, "orderedItems"), MAX_ITEMS) or refs(prop(document, "items"), MAX_ITEMS)
    following = id_of(prop(document, "next"))
    begin = ref(prop(document, "first"))
    page = begin.object
    if not items and following is None:
        following = begin.id
        if page is not None and type_among(page, _TYPES) is not None:
            items = refs(prop(page, "orderedItems"), MAX_ITEMS) or refs(prop(page, "items"), MAX_ITEMS)
            following = id_of(prop(page, "next")) or (begin.id if not items else None)
    return RemoteCollection(
        id=id_of(dict(document)),
        items=items,
        next=following,
        part_of=id_of(prop(document, "partOf")),
        total=number_of(prop(document, "totalItems")),
        attributed_to=id_of(prop(document, "attributedTo")),
    )


def collection_of(value: object) -> RemoteCollection | None:
    """What stands under `replies`, `likes`, …: a collection, one known by its id alone, or None."""
    found = first(value)
    if isinstance(found, dict) and type_among(found, _TYPES) is not None:
        return parse_collection(found)
    named = id_of(found)
    if named is None:
        return None
    return RemoteCollection(id=named, items=(), next=named, part_of=None, total=None, attributed_to=None)
