"""What moderators of groups that live here decide, from other servers or on the command line.

Heard is who moderates the group, of what belongs to it: a post is out (`Delete`), stands first (`Add` to
the group's `featured`, `Remove`), or takes no more answers (`Lock`, `Undo` of it).  Each is passed on to
the members.  From anybody else it is what it would be without groups.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import Text, bindparam, select

from stoa import ids
from stoa.core.groups import statuses as of_groups
from stoa.core.groups import views
from stoa.core.house import House
from stoa.db import Connection, Query
from stoa.db.tables import statuses
from stoa.federation.deliver.groups import reach, will_pass_on
from stoa.federation.parse.kinds import Activity, Add, Delete, Lock, Remove, Undo
from stoa.federation.received import Received
from stoa.federation.render import activity

Document = dict[str, Any]

_author = Query(select(statuses.c.account_id).where(statuses.c.uri == bindparam("address", type_=Text)))


async def decided(conn: Connection, r: Received) -> bool:
    """Before an activity is received: what it means for groups here.  Whether that is all there is to it.

    The groups of a post that its author deletes pass that on, too, while it is still known.
    """
    if isinstance(r.activity, Delete):
        return await _deleted(conn, r)
    change = _change(r.activity)
    if change is None:
        return False
    uri, make = change
    done = False
    for group in await views.of_status(conn, uri):
        if isinstance(r.activity, Add | Remove) and (
            r.activity.target != r.house.addresses.featured(group.uri)
        ):
            continue
        if await views.is_moderator(conn, group.account_id, r.actor_id) and await make(
            conn, group.account_id, uri
        ):
            await will_pass_on(conn, group.account_id, r.document, uri)
            done = True
    return done


async def _deleted(conn: Connection, r: Received) -> bool:
    """Whether a moderator takes somebody else's post out of a group."""
    uri = r.activity.object.id
    if uri is None:
        return False
    of = await views.of_status(conn, uri)
    owned = bool(of) and await conn.scalar(_author, address=uri) == r.actor_id
    for group in of:
        if owned:
            await will_pass_on(conn, group.account_id, r.document, uri)
        elif await views.is_moderator(conn, group.account_id, r.actor_id):
            await of_groups.take_out(conn, group.account_id, uri)
            await will_pass_on(conn, group.account_id, r.document, uri)
    return bool(of) and not owned


_Change = Callable[[Connection, int, str], Awaitable[bool]]


def _change(of: Activity) -> tuple[str, _Change] | None:
    """Which post a moderator would say something of, and what that does to it."""
    if isinstance(of, Undo) and isinstance(of.inner, Lock):
        return None if of.inner.object.id is None else (of.inner.object.id, _unlock)
    make = _MAKE.get(type(of))
    return None if make is None or of.object.id is None else (of.object.id, make)


async def _pin(conn: Connection, group_id: int, uri: str) -> bool:
    return await of_groups.set_pinned(conn, group_id, uri, pinned=True)


async def _unpin(conn: Connection, group_id: int, uri: str) -> bool:
    return await of_groups.set_pinned(conn, group_id, uri, pinned=False)


async def _lock(conn: Connection, group_id: int, uri: str) -> bool:
    return await of_groups.set_locked(conn, group_id, uri, locked=True)


async def _unlock(conn: Connection, group_id: int, uri: str) -> bool:
    return await of_groups.set_locked(conn, group_id, uri, locked=False)


_MAKE: dict[type[Activity], _Change] = {Add: _pin, Remove: _unpin, Lock: _lock}


async def remove(conn: Connection, house: House, group_id: int, uri: str, reason: str) -> bool:
    """The group takes the post *uri* out, as its moderators want; whether it was in it."""
    group = await views.get(conn, group_id)
    if group is None or not await of_groups.take_out(conn, group_id, uri):
        return False
    said = activity.delete(group.uri, uri) | {
        "id": house.addresses.deed(group.uri, "removals", ids.new_id()),
        "object": uri,
        "summary": reason,
        **reach(group, house.addresses),
    }
    await will_pass_on(conn, group_id, said, uri)
    return True


async def pin(conn: Connection, house: House, group_id: int, uri: str, *, pinned: bool) -> bool:
    """The post *uri* stands first in the group, or no longer; whether it begins a discussion there."""
    group = await views.get(conn, group_id)
    if group is None or not await of_groups.set_pinned(conn, group_id, uri, pinned=pinned):
        return False
    addresses = house.addresses
    name, say = ("adds", activity.add) if pinned else ("removes", activity.remove)
    deed = addresses.deed(group.uri, name, ids.new_id())
    followers = addresses.followers(group.uri)
    said = say(deed, group.uri, uri, addresses.featured(group.uri), followers) | reach(group, addresses)
    await will_pass_on(conn, group_id, said, uri)
    return True


async def lock(conn: Connection, house: House, group_id: int, uri: str, *, locked: bool) -> bool:
    """The group takes no more answers to the post *uri*, or again; whether it begins a discussion there."""
    group = await views.get(conn, group_id)
    if group is None or not await of_groups.set_locked(conn, group_id, uri, locked=locked):
        return False
    deed = house.addresses.deed
    said = activity.lock(deed(group.uri, "locks", ids.new_id()), group.uri, uri)
    said |= reach(group, house.addresses)
    if not locked:
        said = activity.undo(said, deed(group.uri, "undos", ids.new_id()))
    await will_pass_on(conn, group_id, said, uri)
    return True
