"""Collections of other servers, as these describe them.

Believes what it is told of the collection itself: that its owner says it has been made sure of before.
Of who agreed to be in it only their own server is believed: items wait ("pending") until their stamp
was looked at, and those who live here are in it only if they said so here.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from stoa import ids
from stoa.core import events
from stoa.core.collections import store
from stoa.core.collections.model import (
    MAX_COLLECTIONS_ELSEWHERE,
    MAX_ITEMS_ELSEWHERE,
    Described,
    DescribedItem,
)
from stoa.core.errors import NotFound
from stoa.core.statuses import tags
from stoa.db import Connection, Query, Row, any_of
from stoa.db.tables import accounts

_here = Query(
    select(accounts.c.id, accounts.c.uri).where(any_of(accounts.c.uri, "uris"), accounts.c.domain == "")
)


async def remember(conn: Connection, account_id: int, said: Described) -> int | None:
    """Store the collection of *account_id*, who lives elsewhere; its id.  None for one that is another's,
    or that is beyond what is kept of one owner.
    """
    row = await store.find_by_uri(conn, said.uri)
    if row is not None and (row.local or row.account_id != account_id):
        return None
    columns: dict[str, Any] = {
        "name": said.name, "description_html": said.description_html, "language": said.language,
        "sensitive": said.sensitive, "discoverable": said.discoverable, "url": said.url,
        "tag_id": await _tag(conn, said.tag),
    }  # fmt: skip
    if row is None:
        if await store.count(conn, account_id) >= MAX_COLLECTIONS_ELSEWHERE:
            return None
        collection_id = ids.new_id()
        await store.add(
            conn,
            collection_id,
            account_id=account_id,
            uri=said.uri,
            local=False,
            description="",
            created_at=None if said.created_at is None else min(said.created_at, ids.now_ms()),
            fetched_at=ids.now_ms(),
            **columns,
        )
    else:
        collection_id = row.id
        changed = {name: value for name, value in columns.items() if value != getattr(row, name)}
        if changed:
            changed["updated_at"] = said.updated_at or ids.now_ms()
            words = any(name in changed for name in ("name", "description_html"))
            await events.record(conn, events.CollectionChanged(collection_id, words=words))
        await store.change(conn, collection_id, **changed, fetched_at=ids.now_ms())
    await _members(conn, collection_id, said.items[:MAX_ITEMS_ELSEWHERE])
    return collection_id


async def add(conn: Connection, collection: Row, said: DescribedItem) -> None:
    """One more item of a *collection* that is here, as its owner says."""
    rows = await store.items(conn, collection.id)
    if len(rows) < MAX_ITEMS_ELSEWHERE:
        place = max((row.position for row in rows), default=0) + 1
        await _item(conn, collection.id, {row.object_uri: row for row in rows}, said, place)


async def drop(conn: Connection, item: Row) -> None:
    """An item is in it no longer, as its owner says; leave that was taken back stays so."""
    if item.state != "revoked":
        await store.remove_item(conn, item.id)
        was_in = item.state == "accepted"
        event = events.Unfeatured(item.collection_id, item.id, item.account_id, was_in=was_in)
        await events.record(conn, event)


async def forget(conn: Connection, collection: Row) -> None:
    """Its owner says that it is gone."""
    await store.remove(conn, collection.id)
    event = events.CollectionDeleted(collection.id, collection.account_id, collection.uri, (), local=False)
    await events.record(conn, event)


async def _members(conn: Connection, collection_id: int, said: tuple[DescribedItem, ...]) -> None:
    rows = await store.items(conn, collection_id)
    known = {row.object_uri: row for row in rows}
    for place, one in enumerate(said, 1):
        await _item(conn, collection_id, known, one, place)
    named = {one.object_uri for one in said}
    for row in rows:
        # Without a name it has been agreed to, and not been put in yet.
        if row.object_uri not in named and row.uri is not None:
            await drop(conn, row)


async def _item(
    conn: Connection, collection_id: int, known: dict[str, Row], said: DescribedItem, place: int
) -> None:
    row = known.get(said.object_uri)
    if row is not None:
        changed = {"uri": said.uri, "position": place}
        # Those who live here have no other stamp than their word.
        if row.domain != "" and said.stamp is not None and said.stamp != row.stamp:
            changed |= {"stamp": said.stamp, "state": "pending"}
        if any(value != getattr(row, name) for name, value in changed.items()):
            await store.change_item(conn, row.id, **changed)
        return
    here = await conn.all(_here, uris=[said.object_uri])
    if here or said.stamp is None:
        return
    await store.add_item(
        conn,
        collection_id,
        object_uri=said.object_uri,
        account_id=None,
        state="pending",
        position=place,
        uri=said.uri,
        stamp=said.stamp,
        created_at=None if said.created_at is None else min(said.created_at, ids.now_ms()),
    )


async def _tag(conn: Connection, name: str | None) -> int | None:
    if name is None:
        return None
    try:
        return await tags.ensure(conn, name)
    except NotFound:
        return None
