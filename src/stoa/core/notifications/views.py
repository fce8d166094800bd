"""Notifications for reading: one query, whatever the page.

Whom the reader has blocked or muted (with notifications) since, who was suspended, and what may no
longer be seen is left out here, and comes back when that ends.  Reports are seen by moderators, whoever
filed them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Select, and_, bindparam, exists, func, literal_column, or_, select

from stoa import ids
from stoa.core.errors import NotFound
from stoa.core.notifications import store
from stoa.core.notifications.model import MODERATORS, NotificationView
from stoa.core.statuses.visibility import VIEWER, visible_to
from stoa.db import Connection, Query, Row, any_of
from stoa.db.paging import Page, Paged, page_of
from stoa.db.tables import accounts, blocks, markers, mutes, notifications, statuses, users

_n: Any = notifications.alias("n")
_s: Any = statuses.alias("s")


def _shown(columns: Sequence[Any]) -> Select[Any]:
    sender = _n.c.from_account_id
    source, block, blocked_by, mute = accounts.alias(), blocks.alias(), blocks.alias(), mutes.alias()
    return (
        select(*columns)
        .select_from(_n.outerjoin(_s, _s.c.id == _n.c.status_id))
        .where(
            _n.c.account_id == VIEWER,
            or_(
                and_(
                    _n.c.type == "admin.report",
                    exists().where(
                        users.c.account_id == VIEWER, or_(*(users.c.role == one for one in MODERATORS))
                    ),
                ),
                and_(
                    _n.c.type != "admin.report",
                    ~exists().where(source.c.id == sender, source.c.suspended_at.is_not(None)),
                    ~exists().where(block.c.account_id == VIEWER, block.c.target_id == sender),
                    ~exists().where(blocked_by.c.account_id == sender, blocked_by.c.target_id == VIEWER),
                    ~exists().where(
                        mute.c.account_id == VIEWER,
                        mute.c.target_id == sender,
                        mute.c.hide_notifications,
                        or_(
                            mute.c.expires_at.is_(None),
                            mute.c.expires_at > bindparam("now", type_=BigInteger),
                        ),
                    ),
                ),
            ),
            or_(_n.c.status_id.is_(None), and_(_s.c.id.is_not(None), visible_to(_s))),
        )
    )


_COLUMNS = [_n.c[name] for name in NotificationView.__struct_fields__]


def _narrowed(statement: Select[Any], *, types: bool, without: bool, sender: bool) -> Select[Any]:
    if types:
        statement = statement.where(any_of(_n.c.type, "types"))
    if without:
        statement = statement.where(~any_of(_n.c.type, "without"))
    if sender:
        statement = statement.where(_n.c.from_account_id == bindparam("sender"))
    return statement


@cache
def _page(*, types: bool, without: bool, sender: bool) -> Paged:
    return Paged(_narrowed(_shown(_COLUMNS), types=types, without=without, sender=sender), _n.c.id)


@cache
def _unread(*, types: bool, without: bool, sender: bool) -> Query:
    read = (
        select(markers.c.last_read_id)
        .where(markers.c.account_id == VIEWER, markers.c.timeline == "notifications")
        .scalar_subquery()
    )
    new = (
        _narrowed(_shown([_n.c.id]), types=types, without=without, sender=sender)
        .where(_n.c.id > func.coalesce(read, literal_column("0")))
        .limit(bindparam("limit", type_=BigInteger))
        .subquery()
    )
    return Query(select(func.count()).select_from(new))


_one = Query(_shown(_COLUMNS).where(_n.c.id == bindparam("notification")))


def _view(row: Row) -> NotificationView:
    return NotificationView(**row._asdict())


def _wish(
    types: Sequence[str], without: Sequence[str], from_id: int | None
) -> tuple[dict[str, bool], dict[str, Any]]:
    kinds = {"types": bool(types), "without": bool(without), "sender": from_id is not None}
    return kinds, {"types": list(types), "without": list(without), "sender": from_id}


async def page(
    conn: Connection,
    account_id: int,
    page: Page,
    *,
    types: Sequence[str] = (),
    exclude_types: Sequence[str] = (),
    from_id: int | None = None,
) -> list[NotificationView]:
    """What *account_id* is told, newest first: of *types* only (all if none), not of
    *exclude_types*, from *from_id* only."""
    kinds, given = _wish(types, exclude_types, from_id)
    rows = await page_of(conn, _page(**kinds), page, viewer=account_id, now=ids.now_ms(), **given)
    return [_view(row) for row in rows]


async def get(conn: Connection, notification_id: int, account_id: int) -> NotificationView:
    """One notification.  Raises NotFound, also for those of others."""
    row = await conn.first(_one, notification=notification_id, viewer=account_id, now=ids.now_ms())
    if row is None:
        raise NotFound
    return _view(row)


async def unread_count(
    conn: Connection,
    account_id: int,
    limit: int,
    *,
    types: Sequence[str] = (),
    exclude_types: Sequence[str] = (),
    from_id: int | None = None,
) -> int:
    """How many came after the one the account's marker names, counted up to *limit*."""
    kinds, given = _wish(types, exclude_types, from_id)
    found: int = await conn.scalar(
        _unread(**kinds), viewer=account_id, now=ids.now_ms(), limit=limit, **given
    )
    return found


async def dismiss(conn: Connection, notification_id: int, account_id: int) -> None:
    """Put one away.  Raises NotFound, also for those of others."""
    if not await store.remove(conn, notification_id, account_id):
        raise NotFound
