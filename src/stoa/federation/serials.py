"""Fetching series of others, and the parts of those that somebody here follows.  Jobs."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stoa.core.series import remember as remembered
from stoa.db import Database
from stoa.federation import budget, remember, wants
from stoa.federation.fetch import Fetcher, NotThere
from stoa.federation.gather import Finds
from stoa.federation.missing import NotResolved
from stoa.federation.parse import series as parse
from stoa.federation.parse.jsonld import NotUnderstood
from stoa.federation.receive import series

# So many parts that are missing are fetched each time it is looked at; readers see the others meanwhile.
PARTS_AT_ONCE = 40

Handler = Callable[[Database, Any], Awaitable[None]]


def jobs(resolver: Finds, fetcher: Fetcher) -> Mapping[str, Handler]:
    """The kinds of job that are done on the network → what does them."""

    async def look(db: Database, payload: Any) -> None:
        tries = payload.get("tries", 0) + 1
        try:
            with contextlib.suppress(NotUnderstood), budget.spending():
                await fetch(db, resolver, fetcher, payload["uri"])
        except NotResolved as failure:
            if not failure.final and tries < wants.MAX_TRIES:
                async with db.write() as conn:
                    await wants.series(conn, payload["uri"], turn=payload.get("turn", 0), tries=tries)

    return {wants.SERIES: look}


async def fetch(db: Database, resolver: Finds, fetcher: Fetcher, uri: str) -> None:
    """Store the series *uri* as its server describes it now.  Raises NotResolved, NotUnderstood."""
    try:
        document = await fetcher.document(uri)
    except NotThere:
        async with db.write() as conn:
            await series.gone(conn, uri)
        raise
    found = parse.parse_series(document.json)
    if found.id != uri:
        raise NotResolved(uri, "what is there is another series", final=True)
    owner_id = await resolver.actor(found.owner)
    async with db.write() as conn:
        owner = await remember.known_by_id(conn, owner_id)
        if owner is None or owner.uri != found.owner or owner.suspended_at is not None or not owner.domain:
            return
        kept = await series.keep(conn, found, owner_id)
        if kept is not None and await remembered.is_followed(conn, owner_id, uri):
            for part in (await remembered.missing(conn, owner_id, found.parts))[:PARTS_AT_ONCE]:
                await wants.status(conn, part, hops=wants.MAX_HOPS)
