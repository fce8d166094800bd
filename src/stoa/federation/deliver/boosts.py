"""Telling others of boosts: Announce, and Undo of it.  Jobs that only touch the database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from stoa.core.house import House
from stoa.core.statuses import store as status_store
from stoa.core.statuses import views as status_views
from stoa.db import Connection, Query
from stoa.db.tables import accounts, statuses
from stoa.db.tables.base import Id
from stoa.federation.deliver import audience, proving
from stoa.federation.deliver.kinds import ANNOUNCE, UNDO_ANNOUNCE
from stoa.federation.deliver.send import send
from stoa.federation.render import activity

_original = Query(
    select(statuses.c.uri, accounts.c.uri.label("author"), accounts.c.id.label("author_id"))
    .select_from(statuses.join(accounts, accounts.c.id == statuses.c.account_id))
    .where(statuses.c.id == bindparam("status", type_=Id))
)


async def announce(house: House, conn: Connection, payload: Any) -> None:
    """Job: tell of the boost {status}."""
    await status_store.lock(conn, payload["status"])
    boost = (await status_views.load(conn, [payload["status"]])).get(payload["status"])
    if boost is None or boost.reblog_of_id is None or boost.account.suspended_at is not None:
        return
    original = await conn.first(_original, status=boost.reblog_of_id)
    if original is None or await proving.postponed(conn, boost.account.id, ANNOUNCE, payload):
        return
    await send(
        conn,
        house,
        activity.announce(boost, original.uri, original.author, house.addresses),
        account_id=boost.account.id,
        inboxes=await audience.inboxes(
            conn,
            accounts=[original.author_id],
            followers_of=boost.account.id,
            relays=boost.visibility == "public",
        ),
        kind="Announce",
        about=boost.uri,
    )


async def undo(house: House, conn: Connection, payload: Any) -> None:
    """Job: tell that a boost is taken back; the payload holds what is left of it."""
    if await proving.postponed(conn, payload["account"], UNDO_ANNOUNCE, payload):
        return
    announced = activity.announced(
        payload["uri"],
        payload["actor"],
        payload["original"],
        payload["author"],
        house.addresses,
        visibility=payload["visibility"],
        at=payload["at"],
    )
    await send(
        conn,
        house,
        activity.undo(announced),
        account_id=payload["account"],
        inboxes=await audience.inboxes(
            conn,
            accounts=[payload["author_id"]],
            followers_of=payload["account"],
            relays=payload["visibility"] == "public",
        ),
        kind="Undo",
        about=payload["uri"],
    )
