"""Which inboxes something goes to: one query, whatever the number of people (F6.1).

Shared inboxes count once, however many live there.  Those who are gone or suspended here get nothing;
which servers get nothing is decided in `send`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import Text, bindparam, func, select, union

from stoa.db import Connection, Query, any_of
from stoa.db.tables import accounts, follows, relays, remote_actors
from stoa.db.tables.base import Id

_shared = func.coalesce(remote_actors.c.shared_inbox, remote_actors.c.inbox)
_people = remote_actors.join(accounts, accounts.c.id == remote_actors.c.account_id)


def _select(inbox: Any, source: Any) -> Any:
    return (
        select(inbox.label("inbox"))
        .select_from(source)
        .where(remote_actors.c.gone_at.is_(None), accounts.c.suspended_at.is_(None))
    )


@cache
def _query(*, followers: bool, to_relays: bool, personal: bool) -> Query:
    inbox = remote_actors.c.inbox if personal else _shared
    parts = [_select(inbox, _people).where(any_of(remote_actors.c.account_id, "accounts"))]
    if followers:
        source = _people.join(follows, follows.c.follower_id == remote_actors.c.account_id)
        parts.append(_select(_shared, source).where(follows.c.target_id == bindparam("author", type_=Id)))
    if to_relays:
        # Those of the other kind hear of it as a boost (relays.announce).
        parts.append(select(relays.c.inbox).where(relays.c.state == "accepted", relays.c.actor.is_(None)))
    return Query(union(*parts))


_of_actor = Query(
    select(accounts.c.id).select_from(_people).where(accounts.c.uri == bindparam("uri", type_=Text))
)


async def inboxes(
    conn: Connection,
    *,
    accounts: Iterable[int] = (),
    followers_of: int | None = None,
    relays: bool = False,
    personal: bool = False,
) -> list[str]:
    """The inboxes of *accounts* (those who live here have none), of the followers of *followers_of*,
    and of relays.  *personal*: each account's own inbox, where the others are not to be in the way.
    """
    query = _query(followers=followers_of is not None, to_relays=relays, personal=personal)
    wanted = sorted(set(accounts))
    if followers_of is None:
        return await conn.scalars(query, accounts=wanted)
    return await conn.scalars(query, accounts=wanted, author=followers_of)


async def account_of(conn: Connection, uri: str) -> int | None:
    """The account of the actor *uri*, who lives elsewhere."""
    found: int | None = await conn.scalar(_of_actor, uri=uri)
    return found
