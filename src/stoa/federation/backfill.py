"""The rest of a conversation, fetched when somebody reads it.

What a server is sent of a conversation is what its own people follow.  The rest is looked for where it
is: the collection of the whole conversation, which the server of its first post keeps (FEP-7888,
FEP-f228), or else the replies of each post, as its own server lists them, on and on.  A list is only
a hint: each post is fetched from its own server and kept if it says itself that it belongs here.

The only writes to `thread_refreshes`, and to what `status_origins` says of replies fetched.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any, Protocol

from sqlalchemy import bindparam, select, update

from stoa import ids
from stoa.core.ports import Refresh
from stoa.db import Database, Query, Row, any_of, insert
from stoa.db.tables import status_origins, statuses, thread_refreshes
from stoa.federation import budget
from stoa.federation.fetch import Fetcher
from stoa.federation.missing import NotResolved
from stoa.federation.parse.note import RemoteNote
from stoa.federation.parse.origins import same_origin
from stoa.jobs import queue

BACKFILL = "federation.backfill"
"""Fetch the rest of a conversation; {"refresh": id}."""

# federation.md section 16 and F18.3, after Mastodon.
YOUNG_MS = 5 * 60 * 1000
AGAIN_MS = 15 * 60 * 1000
MAX_REPLIES = 500
MAX_POSTS = 1_000
MAX_PAGES = 500
MAX_PARENTS = 50

# Well within the lease of a job, so that it is done once.
SECONDS = 240.0
AT_ONCE = 4
# Told as running for no longer: whoever was fetching it was stopped.
FORGOTTEN_MS = 30 * 60 * 1000

_subject = Query(
    select(statuses.c.conversation_id, statuses.c.created_at, statuses.c.visibility).where(
        statuses.c.id == bindparam("status")
    )
)
_has_remote = Query(
    select(statuses.c.id)
    .where(statuses.c.conversation_id == bindparam("conversation"), statuses.c.local.is_(False))
    .limit(1)
)
_refresh_of = Query(
    select(thread_refreshes).where(thread_refreshes.c.conversation_id == bindparam("conversation"))
)
_refresh = Query(select(thread_refreshes).where(thread_refreshes.c.id == bindparam("id")))
_begin = insert(thread_refreshes, "id", "conversation_id", "started_at", ignore=True)
_begin_again = Query(
    update(thread_refreshes)
    .where(thread_refreshes.c.id == bindparam("id"), thread_refreshes.c.started_at == bindparam("before"))
    .values(started_at=bindparam("now"), finished_at=None, results=0)
)
_count = Query(
    update(thread_refreshes)
    .where(thread_refreshes.c.id == bindparam("id"))
    .values(results=thread_refreshes.c.results + 1)
)
_finish = Query(
    update(thread_refreshes)
    .where(thread_refreshes.c.id == bindparam("id"))
    .values(finished_at=bindparam("now"))
)
_members = Query(
    select(
        statuses.c.id,
        statuses.c.uri,
        statuses.c.local,
        statuses.c.visibility,
        status_origins.c.in_reply_to,
        status_origins.c.context,
        status_origins.c.replies,
        status_origins.c.replies_fetched_at,
    )
    .select_from(statuses.outerjoin(status_origins, status_origins.c.status_id == statuses.c.id))
    .where(
        statuses.c.conversation_id == bindparam("conversation"),
        statuses.c.reblog_of_id.is_(None),
    )
    .order_by(statuses.c.id)
    .limit(2 * MAX_POSTS)
)
_here = Query(select(statuses.c.uri).where(any_of(statuses.c.uri, "uris")))
_looked = Query(
    update(status_origins)
    .where(status_origins.c.status_id == bindparam("status"))
    .values(replies_fetched_at=bindparam("now"))
)

Wanted = Callable[[RemoteNote], bool]


class Brings(Protocol):
    """The Resolver, as far as it is needed here."""

    async def status(self, uri: str, *, depth: int = 0, wanted: Wanted | None = None) -> int:
        """The status id of the post, if it is *wanted*."""


async def begin(db: Database, status_id: int) -> Refresh | None:
    """Have the conversation around *status_id* fetched: if somebody elsewhere takes part in it, it is
    older than a few minutes, and it was not done lately.  What is under way; None: nothing is.
    """
    now = ids.now_ms()
    async with db.read() as conn:
        subject = await conn.first(_subject, status=status_id)
        if subject is None or subject.visibility not in ("public", "unlisted"):
            return None
        before = await conn.first(_refresh_of, conversation=subject.conversation_id)
        if before is not None and (_told(before).running or now - before.started_at < AGAIN_MS):
            return _told(before) if _told(before).running else None
        if subject.created_at > now - YOUNG_MS:
            return None
        if await conn.scalar(_has_remote, conversation=subject.conversation_id) is None:
            return None
    async with db.write() as conn:
        if before is None:
            began = await conn.run(
                _begin, id=ids.new_id(), conversation_id=subject.conversation_id, started_at=now
            )
        else:
            began = await conn.run(_begin_again, id=before.id, before=before.started_at, now=now)
        row = await conn.first(_refresh_of, conversation=subject.conversation_id)
        if row is not None and began:
            await queue.add(conn, BACKFILL, {"refresh": row.id}, unique_key=f"{BACKFILL}:{row.id}")
    return None if row is None else _told(row)


async def find(db: Database, refresh_id: str) -> Refresh | None:
    """How far it has come; None for what is no id of one."""
    if not (refresh_id.isascii() and refresh_id.isdigit() and len(refresh_id) < 19):
        return None
    async with db.read() as conn:
        row = await conn.first(_refresh, id=int(refresh_id))
    return None if row is None else _told(row)


def _told(row: Row) -> Refresh:
    running = row.finished_at is None and row.started_at > ids.now_ms() - FORGOTTEN_MS
    return Refresh(str(row.id), running, row.results)


async def run(db: Database, resolver: Brings, fetcher: Fetcher, payload: Any) -> None:
    """The job: look for what is missing, until it is here, or that is enough."""
    async with db.read() as conn:
        row = await conn.first(_refresh, id=payload["refresh"])
    if row is None:
        return
    try:
        async with asyncio.timeout(SECONDS):
            with budget.spending(budget.Budget(posts=MAX_POSTS)):
                await _Walk(db, resolver, fetcher, row.id, row.conversation_id).run()
    except TimeoutError:
        pass  # what came so far is here, and the rest is looked for another time
    async with db.write() as conn:
        await conn.run(_finish, id=row.id, now=ids.now_ms())


class _Walk:
    """One walk through one conversation."""

    def __init__(
        self, db: Database, resolver: Brings, fetcher: Fetcher, refresh_id: int, conversation_id: int
    ) -> None:
        self._db = db
        self._resolver = resolver
        self._fetcher = fetcher
        self._refresh_id = refresh_id
        self._conversation_id = conversation_id
        self._pages = MAX_PAGES
        self._asked: set[str] = set()

    async def run(self) -> None:
        await self._climb()
        members = await self._members()
        root = next((one for one in members if one.id == self._conversation_id), None)
        if root is not None and not root.local and await self._whole(root):
            return
        looked: set[int] = set()
        while waiting := [one for one in members if one.id not in looked and self._lists(one)]:
            looked |= {one.id for one in waiting}
            for one in waiting:
                await self._replies(one)
            members = await self._members()

    async def _members(self) -> list[Row]:
        async with self._db.read(long=True) as conn:
            return await conn.all(_members, conversation=self._conversation_id)

    async def _climb(self) -> None:
        """Up to the first post: each that comes may name one before it."""
        for _ in range(MAX_PARENTS):
            missing = {one.in_reply_to for one in await self._members() if one.in_reply_to}
            missing -= self._asked
            if not missing:
                return
            await self._bring(missing, lambda note: True)

    async def _whole(self, root: Row) -> bool:
        """Whether the server of *root* keeps a collection of all of it; what that lists is here then."""
        if root.context is None or not same_origin(root.context, root.uri):
            return False
        found = 0
        known = {one.uri for one in await self._members()}
        async for uris in self._listed(root.context, MAX_POSTS):
            found += len(uris)
            known.update(uris)
            await self._bring(uris, lambda note: note.context == root.context or note.in_reply_to in known)
        return found > 0

    def _lists(self, one: Row) -> bool:
        return (
            not one.local
            and one.replies is not None
            and same_origin(one.replies, one.uri)
            and one.visibility in ("public", "unlisted")
            and (one.replies_fetched_at or 0) < ids.now_ms() - AGAIN_MS
        )

    async def _replies(self, one: Row) -> None:
        async with self._db.write() as conn:
            await conn.run(_looked, status=one.id, now=ids.now_ms())
        async for uris in self._listed(one.replies, MAX_REPLIES):
            await self._bring(uris, lambda note: note.in_reply_to == one.uri)

    async def _listed(self, address: str, most: int) -> AsyncIterator[list[str]]:
        """The ids that the collection at *address* lists, page by page, each page once."""
        following: str | None = address
        seen: set[str] = set()
        while following is not None and following not in seen and self._pages > 0 and most > 0:
            seen.add(following)
            self._pages -= 1
            try:
                part = await self._fetcher.collection(following)
            except NotResolved:
                return
            uris = [item.id for item in part.items if item.id is not None][:most]
            most -= len(uris)
            yield uris
            following = part.next if part.next and same_origin(part.next, address) else None

    async def _bring(self, uris: Iterable[str], wanted: Wanted) -> None:
        strange = [one for one in dict.fromkeys(uris) if one not in self._asked]
        self._asked |= set(strange)
        async with self._db.read() as conn:
            here = set(await conn.scalars(_here, uris=strange))
        waiting = [one for one in strange if one not in here]
        for place in range(0, len(waiting), AT_ONCE):
            batch = waiting[place : place + AT_ONCE]
            await asyncio.gather(*(self._one(uri, wanted) for uri in batch))

    async def _one(self, uri: str, wanted: Wanted) -> None:
        try:
            await self._resolver.status(uri, wanted=wanted)
        except NotResolved:
            return
        async with self._db.write() as conn:
            await conn.run(_count, id=self._refresh_id)
