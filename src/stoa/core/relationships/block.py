"""Blocks: the two neither follow nor see each other."""

from __future__ import annotations

from stoa.core import events
from stoa.core.errors import Forbidden, NotFound
from stoa.core.relationships import store
from stoa.db import Connection


async def block(conn: Connection, account_id: int, target_id: int, *, uri: str | None = None) -> None:
    """*account_id* blocks *target_id*; follows and requests both ways end.

    *uri* is that of a Block from elsewhere.  Raises NotFound, Forbidden.
    """
    if account_id == target_id:
        raise Forbidden("You cannot block yourself")
    people = await store.pair(conn, account_id, target_id)
    target = people.get(target_id)
    if target is None or not target.known:
        raise NotFound
    for follower_id, followed_id in ((account_id, target_id), (target_id, account_id)):
        gone = await store.remove_follow(conn, follower_id, followed_id)
        asked = await store.remove_request(conn, follower_id, followed_id)
        ended = gone or asked
        if ended is None:
            continue
        by_target = followed_id == account_id
        if by_target and gone is None:
            await events.record(conn, events.FollowRejected(follower_id, followed_id, ended.uri))
        else:
            unfollowed = events.Unfollowed(follower_id, followed_id, by_target=by_target, uri=ended.uri)
            await events.record(conn, unfollowed)
    block_id = await store.add_block(conn, account_id, target_id, uri)
    if block_id is not None:
        await events.record(conn, events.Blocked(account_id, target_id, block_id))


async def unblock(conn: Connection, account_id: int, target_id: int) -> None:
    """The block is gone; follows do not come back."""
    block_id = await store.remove_block(conn, account_id, target_id)
    if block_id is not None:
        await events.record(conn, events.Unblocked(account_id, target_id, block_id))
