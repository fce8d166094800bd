"""Posts fetched anew (`wants.again`): their own server says what they are now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stoa.core.errors import Forbidden, NotFound, Unprocessable
from stoa.core.house import House
from stoa.core.statuses import delete
from stoa.db import Connection, Database
from stoa.federation import store, wants
from stoa.federation.fetch import Fetcher, NotThere
from stoa.federation.missing import Fetches, NotResolved, settle
from stoa.federation.parse.jsonld import NotUnderstood, require_context
from stoa.federation.parse.note import RemoteNote, parse_note
from stoa.federation.receive import edits, posts

Handler = Callable[[Database, Any], Awaitable[None]]


def jobs(house: House, resolver: Fetches, fetcher: Fetcher) -> Mapping[str, Handler]:
    """The kinds of job that are done on the network → what does them."""

    async def look(db: Database, payload: Any) -> None:
        try:
            note = await _fetched(fetcher, payload["uri"])
        except NotThere as answer:
            if answer.gone:
                await _remove(db, payload["uri"])
        except NotResolved:
            pass
        else:
            await _revise(db, house, resolver, note)

    return {wants.AGAIN: look}


async def _fetched(fetcher: Fetcher, uri: str) -> RemoteNote:
    document = await fetcher.document(uri)
    try:
        require_context(document.json)
        note = parse_note(document.json)
    except NotUnderstood as error:
        raise NotResolved(uri, error.reason, final=True) from None
    if note.id != uri:
        raise NotResolved(uri, "what is there is another post", final=True)
    return note


async def _remove(db: Database, uri: str) -> None:
    async with db.write() as conn:
        known = await posts.find(conn, uri)
        if known is not None and not known.local:
            await store.bury(conn, uri, known.author)
            await delete.remove(conn, known.id)


async def _revise(db: Database, house: House, resolver: Fetches, note: RemoteNote) -> None:
    async def revise(conn: Connection, given_up: frozenset[str]) -> None:
        known = await posts.find(conn, note.id)
        if known is not None and known.author == note.author:
            await edits.revise(conn, house, note, known, given_up)

    try:
        await settle(db, resolver, revise)
    except (NotResolved, Forbidden, NotFound, Unprocessable):
        return
