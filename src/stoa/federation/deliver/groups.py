"""What groups that live here pass on to their members (FEP-1b12, F17.4).

Each Create, Update, Delete, Like or Undo of a member about something that is the group's goes to all who
follow it elsewhere, wrapped in an Announce of the group and otherwise unchanged.  What begins a
discussion the group also boosts (`core/groups/statuses`), for servers that know nothing of groups.
An Announce is never passed on, so nothing goes round.  What moderators decide is for `moderators`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Text, and_, bindparam, exists, select

from stoa import ids
from stoa.core import events
from stoa.core.groups import statuses as of_groups
from stoa.core.groups import store, views
from stoa.core.house import House
from stoa.db import Connection, Query, Row
from stoa.db.tables import accounts, group_statuses, statuses
from stoa.db.tables.base import Id
from stoa.federation.deliver import audience, proving
from stoa.federation.deliver.kinds import GROUP
from stoa.federation.deliver.send import send
from stoa.federation.parse.kinds import Create, Like, Undo, Update
from stoa.federation.received import Received
from stoa.federation.render import activity
from stoa.federation.render.context import PUBLIC
from stoa.ids import Addresses
from stoa.jobs import queue

Document = dict[str, Any]

_by_uri = Query(select(statuses.c.id).where(statuses.c.uri == bindparam("address", type_=Text)))
_liked = Query(
    select(statuses.c.uri, accounts.c.uri.label("actor"))
    .select_from(statuses)
    .join(accounts, and_(accounts.c.id == bindparam("account", type_=Id), accounts.c.domain == ""))
    .where(
        statuses.c.id == bindparam("status", type_=Id),
        exists().where(group_statuses.c.status_id == statuses.c.id),
    )
)


async def published(
    house: House, conn: Connection, event: events.StatusPublished | events.StatusPlaced
) -> None:
    """A new post belongs to the groups that it is for."""
    await of_groups.take_in(conn, event.status_id, house.addresses)


async def tell(conn: Connection, house: House, document: Document, uri: str) -> None:
    """*document* is what somebody here says of the post *uri*: its groups pass it on."""
    if house.settings.federation == "off":
        return
    for group in await views.of_status(conn, uri):
        await will_pass_on(conn, group.account_id, document, uri)


async def favourited(
    house: House, conn: Connection, event: events.StatusFavourited | events.StatusUnfavourited
) -> None:
    """Somebody here likes what is a group's, or no longer: Like, or Undo of it."""
    row = await conn.first(_liked, status=event.status_id, account=event.account_id)
    if row is None:
        return
    deed = house.addresses.deed
    said = activity.like(deed(row.actor, "likes", event.favourite_id), row.actor, row.uri, row.uri)
    if isinstance(event, events.StatusUnfavourited):
        said = activity.undo(said, deed(row.actor, "undos", ids.new_id()))
    await tell(conn, house, said, row.uri)


async def received(conn: Connection, r: Received) -> None:
    """After it was received, and had effects: what a member elsewhere said, unchanged."""
    uri = _about(r)
    if uri is None:
        return
    if isinstance(r.activity, Create):
        status_id: int | None = await conn.scalar(_by_uri, address=uri)
        new = [] if status_id is None else await of_groups.take_in(conn, status_id, r.house.addresses)
        for group_id in new:
            await will_pass_on(conn, group_id, r.document, uri)
        return
    for group in await views.of_status(conn, uri):
        if await views.is_member(conn, group.account_id, r.actor_id):
            await will_pass_on(conn, group.account_id, r.document, uri)


def _about(r: Received) -> str | None:
    """Which object is spoken of in a way that groups pass on; its end is for `moderators`."""
    if isinstance(r.activity, Create | Update | Like):
        return r.activity.object.id
    if isinstance(r.activity, Undo) and isinstance(r.activity.inner, Like):
        return r.activity.inner.object.id
    return None


async def will_pass_on(conn: Connection, group_id: int, document: Document, uri: str) -> None:
    """*document*, which is about the post *uri*, goes to the members, later."""
    await queue.add(conn, GROUP, {"group": group_id, "document": document, "uri": uri})


def reach(group: Row, addresses: Addresses) -> dict[str, list[str]]:
    """`to` and `cc` of what *group* says."""
    return {"to": [PUBLIC], "cc": [addresses.followers(group.uri)]}


async def pass_on(house: House, conn: Connection, payload: Any) -> None:
    """Job: the group {group} passes on {document}, about {uri}."""
    group = await views.get(conn, payload["group"])
    if group is None or await proving.postponed(conn, group.account_id, GROUP, payload):
        return
    addresses = house.addresses
    announce_id = addresses.deed(group.uri, "announces", ids.new_id())
    document = activity.pass_on(announce_id, group.uri, payload["document"], **reach(group, addresses))
    await send(
        conn,
        house,
        document,
        account_id=group.account_id,
        inboxes=await audience.inboxes(conn, followers_of=group.account_id),
        kind="Announce",
    )
    if payload["document"].get("type") == "Delete":
        await store.forget(conn, group.account_id, payload["uri"])
