"""Posts that others show first on their profile (F11.6).

Only one's own posts, only in one's own collection; anything else that is added anywhere (hashtags,
moderators of groups, stories) changes nothing here.
"""

from __future__ import annotations

from stoa.core.statuses import pin
from stoa.db import Connection, Row
from stoa.federation import remember
from stoa.federation.missing import Missing
from stoa.federation.parse.kinds import Add, Remove
from stoa.federation.parse.note import is_post
from stoa.federation.parse.origins import same_origin
from stoa.federation.receive import featured, posts
from stoa.federation.received import Received


async def add(conn: Connection, r: Received) -> None:
    """An Add to the actor's own `featured`, or to what they recommend (`receive/featured`)."""
    if await featured.added(conn, r):
        return
    uri = r.activity.object.id
    if uri is None or not await _in_own_collection(conn, r):
        return
    status = await posts.find(conn, uri)
    embedded = r.activity.object.object
    if status is None:
        if (
            same_origin(uri, r.activity.actor)
            and uri not in r.given_up
            and (embedded is None or is_post(embedded))
        ):
            raise Missing(statuses=(uri,))
    elif _may_be_pinned(status, r):
        await pin.put(conn, r.actor_id, status.id)


async def remove(conn: Connection, r: Received) -> None:
    """A Remove from them."""
    if await featured.removed(conn, r):
        return
    uri = r.activity.object.id
    if uri is None or not await _in_own_collection(conn, r):
        return
    status = await posts.find(conn, uri)
    if status is not None:
        await pin.drop(conn, r.actor_id, status.id)


async def _in_own_collection(conn: Connection, r: Received) -> bool:
    if not isinstance(r.activity, Add | Remove):
        return False
    row = await remember.known_by_id(conn, r.actor_id)
    return row is not None and row.featured is not None and row.featured == r.activity.target


def _may_be_pinned(status: Row, r: Received) -> bool:
    return status.account_id == r.actor_id and status.reblog_of_id is None and status.visibility != "direct"
