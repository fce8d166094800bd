"""What is known of groups that live here."""

from __future__ import annotations

from sqlalchemy import Text, bindparam, exists, or_, select

from stoa.core.errors import NotFound
from stoa.db import Connection, Query, Row
from stoa.db.tables import accounts, follows, group_moderators, group_statuses, groups
from stoa.db.tables.base import Id

_group = (
    select(
        groups.c.account_id, groups.c.moderators_only, accounts.c.username, accounts.c.display_name,
        accounts.c.uri, accounts.c.locked, accounts.c.followers_count,
    )
    .select_from(groups.join(accounts, accounts.c.id == groups.c.account_id))
    .order_by(accounts.c.username_key)
)  # fmt: skip
_all = Query(_group)
_named = Query(_group.where(accounts.c.username_key == bindparam("name", type_=Text)))
_get = Query(_group.where(groups.c.account_id == bindparam("group", type_=Id)))
_moderators = Query(
    select(accounts.c.id, accounts.c.username, accounts.c.domain, accounts.c.uri)
    .select_from(group_moderators.join(accounts, accounts.c.id == group_moderators.c.account_id))
    .where(group_moderators.c.group_id == bindparam("group", type_=Id))
    .order_by(accounts.c.id)
)
_moderates = exists().where(
    group_moderators.c.group_id == bindparam("group", type_=Id),
    group_moderators.c.account_id == bindparam("account", type_=Id),
)
_is_moderator = Query(select(_moderates))
_is_member = Query(
    select(
        or_(
            _moderates,
            exists().where(
                follows.c.target_id == bindparam("group", type_=Id),
                follows.c.follower_id == bindparam("account", type_=Id),
            ),
        )
    )
)
_of_status = Query(
    select(groups.c.account_id, accounts.c.uri)
    .select_from(
        group_statuses.join(groups, groups.c.account_id == group_statuses.c.group_id).join(
            accounts, accounts.c.id == groups.c.account_id
        )
    )
    .where(
        group_statuses.c.uri == bindparam("address", type_=Text),
        group_statuses.c.removed.is_(False),
        accounts.c.suspended_at.is_(None),
    )
)


async def list_all(conn: Connection) -> list[Row]:
    """All groups by name: account_id, moderators_only, username, display_name, uri, locked,
    followers_count.
    """
    return await conn.all(_all)


async def named(conn: Connection, name: str) -> Row:
    """The group called *name* (`list_all`).  Raises NotFound."""
    row = await conn.first(_named, name=name.lower().removeprefix("@"))
    if row is None:
        raise NotFound(f"There is no group {name!r} here; `stoa group list` names them.")
    return row


async def get(conn: Connection, account_id: int) -> Row | None:
    """The group that the account is, if it is one (`list_all`)."""
    return await conn.first(_get, group=account_id)


async def moderators(conn: Connection, group_id: int) -> list[Row]:
    """Who moderates: id, username, domain, uri."""
    return await conn.all(_moderators, group=group_id)


async def is_moderator(conn: Connection, group_id: int, account_id: int) -> bool:
    """Whether the account moderates the group."""
    return bool(await conn.scalar(_is_moderator, group=group_id, account=account_id))


async def is_member(conn: Connection, group_id: int, account_id: int) -> bool:
    """Whether the account follows the group, or moderates it."""
    return bool(await conn.scalar(_is_member, group=group_id, account=account_id))


async def of_status(conn: Connection, uri: str) -> list[Row]:
    """The groups that the status *uri* belongs to, though it may be gone: account_id, uri."""
    return await conn.all(_of_status, address=uri)
