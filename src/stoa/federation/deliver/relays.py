"""Relays: servers that pass public posts on to whoever else asks them (F19.3).

Of two kinds.  Those of Mastodon's are asked by a Follow of the public collection and get each public
activity; those of LitePub are followed as an actor and get a boost of each public post, by the server
itself.  The only writes to `relays` but for the answer (`receive.relays`).
"""

from __future__ import annotations

from sqlalchemy import Text, bindparam, delete, select

from stoa import ids
from stoa.core.house import House
from stoa.core.statuses.model import StatusView
from stoa.db import Connection, Query, Row, UniqueViolation, insert
from stoa.db.tables import relays
from stoa.federation.deliver.send import send
from stoa.federation.own_keys import INSTANCE
from stoa.federation.render import activity
from stoa.federation.render.context import PUBLIC, with_context

_add = insert(relays, "id", "inbox", "actor", "follow_id", "state", "created_at")
_all = Query(
    select(
        relays.c.id, relays.c.inbox, relays.c.actor, relays.c.follow_id, relays.c.state,
        relays.c.created_at,
    ).order_by(relays.c.id)
)  # fmt: skip
_find = Query(select(relays).where(relays.c.inbox == bindparam("inbox", type_=Text)))
_remove = Query(delete(relays).where(relays.c.id == bindparam("id")))
_of_actors = Query(select(relays.c.inbox).where(relays.c.state == "accepted", relays.c.actor.is_not(None)))


class RelayExists(Exception):
    """The relay was asked already."""


async def add(conn: Connection, house: House, inbox: str, actor: str | None = None) -> int:
    """Ask the relay with this *inbox* (of LitePub's kind: and this *actor*); its number.

    Nothing is sent to it before it agrees.  Raises RelayExists.
    """
    relay_id = ids.new_id()
    speaker = house.addresses.instance_actor
    follow_id = house.addresses.deed(speaker, "relays", relay_id)
    try:
        async with conn.savepoint():
            await conn.run(
                _add, id=relay_id, inbox=inbox, actor=actor, follow_id=follow_id, state="pending",
                created_at=ids.now_ms(),
            )  # fmt: skip
    except UniqueViolation:
        raise RelayExists from None
    await send(
        conn,
        house,
        activity.follow(follow_id, speaker, actor or PUBLIC),
        account_id=INSTANCE,
        inboxes=[inbox],
        kind="Follow",
        about=follow_id,
    )
    return relay_id


async def remove(conn: Connection, house: House, inbox: str) -> bool:
    """Have no more to do with the relay; whether there was one."""
    row = await conn.first(_find, inbox=inbox)
    if row is None:
        return False
    await conn.run(_remove, id=row.id)
    speaker = house.addresses.instance_actor
    wanted = activity.follow(row.follow_id, speaker, row.actor or PUBLIC)
    await send(
        conn,
        house,
        activity.undo(wanted, house.addresses.deed(speaker, "undos", ids.new_id())),
        account_id=INSTANCE,
        inboxes=[inbox],
        kind="Undo",
        about=row.follow_id,
    )
    return True


async def list_all(conn: Connection) -> list[Row]:
    """(id, inbox, actor, follow_id, state, created_at), in the order in which they were asked."""
    return await conn.all(_all)


async def announce(conn: Connection, house: House, view: StatusView) -> None:
    """Boost a new public post for the relays of LitePub's kind."""
    inboxes = await conn.scalars(_of_actors)
    if not inboxes:
        return
    speaker = house.addresses.instance_actor
    document = with_context(
        {
            "id": house.addresses.deed(speaker, "announces", view.id),
            "type": "Announce",
            "actor": speaker,
            "to": [f"{speaker}/followers"],
            "cc": [PUBLIC],
            "object": view.uri,
        }
    )
    await send(conn, house, document, account_id=INSTANCE, inboxes=inboxes, kind="Announce", about=view.uri)
