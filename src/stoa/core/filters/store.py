"""The only writes to `filters`, `filter_keywords` and `filter_statuses`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, Text, bindparam, delete, select, update

from stoa import ids
from stoa.core.filters.model import Action, Context
from stoa.db import Connection, Query, insert
from stoa.db.tables import filter_keywords, filter_statuses, filters

_add = insert(filters, "id", "account_id", "title", "contexts", "action", "expires_at", "created_at")
_change = Query(
    update(filters)
    .where(filters.c.id == bindparam("filter"))
    .values(
        title=bindparam("new_title", type_=Text),
        contexts=bindparam("new_contexts", type_=filters.c.contexts.type),
        action=bindparam("new_action", type_=Text),
        expires_at=bindparam("new_expires_at", type_=BigInteger),
    )
)
_remove = Query(delete(filters).where(filters.c.id == bindparam("filter")))
_add_keyword = insert(filter_keywords, "id", "filter_id", "keyword", "whole_word")
_change_keyword = Query(
    update(filter_keywords)
    .where(filter_keywords.c.id == bindparam("keyword_id"))
    .values(
        keyword=bindparam("new_keyword", type_=Text),
        whole_word=bindparam("new_whole_word", type_=filter_keywords.c.whole_word.type),
    )
)
_remove_keyword = Query(delete(filter_keywords).where(filter_keywords.c.id == bindparam("keyword_id")))
_add_status = insert(filter_statuses, "id", "filter_id", "status_id", ignore=True)
_entry = Query(
    select(filter_statuses.c.id).where(
        filter_statuses.c.filter_id == bindparam("filter"),
        filter_statuses.c.status_id == bindparam("status"),
    )
)
_remove_status = Query(delete(filter_statuses).where(filter_statuses.c.id == bindparam("entry")))


async def add(
    conn: Connection,
    account_id: int,
    *,
    title: str,
    contexts: Sequence[Context],
    action: Action,
    expires_at: int | None,
) -> int:
    """The id of the new filter."""
    filter_id = ids.new_id()
    await conn.run(
        _add,
        id=filter_id,
        account_id=account_id,
        title=title,
        contexts=list(contexts),
        action=action,
        expires_at=expires_at,
        created_at=ids.now_ms(),
    )
    return filter_id


async def change(
    conn: Connection,
    filter_id: int,
    *,
    title: str,
    contexts: Sequence[Context],
    action: Action,
    expires_at: int | None,
) -> None:
    """The filter says something else."""
    await conn.run(
        _change,
        filter=filter_id,
        new_title=title,
        new_contexts=list(contexts),
        new_action=action,
        new_expires_at=expires_at,
    )


async def remove(conn: Connection, filter_id: int) -> None:
    """The filter is gone, with all that it held."""
    await conn.run(_remove, filter=filter_id)


async def add_keyword(conn: Connection, filter_id: int, keyword: str, *, whole_word: bool) -> int:
    """The id of the new keyword."""
    keyword_id = ids.new_id()
    await conn.run(_add_keyword, id=keyword_id, filter_id=filter_id, keyword=keyword, whole_word=whole_word)
    return keyword_id


async def change_keyword(conn: Connection, keyword_id: int, keyword: str, *, whole_word: bool) -> None:
    """The keyword is another."""
    await conn.run(_change_keyword, keyword_id=keyword_id, new_keyword=keyword, new_whole_word=whole_word)


async def remove_keyword(conn: Connection, keyword_id: int) -> None:
    """The keyword is gone."""
    await conn.run(_remove_keyword, keyword_id=keyword_id)


async def add_status(conn: Connection, filter_id: int, status_id: int) -> int:
    """The id of the entry for the status, made if need be."""
    await conn.run(_add_status, id=ids.new_id(), filter_id=filter_id, status_id=status_id)
    entry: int = await conn.scalar(_entry, filter=filter_id, status=status_id)
    return entry


async def remove_status(conn: Connection, entry_id: int) -> None:
    """The entry is gone."""
    await conn.run(_remove_status, entry=entry_id)
