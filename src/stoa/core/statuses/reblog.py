"""Boosts: a status of one's own that shows another's.  At most one of each by each."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from stoa import ids
from stoa.core import events
from stoa.core.accounts import store as accounts_store
from stoa.core.errors import Forbidden
from stoa.core.policy.draft import VISIBILITIES, Visibility
from stoa.core.statuses import store
from stoa.core.statuses.delete import remove
from stoa.core.statuses.visibility import require_original
from stoa.db import Connection, Query
from stoa.db.tables import accounts, statuses
from stoa.ids import Addresses

_author = Query(
    select(accounts.c.username, accounts.c.uri, accounts.c.suspended_at).where(
        accounts.c.id == bindparam("account")
    )
)
_mine = Query(
    select(statuses.c.id).where(
        statuses.c.account_id == bindparam("account"), statuses.c.reblog_of_id == bindparam("original")
    )
)


async def reblog(
    conn: Connection,
    account_id: int,
    status_id: int,
    addresses: Addresses,
    *,
    visibility: Visibility = "public",
    uri: str | None = None,
    created_at: int | None = None,
) -> int:
    """The id of the account's boost of a status (of a boost: of what is boosted), made if need be.

    *uri* and *created_at* (unix milliseconds) come with a boost from another server.  Raises
    NotFound for what the account may not see, Forbidden for what it may not pass on: direct posts,
    and private ones of others.
    """
    original = await require_original(conn, status_id, account_id)
    author = await conn.first(_author, account=account_id)
    if author is None or author.suspended_at is not None:
        raise Forbidden("This action is not allowed")
    if original.visibility == "direct" or (
        original.visibility == "private" and original.account_id != account_id
    ):
        raise Forbidden("This action is not allowed")
    now = ids.now_ms()
    made_at = min(created_at or now, now)
    boost_id = ids.new_id() if uri is None else ids.new_id(made_at)
    local = uri is None
    address = uri or f"{addresses.note(author.uri, boost_id)}/activity"
    added = await store.add_reblog(
        conn,
        id=boost_id,
        account_id=account_id,
        uri=address,
        url=addresses.status(author.username, boost_id) if local else None,
        local=local,
        visibility=_no_wider(visibility, original.visibility),
        quote_policy="nobody",
        conversation_id=boost_id,
        reblog_of_id=original.id,
        created_at=made_at,
    )
    if not added:
        existing: int = await conn.scalar(_mine, account=account_id, original=original.id)
        return existing
    await store.count(conn, original.id, "reblogs_count", 1)
    await accounts_store.note_status(conn, account_id, made_at)
    await events.record(conn, events.StatusReblogged(boost_id, original.id, account_id))
    return boost_id


async def unreblog(conn: Connection, account_id: int, status_id: int) -> int:
    """Take the account's boost back, if there is one; the id of what was boosted.

    Raises NotFound for what the account may not see.
    """
    original = await require_original(conn, status_id, account_id)
    mine: int | None = await conn.scalar(_mine, account=account_id, original=original.id)
    if mine is not None:
        await remove(conn, mine)
    original_id: int = original.id
    return original_id


async def take_back(conn: Connection, account_id: int, status_id: int) -> bool:
    """The account's boost of a status is gone, whether or not it may still see that; whether there
    was one.
    """
    mine: int | None = await conn.scalar(_mine, account=account_id, original=status_id)
    if mine is not None:
        await remove(conn, mine)
    return mine is not None


def _no_wider(visibility: Visibility, original: Visibility) -> Visibility:
    """A private post stays with the followers, and a boost is never direct."""
    if visibility == "direct":
        visibility = "private"
    if original == "private":
        return max(visibility, original, key=VISIBILITIES.index)
    return visibility
