"""Telling others of the collections that are made here, and of who wants to be in theirs (FEP-7aa9).

A collection is told to the followers of its owner if it is to be discovered, and whatever it says to the
servers of those who are in it.  Whoever is asked, and whoever takes their leave back, is spoken to alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from stoa import ids
from stoa.core import events
from stoa.core.collections import store as collections
from stoa.core.collections import views
from stoa.core.collections.model import CollectionView
from stoa.core.house import House
from stoa.db import Connection
from stoa.federation import remember, store
from stoa.federation.deliver import audience
from stoa.federation.deliver.send import Document, send
from stoa.federation.render import featured as render

STAMP = "FeatureAuthorization"


async def created(house: House, conn: Connection, event: events.CollectionCreated) -> None:
    """Add, to the list of its owner."""
    view = await _ours(conn, event.collection_id)
    if view is not None:
        await _list(conn, house, view)


async def _list(conn: Connection, house: House, view: CollectionView) -> None:
    listed = house.addresses.featured_collections(view.owner)
    await _tell(conn, house, view, "Add", render.collection(view, house.addresses), target=listed)


async def changed(house: House, conn: Connection, event: events.CollectionChanged) -> None:
    """Update."""
    view = await _ours(conn, event.collection_id)
    if view is not None:
        await _tell(conn, house, view, "Update", render.collection(view, house.addresses), about=view.uri)


async def deleted(house: House, conn: Connection, event: events.CollectionDeleted) -> None:
    """Remove from the list of its owner; whoever asks for it from now on is told that it is gone."""
    owner = await remember.known_by_id(conn, event.account_id)
    if not event.local or owner is None or owner.domain:
        return
    addresses = house.addresses
    await store.bury(conn, event.uri, owner.uri, "FeaturedCollection")
    document = render.said(
        "Remove",
        addresses.deed(owner.uri, "removes", ids.new_id()),
        owner.uri,
        event.uri,
        addresses,
        target=addresses.featured_collections(owner.uri),
    )
    inboxes = await audience.inboxes(conn, accounts=event.members, followers_of=event.account_id)
    await send(
        conn,
        house,
        document,
        account_id=event.account_id,
        inboxes=inboxes,
        kind="Remove",
        about=event.uri,
    )


async def asked(house: House, conn: Connection, event: events.FeatureAsked) -> None:
    """FeatureRequest, to whoever is asked."""
    item = await collections.find_item(conn, event.item_id)
    owner = None if item is None else await remember.known_by_id(conn, item.owner_id)
    if item is None or owner is None or not item.local:
        return
    document = render.request(item.id, owner.uri, item.collection_uri, item.object_uri, house.addresses)
    await send(
        conn,
        house,
        document,
        account_id=owner.id,
        inboxes=await audience.inboxes(conn, accounts=[item.account_id], personal=True),
        kind="FeatureRequest",
        about=document["id"],
    )


async def featured(house: House, conn: Connection, event: events.Featured) -> None:
    """Add, to a collection from here."""
    item = await collections.find_item(conn, event.item_id)
    view = await _ours(conn, item.collection_id) if item is not None and item.local else None
    one = next((one for one in view.items if one.id == event.item_id), None) if view is not None else None
    if view is not None and one is not None:
        what = render.item(one, view.uri, house.addresses)
        await _tell(conn, house, view, "Add", what, target=view.uri, about=what["id"])


async def unfeatured(house: House, conn: Connection, event: events.Unfeatured) -> None:
    """Remove, from a collection from here; nobody is told of those who never were in it."""
    view = await _ours(conn, event.collection_id)
    if view is None or not event.was_in:
        return
    gone = house.addresses.collection_item(view.uri, event.item_id)
    also = () if event.account_id is None else (event.account_id,)
    await _tell(conn, house, view, "Remove", gone, target=view.uri, about=gone, also=also)


async def revoked(house: House, conn: Connection, event: events.FeatureRevoked) -> None:
    """Somebody here takes their leave back: Delete of the stamp, to the server of the collection; where
    that is this one, all who know of the collection are told that they are out.
    """
    person = await remember.known_by_id(conn, event.account_id)
    row = await collections.find(conn, event.collection_id)
    if person is None or row is None:
        return
    stamp = render.stamp(event.item_id, person.uri, row.uri, house.addresses)
    await store.bury(conn, stamp["id"], person.uri, STAMP)
    if row.local:
        gone = events.Unfeatured(event.collection_id, event.item_id, event.account_id)
        await unfeatured(house, conn, gone)
        return
    document = render.said("Delete", f"{stamp['id']}#delete", person.uri, stamp, house.addresses)
    await send(
        conn,
        house,
        document,
        account_id=event.account_id,
        inboxes=await audience.inboxes(conn, accounts=[row.account_id], followers_of=event.account_id),
        kind="Delete",
        about=stamp["id"],
    )


async def _ours(conn: Connection, collection_id: int) -> CollectionView | None:
    found = (await views.load(conn, [collection_id], None)).get(collection_id)
    return found if found is not None and found.local else None


async def _tell(
    conn: Connection,
    house: House,
    view: CollectionView,
    kind: str,
    what: str | Document,
    *,
    target: str | None = None,
    about: str | None = None,
    also: Iterable[int] = (),
) -> None:
    activity_id = house.addresses.deed(view.owner, f"{kind.lower()}s", ids.new_id())
    if kind == "Update":
        activity_id = f"{view.uri}#updates/{ids.now_ms()}"
    members = [one.account_id for one in view.items if one.account_id is not None]
    await send(
        conn,
        house,
        render.said(kind, activity_id, view.owner, what, house.addresses, target=target),
        account_id=view.account_id,
        inboxes=await audience.inboxes(
            conn,
            accounts=[*members, *also],
            followers_of=view.account_id if view.discoverable else None,
        ),
        kind=kind,
        about=about,
    )
