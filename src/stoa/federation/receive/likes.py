"""Likes of others.  A reaction counts as one; a Dislike and a bare EmojiReact count as nothing."""

from __future__ import annotations

from sqlalchemy import Text, bindparam, select

from stoa.core.errors import NotFound
from stoa.core.statuses import favourite
from stoa.db import Connection, Query
from stoa.db.tables import favourites
from stoa.federation import threads
from stoa.federation.receive import undone
from stoa.federation.received import Received

_by_uri = Query(
    select(favourites.c.status_id).where(
        favourites.c.uri == bindparam("uri", type_=Text), favourites.c.account_id == bindparam("account")
    )
)
_mine = Query(
    select(favourites.c.id).where(
        favourites.c.status_id == bindparam("status"), favourites.c.account_id == bindparam("account")
    )
)


async def like(conn: Connection, r: Received) -> None:
    """A favourite of a post that is here.  Raises NotFound for one that the actor may not see."""
    status_id = await threads.find_status(conn, r.house, r.activity.object.id or "")
    if status_id is not None and not await undone.is_undone(conn, r):
        await favourite.favourite(conn, r.actor_id, status_id, uri=r.activity.id)


async def undo(conn: Connection, r: Received, status_id: int) -> bool:
    """The actor no longer likes the post; whether they did."""
    was_here = await conn.scalar(_mine, status=status_id, account=r.actor_id) is not None
    try:
        await favourite.unfavourite(conn, r.actor_id, status_id)
    except NotFound:  # they may not see it any more
        await favourite.take_back(conn, r.actor_id, status_id)
    return was_here


async def by_uri(conn: Connection, uri: str, account_id: int) -> int | None:
    """The id of the post that the account likes by the Like *uri*."""
    status_id: int | None = await conn.scalar(_by_uri, uri=uri, account=account_id)
    return status_id
