"""Lists around statuses: who favourited and boosted one, what quotes it, what somebody marked.

A status is in a list only for those who may see it, whenever it was put there.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from stoa import ids
from stoa.core.statuses.heads import from_row, s, seen, select_heads, wanted
from stoa.core.statuses.model import StatusHead
from stoa.core.statuses.visibility import VIEWER, not_hidden, require_original
from stoa.db import Connection
from stoa.db.paging import Page, Paged, page_of
from stoa.db.tables import accounts, bookmarks, favourites, statuses

_STATUS: Any = bindparam("status")


def _of_people(key: Any, account_id: Any, *where: Any) -> Paged:
    author = accounts.alias()
    return Paged(
        select(key.label("key"), author.c.id)
        .select_from(key.table.join(author, author.c.id == account_id))
        .where(*where, author.c.suspended_at.is_(None), not_hidden(author.c.id)),
        key,
    )


_favourited_by = _of_people(favourites.c.id, favourites.c.account_id, favourites.c.status_id == _STATUS)
_reblogged_by = _of_people(
    statuses.c.id,
    statuses.c.account_id,
    statuses.c.reblog_of_id == _STATUS,
    (statuses.c.visibility == "public") | (statuses.c.visibility == "unlisted"),
)


def _marked(table: Any) -> Paged:
    mark = table.alias("mark")
    return Paged(
        select_heads()
        .add_columns(mark.c.id.label("key"))
        .join(mark, mark.c.status_id == s.c.id)
        .where(mark.c.account_id == VIEWER, seen()),
        mark.c.id,
    )


_favourites = _marked(favourites)
_bookmarks = _marked(bookmarks)
_quotes = Paged(
    select_heads().where(s.c.quote_of_id == _STATUS, s.c.quote_state == "accepted", seen(), wanted()),
    s.c.id,
)


class Entry(NamedTuple):
    """Something in a list, and the key by which the list is paged."""

    key: int
    id: int


async def favourited_by(conn: Connection, status_id: int, page: Page, viewer_id: int | None) -> list[Entry]:
    """The accounts that favourited a status, newest first; none the viewer does not want to meet.

    Raises NotFound where the viewer may not see the status.
    """
    return await _people(conn, _favourited_by, status_id, page, viewer_id)


async def reblogged_by(conn: Connection, status_id: int, page: Page, viewer_id: int | None) -> list[Entry]:
    """The accounts that boosted a status for everybody to see.  As `favourited_by`."""
    return await _people(conn, _reblogged_by, status_id, page, viewer_id)


async def _people(
    conn: Connection, paged: Paged, status_id: int, page: Page, viewer_id: int | None
) -> list[Entry]:
    original = await require_original(conn, status_id, viewer_id)
    rows = await page_of(conn, paged, page, status=original.id, viewer=viewer_id or 0, now=ids.now_ms())
    return [Entry(row.key, row.id) for row in rows]


class Marked(NamedTuple):
    """A status somebody marked, and the key by which the list is paged."""

    key: int
    head: StatusHead


async def favourites_of(conn: Connection, account_id: int, page: Page) -> list[Marked]:
    """What the account favourited and still may see, in the order it did."""
    return await _marked_by(conn, _favourites, account_id, page)


async def bookmarks_of(conn: Connection, account_id: int, page: Page) -> list[Marked]:
    """What the account bookmarked and still may see, in the order it did."""
    return await _marked_by(conn, _bookmarks, account_id, page)


async def _marked_by(conn: Connection, paged: Paged, account_id: int, page: Page) -> list[Marked]:
    rows = await page_of(conn, paged, page, viewer=account_id)
    return [Marked(row.key, from_row(row)) for row in rows]


async def quotes_of(
    conn: Connection, status_id: int, page: Page, viewer_id: int | None
) -> list[StatusHead]:
    """What quotes a status with its author's consent, newest first.  Raises NotFound."""
    original = await require_original(conn, status_id, viewer_id)
    rows = await page_of(conn, _quotes, page, status=original.id, viewer=viewer_id or 0, now=ids.now_ms())
    return [from_row(row) for row in rows]
