"""Boosts of others: of posts that are here, and of those that are fetched because of them.

What is embedded in a boost is never believed.  What a relay boosts is fetched and stands under its
author's name alone; what a group passes on is for `groups`.
"""

from __future__ import annotations

from sqlalchemy import bindparam, select

from stoa.core.errors import Forbidden, NotFound
from stoa.core.statuses import delete, reblog
from stoa.db import Connection, Query, any_of
from stoa.db.tables import remote_actors, statuses
from stoa.federation import store, threads
from stoa.federation.missing import Missing
from stoa.federation.parse.activity import MAX_BATCH
from stoa.federation.parse.kinds import Announce
from stoa.federation.parse.note import visibility
from stoa.federation.parse.origins import same_origin
from stoa.federation.receive import groups, posts, relevance, undone
from stoa.federation.received import Received

_by_uris = Query(
    select(statuses.c.id).where(
        any_of(statuses.c.uri, "uris"),
        statuses.c.account_id == bindparam("account"),
        statuses.c.reblog_of_id.is_not(None),
    )
)
_followers = Query(
    select(remote_actors.c.followers).where(remote_actors.c.account_id == bindparam("account"))
)


async def announce(conn: Connection, r: Received) -> None:
    """A boost, or several at once, or what a group passes on."""
    if await groups.carried(conn, r) or not isinstance(r.activity, Announce):
        return
    await undone.in_turn(conn, r.activity.id)
    if r.activity.id is None or await undone.is_undone(conn, r):
        return
    is_relay = await relevance.is_relay(conn, r.actor_id)
    followed = is_relay or await relevance.is_followed(conn, r.actor_id)
    # One of several is not worth the others; of what a relay passes on there is always more.
    needed = not (is_relay or r.activity.others)
    for place, ref in enumerate((r.activity.object, *r.activity.others)):
        if ref.id is not None:
            uri = _part(r.activity.id, place)
            await _boost(conn, r, ref.id, uri, followed=followed, is_relay=is_relay, needed=needed)


def _part(uri: str, place: int) -> str:
    """The id of one of the boosts that came together as *uri*."""
    return f"{uri}#{place}" if place else uri


async def _boost(
    conn: Connection, r: Received, original: str, uri: str, *, followed: bool, is_relay: bool, needed: bool
) -> None:
    status_id = await threads.find_status(conn, r.house, original)
    if status_id is None:
        # What somebody boosts whom nobody here follows would stand in no home, whoever is addressed.
        if not followed or original in r.given_up or same_origin(original, r.house.addresses.base):
            return
        raise Missing(statuses=(original,), needed=needed)
    if is_relay:
        return
    status = await posts.find(conn, original)
    if not followed and (status is None or not status.local):
        return
    if await store.is_buried(conn, uri, r.activity.actor):
        return
    followers: str | None = await conn.scalar(_followers, account=r.actor_id)
    try:
        async with conn.savepoint():
            await reblog.reblog(
                conn,
                r.actor_id,
                status_id,
                r.house.addresses,
                visibility=visibility(r.activity.to, r.activity.cc, followers),
                uri=uri,
                created_at=r.activity.published,
            )
    except (NotFound, Forbidden):
        return  # not theirs to pass on


async def undo(conn: Connection, r: Received, announce: Announce) -> bool:
    """The boosts are taken back, of whatever they are; whether there were any."""
    found = False
    for ref in (announce.object, *announce.others):
        status_id = await threads.find_status(conn, r.house, ref.id or "")
        if status_id is not None and await reblog.take_back(conn, r.actor_id, status_id):
            found = True
    return found


async def undo_by_uri(conn: Connection, uri: str, account_id: int) -> bool:
    """The account's boosts that came as *uri* are taken back; whether there were any."""
    uris = [_part(uri, place) for place in range(MAX_BATCH)]
    boosts = await conn.scalars(_by_uris, uris=uris, account=account_id)
    for boost_id in boosts:
        await delete.remove(conn, boost_id)
    return bool(boosts)
