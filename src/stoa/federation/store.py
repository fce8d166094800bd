"""What is gone and must stay so: the only writes to `tombstones`.

A tombstone is known by the id of what is gone.  Of our own things it makes 410 of 404; of others'
it keeps out what comes late, a Create after its Delete, a Like after its Undo.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Text, bindparam, delete, select

from stoa import ids
from stoa.db import Connection, Query, Row, any_of, insert
from stoa.db.tables import tombstones

DAY_MS = 86_400_000
# Deliveries are tried for about a week: nothing older comes late.
KEPT_MS = 30 * DAY_MS

_add = insert(tombstones, "uri", "actor", "kind", "created_at", ignore=True)
_get = Query(
    select(tombstones.c.uri, tombstones.c.actor, tombstones.c.kind, tombstones.c.created_at).where(
        tombstones.c.uri == bindparam("uri", type_=Text)
    )
)
_buried = Query(select(tombstones.c.uri, tombstones.c.actor).where(any_of(tombstones.c.uri, "uris")))
_dig_up = Query(
    delete(tombstones).where(
        tombstones.c.uri == bindparam("uri", type_=Text),
        tombstones.c.actor == bindparam("actor", type_=Text),
    )
)


async def bury(conn: Connection, uri: str, actor: str, kind: str = "") -> None:
    """Remember that *uri*, which belonged to *actor*, is gone; *kind* is what it was (Note, Like).

    The caller knows that *uri* is of the server of *actor*: the first to bury it is believed.  Of
    things of our own bury only what everybody could see: to say that anything else is gone would be
    to say that it was there.
    """
    await conn.run(_add, uri=uri, actor=actor, kind=kind, created_at=ids.now_ms())


def handle(username: str, domain: str) -> str:
    """What to bury beside the actor of an account that is deleted, so that its name says so too."""
    return f"acct:{username.lower()}@{domain.lower()}"


async def is_buried(conn: Connection, uri: str, actor: str) -> bool:
    """Whether *actor* has said that *uri* is gone.  What others say of it does not count."""
    row = await conn.first(_get, uri=uri)
    return row is not None and row.actor == actor


async def buried(conn: Connection, uris: Iterable[str], actor: str) -> set[str]:
    """Those of *uris* of which *actor* has said that they are gone; one query."""
    rows = await conn.all(_buried, uris=list(uris))
    return {row.uri for row in rows if row.actor == actor}


async def find_tombstone(conn: Connection, uri: str) -> Row | None:
    """(uri, actor, kind, created_at) of what is gone, or None."""
    return await conn.first(_get, uri=uri)


async def dig_up(conn: Connection, uri: str, actor: str) -> bool:
    """Forget that *uri* of *actor* is gone; whether there was anything to forget.

    For deeds that their ids outlive: somebody who undid a follow before it came may follow again.
    """
    return await conn.run(_dig_up, uri=uri, actor=actor) > 0


_old = Query(
    delete(tombstones).where(
        tombstones.c.created_at < bindparam("before"),
        ~tombstones.c.actor.startswith(bindparam("ours", type_=Text)),
    )
)


async def sweep(conn: Connection, base: str, now: int) -> None:
    """Forget what others deleted so long ago that nothing of it can still come; ours is kept."""
    await conn.run(_old, before=now - KEPT_MS, ours=f"{base}/")
