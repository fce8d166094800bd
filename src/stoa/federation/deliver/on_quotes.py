"""Taking back the leave to be quoted: the stamp goes, and those who saw the quote are told (F10.7).

The stamp of a quote that is gone itself goes without a word.
"""

from __future__ import annotations

from sqlalchemy import Text, bindparam, delete, select

from stoa.core import events
from stoa.core.house import House
from stoa.core.statuses import reach
from stoa.db import Connection, Query
from stoa.db.tables import accounts, quote_stamps, statuses
from stoa.db.tables.base import Id
from stoa.federation import store
from stoa.federation.deliver import audience
from stoa.federation.deliver.send import send
from stoa.federation.render import activity
from stoa.federation.render.context import PUBLIC

_pair = Query(
    select(accounts.c.uri.label("author"), statuses.c.uri, statuses.c.account_id)
    .select_from(accounts)
    .join(statuses, statuses.c.id == bindparam("quoting", type_=Id))
    .where(accounts.c.id == bindparam("account", type_=Id), accounts.c.domain == "")
)
_take_stamp = Query(
    delete(quote_stamps)
    .where(
        quote_stamps.c.status_id == bindparam("status", type_=Id),
        quote_stamps.c.quoting == bindparam("uri", type_=quote_stamps.c.quoting.type),
        quote_stamps.c.kind == "Quote",
    )
    .returning(quote_stamps.c.id)
)
_forget = Query(delete(quote_stamps).where(quote_stamps.c.quoting == bindparam("uri", type_=Text)))


async def revoked(house: House, conn: Connection, event: events.QuoteRevoked) -> None:
    """Delete the stamp and say so to whoever knows of the quote or of what is quoted."""
    pair = await conn.first(_pair, account=event.account_id, quoting=event.quoting_id)
    if pair is None or house.settings.federation == "off":
        return
    number = await conn.scalar(_take_stamp, status=event.status_id, uri=pair.uri)
    # Quotes among those who live here are stamped by their own number (routes/stamps).
    stamp = house.addresses.quote_authorization(pair.author, number or event.quoting_id)
    await store.bury(conn, stamp, pair.author, "QuoteAuthorization")
    people = {
        pair.account_id,
        *await reach.elsewhere(conn, event.quoting_id),
        *await reach.elsewhere(conn, event.status_id),
    }
    await send(
        conn,
        house,
        activity.delete_authorization(
            stamp, pair.author, to=[PUBLIC], cc=[house.addresses.followers(pair.author)]
        ),
        account_id=event.account_id,
        inboxes=await audience.inboxes(conn, accounts=people, followers_of=event.account_id),
        kind="Delete",
        about=stamp,
    )


async def forget(conn: Connection, uri: str) -> None:
    """The post or deed *uri* of somebody elsewhere is gone: what leave it had holds for nothing now."""
    await conn.run(_forget, uri=uri)
