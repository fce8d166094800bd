"""The only writes to what is a trend, and to what was decided of it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete

from stoa import ids
from stoa.core.trends.model import Kind, Subject, Trend
from stoa.db import Connection, Query, insert, upsert
from stoa.db.tables import trend_reviews, trends

_forget = Query(delete(trends).where(trends.c.kind == bindparam("kind")))
_add = insert(trends, "kind", "subject_id", "language", "score", "computed_at")
_decide = upsert(
    trend_reviews,
    "kind",
    "subject_id",
    "allowed",
    "reviewed_at",
    "reviewed_by_id",
    key=["kind", "subject_id"],
)


async def replace(conn: Connection, kind: Kind, found: Sequence[Trend], now: int) -> None:
    """These are the trends of *kind* now, and no others."""
    await conn.run(_forget, kind=kind)
    await conn.run_many(
        _add,
        [
            {
                "kind": kind,
                "subject_id": one.subject_id,
                "language": one.language,
                "score": one.score,
                "computed_at": now,
            }
            for one in found
        ],
    )


async def decide(
    conn: Connection, kind: Subject, subject_id: int, *, allowed: bool, by: int | None
) -> None:
    """From now on it may be shown among the trends, or not."""
    await conn.run(
        _decide,
        kind=kind,
        subject_id=subject_id,
        allowed=allowed,
        reviewed_at=ids.now_ms(),
        reviewed_by_id=by,
    )
