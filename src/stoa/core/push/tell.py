"""Whose apps hear of a notification: found in its transaction, told by a job for each.

A subscription hears of the kinds that it named, from whom its policy lets through: all; those one
follows; those who follow one; none.  What a notification policy keeps back is no notification yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, exists, or_, select

from stoa.core import events
from stoa.db import Connection, Query, any_of
from stoa.db.tables import follows, notifications, push_subscriptions
from stoa.jobs import queue

PUSH = "push.send"
"""{"subscription": id, "notification": id, "tries": so many before}"""

_n, _p = notifications.alias("n"), push_subscriptions.alias("p")
_following, _followed_by = follows.alias(), follows.alias()
_wanted = Query(
    select(_p.c.id, _n.c.id.label("notification_id"), _n.c.type, _p.c.alerts)
    .select_from(_n.join(_p, _p.c.account_id == _n.c.account_id))
    .where(
        any_of(_n.c.id, "told"),
        or_(
            _p.c.policy == "all",
            and_(
                _p.c.policy == "followed",
                exists().where(
                    _following.c.follower_id == _n.c.account_id,
                    _following.c.target_id == _n.c.from_account_id,
                ),
            ),
            and_(
                _p.c.policy == "follower",
                exists().where(
                    _followed_by.c.follower_id == _n.c.from_account_id,
                    _followed_by.c.target_id == _n.c.account_id,
                ),
            ),
        ),
    )
)
_anybody = Query(select(exists().where(any_of(_p.c.account_id, "accounts")).label("found")))


async def told(conn: Connection, found: Sequence[events.Notified]) -> None:
    """A job for each app that is to hear of one of these."""
    pairs = [pair for event in found for pair in event.told]
    # Most members have no such app; their notifications are not looked at again.
    if not await conn.scalar(_anybody, accounts=sorted({account for account, _ in pairs})):
        return
    for row in await conn.all(_wanted, told=[notification for _, notification in pairs]):
        if row.alerts.get(row.type, False):
            await send_later(conn, row.id, row.notification_id)


async def send_later(
    conn: Connection,
    subscription_id: int,
    notification_id: int,
    *,
    tries: int = 0,
    run_at: int | None = None,
) -> None:
    """Have the app told, after *tries* that were in vain."""
    payload: dict[str, Any] = {
        "subscription": subscription_id,
        "notification": notification_id,
        "tries": tries,
    }
    await queue.add(
        conn, PUSH, payload, run_at=run_at, unique_key=f"{PUSH}:{subscription_id}:{notification_id}:{tries}"
    )
