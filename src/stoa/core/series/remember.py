"""Series of other servers, as these describe them: that it is their author who speaks was made sure of."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Text, bindparam, exists, func, select

from stoa import ids
from stoa.core import events
from stoa.core.series import store
from stoa.core.series.model import MAX_SERIES
from stoa.db import Connection, Query, any_of
from stoa.db.tables import accounts, series, series_follows, statuses
from stoa.db.tables.base import Id

# What is older was news before.
NEWS_MS = 24 * 3600 * 1000

_count = Query(
    select(func.count()).select_from(series).where(series.c.account_id == bindparam("account", type_=Id))
)
_here = Query(
    select(statuses.c.id, statuses.c.uri, statuses.c.created_at).where(
        any_of(statuses.c.uri, "uris"), statuses.c.account_id == bindparam("account", type_=Id)
    )
)
_followed = Query(
    select(
        exists().where(
            series.c.uri == bindparam("uri", type_=Text),
            series.c.account_id == bindparam("account", type_=Id),
            series_follows.c.series_id == series.c.id,
            accounts.c.id == series_follows.c.account_id,
            accounts.c.domain == "",
        )
    )
)


async def remember(
    conn: Connection,
    account_id: int,
    *,
    uri: str,
    url: str | None,
    title: str,
    description: str,
    parts: Sequence[str],
) -> int | None:
    """Store the series of *account_id*, who lives elsewhere; its id.  None for one that is another's, or
    beyond what is kept of one author.
    """
    row = await store.find_by_uri(conn, uri)
    if row is not None and (row.local or row.account_id != account_id):
        return None
    if row is None:
        if await conn.scalar(_count, account=account_id) >= MAX_SERIES:
            return None
        series_id = ids.new_id()
        await store.add(
            conn, series_id, account_id=account_id, uri=uri, url=url, title=title, description=description,
            local=False, grows=False,
        )  # fmt: skip
        await store.arrange(conn, series_id, list(parts))
        return series_id
    before = await store.parts(conn, row.id)
    if (row.title, row.description, row.url) != (title, description, url):
        await store.change(conn, row.id, title=title, description=description, url=url)
    if before != list(parts):
        await store.arrange(conn, row.id, list(parts))
    fresh = [one for one in parts if one not in before]
    for part in await conn.all(_here, uris=fresh, account=account_id) if fresh else ():
        if part.created_at > ids.now_ms() - NEWS_MS:
            await events.record(conn, events.SeriesGrew(row.id, part.id))
    found: int = row.id
    return found


async def missing(conn: Connection, account_id: int, uris: Sequence[str]) -> list[str]:
    """Those of *uris* that are no posts of *account_id* that are here."""
    known = {row.uri for row in await conn.all(_here, uris=list(uris), account=account_id)}
    return [one for one in uris if one not in known]


async def forget(conn: Connection, series_id: int) -> None:
    """Its author says that it is gone; its posts stay."""
    await store.remove(conn, series_id)


async def is_followed(conn: Connection, account_id: int, uri: str) -> bool:
    """Whether somebody here wants to hear of new parts of the series *uri* of *account_id*."""
    return bool(await conn.scalar(_followed, uri=uri, account=account_id))
