"""Removing all that an account has left: by its own wish, by that of the moderators, or 30 days after it
was suspended.

At once: nobody can sign in to it, its profile is empty, nobody is shown anything of it.  Then, in a job,
some at a time, everything that is theirs goes.  What stays of somebody who lived here is a bare row, so
that nobody else can ever have their name, and that their last words to other servers can be signed;
reports on them stay, and those they made.  Of somebody elsewhere stays that they are suspended.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from stoa import ids
from stoa.core import events
from stoa.core.accounts import store as accounts_store
from stoa.core.auth import roles
from stoa.core.auth.leave import leave as leave_users
from stoa.core.errors import Forbidden, NotFound
from stoa.core.media import strays
from stoa.core.moderation import store
from stoa.core.notifications import store as notifications
from stoa.core.relationships import follow
from stoa.core.statuses import leave
from stoa.core.timelines import lists
from stoa.core.timelines import store as timelines
from stoa.db import Connection, Query
from stoa.db.tables import accounts, follow_requests, follows
from stoa.db.tables import lists as lists_table
from stoa.db.tables.base import Id
from stoa.jobs import queue

ERASE = "moderation.erase"
"""Remove some of what an account has left; {"account": id}."""

AT_ONCE = 100

_ACCOUNT = bindparam("account", type_=Id)
_get = Query(
    select(accounts.c.id, accounts.c.domain, accounts.c.suspended_at, accounts.c.deleted_at).where(
        accounts.c.id == _ACCOUNT
    )
)


def _ends(table: Any, mine: str) -> Any:
    return select(table.c.follower_id, table.c.target_id).where(table.c[mine] == _ACCOUNT)


_some_follows = Query(
    _ends(follows, "follower_id")
    .union_all(
        _ends(follows, "target_id"),
        _ends(follow_requests, "follower_id"),
        _ends(follow_requests, "target_id"),
    )
    .limit(AT_ONCE)
)
_lists = Query(select(lists_table.c.id).where(lists_table.c.account_id == _ACCOUNT).limit(AT_ONCE))


async def leave_for_good(conn: Connection, account_id: int) -> None:
    """Somebody who lives here does not want to any more.  Raises NotFound; Forbidden for the last owner."""
    if await roles.is_last_owner(conn, account_id):
        raise Forbidden("You are the only owner of this server: make somebody else one first.")
    await erase(conn, account_id)


async def erase(conn: Connection, account_id: int) -> None:
    """The account is deleted; there is no way back.  Raises NotFound, also for one that is deleted."""
    row = await conn.first(_get, account=account_id)
    if row is None or row.deleted_at is not None:
        raise NotFound("That account is gone already.")
    now = ids.now_ms()
    columns = {"suspended_at": row.suspended_at or now}
    if not row.domain:
        columns["deleted_at"] = now
        await leave_users(conn, account_id)
    await strays.look_at(conn, await accounts_store.blank(conn, account_id, **columns))
    if not row.domain:
        await events.record(conn, events.AccountDeleted(account_id))
    await queue.add(conn, ERASE, {"account": account_id})


async def lapse(conn: Connection, payload: Any) -> None:
    """The job LAPSE (`standing`): erase whoever is suspended since {since} still."""
    row = await conn.first(_get, account=payload["account"])
    if row is not None and row.deleted_at is None and row.suspended_at == payload["since"]:
        await erase(conn, row.id)


async def erase_some(conn: Connection, payload: Any) -> None:
    """The job ERASE; comes again until nothing is left."""
    account_id: int = payload["account"]
    row = await conn.first(_get, account=account_id)
    if row is None or row.suspended_at is None:
        return
    if await _remove_some(conn, account_id):
        await queue.add(conn, ERASE, payload)
    elif row.deleted_at is not None:
        kept = await store.set_aside(conn, account_id)
        await accounts_store.strip(conn, account_id)
        await store.put_back(conn, kept)


async def _remove_some(conn: Connection, account_id: int) -> bool:
    """Whether there may be more to remove."""
    if await leave.remove_some(conn, account_id):
        return True
    ends = await conn.all(_some_follows, account=account_id)
    for end in ends:
        await follow.unfollow(conn, end.follower_id, end.target_id)
    if ends:
        return True
    own_lists = await conn.scalars(_lists, account=account_id)
    for list_id in own_lists:
        await lists.remove(conn, list_id, account_id)
    if own_lists:
        return True
    if await notifications.remove_some_of(conn, account_id):
        return True
    await timelines.clear(conn, account_id)
    return False
