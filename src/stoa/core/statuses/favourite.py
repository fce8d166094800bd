"""Favourites: given, taken back, listed.  The only writes to `favourites`."""

from __future__ import annotations

from sqlalchemy import bindparam, delete

from stoa import ids
from stoa.core import events
from stoa.core.statuses import store
from stoa.core.statuses.visibility import require_original
from stoa.db import Connection, Query, insert
from stoa.db.tables import favourites

_add = insert(favourites, "id", "account_id", "status_id", "uri", ignore=True)
_remove = Query(
    delete(favourites)
    .where(favourites.c.account_id == bindparam("account"), favourites.c.status_id == bindparam("status"))
    .returning(favourites.c.id)
)


async def favourite(conn: Connection, account_id: int, status_id: int, *, uri: str | None = None) -> None:
    """The account likes the status (of a boost: what is boosted); once, however often it says so.

    *uri* is that of a Like from elsewhere.  Raises NotFound for what it may not see.
    """
    original = await require_original(conn, status_id, account_id)
    favourite_id = ids.new_id()
    if await conn.run(_add, id=favourite_id, account_id=account_id, status_id=original.id, uri=uri):
        await store.count(conn, original.id, "favourites_count", 1)
        await events.record(conn, events.StatusFavourited(original.id, account_id, favourite_id))


async def unfavourite(conn: Connection, account_id: int, status_id: int) -> None:
    """And no longer does.  Raises NotFound for what it may not see."""
    original = await require_original(conn, status_id, account_id)
    gone: int | None = await conn.scalar(_remove, account=account_id, status=original.id)
    if gone is not None:
        await store.count(conn, original.id, "favourites_count", -1)
        await events.record(conn, events.StatusUnfavourited(original.id, account_id, gone))


async def take_back(conn: Connection, account_id: int, status_id: int) -> None:
    """The favourite of an account that is gone is gone too; nobody else hears of it."""
    if await conn.scalar(_remove, account=account_id, status=status_id) is not None:
        await store.count(conn, status_id, "favourites_count", -1)
