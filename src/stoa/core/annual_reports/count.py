"""Counting a year: a fixed number of questions, however much somebody wrote.  Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, func, or_, select

from stoa.core.annual_reports.model import archetype, months, span
from stoa.db import Connection, Query
from stoa.db.tables import follows, status_tags, statuses, tags
from stoa.db.tables.base import Id

TOP_TAGS = 1  # of schema version 2
_OWNER: Any = bindparam("owner", type_=Id)
_FIRST: Any = bindparam("first", type_=Id)
_LAST: Any = bindparam("last", type_=Id)
_s = statuses
_in_year = and_(_s.c.account_id == _OWNER, _s.c.id >= _FIRST, _s.c.id < _LAST)
_written = and_(_in_year, _s.c.reblog_of_id.is_(None))
_answers = and_(_s.c.in_reply_to_account_id.is_not(None), _s.c.in_reply_to_account_id != _OWNER)


def _sum(condition: ColumnElement[bool]) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


_kinds = Query(
    select(
        _sum(
            and_(_s.c.reblog_of_id.is_(None), or_(_s.c.in_reply_to_account_id.is_(None), ~_answers))
        ).label("posts"),
        _sum(and_(_s.c.reblog_of_id.is_(None), _answers)).label("replies"),
        _sum(_s.c.reblog_of_id.is_not(None)).label("boosts"),
        _sum(and_(_s.c.reblog_of_id.is_(None), _s.c.poll_id.is_not(None))).label("polls"),
    ).where(_in_year)
)


def _each_month(moment: Any, condition: ColumnElement[bool]) -> Query:
    """m0 … m11: how many in each month, whose ends are s0 … s12."""
    columns = [
        _sum(and_(moment >= bindparam(f"s{n}", type_=Id), moment < bindparam(f"s{n + 1}", type_=Id))).label(
            f"m{n}"
        )
        for n in range(12)
    ]
    return Query(select(*columns).where(condition))


_statuses = _each_month(_s.c.id, _in_year)
_followers = _each_month(
    follows.c.created_at,
    and_(follows.c.target_id == _OWNER, follows.c.created_at >= _FIRST, follows.c.created_at < _LAST),
)
_tags = Query(
    select(tags.c.name, func.count().label("count"))
    .select_from(
        _s.join(status_tags, status_tags.c.status_id == _s.c.id).join(
            tags, tags.c.id == status_tags.c.tag_id
        )
    )
    .where(_written)
    .group_by(tags.c.id, tags.c.name)
    .order_by(func.count().desc(), tags.c.name)
    .limit(TOP_TAGS)
)


# Those that everybody may see.
_most_boosted = Query(
    select(_s.c.id)
    .where(
        _written,
        or_(_s.c.visibility == "public", _s.c.visibility == "unlisted"),
        _s.c.reblogs_count > 0,
    )
    .order_by(_s.c.reblogs_count.desc(), _s.c.id.desc())
    .limit(1)
)


async def posts_in(conn: Connection, account_id: int, year: int) -> int:
    """How many posts of their own somebody wrote in *year*."""
    kinds = await _kinds_of(conn, account_id, year)
    return int(kinds.posts + kinds.replies)


async def report(conn: Connection, account_id: int, year: int) -> dict[str, Any]:
    """AnnualReport's data, of schema version 2."""
    kinds = await _kinds_of(conn, account_id, year)
    told = [(start << 16, end << 16) for start, end in months(year)]
    written = await _by_month(conn, _statuses, account_id, told)
    gained = await _by_month(conn, _followers, account_id, months(year))
    first, last = (one << 16 for one in span(year))
    boosted = await conn.scalar(_most_boosted, owner=account_id, first=first, last=last)
    used = await conn.all(_tags, owner=account_id, first=first, last=last)
    return {
        "archetype": archetype(kinds.posts, kinds.replies, kinds.boosts, kinds.polls),
        # Schema version 2 keeps the names of the other two, and says nothing under them.
        "top_statuses": {
            "by_reblogs": None if boosted is None else str(boosted),
            "by_favourites": None,
            "by_replies": None,
        },
        "time_series": [
            {"month": n + 1, "statuses": written[n], "followers": gained[n]} for n in range(12)
        ],
        "top_hashtags": [{"name": row.name, "count": row.count} for row in used],
    }


async def _kinds_of(conn: Connection, account_id: int, year: int) -> Any:
    first, last = (one << 16 for one in span(year))
    return await conn.first(_kinds, owner=account_id, first=first, last=last)


async def _by_month(
    conn: Connection, query: Query, account_id: int, ends: Sequence[tuple[int, int]]
) -> list[int]:
    limits = {f"s{n}": start for n, (start, _) in enumerate(ends)} | {"s12": ends[-1][1]}
    row = await conn.first(query, owner=account_id, first=ends[0][0], last=ends[-1][1], **limits)
    return [int(getattr(row, f"m{n}")) for n in range(12)]
