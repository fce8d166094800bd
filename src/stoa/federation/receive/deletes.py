"""What others take back for good: their posts, their leave to quote, themselves.

Only what is the actor's own goes, whoever is on the same server.  What was deleted before it came
stays away (F5.7).
"""

from __future__ import annotations

from typing import Any

from stoa import ids
from stoa.core.accounts import store as account_store
from stoa.core.statuses import delete as posts_gone
from stoa.core.statuses import leave
from stoa.db import Connection
from stoa.federation import remember, store
from stoa.federation.deliver import on_quotes
from stoa.federation.parse.kinds import Delete
from stoa.federation.parse.origins import same_origin
from stoa.federation.receive import featured, posts, quotes, series
from stoa.federation.received import Received
from stoa.jobs import queue

CLEAR = "federation.clear_account"
"""Remove what an account that is gone has left here; {"account": id}."""


async def delete(conn: Connection, r: Received) -> None:
    """A Delete: of a post (or a boost), of a stamp, of a collection, or of the actor itself."""
    uri = r.activity.object.id
    if uri is None:
        return
    if isinstance(r.activity, Delete) and r.activity.of_itself:
        await _of_itself(conn, r)
        return
    known = await posts.find(conn, uri)
    if known is None:
        if await featured.removed(conn, r) or await featured.revoked(conn, r):
            return
        if await series.removed(conn, r):
            return
        if not await quotes.revoked(conn, r) and same_origin(uri, r.activity.actor):
            await store.bury(conn, uri, r.activity.actor)
            await on_quotes.forget(conn, uri)  # it had leave, and was not kept here
    elif known.account_id == r.actor_id and not known.local:
        await store.bury(conn, uri, r.activity.actor)
        await posts_gone.remove(conn, known.id)


async def _of_itself(conn: Connection, r: Received) -> None:
    """The account is gone: shown to nobody from now on, followed by nobody, then removed bit by bit."""
    await store.bury(conn, r.activity.actor, r.activity.actor, "Person")
    await remember.gone(conn, r.actor_id)
    await account_store.change(conn, r.actor_id, suspended_at=ids.now_ms())
    await _go_on(conn, r.actor_id)


async def clear(conn: Connection, payload: Any) -> None:
    """The job: remove some of what the account has left, and come again until nothing is left."""
    account_id: int = payload["account"]
    row = await remember.known_by_id(conn, account_id)
    if row is None or not row.domain or row.gone_at is None:
        return
    if await leave.remove_some(conn, account_id):
        await _go_on(conn, account_id, payload.get("turn", 0) + 1)
    else:
        await account_store.remove(conn, account_id)


async def _go_on(conn: Connection, account_id: int, turn: int = 0) -> None:
    # The job that is being done is still there while it puts the next one into the queue.
    await queue.add(
        conn, CLEAR, {"account": account_id, "turn": turn}, unique_key=f"{CLEAR}:{account_id}:{turn}"
    )
