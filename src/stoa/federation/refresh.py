"""What is fetched later: stale profiles, parents, first replies, pinned posts.

All of it is jobs, added in the transaction that found the want and harmless to repeat.  What cannot
be had is tried a few times, then let be.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextvars import ContextVar
from typing import Any, Protocol

from sqlalchemy import select

from stoa import ids
from stoa.core.accounts.remember import Remembered
from stoa.core.statuses import pin
from stoa.db import Connection, Database, Query, Row, any_of
from stoa.db.tables import statuses
from stoa.federation import budget, remember
from stoa.federation.fetch import Fetcher
from stoa.federation.missing import NotResolved
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

STALE_MS = 24 * 3600 * 1000
MAX_FEATURED = 20
MAX_FIRST_REPLIES = 5
# So far up a thread we go for one post that came; backfill goes on when somebody reads it.
MAX_HOPS = 50
# A post that cannot be had: again after 1, 5, 25 minutes, and 2 hours; then never.
RETRY_MS = 60_000
MAX_TRIES = 5
# One event sends many servers to the same place; not all in the same second (F6.6).
SPREAD_MS = 20_000

_hops: ContextVar[int] = ContextVar("stoa_hops", default=0)

_authors = Query(select(statuses.c.id, statuses.c.account_id).where(any_of(statuses.c.id, "ids")))

Handler = Callable[[Database, Any], Awaitable[None]]


class Finds(Protocol):
    """The Resolver, as far as it is needed here."""

    async def actor(self, uri: str, *, fresh: bool = False) -> int:
        """The account id of the actor."""

    async def status(self, uri: str, *, depth: int = 0) -> int:
        """The status id of the post."""


def is_stale(row: Row) -> bool:
    """Whether the remote actor (a row of remember.known) was last looked at more than a day ago."""
    return row.gone_at is None and (row.fetched_at is None or row.fetched_at < ids.now_ms() - STALE_MS)


async def renew_actor(conn: Connection, account_id: int) -> None:
    """Have the actor fetched anew, soon."""
    await queue.add(conn, ACTOR, {"account": account_id}, unique_key=f"{ACTOR}:{account_id}")


async def want_status(conn: Connection, uri: str) -> None:
    """Have the post *uri* fetched, as the parent of one that came; not for ever up a thread."""
    hops = _hops.get()
    if hops < MAX_HOPS:
        await _want(conn, uri, hops + 1)


async def want_replies(conn: Connection, note: RemoteNote) -> None:
    """Have the first replies fetched that *note* brings along, of its own server and if it is no
    reply that was fetched this way itself (F8.11).
    """
    if note.replies is None or _hops.get() > 0:
        return
    named = [one.id for one in note.replies.items if one.id is not None and same_origin(one.id, note.id)]
    for uri in named[:MAX_FIRST_REPLIES]:
        await _want(conn, uri, MAX_HOPS)


async def after_meeting(conn: Connection, actor: RemoteActor, found: Remembered) -> None:
    """What follows from having stored *actor*."""
    if found.met and actor.featured is not None:
        await queue.add(
            conn,
            FEATURED,
            {"account": found.account_id},
            run_at=ids.now_ms() + _jitter(),
            unique_key=f"{FEATURED}:{found.account_id}",
        )
    if found.ousted_id is not None:
        await renew_actor(conn, found.ousted_id)
    if wants_looking_at(actor.fields):
        await queue.add(
            conn,
            VERIFY,
            {"account": found.account_id},
            run_at=ids.now_ms() + _jitter(),
            unique_key=f"{VERIFY}:{found.account_id}",
        )


def jobs(resolver: Finds, fetcher: Fetcher) -> Mapping[str, Handler]:
    """The kinds of job that are done on the network → what does them."""

    async def actor(db: Database, payload: Any) -> None:
        await _actor(db, resolver, payload["account"])

    async def status(db: Database, payload: Any) -> None:
        await _status(db, resolver, payload["uri"], payload.get("hops", MAX_HOPS), payload.get("tries", 0))

    async def featured(db: Database, payload: Any) -> None:
        await _featured(db, resolver, fetcher, payload["account"])

    return {ACTOR: actor, STATUS: status, FEATURED: featured}


async def _actor(db: Database, resolver: Finds, account_id: int) -> None:
    async with db.read() as conn:
        row = await remember.known_by_id(conn, account_id)
    if row is None or not row.domain:
        return
    try:
        await resolver.actor(row.uri, fresh=True)
    except NotResolved:
        async with db.write() as conn:
            await remember.tried(conn, account_id)


async def _status(db: Database, resolver: Finds, uri: str, hops: int, tries: int) -> None:
    token = _hops.set(hops)
    try:
        await resolver.status(uri)
    except NotResolved as failure:
        if not failure.final and tries + 1 < MAX_TRIES:
            async with db.write() as conn:
                await _want(conn, uri, hops, tries=tries + 1)
    finally:
        _hops.reset(token)


async def _want(conn: Connection, uri: str, hops: int, *, tries: int = 0) -> None:
    pause = RETRY_MS * 5 ** (tries - 1) if tries else 0
    await queue.add(
        conn,
        STATUS,
        {"uri": uri, "hops": hops, "tries": tries},
        run_at=ids.now_ms() + pause,
        # The job that is being done is still there while it puts the next one into the queue.
        unique_key=f"{STATUS}:{uri}:{tries}",
    )


async def _featured(db: Database, resolver: Finds, fetcher: Fetcher, account_id: int) -> None:
    """The first page of the collection is enough for what a profile shows."""
    async with db.read() as conn:
        row = await remember.known_by_id(conn, account_id)
    if row is None or row.featured is None or row.suspended_at is not None:
        return
    with budget.spending():
        found = await _pinned(resolver, fetcher, row.featured, row.uri)
    async with db.write() as conn:
        authors = {one.id: one.account_id for one in await conn.all(_authors, ids=found)}
        await pin.replace(conn, account_id, [one for one in found if authors.get(one) == account_id])


async def _pinned(resolver: Finds, fetcher: Fetcher, featured: str, owner: str) -> list[int]:
    try:
        collection = await fetcher.collection(featured)
        if not collection.items and collection.next is not None:
            collection = await fetcher.collection(collection.next)
    except NotResolved:
        return []
    uris = [one.id for one in collection.items if one.id is not None and same_origin(one.id, owner)]
    return await _all(resolver, uris[:MAX_FEATURED])


async def _all(resolver: Finds, uris: Iterable[str]) -> list[int]:
    found = []
    token = _hops.set(MAX_HOPS)  # pinned posts are not a reason to fetch whole threads
    try:
        for uri in uris:
            try:
                found.append(await resolver.status(uri))
            except NotResolved:
                continue
    finally:
        _hops.reset(token)
    return found


def _jitter() -> int:
    return random.randrange(SPREAD_MS)  # noqa: S311  no secret hangs on it
