"""Making series here: a title, the author's own posts in an order, and who is told of more.

1. Only its author changes a series, and only their own posts are in it, each in one series at most.
2. What they answer to the last part is the next part, as long as the series grows.
3. A post that is only for those it names is no part of anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, select

from stoa import ids
from stoa.core import events
from stoa.core.accounts import views as account_views
from stoa.core.errors import NotFound, Unprocessable
from stoa.core.series import store, views
from stoa.core.series.model import MAX_DESCRIPTION, MAX_PARTS, MAX_SERIES, MAX_TITLE
from stoa.core.statuses.visibility import require_visible
from stoa.db import Connection, Query, Row
from stoa.db.tables import mentions, series, series_parts, statuses
from stoa.db.tables.base import Id
from stoa.ids import Addresses

_count = Query(
    select(func.count()).select_from(series).where(series.c.account_id == bindparam("account", type_=Id))
)
_child, _parent = statuses.alias("child"), statuses.alias("parent")
_later = series_parts.alias("later")
_next_part = Query(
    select(_child.c.id, _child.c.uri, series_parts.c.series_id)
    .select_from(
        _child.join(
            _parent,
            and_(_parent.c.id == _child.c.in_reply_to_id, _parent.c.account_id == _child.c.account_id),
        )
        .join(series_parts, series_parts.c.object_uri == _parent.c.uri)
        .join(
            series,
            and_(series.c.id == series_parts.c.series_id, series.c.account_id == _child.c.account_id),
        )
    )
    .where(
        _child.c.id == bindparam("status", type_=Id),
        _child.c.visibility != "direct",
        series.c.local,
        series.c.grows,
        ~exists().where(
            _later.c.series_id == series_parts.c.series_id, _later.c.position > series_parts.c.position
        ),
        ~exists().where(mentions.c.status_id == _child.c.id, mentions.c.account_id != _child.c.account_id),
    )
)


async def create(
    conn: Connection,
    account_id: int,
    addresses: Addresses,
    *,
    title: str,
    description: str = "",
    grows: bool = True,
) -> int:
    """The id of a new series of somebody here.  Raises Unprocessable."""
    if await conn.scalar(_count, account=account_id) >= MAX_SERIES:
        raise Unprocessable(f"Nobody has more than {MAX_SERIES} series.")
    owner = await account_views.get(conn, account_id)
    series_id = ids.new_id()
    said = _said(title, description)
    await store.add(
        conn,
        series_id,
        account_id=account_id,
        uri=addresses.series(owner.uri, series_id),
        url=addresses.series_page(owner.username, series_id),
        local=True,
        grows=grows,
        **said,
    )
    return series_id


def _said(title: str, description: str) -> dict[str, Any]:
    title = " ".join(title.replace("\0", "").split())
    description = description.replace("\0", "").strip()
    if not title:
        raise Unprocessable("A series needs a title.")
    if len(title) > MAX_TITLE:
        raise Unprocessable(f"The title is too long; {MAX_TITLE} characters are the most.")
    if len(description) > MAX_DESCRIPTION:
        raise Unprocessable(f"The description is too long; {MAX_DESCRIPTION} characters are the most.")
    return {"title": title, "description": description}


async def change(
    conn: Connection, account_id: int, series_id: int, *, title: str, description: str, grows: bool
) -> None:
    """It says this of itself from now on.  Raises NotFound, Unprocessable."""
    await _own(conn, account_id, series_id)
    await store.change(conn, series_id, grows=grows, **_said(title, description))
    await events.record(conn, events.SeriesChanged(series_id))


async def remove(conn: Connection, account_id: int, series_id: int) -> None:
    """It is gone, its posts stay.  Raises NotFound."""
    row = await _own(conn, account_id, series_id)
    try:
        was_open = bool((await views.read(conn, series_id, None))[1])
    except NotFound:
        was_open = False
    told = await store.followers(conn, series_id)
    await store.remove(conn, series_id)
    event = events.SeriesDeleted(series_id, account_id, row.uri, tuple(told), was_open)
    await events.record(conn, event)


async def put(conn: Connection, account_id: int, series_id: int, status_ids: Sequence[int]) -> None:
    """Posts of one's own are its last parts from now on, and in no other series.  Raises NotFound,
    Unprocessable.
    """
    await _own(conn, account_id, series_id)
    added: list[Row] = []
    for status_id in status_ids:
        row = await require_visible(conn, status_id, account_id)
        if row.account_id != account_id or row.reblog_of_id is not None:
            raise NotFound
        if row.visibility == "direct":
            raise Unprocessable("A post for those it names alone cannot be in a series.")
        before = await views.with_status(conn, status_id)
        if before is not None and before.id != series_id:
            await take_out(conn, account_id, before.id, status_id)
        added.append(row)
    uris = await store.parts(conn, series_id)
    fresh = [row for row in added if row.uri not in uris]
    if len(uris) + len(fresh) > MAX_PARTS:
        raise Unprocessable(f"A series has room for {MAX_PARTS} parts.")
    await store.arrange(conn, series_id, [*uris, *(row.uri for row in fresh)])
    for row in fresh:
        await events.record(conn, events.SeriesGrew(series_id, row.id))
    await events.record(conn, events.SeriesChanged(series_id))


async def take_out(conn: Connection, account_id: int, series_id: int, status_id: int) -> None:
    """A post is no part of it any more.  Raises NotFound."""
    await _own(conn, account_id, series_id)
    row = await require_visible(conn, status_id, account_id)
    uris = await store.parts(conn, series_id)
    await store.arrange(conn, series_id, [one for one in uris if one != row.uri])
    await events.record(conn, events.SeriesChanged(series_id))


async def move(conn: Connection, account_id: int, series_id: int, status_id: int, by: int) -> None:
    """A part stands *by* places later (earlier where that is negative).  Raises NotFound."""
    await _own(conn, account_id, series_id)
    row = await require_visible(conn, status_id, account_id)
    uris = await store.parts(conn, series_id)
    if row.uri not in uris:
        raise NotFound
    place = uris.index(row.uri)
    uris.insert(min(max(place + by, 0), len(uris)), uris.pop(place))
    await store.arrange(conn, series_id, uris)
    await events.record(conn, events.SeriesChanged(series_id))


async def grow(conn: Connection, event: events.StatusPublished) -> None:
    """Reaction to what is published: an author's answer to the last part of their series is the next."""
    for row in [] if event.belated else await conn.all(_next_part, status=event.status_id):
        uris = await store.parts(conn, row.series_id)
        if len(uris) < MAX_PARTS:
            await store.arrange(conn, row.series_id, [*uris, row.uri])
            # Others learn of it from the part itself, which says where it belongs.
            await events.record(conn, events.SeriesGrew(row.series_id, row.id))


async def _own(conn: Connection, account_id: int, series_id: int) -> Row:
    row = await store.find(conn, series_id)
    if row is None or row.account_id != account_id or not row.local:
        raise NotFound
    return row


async def follow(conn: Connection, account_id: int, series_id: int) -> None:
    """Somebody, here or elsewhere, is told of new parts.  Raises NotFound for what they see nothing of."""
    await views.read(conn, series_id, account_id)
    await store.follow(conn, series_id, account_id)
    await events.record(conn, events.SeriesFollowed(series_id, account_id))


async def unfollow(conn: Connection, account_id: int, series_id: int) -> None:
    """They are not told any more."""
    await store.unfollow(conn, series_id, account_id)
    await events.record(conn, events.SeriesUnfollowed(series_id, account_id))
