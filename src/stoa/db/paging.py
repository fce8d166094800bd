"""Pages of lists ordered by id, newest first, as the Mastodon API asks for them.

    query = Paged(select(...), statuses.c.id)          once, in a module or under functools.cache
    rows = await page_of(conn, query, page, viewer=1)   newest first, whichever way it was asked

`min_id` asks for what directly follows that id, `since_id` for the newest down to that id, so that a
client that walks in either direction neither skips nor repeats.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Select, bindparam

from stoa.db.connection import Connection
from stoa.db.query import Query, Row

BEFORE_ALL = 2**63 - 1


class Page(msgspec.Struct, frozen=True):
    """Which part of a list is wanted."""

    limit: int = 20
    max_id: int | None = None
    since_id: int | None = None
    min_id: int | None = None


class Paged:
    """A select in its two directions."""

    __slots__ = ("down", "up")

    def __init__(self, statement: Select[Any], key: ColumnElement[int]) -> None:
        bounded = statement.where(key < bindparam("max_id"), key > bindparam("min_id"))
        limit = bindparam("limit", type_=BigInteger)
        self.down = Query(bounded.order_by(key.desc()).limit(limit))
        self.up = Query(bounded.order_by(key.asc()).limit(limit))


async def page_of(conn: Connection, paged: Paged, page: Page, **params: Any) -> list[Row]:
    """The rows of *page*, newest first."""
    upward = page.min_id is not None
    floor = page.min_id if page.min_id is not None else page.since_id
    rows = await conn.all(
        paged.up if upward else paged.down,
        max_id=BEFORE_ALL if page.max_id is None else page.max_id,
        min_id=0 if floor is None else floor,
        limit=page.limit,
        **params,
    )
    return rows[::-1] if upward else rows
