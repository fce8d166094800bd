"""What groups pass on: activities of their members, wrapped in an Announce (FEP-1b12).

What is wrapped is believed where the group's own server speaks for its own people; for anything else
the server that is responsible is asked (a forged Update or Delete of somebody else's post: Mitra 2.18).
A post that starts a discussion stands in the homes of those who follow the group, by its author and
boosted by the group, once, whatever the group sends besides; answers are kept, and stand in the
discussion alone.
"""

from __future__ import annotations

from sqlalchemy import bindparam, select

from stoa.core.errors import Forbidden, NotFound
from stoa.core.statuses import delete as posts_gone
from stoa.core.statuses import reblog
from stoa.db import Connection, Query, Row
from stoa.db.tables import accounts, remote_actors, status_origins, statuses
from stoa.federation import remember, store, waiting
from stoa.federation.missing import Missing
from stoa.federation.parse.kinds import (
    Activity,
    Announce,
    Create,
    Delete,
    Dislike,
    EmojiReact,
    Like,
    Undo,
    Update,
)
from stoa.federation.parse.origins import same_origin
from stoa.federation.receive import deletes, edits, posts, relevance
from stoa.federation.received import OF_SUSPENDED, Received

GROUPS = frozenset({"Group", "Service", "Application", "Organization"})
# What a group has to say of others.  Locks, bans and its moderators are its own affair.
PASSED_ON = (Create, Update, Delete, Like, Undo, Dislike, EmojiReact)

_group = Query(
    select(accounts.c.id, accounts.c.uri, accounts.c.actor_type, remote_actors.c.moderators)
    .select_from(accounts.join(remote_actors, remote_actors.c.account_id == accounts.c.id))
    .where(accounts.c.id == bindparam("account"))
)
_place = Query(
    select(
        statuses.c.in_reply_to_id,
        statuses.c.account_id,
        statuses.c.visibility,
        status_origins.c.in_reply_to,
        status_origins.c.audience,
    )
    .select_from(statuses.outerjoin(status_origins, status_origins.c.status_id == statuses.c.id))
    .where(statuses.c.id == bindparam("status"))
)


async def carried(conn: Connection, r: Received) -> bool:
    """Whether the Announce passes on an activity; if so it has had its effects.  Else it is a boost.

    Raises Missing for what it takes to have them.
    """
    announce = r.activity
    if not isinstance(announce, Announce):
        return False
    if announce.inner is None:
        # Its moderators have removed what it boosts.
        uri = announce.object.id
        return uri is not None and await store.is_buried(conn, uri, announce.actor)
    inner = announce.inner
    group = await conn.first(_group, account=r.actor_id)
    if group is None or not isinstance(inner, PASSED_ON) or inner.object.id is None:
        return True
    if same_origin(inner.actor, r.house.addresses.base):
        # Our own people: what they did is known here already.
        if isinstance(inner, Create):
            await _stands(conn, r, inner)
        return True
    speaks = inner.actor == announce.actor or (
        group.actor_type in GROUPS and same_origin(inner.actor, announce.actor)
    )
    if isinstance(inner, Create):
        await _create(conn, r, inner, speaks=speaks)
    elif isinstance(inner, Delete) and await _moderated(conn, inner, group):
        pass
    elif speaks:
        await _apply(conn, await _as_received(conn, r, inner))
    else:
        await _ask(conn, r, inner)
    return True


async def lock(conn: Connection, r: Received) -> None:
    """Nothing: moderators of a group that lives here are heard before (`deliver/moderators`), and whether
    a discussion elsewhere goes on is for its own server to say, to whom answers go.
    """


async def _create(conn: Connection, r: Received, inner: Create, *, speaks: bool) -> None:
    uri = inner.object.id or ""
    if await store.is_buried(conn, uri, r.activity.actor):
        return  # a moderator was quicker
    status = await posts.find(conn, uri)
    if status is None and speaks:
        await posts.created(conn, await _as_received(conn, r, inner))
    elif status is None and uri not in r.given_up and await relevance.is_followed(conn, r.actor_id):
        raise Missing(statuses=(uri,), needed=True)
    await _stands(conn, r, inner)


async def _stands(conn: Connection, r: Received, inner: Create) -> None:
    """A post that starts a discussion is boosted by the group, for those who follow it."""
    status = await posts.find(conn, inner.object.id or "")
    if status is None or status.account_id == r.actor_id or r.activity.id is None:
        return
    place = await conn.first(_place, status=status.id)
    if place is None or place.in_reply_to_id is not None or place.in_reply_to is not None:
        return
    if not await relevance.is_followed(conn, r.actor_id):
        return
    try:
        async with conn.savepoint():
            await reblog.reblog(
                conn,
                r.actor_id,
                status.id,
                r.house.addresses,
                uri=r.activity.id,
                created_at=r.activity.published,
            )
    except (NotFound, Forbidden):
        return


async def _moderated(conn: Connection, inner: Delete, group: Row) -> bool:
    """A moderator of the group removes somebody else's post from it: it is hidden here.

    The post has to say itself that it was for the group.  What lives here is only no longer the
    group's: nobody elsewhere removes it.
    """
    uri = inner.object.id or ""
    status = await posts.find(conn, uri)
    may = _may_moderate(inner.actor, group)
    if status is None and may and inner.reason:
        # Before it came: the group does not show it any more, its author may.
        await store.bury(conn, uri, group.uri, "Removed")
        return True
    if status is None or status.author == inner.actor or not may:
        return False
    place = await conn.first(_place, status=status.id)
    if place is None:
        return False
    if status.local:
        await reblog.unreblog(conn, group.id, status.id)
    elif place.audience == group.uri:
        await store.bury(conn, uri, status.author)
        await posts_gone.remove(conn, status.id)
    else:
        return False
    return True


def _may_moderate(actor: str, group: Row) -> bool:
    return group.actor_type in GROUPS and (same_origin(actor, group.uri) or actor in group.moderators)


async def _as_received(conn: Connection, r: Received, inner: Activity) -> Received:
    """The wrapped activity as if its actor had sent it."""
    actor = await remember.known(conn, inner.actor)
    if actor is None:
        if inner.actor in r.given_up:
            raise Forbidden("its actor cannot be had")
        raise Missing(actors=(inner.actor,))
    if actor.suspended_at is not None and not isinstance(inner, OF_SUSPENDED):
        raise Forbidden("its actor is suspended here")
    return Received(
        house=r.house,
        activity=inner,
        document=r.activity.object.object or {},
        actor_id=actor.id,
        given_up=r.given_up,
        relayed_by=r.actor_id,
        at=r.at,
    )


async def _apply(conn: Connection, wrapped: Received) -> None:
    if isinstance(wrapped.activity, Update):
        await edits.update(conn, wrapped)
    elif isinstance(wrapped.activity, Delete):
        await deletes.delete(conn, wrapped)
    else:
        # The table knows boosts, and they know groups.
        from stoa.federation.receive import receive

        await receive(conn, wrapped)


async def _ask(conn: Connection, r: Received, inner: Activity) -> None:
    """Have the server of the actor asked whether that is so, if it is about anything known here."""
    about = inner.object.id or ""
    if isinstance(inner, Undo) and inner.inner is not None:
        about = inner.inner.object.id or ""
    if await posts.find(conn, about) is None or not await relevance.is_followed(conn, r.actor_id):
        return
    await waiting.hear(conn, inner.id, r.activity.actor, r.activity.object.object or {}, at=r.at)
