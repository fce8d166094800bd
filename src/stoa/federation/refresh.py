"""Fetching what is wanted later (`wants`), and the figures of a poll when somebody looks at it.

What cannot be had is tried a few times, then let be.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Protocol

from sqlalchemy import bindparam, or_, select, update

from stoa import ids
from stoa.core.errors import Forbidden
from stoa.core.house import House
from stoa.core.statuses import mentioned, pin
from stoa.db import Database, Query, any_of
from stoa.db.tables import polls, status_origins, statuses
from stoa.federation import backfill, budget, nodeinfo, remember, threads, wants
from stoa.federation.fetch import Fetcher
from stoa.federation.missing import NotResolved
from stoa.federation.parse.jsonld import NotUnderstood
from stoa.federation.parse.note import parse_note
from stoa.federation.parse.origins import same_origin
from stoa.federation.receive import edits
from stoa.federation.verify import VERIFY, look

MAX_FEATURED = 20
# How old the figures of a poll may be when somebody looks at it, and how long they wait for newer ones.
POLL_MS = 60 * 1000
POLL_SECONDS = 4.0

_poll = Query(
    select(
        statuses.c.uri,
        statuses.c.local,
        statuses.c.account_id,
        polls.c.expires_at,
        status_origins.c.fetched_at,
    )
    .select_from(
        statuses.join(polls, polls.c.id == statuses.c.poll_id).outerjoin(
            status_origins, status_origins.c.status_id == statuses.c.id
        )
    )
    .where(statuses.c.id == bindparam("status"))
)
_asked = Query(
    update(status_origins)
    .where(
        status_origins.c.status_id == bindparam("status"),
        or_(status_origins.c.fetched_at.is_(None), status_origins.c.fetched_at < bindparam("before")),
    )
    .values(fetched_at=bindparam("now"))
)
_authors = Query(select(statuses.c.id, statuses.c.account_id).where(any_of(statuses.c.id, "ids")))

Handler = Callable[[Database, Any], Awaitable[None]]


class Finds(backfill.Brings, Protocol):
    """The Resolver, as far as it is needed here."""

    async def actor(self, uri: str, *, fresh: bool = False) -> int:
        """The account id of the actor."""


def jobs(resolver: Finds, fetcher: Fetcher) -> Mapping[str, Handler]:
    """The kinds of job that are done on the network → what does them."""

    async def actor(db: Database, payload: Any) -> None:
        await _actor(db, resolver, payload["account"])

    async def status(db: Database, payload: Any) -> None:
        await _status(
            db, resolver, payload["uri"], payload.get("hops", wants.MAX_HOPS), payload.get("tries", 0)
        )

    async def people(db: Database, payload: Any) -> None:
        await _people(db, resolver, payload["status"], payload["people"])

    async def featured(db: Database, payload: Any) -> None:
        await _featured(db, resolver, fetcher, payload["account"])

    async def verify(db: Database, payload: Any) -> None:
        await look(db, fetcher, payload)

    async def rest(db: Database, payload: Any) -> None:
        await backfill.run(db, resolver, fetcher, payload)

    return {
        backfill.BACKFILL: rest,
        wants.ACTOR: actor,
        wants.STATUS: status,
        wants.FEATURED: featured,
        wants.PEOPLE: people,
        VERIFY: verify,
        **nodeinfo.jobs(fetcher),
    }


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
    try:
        with wants.on_the_way(hops):
            status_id = await resolver.status(uri)
        async with db.write() as conn:
            # A reply and what it answers may have come at the same moment, without seeing each other.
            await threads.gather(conn, status_id, uri)
    except NotResolved as failure:
        if not failure.final and tries + 1 < wants.MAX_TRIES:
            async with db.write() as conn:
                await wants.status(conn, uri, hops=hops, tries=tries + 1)


async def _people(db: Database, resolver: Finds, status_id: int, uris: Iterable[str]) -> None:
    found = []
    with budget.spending():
        for uri in uris:
            with contextlib.suppress(NotResolved):
                found.append(await resolver.actor(uri))
    async with db.write() as conn:
        await mentioned.name_later(conn, status_id, found)


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
    # Pinned posts are not a reason to fetch whole threads.
    with wants.on_the_way(wants.MAX_HOPS):
        for uri in uris:
            try:
                found.append(await resolver.status(uri))
            except NotResolved:
                continue
    return found


async def poll(house: House, fetcher: Fetcher, status_id: int, *, wait: bool = True) -> None:
    """Bring the figures of a poll of another server up to date, if they are older than a minute.

    To *wait* is for a few seconds at most; whoever comes meanwhile sees those there are.
    """
    now = ids.now_ms()
    async with house.db.read() as conn:
        row = await conn.first(_poll, status=status_id)
    if row is None or row.local or (row.fetched_at or 0) >= now - POLL_MS:
        return
    # What came after the end is final.
    if row.expires_at is not None and (row.fetched_at or 0) > row.expires_at:
        return
    async with house.db.write() as conn:
        if not await conn.run(_asked, status=status_id, before=now - POLL_MS, now=now):
            return
        if not wait:
            await wants.again(conn, row.uri)
            return
    try:
        async with asyncio.timeout(POLL_SECONDS):
            document = await fetcher.document(row.uri)
        note = parse_note(document.json)
    except (NotResolved, NotUnderstood, TimeoutError):
        return
    if note.id != row.uri:
        return
    # Somebody who was suspended meanwhile has nothing new to say.
    with contextlib.suppress(Forbidden):
        async with house.db.write() as conn:
            await edits.renew(conn, house, note)
