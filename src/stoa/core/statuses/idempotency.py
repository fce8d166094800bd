"""The same request twice is one status: `Idempotency-Key`, remembered for a day.

The key is claimed first thing in the transaction that publishes.  A second request with it that
comes at the same time waits at the unique key until the first has committed, and finds its status.
"""

from __future__ import annotations

from sqlalchemy import bindparam, delete, exists, or_, select, update

from stoa import ids
from stoa.core.errors import Unprocessable
from stoa.db import Connection, Query, insert
from stoa.db.tables import idempotency_keys, scheduled_statuses, statuses

KEPT_MS = 24 * 3600 * 1000
MAX_KEY = 255

_forget = Query(
    delete(idempotency_keys).where(
        idempotency_keys.c.account_id == bindparam("account"),
        or_(
            idempotency_keys.c.created_at < bindparam("before"),
            # What came of it was deleted: the next request is a new one.
            (idempotency_keys.c.key == bindparam("key"))
            & ~exists().where(statuses.c.id == idempotency_keys.c.status_id)
            & ~exists().where(scheduled_statuses.c.id == idempotency_keys.c.status_id),
        ),
    )
)
_add = insert(idempotency_keys, "account_id", "key", "status_id", "created_at", ignore=True)
_find = Query(
    select(idempotency_keys.c.status_id).where(
        idempotency_keys.c.account_id == bindparam("account"), idempotency_keys.c.key == bindparam("key")
    )
)
_move = Query(
    update(idempotency_keys)
    .where(
        idempotency_keys.c.account_id == bindparam("account"),
        idempotency_keys.c.status_id == bindparam("old"),
    )
    .values(status_id=bindparam("new"))
)


async def claim(conn: Connection, account_id: int, key: str, status_id: int) -> int | None:
    """None where *key* is new and now stands for *status_id*; else the id it stood for before.

    Raises Unprocessable for a key that is too long.
    """
    if len(key) > MAX_KEY:
        raise Unprocessable(f"The Idempotency-Key is longer than {MAX_KEY} characters.")
    now = ids.now_ms()
    await conn.run(_forget, account=account_id, key=key, before=now - KEPT_MS)
    if await conn.run(_add, account_id=account_id, key=key, status_id=status_id, created_at=now):
        return None
    before: int | None = await conn.scalar(_find, account=account_id, key=key)
    return before


async def find(conn: Connection, account_id: int, key: str) -> int | None:
    """The id that *key* stands for; None for a new one."""
    found: int | None = await conn.scalar(_find, account=account_id, key=key)
    return found


async def move(conn: Connection, account_id: int, scheduled_id: int, status_id: int) -> None:
    """A key that stood for a scheduled status stands for what was published of it."""
    await conn.run(_move, account=account_id, old=scheduled_id, new=status_id)
