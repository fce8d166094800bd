"""Mutes: somebody is not met in timelines, and knows nothing of it.  They may end by themselves."""

from __future__ import annotations

from stoa import ids
from stoa.core.errors import Forbidden, NotFound
from stoa.core.relationships import store
from stoa.db import Connection

MAX_DURATION_SECONDS = 100 * 365 * 24 * 3600


async def mute(
    conn: Connection,
    account_id: int,
    target_id: int,
    *,
    hide_notifications: bool = True,
    duration: int = 0,
) -> None:
    """*account_id* mutes *target_id* for *duration* seconds; 0 (or less) has no end.

    A mute that is there becomes what was asked for.  Raises NotFound, Forbidden.
    """
    if account_id == target_id:
        raise Forbidden("You cannot mute yourself")
    people = await store.pair(conn, account_id, target_id)
    target = people.get(target_id)
    if target is None or not target.known:
        raise NotFound
    seconds = min(duration, MAX_DURATION_SECONDS)
    await store.put_mute(
        conn,
        account_id,
        target_id,
        hide_notifications=hide_notifications,
        expires_at=ids.now_ms() + seconds * 1000 if seconds > 0 else None,
    )


async def unmute(conn: Connection, account_id: int, target_id: int) -> None:
    """The mute is gone."""
    await store.remove_mute(conn, account_id, target_id)
