"""A post in its conversation: what it answers, how its author goes on, and the answers as a tree.

Three queries for the conversation, whatever its size.  An answer whose parent the viewer may not
see hangs on the nearest one above that they may.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, literal, or_, select

from stoa import ids
from stoa.core.errors import NotFound
from stoa.core.statuses import heads
from stoa.core.statuses.heads import s, seen, select_heads, wanted
from stoa.core.statuses.model import StatusHead
from stoa.core.statuses.visibility import VIEWER
from stoa.db import Connection, Query
from stoa.db.tables import accounts, follows, statuses
from stoa.db.tables.base import Id
from stoa.web import showing
from stoa.web.showing import Shown

MOST_ABOVE = 40
MOST_BELOW = 400
VISIBLE_LEVELS = 5
_DEEPEST = 60


@dataclass(slots=True)
class Reply:
    """An answer and the answers to it.  *hidden* counts those too deep to be shown here."""

    shown: Shown
    replies: list[Reply] = field(default_factory=list)
    hidden: int = 0

    @property
    def below(self) -> int:
        """How many answers hang below it."""
        return self.hidden + sum(1 + reply.below for reply in self.replies)


@dataclass(frozen=True, slots=True)
class Thread:
    """*above* from the first post down to the parent, *parts* the author's own continuation, *replies*
    to any of those.  *more*: there are answers beyond the MOST_BELOW that were asked for.
    """

    post: Shown
    above: list[Shown]
    parts: list[Shown]
    replies: list[Reply]
    count: int
    more: bool


def _walk(up: bool) -> Any:
    """The ids, parents and depths above or below the status `status_id`, itself at depth 0."""
    start = select(statuses.c.id, statuses.c.in_reply_to_id, literal(0).label("depth")).where(
        statuses.c.id == bindparam("status_id", type_=Id)
    )
    walk = start.cte("walk", recursive=True)
    link = statuses.c.id == walk.c.in_reply_to_id if up else statuses.c.in_reply_to_id == walk.c.id
    return walk.union_all(
        select(statuses.c.id, statuses.c.in_reply_to_id, walk.c.depth + 1)
        .select_from(statuses.join(walk, link))
        .where(walk.c.depth < (MOST_ABOVE if up else _DEEPEST))
    )


def _is_met() -> ColumnElement[bool]:
    """The author is not limited, or the viewer follows them all the same."""
    author, follow = accounts.alias(), follows.alias()
    limited = exists().where(author.c.id == s.c.account_id, author.c.limited_at.is_not(None))
    followed = exists().where(follow.c.follower_id == VIEWER, follow.c.target_id == s.c.account_id)
    return or_(~limited, followed)


def _heads(up: bool) -> Query:
    """What the viewer sees of a walk, with `parent_id`."""
    walk = _walk(up)
    return Query(
        select_heads()
        .add_columns(func.coalesce(s.c.in_reply_to_id, 0).label("parent_id"))
        .join(walk, walk.c.id == s.c.id)
        .where(walk.c.depth > 0, seen(), or_(s.c.account_id == VIEWER, and_(wanted(), _is_met())))
        .order_by(walk.c.depth, s.c.id)
        .limit(MOST_ABOVE if up else MOST_BELOW + 1)
    )


_above = _heads(up=True)
_below = _heads(up=False)
_every_link = _walk(up=False)
_links = Query(select(_every_link.c.id, _every_link.c.in_reply_to_id))


async def load(conn: Connection, status_id: int, viewer_id: int | None) -> Thread:
    """The thread around a status.  Raises NotFound for what the viewer may not see, and for boosts."""
    found = await heads.by_ids(conn, [status_id], viewer_id)
    head = found.get(status_id)
    if head is None or head.reblog_of_id is not None:
        raise NotFound
    asked = {"status_id": status_id, "viewer": viewer_id or 0, "now": ids.now_ms()}
    above = [heads.from_row(row) for row in await conn.all(_above, **asked)][::-1]
    rows = await conn.all(_below, **asked)
    more = len(rows) > MOST_BELOW
    rows = rows[:MOST_BELOW]
    parents = {row.id: row.parent_id for row in rows}
    if any(parent != status_id and parent not in parents for parent in parents.values()):
        parents = _bridged(parents, await conn.all(_links, status_id=status_id), status_id)
    below = [heads.from_row(row) for row in rows]
    shown = {one.head.id: one for one in await showing.load(conn, [head, *above, *below], viewer_id)}
    if status_id not in shown:
        raise NotFound
    post = shown[status_id]
    parts = _parts(post, below, parents, shown)
    replies = _tree(below, parents, shown, {status_id} | {part.head.id for part in parts})
    return Thread(
        post=post,
        above=[shown[one.id] for one in above if one.id in shown],
        parts=parts,
        replies=replies,
        count=len(below) - len(parts),
        more=more,
    )


def _bridged(parents: dict[int, int], links: list[Any], root: int) -> dict[int, int]:
    """*parents* with those the viewer does not see replaced by the nearest above that they do."""
    chain = {row.id: row.in_reply_to_id for row in links}

    def nearest(parent: int) -> int:
        steps = 0
        while parent not in parents and parent != root and steps <= _DEEPEST:
            parent = chain.get(parent) or root
            steps += 1
        return parent

    return {one: nearest(parent) for one, parent in parents.items()}


def _parts(
    post: Shown, below: list[StatusHead], parents: dict[int, int], shown: dict[int, Shown]
) -> list[Shown]:
    """How the author goes on: their own answer to themselves, and so on, oldest first."""
    if post.status.in_reply_to_id is not None and post.answers != post.account.acct:
        return []
    own: dict[int, Shown] = {}
    for head in below:
        one = shown.get(head.id)
        # Answers that name somebody are talk, not the text going on.
        if one and head.account_id == post.account.id and not one.status.mentions:
            own.setdefault(parents[head.id], one)
    parts = []
    current = post.head.id
    while (one := own.get(current)) is not None:
        parts.append(one)
        current = one.head.id
    return parts


def _tree(
    below: list[StatusHead], parents: dict[int, int], shown: dict[int, Shown], roots: set[int]
) -> list[Reply]:
    """The answers to *roots*, oldest first, VISIBLE_LEVELS deep."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    for head in sorted(below, key=lambda one: one.id):
        if head.id in shown and head.id not in roots:
            children[parents[head.id]].append(head.id)

    def size(of: int) -> int:
        return sum(1 + size(one) for one in children[of])

    def grow(one: int, level: int) -> Reply:
        if level == VISIBLE_LEVELS:
            return Reply(shown[one], [], size(one))
        return Reply(shown[one], [grow(child, level + 1) for child in children[one]])

    first = sorted(one for root in roots for one in children[root])
    return [grow(one, 1) for one in first]
