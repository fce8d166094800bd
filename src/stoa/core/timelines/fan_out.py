"""What reaches whose timelines, and what leaves them again: the reactions to what happens.

All of it in the transaction of the event, so that whoever reads next sees it.  The rules stand in
`store`.
"""

from __future__ import annotations

from stoa.core import events
from stoa.core.timelines import lists, store, upkeep
from stoa.db import Connection


async def into_timelines(
    conn: Connection, event: events.StatusPublished | events.StatusPlaced | events.StatusReblogged
) -> None:
    """A new status or boost stands in the homes and lists where it belongs.

    A reply does once it is known whom it answers, and what is found long after it was written does not.
    """
    if isinstance(event, events.StatusReblogged):
        await store.add_boost(conn, event.status_id, event.original_id)
    elif not event.belated and not (isinstance(event, events.StatusPublished) and event.orphan):
        await store.add(conn, event.status_id)


async def after_follow(conn: Connection, event: events.Followed) -> None:
    """Home starts with what the followed said last."""
    await store.backfill_home(conn, event.follower_id, event.target_id)
    await upkeep.schedule(conn)


async def after_unfollow(conn: Connection, event: events.Unfollowed | events.FollowRejected) -> None:
    """Home and lists no longer hold the unfollowed, and lists hold only whom their owner follows."""
    await lists.forget_member(conn, event.follower_id, event.target_id)
    await store.remove_author(conn, event.follower_id, event.target_id)


async def after_move(conn: Connection, event: events.FollowMoved) -> None:
    """Lists hold whoever took the place of one of their members."""
    await lists.take_place(conn, event.follower_id, event.account_id, event.target_id)


async def after_block(conn: Connection, event: events.Blocked) -> None:
    """Home and lists hold nothing of the blocked, boosts by others included."""
    await store.remove_every_trace(conn, event.account_id, event.target_id)
