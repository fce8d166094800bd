"""The only writes to notifications."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, exists, select

from stoa import ids
from stoa.core import events
from stoa.core.notifications.model import UNGROUPED, Type, group_key
from stoa.db import Connection, Query, any_of, insert
from stoa.db.tables import accounts, mentions, notifications, statuses

REMOVED_AT_ONCE = 500

_add = insert(
    notifications,
    "id",
    "account_id",
    "from_account_id",
    "type",
    "status_id",
    "report_id",
    "severance_id",
    "warning_id",
    "collection_id",
    "group_key",
    "filtered",
    "created_at",
)


async def add(
    conn: Connection,
    account_ids: Iterable[int],
    type_: Type,
    *,
    from_id: int,
    status_id: int | None = None,
    report_id: int | None = None,
    severance_id: int | None = None,
    warning_id: int | None = None,
    collection_id: int | None = None,
    filtered: Collection[int] = (),
) -> None:
    """Keep it for each of *account_ids*, who want to be told (`tell`); *filtered* of them are not told
    before they have asked for it.
    """
    now = ids.now_ms()
    rows = []
    told: list[tuple[int, int]] = []
    for account_id in account_ids:
        notification_id = ids.new_id()
        if account_id not in filtered:
            told.append((account_id, notification_id))
        rows.append(
            {
                "id": notification_id,
                "account_id": account_id,
                "from_account_id": from_id,
                "type": type_,
                "status_id": status_id,
                "report_id": report_id,
                "group_key": group_key(type_, status_id, now) or f"{UNGROUPED}{notification_id}",
                "created_at": now,
                "severance_id": severance_id,
                "warning_id": warning_id,
                "collection_id": collection_id,
                "filtered": account_id in filtered,
            }
        )
    await conn.run_many(_add, rows)
    if told:
        await events.record(conn, events.Notified(tuple(told)))


@cache
def _undo(*, of_account: bool, of_status: bool) -> Query:
    conditions: list[Any] = [
        notifications.c.from_account_id == bindparam("by"),
        any_of(notifications.c.type, "types"),
    ]
    if of_account:
        conditions.append(notifications.c.account_id == bindparam("owner"))
    if of_status:
        conditions.append(notifications.c.status_id == bindparam("status"))
    return Query(delete(notifications).where(*conditions))


async def undo(
    conn: Connection,
    *types: Type,
    from_id: int,
    account_id: int | None = None,
    status_id: int | None = None,
) -> None:
    """What *from_id* did is undone: nobody (or not *account_id*) is told any longer."""
    if account_id is None and status_id is None:
        raise ValueError("say of whom or of what")
    query = _undo(of_account=account_id is not None, of_status=status_id is not None)
    await conn.run(query, types=list(types), by=from_id, owner=account_id, status=status_id)


_of_status = Query(
    delete(notifications).where(
        notifications.c.status_id == bindparam("status"), notifications.c.type == bindparam("of_type")
    )
)
_of_quotes = Query(
    delete(notifications).where(
        notifications.c.type == "quoted_update",
        notifications.c.status_id.in_(
            select(statuses.c.id).where(statuses.c.quote_of_id == bindparam("quoted"))
        ),
    )
)
_in_collection = notifications.c.collection_id == bindparam("collection", type_=notifications.c.id.type)
_of_collection = Query(delete(notifications).where(_in_collection))
_of_member = Query(
    delete(notifications).where(notifications.c.account_id == bindparam("owner"), _in_collection)
)
_unmentioned = Query(
    delete(notifications).where(
        notifications.c.status_id == bindparam("status"),
        notifications.c.type == "mention",
        ~exists().where(
            mentions.c.status_id == notifications.c.status_id,
            mentions.c.account_id == notifications.c.account_id,
            mentions.c.silent.is_(False),
        ),
    )
)
_between = Query(
    delete(notifications).where(
        notifications.c.account_id == bindparam("owner"),
        notifications.c.from_account_id == bindparam("by"),
    )
)
_from_server = Query(
    delete(notifications).where(
        notifications.c.account_id == bindparam("owner"),
        exists().where(
            accounts.c.id == notifications.c.from_account_id, accounts.c.domain == bindparam("server")
        ),
    )
)
_one = Query(
    delete(notifications).where(
        notifications.c.id == bindparam("notification"), notifications.c.account_id == bindparam("owner")
    )
)
_group = Query(
    delete(notifications).where(
        notifications.c.account_id == bindparam("owner"), notifications.c.group_key == bindparam("key")
    )
)
_all = Query(delete(notifications).where(notifications.c.account_id == bindparam("owner")))


async def remove_of(conn: Connection, type_: Type, status_id: int) -> None:
    """What was told of a status in this way is told no longer."""
    await conn.run(_of_status, status=status_id, of_type=type_)


async def remove_of_quotes(conn: Connection, status_id: int) -> None:
    """That a status was edited is no longer told to those who quoted it."""
    await conn.run(_of_quotes, quoted=status_id)


async def remove_of_collection(conn: Connection, collection_id: int, account_id: int | None = None) -> None:
    """Nobody (or not *account_id*) is told of a collection any longer."""
    if account_id is None:
        await conn.run(_of_collection, collection=collection_id)
    else:
        await conn.run(_of_member, collection=collection_id, owner=account_id)


async def remove_unmentioned(conn: Connection, status_id: int) -> None:
    """Those whom a status no longer mentions are not told that it does."""
    await conn.run(_unmentioned, status=status_id)


async def remove_from(conn: Connection, account_id: int, from_id: int) -> None:
    """*account_id* is told nothing of *from_id*."""
    await conn.run(_between, owner=account_id, by=from_id)


async def remove_from_server(conn: Connection, account_id: int, domain: str) -> None:
    """*account_id* is told nothing of those on *domain*."""
    await conn.run(_from_server, owner=account_id, server=domain)


async def remove(conn: Connection, notification_id: int, account_id: int) -> bool:
    """Whether the notification was there and theirs."""
    return bool(await conn.run(_one, notification=notification_id, owner=account_id))


async def remove_group(conn: Connection, key: str, account_id: int) -> None:
    """All that *account_id* is told under this key is gone."""
    alone = key.removeprefix(UNGROUPED)
    if alone != key:
        if alone.isascii() and alone.isdigit() and len(alone) < 19:
            await remove(conn, int(alone), account_id)
        return
    await conn.run(_group, key=key, owner=account_id)


async def clear(conn: Connection, account_id: int) -> None:
    """Nothing is left to tell."""
    await conn.run(_all, owner=account_id)


def _some(mine: Any) -> Query:
    chosen = select(notifications.c.id).where(mine == bindparam("account")).limit(REMOVED_AT_ONCE)
    return Query(delete(notifications).where(notifications.c.id.in_(chosen)))


_some_to = _some(notifications.c.account_id)
_some_from = _some(notifications.c.from_account_id)


async def remove_some_of(conn: Connection, account_id: int) -> bool:
    """Some of what *account_id*, who is gone, was told or did goes; whether there may be more."""
    gone = [await conn.run(query, account=account_id) for query in (_some_to, _some_from)]
    return REMOVED_AT_ONCE in gone
