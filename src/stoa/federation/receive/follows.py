"""Follows of those who live here, and what others say to the follows of ours."""

from __future__ import annotations

import contextlib

from sqlalchemy import Text, bindparam, or_, select

from stoa import ids
from stoa.core.errors import Forbidden, NotFound, Unprocessable
from stoa.core.relationships import follow as verbs
from stoa.core.relationships import store as relationships
from stoa.db import Connection, Query, Row
from stoa.db.tables import follow_requests, follows
from stoa.federation import remember
from stoa.federation.deliver import audience, on_people
from stoa.federation.deliver.send import send
from stoa.federation.own_keys import INSTANCE
from stoa.federation.parse.kinds import Accept, Follow, Reject, Undo
from stoa.federation.receive import series, undone
from stoa.federation.received import Received
from stoa.federation.render import activity

_by_uri = [
    Query(
        select(table.c.follower_id, table.c.target_id).where(
            table.c.uri == bindparam("uri", type_=Text),
            or_(table.c.follower_id == bindparam("account"), table.c.target_id == bindparam("account")),
        )
    )
    for table in (follow_requests, follows)
]

_granted = Query(
    select(follows.c.follower_id).where(
        follows.c.target_id == bindparam("account"),
        follows.c.accept_uri == bindparam("uri", type_=Text),
    )
)


async def follow(conn: Connection, r: Received) -> None:
    """Somebody elsewhere wants to follow somebody here: yes, no, or whoever it is will be asked.

    One who follows already, or asks already, is answered anew: they have not heard (F5.2).  The server
    itself is followed by nobody.
    """
    if r.activity.object.id == r.house.addresses.instance_actor:
        await _not_the_server(conn, r)
        return
    if await series.followed(conn, r):
        return
    target = await remember.known(conn, r.activity.object.id or "")
    if target is None or target.domain or await undone.is_undone(conn, r):
        return
    uri = r.activity.id
    following = await relationships.follow_options(conn, r.actor_id, target.id)
    asked = await relationships.request_options(conn, r.actor_id, target.id)
    if following is not None or asked is not None:
        if uri is not None:
            await relationships.name(conn, r.actor_id, target.id, uri)
        if following is not None:
            await on_people.answer_follow(conn, r.house, r.actor_id, target.id, uri, yes=True)
        return
    try:
        await verbs.follow(conn, r.actor_id, target.id, uri=uri)
    except (NotFound, Forbidden, Unprocessable):
        await on_people.answer_follow(conn, r.house, r.actor_id, target.id, uri, yes=False)
        await undone.came_to_nothing(conn, r)


async def _not_the_server(conn: Connection, r: Received) -> None:
    speaker = r.house.addresses.instance_actor
    wanted = {"id": r.activity.id, "type": "Follow", "actor": r.activity.actor, "object": speaker}
    reject = activity.reject(r.house.addresses.deed(speaker, "rejects", ids.new_id()), speaker, wanted)
    inboxes = await audience.inboxes(conn, accounts=[r.actor_id], personal=True)
    await send(
        conn, r.house, reject, account_id=INSTANCE, inboxes=inboxes, kind="Reject", about=r.activity.id
    )


async def undo(conn: Connection, r: Received, target_id: int) -> bool:
    """The actor no longer follows *target_id*, nor asks to; whether they did."""
    was_here = (
        await relationships.follow_options(conn, r.actor_id, target_id) is not None
        or await relationships.request_options(conn, r.actor_id, target_id) is not None
    )
    await verbs.unfollow(conn, r.actor_id, target_id)
    return was_here


async def accepted(conn: Connection, r: Received) -> None:
    """The actor lets somebody here follow them.  Counts only if they were asked (CVE-2025-30741)."""
    follower_id = await _follower(conn, r)
    if follower_id is None or await undone.is_undone(conn, r):
        return
    # NotFound: they follow already, or nobody asked.
    with contextlib.suppress(NotFound):
        await verbs.accept(conn, r.actor_id, follower_id)
    if r.activity.id is not None:
        await relationships.name_grant(conn, follower_id, r.actor_id, r.activity.id)


async def rejected(conn: Connection, r: Received) -> None:
    """The actor does not let somebody here follow them, or no longer does."""
    follower_id = await _follower(conn, r)
    if follower_id is not None:
        try:
            await verbs.reject(conn, r.actor_id, follower_id)
        except NotFound:
            await verbs.remove_follower(conn, r.actor_id, follower_id)


async def withdrawn(conn: Connection, uri: str, account_id: int) -> bool:
    """The account takes back the Accept *uri*; whether that had let somebody here follow them."""
    followers = await conn.scalars(_granted, uri=uri, account=account_id)
    for follower_id in followers:
        await verbs.remove_follower(conn, account_id, follower_id)
    return bool(followers)


async def by_uri(conn: Connection, uri: str, account_id: int) -> Row | None:
    """(follower_id, target_id) of the follow or the request *uri* that the account has part in."""
    for query in _by_uri:
        row = await conn.first(query, uri=uri, account=account_id)
        if row is not None:
            return row
    return None


async def _follower(conn: Connection, r: Received) -> int | None:
    """Who of us asked the actor: the Follow is embedded, or named by the id that we gave it."""
    answer = r.activity
    if isinstance(answer, Undo):
        answer = answer.inner or answer
    inner = answer.inner if isinstance(answer, (Accept, Reject)) else None
    if isinstance(inner, Follow):
        follower = await remember.known(conn, inner.actor)
        if follower is None or follower.domain or inner.object.id not in (r.activity.actor, None):
            return None
        follower_id: int = follower.id
        return follower_id
    row = await by_uri(conn, answer.object.id or "", r.actor_id)
    if row is None or row.target_id != r.actor_id:
        return None
    named: int = row.follower_id
    return named
