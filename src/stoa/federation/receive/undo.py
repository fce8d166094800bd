"""Undo: an earlier deed of the same actor no longer holds, named by its id or embedded whole."""

from __future__ import annotations

from stoa.db import Connection
from stoa.federation import remember, threads
from stoa.federation.parse.kinds import Accept, Announce, Block, Follow, Like, Undo
from stoa.federation.receive import blocks, boosts, follows, likes, series, undone
from stoa.federation.received import Received


async def undo(conn: Connection, r: Received) -> None:
    """What the actor takes back ends; what has not come yet will be left out (F5.7)."""
    if not isinstance(r.activity, Undo):
        return
    deed = r.activity.object.id
    if isinstance(r.activity.inner, Accept):
        await follows.rejected(conn, r)
        return
    await undone.in_turn(conn, deed)
    was_here = deed is not None and await _by_id(conn, r, deed)
    if not was_here and r.activity.inner is not None:
        was_here = await _by_kind(conn, r)
    await undone.note(conn, r, deed, was_here=was_here)


async def _by_kind(conn: Connection, r: Received) -> bool:
    inner = r.activity.inner if isinstance(r.activity, Undo) else None
    about = (inner.object.id if inner is not None else None) or ""
    if isinstance(inner, Announce):
        return await boosts.undo(conn, r, inner)
    if isinstance(inner, Like):
        status_id = await threads.find_status(conn, r.house, about)
        return status_id is not None and await likes.undo(conn, r, status_id)
    if isinstance(inner, Follow) and await series.unfollowed(conn, r, inner):
        return True
    target = await remember.known(conn, about)
    if target is None or target.domain:
        return False
    if isinstance(inner, Follow):
        return await follows.undo(conn, r, target.id)
    if isinstance(inner, Block) and inner.target is None:
        return await blocks.undo(conn, r, target.id)
    return False


async def _by_id(conn: Connection, r: Received, deed: str) -> bool:
    """Whether *deed* is the id of something the actor did, which then has ended."""
    pair = await follows.by_uri(conn, deed, r.actor_id)
    if pair is not None and pair.follower_id == r.actor_id:
        return await follows.undo(conn, r, pair.target_id)
    status_id = await likes.by_uri(conn, deed, r.actor_id)
    if status_id is not None:
        return await likes.undo(conn, r, status_id)
    if await boosts.undo_by_uri(conn, deed, r.actor_id):
        return True
    if await follows.withdrawn(conn, deed, r.actor_id):
        return True
    target_id = await blocks.by_uri(conn, deed, r.actor_id)
    return target_id is not None and await blocks.undo(conn, r, target_id)
