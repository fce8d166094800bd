"""Telling others of the series that are made here, and of who here follows theirs.

Of a series others hear what everybody may see; of one without such parts nobody hears.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, or_, select

from stoa import ids
from stoa.core import events
from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.core.series import store as stored
from stoa.core.series import views
from stoa.db import Connection, Query
from stoa.db.tables import remote_actors, series_follows, series_parts, statuses
from stoa.db.tables.base import Id
from stoa.federation import remember, store, wants
from stoa.federation.deliver import audience
from stoa.federation.deliver.send import Document, send
from stoa.federation.render import activity
from stoa.federation.render import series as render

_listeners = select(series_follows.c.account_id).join(
    remote_actors, remote_actors.c.account_id == series_follows.c.account_id
)
_followers = Query(_listeners.where(series_follows.c.series_id == bindparam("series", type_=Id)))
_of_status = Query(
    _listeners.join(series_parts, series_parts.c.series_id == series_follows.c.series_id)
    .join(statuses, statuses.c.uri == series_parts.c.object_uri)
    .where(
        statuses.c.id == bindparam("status", type_=Id),
        or_(statuses.c.visibility == "public", statuses.c.visibility == "unlisted"),
    )
)


async def followers_of_status(conn: Connection, status_id: int) -> list[int]:
    """Those elsewhere who follow the series that an open post is a part of."""
    return await conn.scalars(_of_status, status=status_id)


async def changed(house: House, conn: Connection, event: events.SeriesChanged) -> None:
    """Update, to the followers of its author and its own."""
    if house.settings.federation == "off":
        return
    document = await _document(conn, event.series_id)
    row = await stored.find(conn, event.series_id)
    if document is None or row is None:
        return
    followers = house.addresses.followers(document["attributedTo"])
    await send(
        conn,
        house,
        render.updated(document, ids.now_ms(), followers),
        account_id=row.account_id,
        inboxes=await _inboxes(
            conn, row.account_id, await conn.scalars(_followers, series=event.series_id)
        ),
        kind="Update",
        about=document["id"],
    )


async def _document(conn: Connection, series_id: int) -> Document | None:
    try:
        found, seen = await views.read(conn, series_id, None)
    except NotFound:
        return None
    owner = await remember.known_by_id(conn, found.account_id)
    if not found.local or not seen or owner is None:
        return None
    return render.series(found, owner.uri, await views.uris(conn, [one.id for one in seen]))


async def _inboxes(conn: Connection, account_id: int, also: Iterable[int]) -> list[str]:
    return await audience.inboxes(conn, accounts=also, followers_of=account_id)


async def deleted(house: House, conn: Connection, event: events.SeriesDeleted) -> None:
    """Delete; whoever asks for it from now on is told that it is gone."""
    owner = await remember.known_by_id(conn, event.account_id)
    if owner is None or owner.domain or house.settings.federation == "off":
        return
    if event.was_open:
        await store.bury(conn, event.uri, owner.uri, "OrderedCollection")
        await send(
            conn,
            house,
            activity.delete(owner.uri, event.uri, kind="OrderedCollection"),
            account_id=event.account_id,
            inboxes=await _inboxes(conn, event.account_id, event.followers),
            kind="Delete",
            about=event.uri,
        )


async def followed(house: House, conn: Connection, event: events.SeriesFollowed) -> None:
    """Follow, of a series elsewhere; and what is in it is fetched."""
    pair = await _across(conn, house, event)
    if pair is not None:
        follower, owner, uri = pair
        await wants.series(conn, uri)
        follow_id = house.addresses.deed(follower, "follows", ids.new_id())
        await _tell(conn, house, event, render.follow(follow_id, follower, uri, owner))


async def unfollowed(house: House, conn: Connection, event: events.SeriesUnfollowed) -> None:
    """Undo of it, whatever its id was: the Follow is embedded."""
    pair = await _across(conn, house, event)
    if pair is not None:
        follower, owner, uri = pair
        follow_id = house.addresses.deed(follower, "follows", ids.new_id())
        undo_id = house.addresses.deed(follower, "undos", ids.new_id())
        wanted = render.follow(follow_id, follower, uri, owner)
        await _tell(conn, house, event, activity.undo(wanted, undo_id))


async def _across(
    conn: Connection, house: House, event: events.SeriesFollowed | events.SeriesUnfollowed
) -> tuple[str, str, str] | None:
    """Who lives here and follows, whose the series elsewhere is, its id; None where it is not so."""
    row = await stored.find(conn, event.series_id)
    if row is None or row.local or house.settings.federation == "off":
        return None
    follower = await remember.known_by_id(conn, event.account_id)
    owner = await remember.known_by_id(conn, row.account_id)
    if follower is None or follower.domain or owner is None:
        return None
    return follower.uri, owner.uri, row.uri


async def _tell(conn: Connection, house: House, event: Any, document: Document) -> None:
    row = await stored.find(conn, event.series_id)
    accounts = [] if row is None else [row.account_id]
    await send(
        conn,
        house,
        document,
        account_id=event.account_id,
        inboxes=await audience.inboxes(conn, accounts=accounts, personal=True),
        kind=document["type"],
    )
