"""The only writes to `groups`, `group_moderators` and `group_statuses`."""

from __future__ import annotations

from sqlalchemy import Text, bindparam, delete, update

from stoa import ids
from stoa.db import Connection, Query, insert
from stoa.db.tables import group_moderators, group_statuses, groups

_add = insert(groups, "account_id", "moderators_only", "created_at")
_add_moderator = insert(group_moderators, "group_id", "account_id", ignore=True)
_remove_moderator = Query(
    delete(group_moderators).where(
        group_moderators.c.group_id == bindparam("group"),
        group_moderators.c.account_id == bindparam("account"),
    )
)
_add_status = insert(group_statuses, "group_id", "status_id", "uri", ignore=True)
_is_it = (group_statuses.c.group_id == bindparam("group")) & (
    group_statuses.c.uri == bindparam("address", type_=Text)
)
_mark_removed = Query(update(group_statuses).where(_is_it).values(removed=True))
_mark_locked = Query(update(group_statuses).where(_is_it).values(locked=bindparam("on")))
_forget = Query(delete(group_statuses).where(_is_it))


async def add(conn: Connection, account_id: int, *, moderators_only: bool) -> None:
    """The account is a group."""
    await conn.run(
        _add,
        account_id=account_id,
        moderators_only=moderators_only,
        created_at=ids.now_ms(),
    )


async def add_moderator(conn: Connection, group_id: int, account_id: int) -> None:
    """The account moderates the group."""
    await conn.run(_add_moderator, group_id=group_id, account_id=account_id)


async def remove_moderator(conn: Connection, group_id: int, account_id: int) -> bool:
    """The account moderates the group no more; whether it did."""
    return bool(await conn.run(_remove_moderator, group=group_id, account=account_id))


async def add_status(conn: Connection, group_id: int, status_id: int, uri: str) -> bool:
    """The status belongs to the group; False where it did already."""
    return bool(await conn.run(_add_status, group_id=group_id, status_id=status_id, uri=uri))


async def mark_removed(conn: Connection, group_id: int, uri: str) -> None:
    """The group has no more to do with the status *uri*."""
    await conn.run(_mark_removed, group=group_id, address=uri)


async def mark_locked(conn: Connection, group_id: int, uri: str, *, locked: bool) -> None:
    """The group takes no more answers in the discussion that *uri* began, or takes them again."""
    await conn.run(_mark_locked, group=group_id, address=uri, on=locked)


async def forget(conn: Connection, group_id: int, uri: str) -> None:
    """The status *uri* is gone, and that has been said."""
    await conn.run(_forget, group=group_id, address=uri)
