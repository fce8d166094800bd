"""What a status answers, and what answers it: two queries over the tree, one for what is seen of it.

Ancestors come from the first on down; descendants as one reads a conversation: each answer directly
before the answers to it, and where the author goes on with their own text, that thread first.  An
answer to something the viewer may not see is still shown.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, and_, bindparam, exists, literal, not_, or_, select

from stoa import ids
from stoa.core.statuses.heads import from_row, s, seen, select_heads
from stoa.core.statuses.model import StatusHead
from stoa.core.statuses.visibility import VIEWER, not_hidden, require_visible
from stoa.db import Connection, Query, any_of
from stoa.db.tables import accounts, follows, statuses


class Reach(NamedTuple):
    """How much of a conversation is asked for: so many above, so many below, so deep."""

    ancestors: int
    descendants: int
    depth: int


# To visitors less, for it is they who come in crowds.
FOR_MEMBERS = Reach(4096, 4096, 4096)
FOR_VISITORS = Reach(40, 60, 20)

_LIMIT = bindparam("limit", type_=BigInteger)


def _up() -> Any:
    start = (
        select(statuses.c.id, statuses.c.in_reply_to_id, literal(0).label("height"))
        .where(statuses.c.id == bindparam("start"))
        .cte("up", recursive=True)
    )
    parent = statuses.alias()
    up = start.union_all(
        select(parent.c.id, parent.c.in_reply_to_id, start.c.height + 1).where(
            parent.c.id == start.c.in_reply_to_id, start.c.height < bindparam("height")
        )
    )
    return select(up.c.id).where(up.c.height > 0).order_by(up.c.height.desc())


def _down() -> Any:
    start = (
        select(statuses.c.id, statuses.c.in_reply_to_id, statuses.c.account_id, literal(1).label("depth"))
        .where(statuses.c.in_reply_to_id == bindparam("start"))
        .cte("down", recursive=True)
    )
    child = statuses.alias()
    down = start.union_all(
        select(child.c.id, child.c.in_reply_to_id, child.c.account_id, start.c.depth + 1).where(
            child.c.in_reply_to_id == start.c.id, start.c.depth < bindparam("depth")
        )
    )
    return select(down.c.id, down.c.in_reply_to_id, down.c.account_id).limit(_LIMIT)


def _shown() -> Any:
    author = accounts.alias()
    quiet = exists().where(author.c.id == s.c.account_id, author.c.limited_at.is_not(None))
    followed = exists().where(follows.c.follower_id == VIEWER, follows.c.target_id == s.c.account_id)
    return select_heads().where(
        any_of(s.c.id, "ids"),
        seen(),
        or_(
            s.c.account_id == VIEWER,
            and_(not_hidden(s.c.account_id), or_(not_(quiet), followed)),
        ),
    )


_ancestors = Query(_up())
_descendants = Query(_down())
_heads = Query(_shown())


class Context(NamedTuple):
    """A conversation around a status, without it.

    *parents*: what each of those below answers, also for those that the viewer does not see.
    """

    ancestors: list[StatusHead]
    descendants: list[StatusHead]
    parents: dict[int, int]


async def around(
    conn: Connection, status_id: int, viewer_id: int | None, reach: Reach | None = None
) -> Context:
    """The conversation as the viewer sees it.  Raises NotFound for a status they may not see."""
    status = await require_visible(conn, status_id, viewer_id)
    if reach is None:
        reach = FOR_VISITORS if viewer_id is None else FOR_MEMBERS
    above = await conn.scalars(_ancestors, start=status.id, height=reach.ancestors)
    below = await conn.all(_descendants, start=status.id, depth=reach.depth, limit=reach.descendants)
    rows = await conn.all(
        _heads,
        ids=[*above, *(row.id for row in below)],
        viewer=viewer_id or 0,
        now=ids.now_ms(),
    )
    found = {row.id: from_row(row) for row in rows}
    order = _as_read(below, status.id, status.account_id)
    return Context(
        ancestors=[found[one] for one in above if one in found],
        descendants=[found[one] for one in order if one in found],
        parents={row.id: row.in_reply_to_id for row in below},
    )


def _as_read(rows: list[Any], root_id: int, author_id: int) -> list[int]:
    """The ids of *rows* depth first; among brothers the root's author first, then by time."""
    children: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        children[row.in_reply_to_id].append(row)
    order: list[int] = []
    waiting = [root_id]
    while waiting:
        here = waiting.pop()
        if here != root_id:
            order.append(here)
        brothers = sorted(children[here], key=lambda row: (row.account_id != author_id, row.id))
        waiting.extend(row.id for row in reversed(brothers))
    return order
