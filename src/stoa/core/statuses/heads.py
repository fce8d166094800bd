"""What of a status changes often or depends on who asks, for a whole page in one query.

    bookmarked = Paged(
        select_heads().join(bookmarks, bookmarks.c.status_id == s.c.id)
        .where(bookmarks.c.account_id == VIEWER, seen()), bookmarks.c.id)
    rows = await page_of(conn, bookmarked, page, viewer=viewer_id)
    heads = [from_row(row) for row in rows]

`s` is the status, `o` what it boosts, or itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from stoa.core.statuses.model import StatusHead
from stoa.core.statuses.visibility import VIEWER, not_hidden, visible_to
from stoa.db import Connection, Query, Row, any_of
from stoa.db.tables import (
    bookmarks,
    conversation_mutes,
    favourites,
    follows,
    status_cards,
    status_pins,
    statuses,
    told_counts,
)

s: Any = statuses.alias("s")
o: Any = statuses.alias("o")
_cards = status_cards.alias()
_told = told_counts.alias()


def _mine(table: Any) -> ColumnElement[bool]:
    return exists().where(table.c.account_id == VIEWER, table.c.status_id == o.c.id)


def _shown(name: str) -> ColumnElement[int]:
    # What its own server told, where that is more than what is known here.
    known, told = o.c[f"{name}_count"], _told.c[name]
    more = select(told).where(_told.c.status_id == o.c.id, told > known).scalar_subquery()
    return func.coalesce(more, known).label(f"{name}_count")


def select_heads() -> Select[Any]:
    """StatusHead's columns over `s` joined with `o`; needs the parameter `viewer` (0: a visitor)."""
    boost = statuses.alias()
    return select(
        s.c.id,
        s.c.account_id,
        s.c.version,
        s.c.reblog_of_id,
        o.c.id.label("original_id"),
        o.c.account_id.label("original_account_id"),
        o.c.version.label("original_version"),
        o.c.quote_of_id,
        o.c.poll_id,
        o.c.replies_count,
        _shown("reblogs"),
        _shown("favourites"),
        o.c.quotes_count,
        _mine(favourites).label("favourited"),
        exists().where(boost.c.account_id == VIEWER, boost.c.reblog_of_id == o.c.id).label("reblogged"),
        _mine(bookmarks).label("bookmarked"),
        exists()
        .where(
            conversation_mutes.c.account_id == VIEWER,
            conversation_mutes.c.conversation_id == o.c.conversation_id,
        )
        .label("muted"),
        _mine(status_pins).label("pinned"),
        exists()
        .where(follows.c.follower_id == VIEWER, follows.c.target_id == o.c.account_id)
        .label("follows_author"),
        o.c.quote_policy,
        o.c.quote_state,
        select(_cards.c.card_id).where(_cards.c.status_id == o.c.id).scalar_subquery().label("card_id"),
    ).select_from(s.join(o, o.c.id == func.coalesce(s.c.reblog_of_id, s.c.id)))


def seen() -> ColumnElement[bool]:
    """The viewer may see both the status and what it boosts."""
    return and_(visible_to(s), or_(s.c.reblog_of_id.is_(None), visible_to(o)))


def wanted() -> ColumnElement[bool]:
    """And wants to meet both authors in a timeline.  Needs `now` (unix milliseconds)."""
    return and_(not_hidden(s.c.account_id), or_(s.c.reblog_of_id.is_(None), not_hidden(o.c.account_id)))


def from_row(row: Row) -> StatusHead:
    """The head in a row of `select_heads`; columns added behind it are not looked at."""
    return StatusHead(*row[:_WIDTH])


_WIDTH = len(StatusHead.__struct_fields__)

_by_ids = Query(select_heads().where(any_of(s.c.id, "ids"), seen()))


_any_by_ids = Query(select_heads().where(any_of(s.c.id, "ids")))


async def by_ids(
    conn: Connection, status_ids: Iterable[int], viewer_id: int | None
) -> dict[int, StatusHead]:
    """id → head, for those of *status_ids* that the viewer sees."""
    rows = await conn.all(_by_ids, ids=list(status_ids), viewer=viewer_id or 0)
    return {row.id: from_row(row) for row in rows}


async def for_moderators(conn: Connection, status_ids: Iterable[int], viewer_id: int) -> list[StatusHead]:
    """The heads of *status_ids*, whoever may see them otherwise: somebody has reported them."""
    return [from_row(row) for row in await conn.all(_any_by_ids, ids=list(status_ids), viewer=viewer_id)]
