"""An author's own thread: a first post, and their answers to themselves that carry it on.

Two queries over the tree and one for what is seen of it, however long it is.  An answer that names
somebody else is talk, not the text going on; of two that go on from the same part the earlier counts.
A part that the viewer may not see is passed over, and what comes after it is not lost.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import BigInteger, bindparam, exists, literal, select

from stoa.core.statuses import heads
from stoa.core.statuses.model import StatusHead
from stoa.db import Connection, Query
from stoa.db.tables import mentions, statuses

MAX_PARTS = 300

_LIMIT = bindparam("limit", type_=BigInteger)
_s = statuses.alias("s")


def _up() -> Any:
    """The start, and what it goes on from, as long as the author stays the same; the first comes first."""
    columns = (_s.c.id, _s.c.in_reply_to_id, _s.c.in_reply_to_account_id, _s.c.account_id)
    up = (
        select(*columns, literal(0).label("height"))
        .where(_s.c.id == bindparam("start"), _s.c.reblog_of_id.is_(None))
        .cte("up", recursive=True)
    )
    parent = statuses.alias("parent")
    up = up.union_all(
        select(
            parent.c.id,
            parent.c.in_reply_to_id,
            parent.c.in_reply_to_account_id,
            parent.c.account_id,
            up.c.height + 1,
        ).where(
            parent.c.id == up.c.in_reply_to_id,
            parent.c.account_id == up.c.account_id,
            up.c.height < bindparam("height"),
        )
    )
    return (
        select(up.c.id, up.c.in_reply_to_id, up.c.in_reply_to_account_id, up.c.account_id)
        .order_by(up.c.height.desc())
        .limit(1)
    )


def _down() -> Any:
    """All that the author of the start answered to themselves below it, and to what it answers."""
    down = (
        select(_s.c.id, _s.c.in_reply_to_id, _s.c.account_id, literal(1).label("depth"))
        .where(_s.c.in_reply_to_id == bindparam("start"), _s.c.account_id == bindparam("author"))
        .cte("down", recursive=True)
    )
    child = statuses.alias("child")
    down = down.union_all(
        select(child.c.id, child.c.in_reply_to_id, child.c.account_id, down.c.depth + 1).where(
            child.c.in_reply_to_id == down.c.id,
            child.c.account_id == down.c.account_id,
            down.c.depth < bindparam("height"),
        )
    )
    named = exists().where(mentions.c.status_id == down.c.id, mentions.c.account_id != down.c.account_id)
    return select(down.c.id, down.c.in_reply_to_id, named.label("names")).limit(_LIMIT)


_first = Query(_up())
_below = Query(_down())


async def parts(conn: Connection, status_id: int, viewer_id: int | None) -> list[StatusHead]:
    """The heads of the whole thread that a status is a part of, as far as the viewer sees them, at most
    MAX_PARTS; empty for what answers somebody else, for a branch of the thread, and for what is unseen.
    """
    top = await conn.first(_first, start=status_id, height=MAX_PARTS)
    if top is None or top.in_reply_to_account_id not in (None, top.account_id):
        return []
    rows = await conn.all(
        _below, start=top.id, author=top.account_id, height=MAX_PARTS, limit=4 * MAX_PARTS
    )
    found = await heads.by_ids(conn, [top.id, *(row.id for row in rows)], viewer_id)
    order = _line(top.id, rows, found)
    return (
        [found[one] for one in order if one in found] if status_id in order and status_id in found else []
    )


def _line(top_id: int, rows: list[Any], seen: dict[int, StatusHead]) -> list[int]:
    """The ids from *top_id* on."""
    after: defaultdict[int, list[int]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.id):
        if not row.names:
            after[row.in_reply_to_id].append(row.id)
    order = [top_id]
    while len(order) < MAX_PARTS and (next_ones := after[order[-1]]):
        order.append(next((one for one in next_ones if one in seen), next_ones[0]))
    return order
