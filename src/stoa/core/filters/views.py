"""Filters of somebody, with all that they hold: three queries, whatever their number; one for nobody's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import bindparam, select

from stoa.core.errors import NotFound
from stoa.core.filters.model import Entry, Filter, Keyword
from stoa.db import Connection, Query, Row, any_of
from stoa.db.tables import filter_keywords, filter_statuses, filters
from stoa.db.tables.base import Id

_of_many = Query(select(filters).where(any_of(filters.c.account_id, "accounts")).order_by(filters.c.id))
_keywords = Query(
    select(filter_keywords)
    .where(any_of(filter_keywords.c.filter_id, "filters"))
    .order_by(filter_keywords.c.id)
)
_statuses = Query(
    select(filter_statuses)
    .where(any_of(filter_statuses.c.filter_id, "filters"))
    .order_by(filter_statuses.c.id)
)
_of_keyword = Query(
    select(filter_keywords.c.filter_id)
    .select_from(filter_keywords.join(filters, filters.c.id == filter_keywords.c.filter_id))
    .where(
        filter_keywords.c.id == bindparam("keyword", type_=Id),
        filters.c.account_id == bindparam("account", type_=Id),
    )
)
_of_entry = Query(
    select(filter_statuses.c.filter_id)
    .select_from(filter_statuses.join(filters, filters.c.id == filter_statuses.c.filter_id))
    .where(
        filter_statuses.c.id == bindparam("entry", type_=Id),
        filters.c.account_id == bindparam("account", type_=Id),
    )
)


async def mine(conn: Connection, account_id: int) -> list[Filter]:
    """All filters of the account, expired ones too, oldest first."""
    return (await of_many(conn, [account_id])).get(account_id, [])


async def of_many(conn: Connection, account_ids: Iterable[int]) -> dict[int, list[Filter]]:
    """The same for each of *account_ids* that has any."""
    rows = await conn.all(_of_many, accounts=list(account_ids))
    if not rows:
        return {}
    wanted = [row.id for row in rows]
    keywords = _grouped(await conn.all(_keywords, filters=wanted))
    entries = _grouped(await conn.all(_statuses, filters=wanted))
    found: defaultdict[int, list[Filter]] = defaultdict(list)
    for row in rows:
        one = Filter(
            id=row.id,
            title=row.title,
            contexts=tuple(row.contexts),
            action=row.action,
            expires_at=row.expires_at,
            keywords=tuple(Keyword(one.id, one.keyword, one.whole_word) for one in keywords[row.id]),
            statuses=tuple(Entry(one.id, one.status_id) for one in entries[row.id]),
        )
        found[row.account_id].append(one)
    return dict(found)


async def get(conn: Connection, filter_id: int, account_id: int) -> Filter:
    """The filter of the account.  Raises NotFound."""
    for one in await mine(conn, account_id):
        if one.id == filter_id:
            return one
    raise NotFound


async def with_keyword(conn: Connection, keyword_id: int, account_id: int) -> tuple[Filter, Keyword]:
    """The keyword of a filter of the account.  Raises NotFound."""
    filter_id = await conn.scalar(_of_keyword, keyword=keyword_id, account=account_id)
    if filter_id is None:
        raise NotFound
    found = await get(conn, filter_id, account_id)
    return found, next(one for one in found.keywords if one.id == keyword_id)


async def with_entry(conn: Connection, entry_id: int, account_id: int) -> tuple[Filter, Entry]:
    """The entry for a status in a filter of the account.  Raises NotFound."""
    filter_id = await conn.scalar(_of_entry, entry=entry_id, account=account_id)
    if filter_id is None:
        raise NotFound
    found = await get(conn, filter_id, account_id)
    return found, next(one for one in found.statuses if one.id == entry_id)


def _grouped(rows: Iterable[Row]) -> defaultdict[int, list[Row]]:
    groups: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.filter_id].append(row)
    return groups
