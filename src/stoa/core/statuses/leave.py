"""What an account that is gone has left behind: its posts, and its marks on those of others.

Removed a little at a time, by the verbs that count what they remove, so that no transaction is long
however much there is.
"""

from __future__ import annotations

from sqlalchemy import bindparam, select

from stoa.core.statuses import delete, favourite
from stoa.db import Connection, Query
from stoa.db.tables import favourites, statuses

AT_ONCE = 50

_posts = Query(
    select(statuses.c.id)
    .where(statuses.c.account_id == bindparam("account"))
    .order_by(statuses.c.id)
    .limit(AT_ONCE)
)
_favourites = Query(
    select(favourites.c.status_id).where(favourites.c.account_id == bindparam("account")).limit(AT_ONCE)
)


async def remove_some(conn: Connection, account_id: int) -> bool:
    """Whether there may be more to remove."""
    posts = await conn.scalars(_posts, account=account_id)
    for status_id in posts:
        await delete.remove(conn, status_id)
    if posts:
        return True
    liked = await conn.scalars(_favourites, account=account_id)
    for status_id in liked:
        await favourite.take_back(conn, account_id, status_id)
    return bool(liked)
