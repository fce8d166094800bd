"""Bookmarks: nobody but their owner knows of them.  The only writes to `bookmarks`."""

from __future__ import annotations

from sqlalchemy import bindparam, delete

from stoa import ids
from stoa.core.statuses.visibility import require_original
from stoa.db import Connection, Query, insert
from stoa.db.tables import bookmarks

_add = insert(bookmarks, "id", "account_id", "status_id", ignore=True)
_remove = Query(
    delete(bookmarks).where(
        bookmarks.c.account_id == bindparam("account"), bookmarks.c.status_id == bindparam("status")
    )
)


async def bookmark(conn: Connection, account_id: int, status_id: int) -> None:
    """The account will find the status (of a boost: what is boosted) again.  Raises NotFound."""
    original = await require_original(conn, status_id, account_id)
    await conn.run(_add, id=ids.new_id(), account_id=account_id, status_id=original.id)


async def unbookmark(conn: Connection, account_id: int, status_id: int) -> None:
    """And no longer wants to.  Raises NotFound."""
    original = await require_original(conn, status_id, account_id)
    await conn.run(_remove, account=account_id, status=original.id)
