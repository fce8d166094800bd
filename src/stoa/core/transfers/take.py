"""What somebody takes with them: one query for each list, all of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, bindparam, func, select

from stoa.core.transfers.model import KINDS, Kind, Line
from stoa.db import Connection, Query, Row
from stoa.db.tables import (
    account_domain_blocks,
    accounts,
    blocks,
    bookmarks,
    favourites,
    follows,
    list_accounts,
    lists,
    mutes,
    statuses,
)
from stoa.db.tables.base import Id

_ME: Any = bindparam("me", type_=Id)


def _people(table: Any, owner: Any, whom: Any, *more: Any) -> Select[Any]:
    return (
        select(accounts.c.username, accounts.c.domain, accounts.c.id, *more)
        .select_from(table.join(accounts, accounts.c.id == whom))
        .where(owner == _ME, accounts.c.deleted_at.is_(None))
        .order_by(table.c.id)
    )


_LISTS: dict[Kind, Select[Any]] = {
    "following": (
        _people(
            follows,
            follows.c.follower_id,
            follows.c.target_id,
            follows.c.show_reblogs,
            follows.c.notify,
            follows.c.languages,
        )
    ),
    "mutes": (_people(mutes, mutes.c.account_id, mutes.c.target_id, mutes.c.hide_notifications)),
    "blocks": (_people(blocks, blocks.c.account_id, blocks.c.target_id)),
    "domain_blocks": (
        select(account_domain_blocks.c.domain)
        .where(account_domain_blocks.c.account_id == _ME)
        .order_by(account_domain_blocks.c.id)
    ),
    "lists": (
        select(
            lists.c.title,
            lists.c.id.label("list_id"),
            accounts.c.username,
            accounts.c.domain,
            accounts.c.id,
        )
        .select_from(
            lists.join(list_accounts, list_accounts.c.list_id == lists.c.id).join(
                accounts, accounts.c.id == list_accounts.c.account_id
            )
        )
        .where(lists.c.account_id == _ME)
        .order_by(lists.c.id, accounts.c.id)
    ),
    "bookmarks": (
        select(statuses.c.uri, statuses.c.id)
        .select_from(bookmarks.join(statuses, statuses.c.id == bookmarks.c.status_id))
        .where(bookmarks.c.account_id == _ME)
        .order_by(bookmarks.c.id)
    ),
}

_favourited = Query(
    select(statuses.c.uri)
    .select_from(favourites.join(statuses, statuses.c.id == favourites.c.status_id))
    .where(favourites.c.account_id == _ME)
    .order_by(favourites.c.id)
)
_QUERIES = {kind: Query(statement) for kind, statement in _LISTS.items()}
_COUNTS = {
    kind: Query(select(func.count()).select_from(statement.order_by(None).subquery()))
    for kind, statement in _LISTS.items()
}


async def counts(conn: Connection, account_id: int) -> dict[Kind, int]:
    """How long each list is."""
    return {kind: await conn.scalar(_COUNTS[kind], me=account_id) for kind in KINDS}


async def rows(conn: Connection, kind: Kind, account_id: int) -> list[Row]:
    """What the list is made of, with ids."""
    return await conn.all(_QUERIES[kind], me=account_id)


async def lines(conn: Connection, kind: Kind, account_id: int, local_domain: str) -> list[Line]:
    """The list."""
    return [line_of(kind, row, local_domain) for row in await rows(conn, kind, account_id)]


async def favourited(conn: Connection, account_id: int) -> list[str]:
    """The ids of the posts that they like, as other servers know them, the oldest like first."""
    found: list[str] = await conn.scalars(_favourited, me=account_id)
    return found


def line_of(kind: Kind, row: Row, local_domain: str) -> Line:
    """What stands in the file for *row*."""
    if kind == "domain_blocks":
        return Line(row.domain)
    if kind == "bookmarks":
        return Line(row.uri)
    acct = f"{row.username}@{row.domain or local_domain}"
    if kind == "following":
        tongues = tuple(row.languages or ())
        return Line(acct, reblogs=row.show_reblogs, notify=row.notify, languages=tongues)
    if kind == "mutes":
        return Line(acct, notifications=row.hide_notifications)
    return Line(acct, list=row.title) if kind == "lists" else Line(acct)
