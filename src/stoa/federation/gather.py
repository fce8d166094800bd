"""Fetching what others recommend: their collections, and the stamps of those who are in them (FEP-7aa9).

A collection is believed if it comes from its own id and is of the actor it names; that somebody is in it
only if their own server shows the stamp.  Jobs; what cannot be had is tried for about two hours.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from stoa import ids
from stoa.core.collections import consent, store
from stoa.db import Database, Row
from stoa.federation import budget, remember, wants
from stoa.federation.fetch import Fetcher, NotThere
from stoa.federation.missing import NotResolved
from stoa.federation.parse import featured as parse
from stoa.federation.parse.jsonld import NotUnderstood, require_context
from stoa.federation.parse.origins import same_origin
from stoa.federation.receive import featured

MAX_TRIES = 5
# One document names many people, each with a stamp: not all of them in one breath.
AT_ONCE = 50
MAX_LISTED = 20
RETRY_MS = 60_000

Handler = Callable[[Database, Any], Awaitable[None]]


class Finds(Protocol):
    """The Resolver, as far as it is needed here."""

    async def actor(self, uri: str, *, fresh: bool = False) -> int:
        """The account id of the actor.  Raises NotResolved."""


def jobs(resolver: Finds, fetcher: Fetcher) -> Mapping[str, Handler]:
    """The kinds of job that are done on the network → what does them."""

    async def again(db: Database, payload: Any) -> None:
        with contextlib.suppress(NotResolved), budget.spending():
            await fetch(db, resolver, fetcher, payload["uri"])

    async def listed(db: Database, payload: Any) -> None:
        with contextlib.suppress(NotResolved), budget.spending():
            await _list(db, resolver, fetcher, payload["account"])

    async def verify(db: Database, payload: Any) -> None:
        tries = payload.get("tries", 0) + 1
        with budget.spending():
            done = await _verify(db, resolver, fetcher, payload["collection"])
        if not done and tries < MAX_TRIES:
            run_at = ids.now_ms() + RETRY_MS * 5 ** (tries - 1)
            async with db.write() as conn:
                await featured.look_later(conn, payload["collection"], tries=tries, run_at=run_at)

    return {wants.COLLECTIONS: listed, featured.FETCH: again, featured.VERIFY: verify}


async def fetch(db: Database, resolver: Finds, fetcher: Fetcher, uri: str) -> int:
    """The id of the collection *uri*, as its server describes it now.  Raises NotResolved."""
    try:
        document = await fetcher.document(uri)
        require_context(document.json)
        found = parse.parse_collection(document.json)
    except NotUnderstood as error:
        raise NotResolved(uri, error.reason, final=True) from None
    except NotThere:
        await _forget(db, uri)
        raise
    if found.id != uri:
        raise NotResolved(uri, "what is there is another collection", final=True)
    return await _keep(db, resolver, fetcher, found)


async def _keep(db: Database, resolver: Finds, fetcher: Fetcher, found: parse.RemoteFeatured) -> int:
    items = found.items
    if found.more is not None and same_origin(found.more, found.id):
        page = await fetcher.collection(found.more)
        items = parse.items_of([one.object for one in page.items], found.id)
    owner_id = await resolver.actor(found.owner)
    async with db.write() as conn:
        owner = await remember.known_by_id(conn, owner_id)
        kept = None
        if owner is not None and owner.uri == found.owner and owner.suspended_at is None:
            kept = await featured.keep(conn, parse.with_items(found, items), owner_id)
    if kept is None:
        raise NotResolved(found.id, "it is not its owner's", final=True)
    return kept


async def _forget(db: Database, uri: str) -> None:
    async with db.write() as conn:
        await featured.gone(conn, uri)


async def _list(db: Database, resolver: Finds, fetcher: Fetcher, account_id: int) -> None:
    """The first page is enough for what a profile shows."""
    async with db.read() as conn:
        row = await remember.known_by_id(conn, account_id)
    if row is None or row.featured_collections is None or row.suspended_at is not None:
        return
    found = await fetcher.collection(row.featured_collections)
    if not found.items and found.next is not None and same_origin(found.next, row.featured_collections):
        found = await fetcher.collection(found.next)
    uris = [one.id for one in found.items if one.id is not None and same_origin(one.id, row.uri)]
    for uri in uris[:MAX_LISTED]:
        with contextlib.suppress(NotResolved):
            await fetch(db, resolver, fetcher, uri)


async def _verify(db: Database, resolver: Finds, fetcher: Fetcher, collection_id: int) -> bool:
    """Look at each stamp that was not; whether none is left that could be had later."""
    async with db.read() as conn:
        row = await store.find(conn, collection_id)
        waiting = await store.items(conn, collection_id)
    if row is None or row.local:
        return True
    waiting = [item for item in waiting if item.state == "pending"]
    done = len(waiting) <= AT_ONCE
    for item in waiting[:AT_ONCE]:
        try:
            account_id = await _agreed(resolver, fetcher, row.uri, item)
        except NotResolved as failure:
            if not failure.final:
                done = False
                continue
            account_id = None
        async with db.write() as conn:
            now = await store.find_item(conn, item.id)
            if now is not None and now.stamp == item.stamp:  # no other one has come meanwhile
                await consent.verified(conn, now, account_id)
    return done


async def _agreed(resolver: Finds, fetcher: Fetcher, collection: str, item: Row) -> int | None:
    """The account that agreed to be in *collection*; None for a stamp that says something else.  Raises
    NotResolved.
    """
    if item.stamp is None or not same_origin(item.stamp, item.object_uri):
        return None
    document = await fetcher.document(item.stamp)
    try:
        stamp = parse.parse_stamp(document.json)
    except NotUnderstood:
        return None
    if (stamp.id, stamp.collection, stamp.target) != (item.stamp, collection, item.object_uri):
        return None
    return await resolver.actor(item.object_uri)
