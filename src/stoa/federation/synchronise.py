"""Whom of ours another server believes to follow one of its people, held against what we believe
(FEP-8fcf, F19.2).

A delivery may say in a few bytes who that is.  Where we believe otherwise, the list is asked for a little
later, and follows that it does not know end here: whoever is not on it is told nothing anyway, and has to
see that.  A list that is not whole, or not the one that was announced, changes nothing.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Text, bindparam, select

from stoa import ids
from stoa.core import events
from stoa.core.house import House
from stoa.core.relationships import follow
from stoa.core.relationships import store as relationships
from stoa.db import Conflict, Connection, Database, Query, Row, any_of
from stoa.db.tables import accounts, follows, remote_actors
from stoa.db.tables.base import Id
from stoa.federation.deliver import on_people
from stoa.federation.deliver.sync import HEADER, digest
from stoa.federation.fetch import Fetcher
from stoa.federation.missing import NotResolved
from stoa.federation.parse.origins import is_address, same_origin
from stoa.federation.signatures import Claim
from stoa.jobs import queue

SYNCHRONISE = "federation.synchronise"
"""Compare followers; {"account": id, "url": …, "digest": …}."""

# What is on its way when the header comes (an Accept, a Follow) has arrived by then.
PAUSE_MS = 60_000
MAX_PAGES = 10
MAX_UNDOS = 100
MAX_CHARACTERS = 6_000

_PART = re.compile(r'\s*([a-zA-Z]+)="([^"]*)"\s*(?:,|\Z)')
_DIGEST = re.compile(r"[0-9a-f]{64}")

_actor = Query(
    select(accounts.c.id, remote_actors.c.followers)
    .select_from(accounts.join(remote_actors, remote_actors.c.account_id == accounts.c.id))
    .where(accounts.c.uri == bindparam("uri", type_=Text))
)
_ours = Query(
    select(accounts.c.id, accounts.c.uri, follows.c.created_at)
    .select_from(follows.join(accounts, accounts.c.id == follows.c.follower_id))
    .where(follows.c.target_id == bindparam("account", type_=Id), accounts.c.domain == "")
)
_named = Query(select(accounts.c.id).where(any_of(accounts.c.uri, "uris"), accounts.c.domain == ""))

Job = Callable[[Database, Any], Awaitable[None]]


class Stated(NamedTuple):
    """What the header says: the followers collection, where the part of it that is ours can be read,
    and its digest.
    """

    collection: str
    url: str
    digest: str


def read(value: str) -> Stated | None:
    """The header's *value*; None where it makes no sense."""
    found: dict[str, str] = {}
    place = 0
    while place < len(value) <= MAX_CHARACTERS:
        match = _PART.match(value, place)
        if match is None or match[1] in found:
            return None
        found[match[1]] = match[2]
        place = match.end()
    stated = Stated(found.get("collectionId", ""), found.get("url", ""), found.get("digest", "").lower())
    sound = is_address(stated.collection) and is_address(stated.url) and _DIGEST.fullmatch(stated.digest)
    return stated if sound else None


async def notice(house: House, claim: Claim, signer: str, value: str | None) -> None:
    """*signer* has delivered something under the signature *claim*, with *value* in the header: look
    into it later, if that is signed, about the signer's own followers, and not what we believe.
    """
    if value is None or HEADER.lower() not in claim.covered:
        return
    stated = read(value)
    if stated is None or not same_origin(stated.url, signer):
        return
    async with house.db.read() as conn:
        actor = await conn.first(_actor, uri=signer)
        if actor is None or actor.followers != stated.collection:
            return
        if digest(row.uri for row in await conn.all(_ours, account=actor.id)) == stated.digest:
            return
    # The next post for followers says it again.
    with contextlib.suppress(Conflict):
        async with house.db.write() as conn:
            await queue.add(
                conn,
                SYNCHRONISE,
                {"account": actor.id, "url": stated.url, "digest": stated.digest},
                run_at=ids.now_ms() + PAUSE_MS,
                unique_key=f"{SYNCHRONISE}:{actor.id}",
            )


def jobs(house: House, fetcher: Fetcher) -> Mapping[str, Job]:
    """The kind of job → what does it."""

    async def run(db: Database, payload: Any) -> None:
        await _synchronise(house, fetcher, payload["account"], payload["url"], payload["digest"])

    return {SYNCHRONISE: run}


async def _synchronise(house: House, fetcher: Fetcher, account_id: int, url: str, stated: str) -> None:
    async with house.db.read() as conn:
        ours = await conn.all(_ours, account=account_id)
    if digest(row.uri for row in ours) == stated:
        return
    # What begins while the list is on its way cannot be on it.
    before = ids.now_ms()
    try:
        listed = await _list(fetcher, url)
    except NotResolved:
        return
    if listed is None or digest(listed) != stated:
        return
    async with house.db.write() as conn:
        await _settle(conn, house, account_id, listed, before)


async def _list(fetcher: Fetcher, url: str) -> set[str] | None:
    """All ids that the collection at *url* lists; None if it cannot be read to its end.  Raises
    NotResolved.
    """
    found: set[str] = set()
    following: str | None = url
    for _ in range(MAX_PAGES):
        if following is None:
            return found
        part = await fetcher.collection(following)
        found |= {item.id for item in part.items if item.id is not None}
        following = part.next
        if following is not None and not same_origin(following, url):
            return None
    return found if following is None else None


async def _settle(conn: Connection, house: House, account_id: int, listed: set[str], before: int) -> None:
    ours: list[Row] = await conn.all(_ours, account=account_id)
    for row in ours:
        if row.uri not in listed and row.created_at < before:
            await follow.remove_follower(conn, account_id, row.id)
    strange = sorted(
        uri for uri in listed - {row.uri for row in ours} if same_origin(uri, house.addresses.base)
    )
    if not strange:
        return
    for follower_id in (await conn.scalars(_named, uris=strange))[:MAX_UNDOS]:
        if await relationships.request_options(conn, follower_id, account_id) is not None:
            # We asked, and the yes has been lost on its way.
            await follow.accept(conn, account_id, follower_id)
        else:
            await on_people.unfollowed(house, conn, events.Unfollowed(follower_id, account_id))
