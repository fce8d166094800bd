"""Every few minutes what is a trend is computed anew, as long as there is anything to compute.

What people do adds the job; it comes back by itself until nothing is a trend any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select

from stoa import ids
from stoa.core.trends import compute, store
from stoa.core.trends.model import Kind, Trend, best, faded
from stoa.db import Connection, Database, Query
from stoa.db.tables import trends
from stoa.jobs import queue
from stoa.settings import Trends

REFRESH = "trends.refresh"
"""The kind of job."""
EVERY_MS = 5 * 60_000

_known = Query(
    select(trends.c.subject_id, trends.c.score, trends.c.language, trends.c.computed_at).where(
        trends.c.kind == bindparam("kind")
    )
)


async def soon(conn: Connection, happened: Sequence[Any]) -> None:
    """Reaction to whatever makes trends: have them computed at the end of these five minutes."""
    await _schedule(conn)


async def _schedule(conn: Connection) -> None:
    at = (ids.now_ms() // EVERY_MS + 1) * EVERY_MS
    await queue.add(conn, REFRESH, {}, run_at=at, unique_key=f"{REFRESH}:{at}")


async def refresh(db: Database, mode: Trends) -> None:
    """Job: read for as long as it takes, then write a few rows; harmless to repeat."""
    if mode == "off":
        return
    now = ids.now_ms()
    async with db.read(long=True) as conn:
        found: dict[Kind, list[Trend]] = {
            "tag": await _with_those_that_fade(conn, "tag", await compute.rising_tags(conn, now), now),
            "link": await _with_those_that_fade(conn, "link", await compute.rising_links(conn, now), now),
            "status": best(await compute.rising_statuses(conn, now)),
        }
    async with db.write() as conn:
        for kind, those in found.items():
            await store.replace(conn, kind, those, now)
        if any(found.values()):
            await _schedule(conn)


async def _with_those_that_fade(
    conn: Connection, kind: Kind, rising: Sequence[Trend], now: int
) -> list[Trend]:
    """What rises, and what did: a score never falls faster than by half in HALF_LIFE_MS, as long as
    enough people still use it.
    """
    before = {
        row.subject_id: faded(row.score, now - row.computed_at) for row in await conn.all(_known, kind=kind)
    }
    return best(
        [
            Trend(one.subject_id, max(one.score, before.get(one.subject_id, 0.0)), one.language)
            for one in rising
        ]
    )
