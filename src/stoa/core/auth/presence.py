"""On which days members came by, whatever they came with: for figures, and for nothing else.

One row for a person and a day (UTC), forgotten after KEPT_DAYS.  Whoever marks a session or a token as
used says it here too.
"""

from __future__ import annotations

from sqlalchemy import bindparam, delete

from stoa.db import Connection, Query, insert
from stoa.db.tables import active_days
from stoa.db.tables.base import Id

DAY_MS = 24 * 3600 * 1000
KEPT_DAYS = 100  # three months, and what they are compared with by the week

_add = insert(active_days, "day", "account_id", ignore=True)
_forget = Query(delete(active_days).where(active_days.c.day < bindparam("before", type_=Id)))


def same_day(one: int, other: int) -> bool:
    """Whether two moments (unix milliseconds) are of one day, UTC."""
    return one // DAY_MS == other // DAY_MS


async def came_by(conn: Connection, account_id: int, now: int) -> None:
    """Note that the member *account_id* was here at *now* (unix milliseconds)."""
    day = now // DAY_MS
    await conn.run(_add, day=day, account_id=account_id)
    await conn.run(_forget, before=day - KEPT_DAYS)
