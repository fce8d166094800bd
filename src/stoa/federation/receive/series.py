"""Series of others, and who elsewhere follows series from here.

A series is its author's word alone, and holds nothing but their own posts; what a post says of it is a
hint, for which the series itself is asked.
"""

from __future__ import annotations

from stoa import ids
from stoa.core import events
from stoa.core.errors import NotFound
from stoa.core.series import curate, remember, store
from stoa.db import Connection
from stoa.federation import wants
from stoa.federation.deliver import audience
from stoa.federation.deliver.send import send
from stoa.federation.parse import series as parse
from stoa.federation.parse.kinds import Follow
from stoa.federation.parse.note import RemoteNote
from stoa.federation.parse.origins import same_origin
from stoa.federation.parse.trust import own_words
from stoa.federation.receive import relevance, undone
from stoa.federation.received import Received
from stoa.federation.render import activity


async def keep(conn: Connection, found: parse.RemoteSeries, owner_id: int) -> int | None:
    """Store it as its author describes it; its id, None for one that is not theirs."""
    return await remember.remember(
        conn,
        owner_id,
        uri=found.id,
        url=found.url,
        title=found.title,
        description=found.description,
        parts=found.parts,
    )


async def joined(conn: Connection, note: RemoteNote, status_id: int, author_id: int, *, news: bool) -> None:
    """A post that says of itself that it is a part has come."""
    if note.series is None or not same_origin(note.series, note.id):
        return
    row = await store.find_by_uri(conn, note.series)
    if row is not None and (row.local or row.account_id != author_id):
        return
    if row is None or note.id not in await store.parts(conn, row.id):
        # One that is being fetched just now may not say yet what has only come.
        await wants.series(conn, note.series, turn=status_id if news else 0)
    elif news:
        await events.record(conn, events.SeriesGrew(row.id, status_id))


async def updated(conn: Connection, r: Received) -> bool:
    """Update of a series; whether it was one."""
    if not parse.is_series(r.activity.object.object):
        return False
    document = own_words(r.activity.object, r.activity.actor)
    if document is None:
        return True
    found = parse.parse_series(document)
    known = await store.find_by_uri(conn, found.id)
    if known is not None or await relevance.is_followed(conn, r.actor_id):
        await keep(conn, found, r.actor_id)
    return True


async def removed(conn: Connection, r: Received) -> bool:
    """Delete of a series; whether it was one."""
    row = await store.find_by_uri(conn, r.activity.object.id or "")
    if row is None:
        return False
    if row.account_id == r.actor_id and not row.local:
        await remember.forget(conn, row.id)
    return True


async def gone(conn: Connection, uri: str) -> None:
    """The server of the series *uri* says that there is nothing."""
    row = await store.find_by_uri(conn, uri)
    if row is not None and not row.local:
        await remember.forget(conn, row.id)


async def followed(conn: Connection, r: Received) -> bool:
    """Somebody elsewhere follows a series; whether it is one from here.  Yes to whoever may read it."""
    uri = r.activity.object.id or ""
    row = await store.find_by_uri(conn, uri) if same_origin(uri, r.house.addresses.base) else None
    if row is None or not row.local:
        return False
    if await undone.is_undone(conn, r):
        return True
    owner = uri.rpartition("/series/")[0]
    wanted = {"id": r.activity.id, "type": "Follow", "actor": r.activity.actor, "object": uri}
    try:
        await curate.follow(conn, r.actor_id, row.id)
    except NotFound:
        answer = activity.reject(r.house.addresses.deed(owner, "rejects", ids.new_id()), owner, wanted)
    else:
        answer = activity.accept(r.house.addresses.deed(owner, "accepts", ids.new_id()), owner, wanted)
    await send(
        conn,
        r.house,
        answer,
        account_id=row.account_id,
        inboxes=await audience.inboxes(conn, accounts=[r.actor_id], personal=True),
        kind=answer["type"],
        about=r.activity.id,
    )
    return True


async def unfollowed(conn: Connection, r: Received, inner: Follow) -> bool:
    """They do not any more; whether it is a series from here."""
    row = await store.find_by_uri(conn, inner.object.id or "")
    if row is None or not row.local:
        return False
    await curate.unfollow(conn, r.actor_id, row.id)
    return True
