"""People whose mentions are kept back: who they are, and letting them through or not.

Only what is said to somebody asks (mentions and quotes, as in Mastodon 4.3); likes and follows that a
policy keeps back just stay away until their author is accepted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import BigInteger, bindparam, delete, func, literal_column, select, update

from stoa import ids
from stoa.core import events
from stoa.core.errors import NotFound
from stoa.core.notifications.model import Type
from stoa.core.notifications.views import Kinds, shown
from stoa.core.statuses.visibility import VIEWER
from stoa.db import Connection, Query, Row, any_of, insert, upsert
from stoa.db.paging import Page, Paged, page_of
from stoa.db.tables import notification_permissions, notification_requests, notifications
from stoa.db.tables.base import Id

ASKING: tuple[Type, ...] = ("mention", "quote")
MOST_COUNTED = 100  # requests in the summary


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who asks to be heard, with how much they have said."""

    id: int
    from_account_id: int
    last_status_id: int | None
    created_at: int
    updated_at: int
    count: int


class Waiting(msgspec.Struct, frozen=True):
    """How many ask, with how much."""

    requests: int
    notifications: int


_r: Any = notification_requests.alias("r")
_n: Any = notifications.alias("n")
_kept_back = (
    _n.c.from_account_id == _r.c.from_account_id,
    _n.c.filtered,
    _n.c.type.in_([literal_column(f"'{one}'") for one in ASKING]),
)
_count: Any = (
    shown(_n, [func.count()], Kinds(filtered=True)).where(*_kept_back).correlate(_r).scalar_subquery()
)
_any = shown(_n, [_n.c.id], Kinds(filtered=True)).where(*_kept_back).correlate(_r).exists()
_NAMES = [name for name in Request.__struct_fields__ if name != "count"]
_asking = select(*[_r.c[name] for name in _NAMES], _count.label("count")).where(
    _r.c.account_id == VIEWER, _any
)
_page = Paged(_asking, _r.c.id)
_some = Query(_asking.where(any_of(_r.c.id, "ids")))
_counted = _asking.order_by(_r.c.id.desc()).limit(literal_column(str(MOST_COUNTED))).subquery()
_waiting = Query(select(func.count(), func.coalesce(func.sum(_counted.c.count), literal_column("0"))))

_put = upsert(
    notification_requests,
    "id",
    "account_id",
    "from_account_id",
    "last_status_id",
    "created_at",
    "updated_at",
    key=("account_id", "from_account_id"),
    update={
        "last_status_id": bindparam("last_status_id", type_=Id),
        "updated_at": bindparam("updated_at", type_=BigInteger),
    },
)
_remove = Query(
    delete(notification_requests).where(
        notification_requests.c.account_id == bindparam("owner"),
        any_of(notification_requests.c.from_account_id, "senders"),
    )
)
_permit = insert(notification_permissions, "account_id", "from_account_id", ignore=True)
_of_senders = (
    notifications.c.account_id == bindparam("owner"),
    any_of(notifications.c.from_account_id, "senders"),
    notifications.c.filtered,
)
_let_through = Query(update(notifications).where(*_of_senders).values(filtered=False))
_forget = Query(delete(notifications).where(*_of_senders))


async def put(conn: Connection, account_ids: Iterable[int], *, from_id: int, status_id: int) -> None:
    """*from_id* asks each of *account_ids* to be heard, lastly with this status."""
    now = ids.now_ms()
    rows = [
        {
            "id": ids.new_id(),
            "account_id": account_id,
            "from_account_id": from_id,
            "last_status_id": status_id,
            "created_at": now,
            "updated_at": now,
        }
        for account_id in account_ids
    ]
    if rows:
        await conn.run_many(_put, rows)


async def page(conn: Connection, account_id: int, page: Page) -> list[Request]:
    """Who asks, newest first."""
    return [_request(row) for row in await page_of(conn, _page, page, viewer=account_id, now=ids.now_ms())]


async def find(conn: Connection, request_ids: Iterable[int], account_id: int) -> list[Request]:
    """Those of *request_ids* that are the account's."""
    rows = await conn.all(_some, ids=list(request_ids), viewer=account_id, now=ids.now_ms())
    return [_request(row) for row in rows]


async def get(conn: Connection, request_id: int, account_id: int) -> Request:
    """One request.  Raises NotFound, also for those of others."""
    found = await find(conn, [request_id], account_id)
    if not found:
        raise NotFound
    return found[0]


async def waiting(conn: Connection, account_id: int) -> Waiting:
    """How many ask, the newest MOST_COUNTED of them counted."""
    row = await conn.first(_waiting, viewer=account_id, now=ids.now_ms())
    return Waiting(0, 0) if row is None else Waiting(row[0], int(row[1]))


async def accept(conn: Connection, account_id: int, senders: Sequence[int]) -> None:
    """What they did stands among the notifications, at its time, and so will what they do."""
    if not senders:
        return
    for sender in senders:
        await conn.run(_permit, account_id=account_id, from_account_id=sender)
    await conn.run(_let_through, owner=account_id, senders=list(senders))
    await conn.run(_remove, owner=account_id, senders=list(senders))
    await events.record(conn, events.NotificationsMerged(account_id))


async def dismiss(conn: Connection, account_id: int, senders: Sequence[int]) -> None:
    """What was kept back of them is gone; they may ask again."""
    await conn.run(_forget, owner=account_id, senders=list(senders))
    await conn.run(_remove, owner=account_id, senders=list(senders))


def _request(row: Row) -> Request:
    return Request(**{name: getattr(row, name) for name in _NAMES}, count=row[len(_NAMES)])
