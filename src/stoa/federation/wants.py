"""What is to be fetched later: stale profiles, parents, first replies, pinned posts.

All of it is jobs, added in the transaction that found the want, and harmless to repeat.  Who does
them is `refresh`.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator, Sequence
from contextvars import ContextVar

from sqlalchemy import bindparam, select

from stoa import ids
from stoa.core.accounts.remember import Remembered
from stoa.db import Connection, Query, Row
from stoa.db.tables import accounts, follows
from stoa.db.tables.base import Id
from stoa.federation import nodeinfo
from stoa.federation.parse.actor import RemoteActor
from stoa.federation.parse.note import RemoteNote
from stoa.federation.parse.origins import same_origin
from stoa.federation.verify import VERIFY, wants_looking_at
from stoa.jobs import queue

ACTOR = "federation.actor"
"""Fetch an actor anew; {"account": id}."""
STATUS = "federation.status"
"""Fetch a post; {"uri": …, "hops": …, "tries": …}."""
FEATURED = "federation.featured"
"""Fetch the pinned posts of an account; {"account": id}."""
COLLECTIONS = "federation.featured_collections"
"""Fetch the collections that an account has made; {"account": id}."""
PEOPLE = "federation.people"
"""Fetch actors whom a post names, and have it name them; {"status": id, "people": [uri, …]}."""
SERIES = "federation.series"
"""Fetch a series; {"uri": …, "turn": …, "tries": …}."""
AGAIN = "federation.again"
"""Fetch a post anew; {"uri": …}."""

STALE_MS = 24 * 3600 * 1000
MAX_FIRST_REPLIES = 5
# Who names a hundred strangers keeps nobody else waiting for all of them.
PEOPLE_AT_ONCE = 10
# So far up a thread we go for one post that came; backfill goes on when somebody reads it.
MAX_HOPS = 50
# A post that cannot be had: again after 12 seconds, 1, 5, 25 minutes, and 2 hours; then never.
RETRY_MS = 12_000
MAX_TRIES = 6
# One event sends many servers to the same place; not all in the same second (F6.6).
SPREAD_MS = 20_000

_follower = Query(
    select(follows.c.id)
    .select_from(follows.join(accounts, accounts.c.id == follows.c.follower_id))
    .where(follows.c.target_id == bindparam("account", type_=Id), accounts.c.domain == "")
    .limit(1)
)
_hops: ContextVar[int] = ContextVar("stoa_hops", default=0)


def is_stale(row: Row) -> bool:
    """Whether the remote actor (a row of remember.known) was last looked at more than a day ago."""
    return row.gone_at is None and (row.fetched_at is None or row.fetched_at < ids.now_ms() - STALE_MS)


async def actor(conn: Connection, account_id: int) -> None:
    """Have the actor fetched anew, soon."""
    await queue.add(conn, ACTOR, {"account": account_id}, unique_key=f"{ACTOR}:{account_id}")


async def people(conn: Connection, status_id: int, uris: Sequence[str]) -> None:
    """Have the actors *uris* fetched, whom the status names."""
    for first in range(0, len(uris), PEOPLE_AT_ONCE):
        some = list(uris[first : first + PEOPLE_AT_ONCE])
        when = ids.now_ms() + random.randrange(SPREAD_MS)  # noqa: S311  no secret hangs on it
        key = f"{PEOPLE}:{status_id}:{some[0]}"
        await queue.add(conn, PEOPLE, {"status": status_id, "people": some}, run_at=when, unique_key=key)


async def parent(conn: Connection, uri: str) -> None:
    """Have the post *uri* fetched, which one that came answers; not for ever up a thread."""
    hops = _hops.get()
    if hops < MAX_HOPS:
        await status(conn, uri, hops=hops + 1)


async def replies(conn: Connection, note: RemoteNote) -> None:
    """Have the first replies fetched that *note* brings along, those of its own server, unless it was
    fetched on the way of another itself (F8.11).
    """
    if note.replies is None or _hops.get() > 0:
        return
    named = [one.id for one in note.replies.items if one.id is not None and same_origin(one.id, note.id)]
    for uri in named[:MAX_FIRST_REPLIES]:
        await status(conn, uri, hops=MAX_HOPS)


async def status(conn: Connection, uri: str, *, hops: int = 0, tries: int = 0) -> None:
    """Have the post *uri* fetched; *hops* from one that came by itself, after *tries* in vain."""
    pause = RETRY_MS * 5 ** (tries - 1) if tries else 0
    await queue.add(
        conn,
        STATUS,
        {"uri": uri, "hops": hops, "tries": tries},
        run_at=ids.now_ms() + pause,
        # The job that is being done is still there while it puts the next one into the queue.
        unique_key=f"{STATUS}:{uri}:{tries}",
    )


async def again(conn: Connection, uri: str) -> None:
    """Have the post *uri*, which is here, fetched anew: somebody says that it has changed or is gone
    whose word is not enough.  However many say so, once in a while is.
    """
    when = ids.now_ms() + random.randrange(SPREAD_MS)  # noqa: S311  no secret hangs on it
    await queue.add(conn, AGAIN, {"uri": uri}, run_at=when, unique_key=f"{AGAIN}:{uri}")


async def series(conn: Connection, uri: str, *, turn: int = 0, tries: int = 0) -> None:
    """Have the series *uri* fetched, after *tries* in vain; once for each *turn*."""
    pause = RETRY_MS * 5 ** (tries - 1) if tries else 0
    await queue.add(
        conn,
        SERIES,
        {"uri": uri, "turn": turn, "tries": tries},
        run_at=ids.now_ms() + pause,
        unique_key=f"{SERIES}:{uri}:{turn}:{tries}",
    )


@contextlib.contextmanager
def on_the_way(hops: int) -> Iterator[None]:
    """What is wanted in this block is wanted *hops* away from a post that came by itself."""
    token = _hops.set(hops)
    try:
        yield
    finally:
        _hops.reset(token)


async def after_meeting(conn: Connection, met: RemoteActor, found: Remembered) -> None:
    """What follows from having stored the actor *met*."""
    await nodeinfo.want(conn, met.id)
    if found.met and met.featured is not None:
        await _of_account(conn, FEATURED, found.account_id)
    if met.featured_collections is not None and (found.met or await _is_followed(conn, found.account_id)):
        await _of_account(conn, COLLECTIONS, found.account_id)
    if found.ousted_id is not None:
        await actor(conn, found.ousted_id)
    if wants_looking_at(met.fields):
        await _of_account(conn, VERIFY, found.account_id)


async def _is_followed(conn: Connection, account_id: int) -> bool:
    return await conn.scalar(_follower, account=account_id) is not None


async def _of_account(conn: Connection, kind: str, account_id: int) -> None:
    when = ids.now_ms() + random.randrange(SPREAD_MS)  # noqa: S311  no secret hangs on it
    await queue.add(conn, kind, {"account": account_id}, run_at=when, unique_key=f"{kind}:{account_id}")
