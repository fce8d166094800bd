"""The only writes to `series`, `series_parts` and `series_follows`."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Text, bindparam, delete, select, update

from stoa import ids
from stoa.db import Connection, Query, Row, insert
from stoa.db.tables import series, series_follows, series_parts
from stoa.db.tables.base import Id

_SERIES: Any = bindparam("series", type_=Id)
_add = insert(
    series, "id", "account_id", "uri", "url", "title", "description", "local", "grows", "created_at",
    "updated_at",
)  # fmt: skip
_remove = Query(delete(series).where(series.c.id == _SERIES))
_find = Query(select(*series.c).where(series.c.id == _SERIES))
_by_uri = Query(select(*series.c).where(series.c.uri == bindparam("uri", type_=Text)))
_put = insert(series_parts, "id", "series_id", "object_uri", "position", ignore=True)
_empty = Query(delete(series_parts).where(series_parts.c.series_id == _SERIES))
_parts = Query(
    select(series_parts.c.object_uri)
    .where(series_parts.c.series_id == _SERIES)
    .order_by(series_parts.c.position, series_parts.c.id)
)
_followers = Query(select(series_follows.c.account_id).where(series_follows.c.series_id == _SERIES))
_follow = insert(series_follows, "series_id", "account_id", "created_at", ignore=True)
_unfollow = Query(
    delete(series_follows).where(
        series_follows.c.series_id == _SERIES,
        series_follows.c.account_id == bindparam("account", type_=Id),
    )
)


async def find(conn: Connection, series_id: int) -> Row | None:
    """The row of `series`."""
    return await conn.first(_find, series=series_id)


async def find_by_uri(conn: Connection, uri: str) -> Row | None:
    """The same by its id for other servers."""
    return await conn.first(_by_uri, uri=uri)


async def add(
    conn: Connection,
    series_id: int,
    *,
    account_id: int,
    uri: str,
    url: str | None,
    title: str,
    description: str,
    local: bool,
    grows: bool,
) -> None:
    """A new series without parts."""
    now = ids.now_ms()
    await conn.run(
        _add, id=series_id, account_id=account_id, uri=uri, url=url, title=title, description=description,
        local=local, grows=grows, created_at=now, updated_at=now,
    )  # fmt: skip


@cache
def _set(names: tuple[str, ...]) -> Query:
    values = {name: bindparam(f"new_{name}", type_=series.c[name].type) for name in names}
    return Query(update(series).where(series.c.id == _SERIES).values(values))


async def change(conn: Connection, series_id: int, **columns: Any) -> None:
    """Set *columns*; it is updated now."""
    columns["updated_at"] = ids.now_ms()
    names = tuple(sorted(columns))
    await conn.run(_set(names), series=series_id, **{f"new_{name}": columns[name] for name in names})


async def remove(conn: Connection, series_id: int) -> None:
    """It goes; its posts stay."""
    await conn.run(_remove, series=series_id)


async def parts(conn: Connection, series_id: int) -> list[str]:
    """The ids for other servers of its posts, in order, also of those that are not here."""
    return await conn.scalars(_parts, series=series_id)


async def arrange(conn: Connection, series_id: int, uris: list[str]) -> None:
    """Its parts are *uris* from now on, in this order."""
    await conn.run(_empty, series=series_id)
    rows = [
        {"id": ids.new_id(), "series_id": series_id, "object_uri": uri, "position": place}
        for place, uri in enumerate(dict.fromkeys(uris), 1)
    ]
    if rows:
        await conn.run_many(_put, rows)
    await change(conn, series_id)


async def followers(conn: Connection, series_id: int) -> list[int]:
    """Who is told of new parts, here and elsewhere."""
    return await conn.scalars(_followers, series=series_id)


async def follow(conn: Connection, series_id: int, account_id: int) -> None:
    """*account_id* is told of new parts; fine if they are already."""
    await conn.run(_follow, series_id=series_id, account_id=account_id, created_at=ids.now_ms())


async def unfollow(conn: Connection, series_id: int, account_id: int) -> None:
    """No longer."""
    await conn.run(_unfollow, series=series_id, account=account_id)
