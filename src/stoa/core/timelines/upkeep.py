"""Once a day: homes and lists are cut to their newest entries, mutes that have ended are forgotten.

Nobody reads what is removed here; it only takes room.
"""

from __future__ import annotations

from typing import Any

from stoa import ids
from stoa.core.relationships import store as relationships
from stoa.core.timelines import store
from stoa.db import Connection
from stoa.jobs import queue

TRIM = "trim_timelines"
"""The kind of job; it comes back by itself after a day, or at once where there is more to do."""

DAY_MS = 24 * 3600 * 1000


async def schedule(conn: Connection) -> None:
    """Have it done within a day; once is enough."""
    at = ids.now_ms() + DAY_MS
    await queue.add(conn, TRIM, {}, run_at=at, unique_key=f"{TRIM}:{at // DAY_MS}")


async def trim(conn: Connection, payload: Any) -> None:
    """Job: one batch of timelines, so that nobody waits long for the database."""
    now = ids.now_ms()
    await relationships.forget_expired_mutes(conn, now)
    if await store.trim(conn):
        await queue.add(conn, TRIM, {}, unique_key=f"{TRIM}:more:{now}")
    else:
        await schedule(conn)
