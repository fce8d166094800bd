"""Notifications for reading, several of a kind as one: two queries, whatever the page.

A group stands on a page where its newest member does (going up: its oldest), and is counted up to the
page's newer end.  A group longer than a page comes again on the next, as in Mastodon 4.3: apps put the
two together by their key.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Select, bindparam, case, func, select

from stoa.core.errors import NotFound
from stoa.core.notifications.model import GROUPED, MAX_SAMPLES, UNGROUPED, GroupView, NotificationView
from stoa.core.notifications.views import COLUMNS, EVERYTHING, Kinds, Wish, read_up_to, shown
from stoa.db import Connection, Query, Row, any_of
from stoa.db.paging import BEFORE_ALL, Page
from stoa.db.tables import notifications
from stoa.db.tables.base import Id

_n: Any = notifications.alias("n")
_m: Any = notifications.alias("m")
_MAX: Any = bindparam("max_id", type_=Id)
_MIN: Any = bindparam("min_id", type_=Id)


def _heads(columns: Sequence[Any], kinds: Kinds, floor: Any, *, upward: bool) -> Select[Any]:
    """Of each group between *floor* and `max_id` the newest (*upward*: the oldest) member."""
    nearer = _m.c.id < _n.c.id if upward else _m.c.id > _n.c.id
    # Not by EXISTS, of which PostgreSQL makes a join: once it plans for all readers alike, that join
    # reads everything a reader was ever told, again for each notification.
    sibling = (
        shown(_m, [_m.c.id], kinds)
        .where(
            any_of(_n.c.type, "grouped"),
            _m.c.group_key == _n.c.group_key,
            nearer,
            _m.c.id > floor,
            _m.c.id < _MAX,
        )
        .correlate(_n)
        .limit(1)
        .scalar_subquery()
    )
    key = _n.c.id.asc() if upward else _n.c.id.desc()
    return (
        shown(_n, columns, kinds)
        .where(_n.c.id > floor, _n.c.id < _MAX, sibling.is_(None))
        .order_by(key)
        .limit(bindparam("limit", type_=BigInteger))
    )


@cache
def _page(kinds: Kinds, *, upward: bool) -> Query:
    return Query(_heads([_n.c[name] for name in COLUMNS], kinds, _MIN, upward=upward))


@cache
def _unread(kinds: Kinds) -> Query:
    new = _heads([_n.c.id], kinds, read_up_to(), upward=False).subquery()
    return Query(select(func.count()).select_from(new))


@cache
def _members(kinds: Kinds) -> Query:
    """The newest members of groups, each with the size of its group and the oldest on the page."""
    of_group = {"partition_by": _n.c.group_key}
    on_page = case((_n.c.id > _MIN, _n.c.id))
    inner = (
        shown(
            _n,
            [
                *[_n.c[name] for name in COLUMNS],
                func.count().over(**of_group).label("size"),
                func.min(on_page).over(**of_group).label("oldest_id"),
                func.row_number().over(**of_group, order_by=_n.c.id.desc()).label("place"),
            ],
            kinds,
        )
        .where(any_of(_n.c.group_key, "keys"), _n.c.id <= _MAX)
        .subquery()
    )
    return Query(select(inner).where(inner.c.place <= MAX_SAMPLES).order_by(inner.c.id.desc()))


def _of(condition: Any) -> Query:
    return Query(
        shown(_n, [_n.c[name] for name in COLUMNS], Kinds(filtered=True))
        .where(condition, _n.c.id < _MAX, _n.c.id > _MIN)
        .order_by(_n.c.id.desc())
        .limit(bindparam("limit", type_=BigInteger))
    )


_of_key = _of(_n.c.group_key == bindparam("key"))
_of_id = _of(_n.c.id == bindparam("alone", type_=Id))


class Groups(msgspec.Struct, frozen=True):
    """A page of groups, newest first; *newest* and *oldest* are where the next pages begin."""

    groups: list[GroupView]
    newest: int | None = None
    oldest: int | None = None


async def page(
    conn: Connection,
    account_id: int,
    page: Page,
    wish: Wish = EVERYTHING,
    grouped: Collection[str] = GROUPED,
) -> Groups:
    """What *account_id* is told, those of the types *grouped* together."""
    together = [one for one in grouped if one in GROUPED]
    upward = page.min_id is not None
    floor = (page.min_id if upward else page.since_id) or 0
    ceiling = BEFORE_ALL if page.max_id is None else page.max_id
    params = wish.params(account_id)
    query = _page(wish.kinds, upward=upward)
    rows = await conn.all(query, max_id=ceiling, min_id=floor, limit=page.limit, grouped=together, **params)
    if not rows:
        return Groups([])
    heads = [_view(row) for row in (rows[::-1] if upward else rows)]
    newest, oldest = heads[0].id, heads[-1].id
    # A page that is not full reaches to the end of what was asked for.
    full = len(heads) >= page.limit
    groups = await _filled(
        conn,
        heads,
        together,
        wish.kinds,
        params,
        above=oldest - 1 if full or upward else floor,
        up_to=ceiling - 1 if upward and not full else newest,
    )
    return Groups(groups, newest, oldest)


async def _filled(
    conn: Connection,
    heads: Sequence[NotificationView],
    together: Collection[str],
    kinds: Kinds,
    params: dict[str, Any],
    *,
    above: int,
    up_to: int,
) -> list[GroupView]:
    keys = [one.group_key for one in heads if one.type in together]
    members: dict[str, list[Row]] = {}
    if keys:
        for row in await conn.all(_members(kinds), keys=keys, min_id=above, max_id=up_to, **params):
            members.setdefault(row.group_key, []).append(row)
    groups = []
    for head in heads:
        found = members.get(head.group_key) if head.type in together else None
        groups.append(_alone(head) if found is None else _group(found))
    return groups


def _alone(one: NotificationView) -> GroupView:
    return GroupView(
        key=f"{UNGROUPED}{one.id}",
        latest=one,
        count=1,
        oldest_id=one.id,
        account_ids=(one.from_account_id,),
    )


def _group(rows: Sequence[Row]) -> GroupView:
    return GroupView(
        key=rows[0].group_key,
        latest=_view(rows[0]),
        count=rows[0].size,
        oldest_id=rows[0].oldest_id,
        account_ids=tuple(dict.fromkeys(row.from_account_id for row in rows)),
    )


def _view(row: Row) -> NotificationView:
    return NotificationView(**{name: getattr(row, name) for name in COLUMNS})


async def unread_count(
    conn: Connection,
    account_id: int,
    limit: int,
    wish: Wish = EVERYTHING,
    grouped: Collection[str] = GROUPED,
) -> int:
    """How many groups have something after what the account's marker names, counted up to *limit*."""
    together = [one for one in grouped if one in GROUPED]
    params = wish.params(account_id)
    found: int = await conn.scalar(
        _unread(wish.kinds), max_id=BEFORE_ALL, limit=limit, grouped=together, **params
    )
    return found


async def members(conn: Connection, key: str, account_id: int, page: Page) -> list[NotificationView]:
    """A page of what *account_id* is told under *key*, newest first; none for what is not there."""
    rows = await conn.all(
        _of_id if key.startswith(UNGROUPED) else _of_key,
        key=key,
        alone=_id_in(key),
        max_id=BEFORE_ALL if page.max_id is None else page.max_id,
        min_id=page.since_id or 0,
        limit=page.limit,
        **EVERYTHING.params(account_id),
    )
    return [_view(row) for row in rows]


async def get(conn: Connection, key: str, account_id: int) -> GroupView:
    """One group.  Raises NotFound, also for those of others."""
    found = await members(conn, key, account_id, Page(limit=1))
    if not found:
        raise NotFound
    if key.startswith(UNGROUPED):
        return msgspec.structs.replace(_alone(found[0]), oldest_id=None)
    kinds = Kinds(filtered=True)
    (group,) = await _filled(
        conn,
        found,
        GROUPED,
        kinds,
        EVERYTHING.params(account_id),
        above=0,
        up_to=BEFORE_ALL,
    )
    return msgspec.structs.replace(group, oldest_id=None)


def _id_in(key: str) -> int:
    alone = key.removeprefix(UNGROUPED)
    return int(alone) if alone != key and alone.isascii() and alone.isdigit() and len(alone) < 19 else 0
