"""Reading series.  Whoever may see none of its posts learns nothing of a series, nor of its title."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import and_, bindparam, select

from stoa.core.errors import NotFound
from stoa.core.series.model import SeriesView
from stoa.core.statuses import heads
from stoa.core.statuses.model import StatusHead
from stoa.db import Connection, Query, any_of
from stoa.db.tables import series, series_follows, series_parts, statuses
from stoa.db.tables.base import Id

_p: Any = series_parts
# Only its author's own posts count: whoever names those of others in a series has no say over them.
_within = series.join(_p, _p.c.series_id == series.c.id).join(
    statuses, and_(statuses.c.uri == _p.c.object_uri, statuses.c.account_id == series.c.account_id)
)
_rows = Query(select(*series.c).where(any_of(series.c.id, "ids")))
_parts = Query(
    select(_p.c.series_id, statuses.c.id.label("status_id"))
    .select_from(_within)
    .where(any_of(_p.c.series_id, "ids"))
    .order_by(_p.c.position, _p.c.id)
)
_with = Query(
    select(series.c.id)
    .select_from(_within)
    .where(statuses.c.id == bindparam("status", type_=Id))
    .order_by(series.c.id)
    .limit(1)
)
_of = Query(
    select(series.c.id)
    .where(series.c.account_id == bindparam("account", type_=Id))
    .order_by(series.c.id.desc())
    .limit(200)
)
_uris = Query(select(statuses.c.id, statuses.c.uri).where(any_of(statuses.c.id, "ids")))
_follows = Query(
    select(series_follows.c.account_id).where(
        series_follows.c.series_id == bindparam("series", type_=Id),
        series_follows.c.account_id == bindparam("account", type_=Id),
    )
)


async def load(conn: Connection, series_ids: Collection[int]) -> dict[int, SeriesView]:
    """id → series; two queries."""
    rows = await conn.all(_rows, ids=list(series_ids))
    parts: defaultdict[int, list[int]] = defaultdict(list)
    for part in await conn.all(_parts, ids=list(series_ids)):
        parts[part.series_id].append(part.status_id)
    return {row.id: SeriesView(**row._asdict(), parts=tuple(parts[row.id])) for row in rows}


async def read(
    conn: Connection, series_id: int, viewer_id: int | None
) -> tuple[SeriesView, list[StatusHead]]:
    """A series, and the heads of those of its posts that the viewer sees.  Raises NotFound, also where
    there are none of these, unless it is the viewer's own.
    """
    found = (await load(conn, [series_id])).get(series_id)
    if found is None:
        raise NotFound
    seen = await heads.by_ids(conn, found.parts, viewer_id)
    if not seen and found.account_id != viewer_id:
        raise NotFound
    return found, [seen[one] for one in found.parts if one in seen]


async def uris(conn: Connection, status_ids: Sequence[int]) -> list[str]:
    """What other servers know the posts by, in the same order."""
    found = {row.id: row.uri for row in await conn.all(_uris, ids=list(status_ids))}
    return [found[one] for one in status_ids if one in found]


async def with_status(conn: Connection, status_id: int) -> SeriesView | None:
    """The series that a status is a part of; the caller knows that its reader may see the status."""
    series_id = await conn.scalar(_with, status=status_id)
    return None if series_id is None else (await load(conn, [series_id])).get(series_id)


async def of_account(conn: Connection, account_id: int, viewer_id: int | None) -> list[SeriesView]:
    """Those of an account of which the viewer sees a post, or all that are their own; the newest first."""
    listed = await conn.scalars(_of, account=account_id)
    found = await load(conn, listed)
    every = {one for view in found.values() for one in view.parts}
    seen = await heads.by_ids(conn, every, viewer_id)
    return [
        found[one]
        for one in listed
        if one in found and (account_id == viewer_id or not seen.keys().isdisjoint(found[one].parts))
    ]


async def is_followed(conn: Connection, series_id: int, account_id: int) -> bool:
    """Whether *account_id* is told of new parts."""
    return await conn.scalar(_follows, series=series_id, account=account_id) is not None
