"""People who recommend and are recommended, their collections and their stamps."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from stoa.core.collections import views
from stoa.core.collections.model import CollectionView
from stoa.db.tables import collection_items, collections
from stoa.federation.receive import featured
from tests.federation.elsewhere import PUBLIC, Actor, Document
from tests.federation.receive.conftest import World
from tests.federation.receive.deeds import letters

EVERYBODY = {"canFeature": {"automaticApproval": [PUBLIC]}}
WORK = (featured.VERIFY, featured.FETCH, "federation.featured_collections")


def item(collection: str, person: str, stamp: str | None, number: int = 1) -> Document:
    return {
        "id": f"{collection}/items/{number}", "type": "FeaturedItem", "featuredObject": person,
        "featuredObjectType": "Person", "featureAuthorization": stamp,
    }  # fmt: skip


def described(world: World, owner: Actor, *items: Document, number: int = 23, **said: Any) -> Document:
    """A collection of *owner*'s, which is at its id."""
    document = {
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/fep/7aa9"],
        "id": f"{owner.uri}/collections/{number}", "type": "FeaturedCollection", "name": "Good people",
        "summary": "<p>Of <script>x</script>all kinds</p>", "attributedTo": owner.uri,
        "url": f"https://{owner.uri.split('/')[2]}/collections/{number}", "sensitive": False,
        "discoverable": True, "topic": {"type": "Hashtag", "name": "#Art"},
        "totalItems": len(items), "orderedItems": list(items),
        "published": "2026-02-25T11:35:01Z", "updated": "2026-02-25T11:35:01Z", **said,
    }  # fmt: skip
    world.elsewhere.put(document)
    return document


def stamped(world: World, person: Actor, collection: str, **said: Any) -> str:
    """The stamp of *person*, as Mastodon has it: without an attributedTo."""
    return world.elsewhere.put(
        {
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/fep/7aa9"],
            "id": f"{person.uri}/feature_authorizations/7", "type": "FeatureAuthorization",
            "interactingObject": collection, "interactionTarget": person.uri, **said,
        }
    )  # fmt: skip


async def found(world: World, uri: str) -> CollectionView | None:
    rows = await world.all(select(collections.c.id).where(collections.c.uri == uri))
    async with world.door.house.db.read() as conn:
        return (await views.load(conn, [row.id for row in rows], None)).get(rows[0].id) if rows else None


async def states(world: World) -> dict[str, str]:
    rows = await world.all(select(collection_items.c.object_uri, collection_items.c.state))
    return {row.object_uri: row.state for row in rows}


async def last(world: World) -> Document:
    return (await letters(world))[-1]
