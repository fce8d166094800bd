"""Notifications for reading: one query, whatever the page.

Whom the reader has blocked or muted (with notifications) since, who was suspended, and what may no
longer be seen is left out here, and comes back when that ends.  Reports are seen by moderators, whoever
filed them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import BigInteger, Select, and_, bindparam, exists, func, literal_column, or_, select

from stoa import ids
from stoa.core.errors import NotFound
from stoa.core.notifications import store
from stoa.core.notifications.model import FOR_MODERATORS, MODERATORS, NotificationView
from stoa.core.relationships.domain_blocks import from_blocked_server
from stoa.core.statuses.visibility import VIEWER, visible_to
from stoa.db import Connection, Query, Row, any_of
from stoa.db.paging import Page, Paged, page_of
from stoa.db.tables import accounts, blocks, markers, mutes, notifications, statuses, users

_n: Any = notifications.alias("n")
COLUMNS = NotificationView.__struct_fields__


class Kinds(NamedTuple):
    """By what a list is narrowed; each shape is a statement of its own."""

    types: bool = False
    without: bool = False
    sender: bool = False
    filtered: bool = False  # also what the policy keeps back


def shown(n: Any, columns: Sequence[Any], kinds: Kinds) -> Select[Any]:
    """*columns* of those rows of *n* (an alias of notifications) that the viewer is shown."""
    sender = n.c.from_account_id
    s: Any = statuses.alias()
    source, block, blocked_by, mute = accounts.alias(), blocks.alias(), blocks.alias(), mutes.alias()
    statement = (
        select(*columns)
        .select_from(n.outerjoin(s, s.c.id == n.c.status_id))
        .where(
            n.c.account_id == VIEWER,
            or_(
                and_(
                    n.c.type.in_([literal_column(f"'{one}'") for one in FOR_MODERATORS]),
                    exists().where(
                        users.c.account_id == VIEWER, or_(*(users.c.role == one for one in MODERATORS))
                    ),
                ),
                and_(
                    n.c.type.not_in([literal_column(f"'{one}'") for one in FOR_MODERATORS]),
                    ~exists().where(source.c.id == sender, source.c.suspended_at.is_not(None)),
                    ~exists().where(block.c.account_id == VIEWER, block.c.target_id == sender),
                    ~exists().where(blocked_by.c.account_id == sender, blocked_by.c.target_id == VIEWER),
                    ~from_blocked_server(sender, VIEWER),
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
            or_(n.c.status_id.is_(None), and_(s.c.id.is_not(None), visible_to(s))),
        )
    )
    if kinds.types:
        statement = statement.where(any_of(n.c.type, "types"))
    if kinds.without:
        statement = statement.where(~any_of(n.c.type, "without"))
    if kinds.sender:
        statement = statement.where(n.c.from_account_id == bindparam("sender"))
    if not kinds.filtered:
        statement = statement.where(n.c.filtered.is_(False))
    return statement


def read_up_to() -> Any:
    """The id that the viewer's marker names; 0 if there is none."""
    read = (
        select(markers.c.last_read_id)
        .where(markers.c.account_id == VIEWER, markers.c.timeline == "notifications")
        .scalar_subquery()
    )
    return func.coalesce(read, literal_column("0"))


@cache
def _page(kinds: Kinds) -> Paged:
    return Paged(shown(_n, [_n.c[name] for name in COLUMNS], kinds), _n.c.id)


@cache
def _unread(kinds: Kinds) -> Query:
    new = (
        shown(_n, [_n.c.id], kinds)
        .where(_n.c.id > read_up_to())
        .limit(bindparam("limit", type_=BigInteger))
        .subquery()
    )
    return Query(select(func.count()).select_from(new))


_one = Query(
    shown(_n, [_n.c[name] for name in COLUMNS], Kinds(filtered=True)).where(
        _n.c.id == bindparam("notification")
    )
)


def _view(row: Row) -> NotificationView:
    return NotificationView(**row._asdict())


class Wish(msgspec.Struct, frozen=True):
    """What is wanted: of *types* only (all if none), not of *without*, from *sender* only.  What the
    policy keeps back is shown to whoever asks for it, or for one sender.
    """

    types: Sequence[str] = ()
    without: Sequence[str] = ()
    sender: int | None = None
    filtered: bool = False

    @property
    def kinds(self) -> Kinds:
        one_sender = self.sender is not None
        return Kinds(bool(self.types), bool(self.without), one_sender, self.filtered or one_sender)

    def params(self, viewer_id: int) -> dict[str, Any]:
        """What the statements of these kinds need."""
        return {
            "types": list(self.types),
            "without": list(self.without),
            "sender": self.sender,
            "viewer": viewer_id,
            "now": ids.now_ms(),
        }


EVERYTHING = Wish()


async def page(
    conn: Connection, account_id: int, page: Page, wish: Wish = EVERYTHING
) -> list[NotificationView]:
    """What *account_id* is told, newest first."""
    rows = await page_of(conn, _page(wish.kinds), page, **wish.params(account_id))
    return [_view(row) for row in rows]


async def get(conn: Connection, notification_id: int, account_id: int) -> NotificationView:
    """One notification.  Raises NotFound, also for those of others."""
    row = await conn.first(_one, notification=notification_id, viewer=account_id, now=ids.now_ms())
    if row is None:
        raise NotFound
    return _view(row)


async def unread_count(conn: Connection, account_id: int, limit: int, wish: Wish = EVERYTHING) -> int:
    """How many came after the one the account's marker names, counted up to *limit*."""
    found: int = await conn.scalar(_unread(wish.kinds), limit=limit, **wish.params(account_id))
    return found


async def dismiss(conn: Connection, notification_id: int, account_id: int) -> None:
    """Put one away.  Raises NotFound, also for those of others."""
    if not await store.remove(conn, notification_id, account_id):
        raise NotFound
