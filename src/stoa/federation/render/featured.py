"""Collections as others are sent them, and what is said of them (FEP-7aa9).  Shapes of Mastodon 4.6."""

from __future__ import annotations

from typing import Any

from stoa.core.collections.model import CollectionView, ItemView
from stoa.federation.render.actor import hashtag
from stoa.federation.render.context import FEATURE_CONTEXT, PUBLIC, with_context
from stoa.ids import Addresses, iso

Document = dict[str, Any]


def collection(view: CollectionView, addresses: Addresses) -> Document:
    """FeaturedCollection, with those who have agreed to be in it; without its context."""
    items = [item(one, view.uri, addresses) for one in view.items if one.state == "accepted"]
    document: Document = {
        "id": view.uri,
        "type": "FeaturedCollection",
        "name": view.name,
        "summary": view.description_html,
        "attributedTo": view.owner,
        "url": view.url,
        "sensitive": view.sensitive,
        "discoverable": view.discoverable,
        "published": iso(view.created_at),
        "updated": iso(view.updated_at),
        "totalItems": len(items),
        "orderedItems": items,
    }
    if view.language is not None:
        document["summaryMap"] = {view.language: view.description_html}
    if view.tag is not None:
        document["topic"] = hashtag(view.tag, addresses)
    return document


def item(one: ItemView, collection_uri: str, addresses: Addresses) -> Document:
    """FeaturedItem, with the stamp of whoever is in it."""
    return {
        "id": one.uri or addresses.collection_item(collection_uri, one.id),
        "type": "FeaturedItem",
        "featuredObject": one.object_uri,
        "featuredObjectType": one.actor_type or "Person",
        "featureAuthorization": stamp_id(one, addresses),
        "published": iso(one.created_at),
    }


def stamp_id(one: ItemView, addresses: Addresses) -> str | None:
    """The id of the stamp by which they agreed."""
    return addresses.authorization(one.object_uri, "Feature", one.id) if one.here else one.stamp


def stamp(number: int, person: str, collection_uri: str, addresses: Addresses) -> Document:
    """FeatureAuthorization of *person*, who lives here."""
    return {
        "id": addresses.authorization(person, "Feature", number),
        "type": "FeatureAuthorization",
        "attributedTo": person,
        "interactingObject": collection_uri,
        "interactionTarget": person,
    }


def request(number: int, owner: str, collection_uri: str, person: str, addresses: Addresses) -> Document:
    """The question to *person* whether they want to be in it."""
    return with_context(
        {
            "id": addresses.deed(owner, "feature_requests", number),
            "type": "FeatureRequest",
            "actor": owner,
            "to": [person],
            "object": person,
            "instrument": collection_uri,
        },
        FEATURE_CONTEXT,
    )


def said(
    kind: str,
    activity_id: str,
    actor: str,
    what: str | Document,
    addresses: Addresses,
    *,
    target: str | None = None,
) -> Document:
    """Add, Update, Remove or Delete of *what*, for everybody to know."""
    return with_context(
        {
            "id": activity_id,
            "type": kind,
            "actor": actor,
            "to": [PUBLIC],
            "cc": [addresses.followers(actor)],
            "object": what,
            **({} if target is None else {"target": target}),
        },
        FEATURE_CONTEXT,
    )
