"""Agreeing to be in a collection, and no longer.

Whoever is in a collection goes whenever they want, wherever it lives; whoever blocks its owner goes
too, and so does who is blocked by them.  What was taken back is not given again for the asking.
"""

from __future__ import annotations

from stoa import ids
from stoa.core import events
from stoa.core.accounts import views as account_views
from stoa.core.accounts.featuring import policy_of, standing
from stoa.core.collections import store
from stoa.core.errors import Forbidden, NotFound
from stoa.core.relationships import views as relationships
from stoa.db import Connection, Row


async def revoke(conn: Connection, account_id: int, collection_id: int, item_id: int) -> None:
    """Somebody who lives here does not want to be in it any more.  Raises NotFound, Forbidden."""
    item = await store.find_item(conn, item_id)
    if item is None or item.collection_id != collection_id or item.state != "accepted":
        raise NotFound
    if item.account_id != account_id or item.domain:
        raise Forbidden("This action is not allowed")
    await _revoke(conn, item)


async def _revoke(conn: Connection, item: Row) -> None:
    await store.change_item(conn, item.id, state="revoked")
    await store.change(conn, item.collection_id, updated_at=ids.now_ms())
    await events.record(conn, events.FeatureRevoked(item.id, item.collection_id, item.account_id))


async def part(conn: Connection, event: events.Blocked) -> None:
    """Reaction to a block: neither is in a collection of the other from then on."""
    for item in await store.between(conn, event.target_id, event.account_id):
        if item.domain == "" and item.state == "accepted":
            await _revoke(conn, item)
        elif item.local and item.state in ("pending", "accepted"):
            # Who lives elsewhere has blocked somebody here.
            await withdrawn(conn, item)
    for item in await store.between(conn, event.account_id, event.target_id):
        if item.local and item.state in ("pending", "accepted"):
            await _out(conn, item, "rejected")
        elif not item.local and item.domain == "" and item.state == "accepted":
            await _revoke(conn, item)


async def agrees(conn: Connection, account_id: int, owner_id: int) -> bool:
    """Whether *account_id*, who lives here, lets *owner_id* put them into a collection."""
    person = (await account_views.load(conn, [account_id])).get(account_id)
    ties = await relationships.relationships(conn, owner_id, [account_id])
    if person is None or not person.local or not ties or ties[0].blocking or ties[0].blocked_by:
        return False
    found = standing(policy_of(person), follows=ties[0].following, followed=ties[0].followed_by)
    return found == "automatic"


async def grant(conn: Connection, collection: Row, account_id: int, object_uri: str) -> int | None:
    """Somebody here agrees to be in the *collection* of somebody elsewhere; the id of the item, by which
    their stamp is known.  None: they have taken that back before, or it is full.
    """
    rows = await store.items(conn, collection.id)
    before = next((row for row in rows if row.object_uri == object_uri), None)
    if before is not None and before.state in ("accepted", "revoked"):
        return before.id if before.state == "accepted" else None
    if before is not None:
        await store.change_item(conn, before.id, state="accepted", account_id=account_id)
        item_id: int = before.id
    else:
        position = max((row.position for row in rows), default=0) + 1
        item_id = await store.add_item(
            conn,
            collection.id,
            object_uri=object_uri,
            account_id=account_id,
            state="accepted",
            position=position,
        )
    await events.record(conn, events.Featured(item_id))
    return item_id


async def accepted(conn: Connection, item: Row, stamp: str) -> None:
    """Whom somebody here has asked says yes; *item* is a row of `store.find_item`."""
    if item.state == "accepted" and item.stamp == stamp:
        return
    if item.state in ("pending", "rejected"):
        await store.change_item(conn, item.id, state="accepted", stamp=stamp)
        await store.change(conn, item.collection_id, updated_at=ids.now_ms())
        await events.record(conn, events.Featured(item.id))


async def withdrawn(conn: Connection, item: Row) -> None:
    """Whoever lives elsewhere says no, or no longer: from a yes there is no way back by asking again."""
    await _out(conn, item, "revoked" if item.state == "accepted" else "rejected")


async def verified(conn: Connection, item: Row, account_id: int | None) -> None:
    """The stamp of an item elsewhere was looked at; it holds for *account_id* (None: it does not)."""
    if item.state == "pending":
        state = "rejected" if account_id is None else "accepted"
        await store.change_item(conn, item.id, state=state, account_id=account_id)


async def _out(conn: Connection, item: Row, state: str) -> None:
    if item.state == state:
        return
    await store.change_item(conn, item.id, state=state)
    await store.change(conn, item.collection_id, updated_at=ids.now_ms())
    await events.record(
        conn,
        events.Unfeatured(item.collection_id, item.id, item.account_id, was_in=item.state == "accepted"),
    )
