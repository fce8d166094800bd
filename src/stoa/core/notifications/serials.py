"""Telling those who follow a series that it has another part."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, exists, select

from stoa import ids
from stoa.core import events
from stoa.core.notifications.notify import listens
from stoa.core.notifications.tell import tell
from stoa.core.statuses.visibility import visible_to
from stoa.db import Connection, Query
from stoa.db.tables import notifications, series_follows, statuses
from stoa.db.tables.base import Id

_s: Any = statuses.alias("s")
_followers = Query(
    select(series_follows.c.account_id, _s.c.account_id.label("from_id"))
    .select_from(series_follows.join(_s, _s.c.id == bindparam("status", type_=Id)))
    .where(
        series_follows.c.series_id == bindparam("series", type_=Id),
        listens(series_follows.c.account_id, _s.c.account_id, _s.c.conversation_id),
        visible_to(_s, series_follows.c.account_id),
        # Who watches the author has been told already, and so has whoever is mentioned.
        ~exists().where(
            notifications.c.account_id == series_follows.c.account_id, notifications.c.status_id == _s.c.id
        ),
    )
)


async def grew(conn: Connection, event: events.SeriesGrew) -> None:
    """Each hears of the post, as of one by somebody they watch."""
    rows = await conn.all(_followers, series=event.series_id, status=event.status_id, now=ids.now_ms())
    if rows:
        await tell(
            conn,
            [row.account_id for row in rows],
            "status",
            from_id=rows[0].from_id,
            status_id=event.status_id,
        )
