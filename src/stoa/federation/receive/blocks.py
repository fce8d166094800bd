"""Blocks of others: the two no longer follow nor see each other, and nobody is told."""

from __future__ import annotations

from sqlalchemy import Text, bindparam, select

from stoa.core.relationships import block as verbs
from stoa.core.relationships import store as relationships
from stoa.db import Connection, Query
from stoa.db.tables import blocks
from stoa.federation import remember
from stoa.federation.parse.kinds import Block
from stoa.federation.receive import undone
from stoa.federation.received import Received

_by_uri = Query(
    select(blocks.c.target_id).where(
        blocks.c.uri == bindparam("uri", type_=Text), blocks.c.account_id == bindparam("account")
    )
)


async def block(conn: Connection, r: Received) -> None:
    """The actor blocks somebody here.  With a target it is a ban from a community (Lemmy), which is
    the community's affair.
    """
    if not isinstance(r.activity, Block) or r.activity.target is not None:
        return
    target = await remember.known(conn, r.activity.object.id or "")
    if target is not None and not target.domain and not await undone.is_undone(conn, r):
        await verbs.block(conn, r.actor_id, target.id, uri=r.activity.id)


async def undo(conn: Connection, r: Received, target_id: int) -> bool:
    """The actor no longer blocks *target_id*; whether they did."""
    was_here = await relationships.any_block(conn, r.actor_id, target_id)
    await verbs.unblock(conn, r.actor_id, target_id)
    return was_here


async def by_uri(conn: Connection, uri: str, account_id: int) -> int | None:
    """Whom the account blocks by the Block *uri*."""
    target_id: int | None = await conn.scalar(_by_uri, uri=uri, account=account_id)
    return target_id
