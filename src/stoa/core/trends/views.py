"""Trends as shown: what moderators let in, in the reader's languages first."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    select,
)

from stoa import ids
from stoa.core.statuses import heads
from stoa.core.statuses.heads import s
from stoa.core.statuses.model import StatusHead
from stoa.core.trends.eligible import is_open, wants_to_be_found
from stoa.core.trends.model import Kind, Reviewed, Subject
from stoa.db import Connection, Query, any_of
from stoa.db.tables import preview_cards, tags, trend_reviews, trends
from stoa.settings import Trends

_DEFAULT: Any = bindparam("by_default", type_=Boolean)


def _page(query: Select[Any]) -> Select[Any]:
    """In the order of the reader's languages, and of the score."""
    return (
        query.order_by(
            case((any_of(trends.c.language, "languages"), 0), else_=1),
            trends.c.score.desc(),
            trends.c.subject_id.desc(),
        )
        .limit(bindparam("limit", type_=BigInteger))
        .offset(bindparam("offset", type_=BigInteger))
    )


def _decision(kind: str, subject: Any) -> Any:
    review = trend_reviews.alias()
    return (
        select(review.c.allowed)
        .where(review.c.kind == kind, review.c.subject_id == subject)
        .scalar_subquery()
    )


def _of(kind: Kind, table: Any, *conditions: ColumnElement[bool]) -> Query:
    return Query(
        _page(
            select(trends.c.subject_id).where(
                trends.c.kind == kind,
                exists().where(table.c.id == trends.c.subject_id, *conditions),
                func.coalesce(_decision(kind, trends.c.subject_id), _DEFAULT),
            )
        )
    )


_tags, _links = _of("tag", tags, tags.c.usable), _of("link", preview_cards)
_statuses = Query(
    _page(
        heads.select_heads()
        .join(trends, and_(trends.c.kind == "status", trends.c.subject_id == s.c.id))
        .where(
            heads.seen(),
            heads.wanted(),
            is_open(s),
            wants_to_be_found(s),
            func.coalesce(_decision("status", s.c.id), _decision("account", s.c.account_id), _DEFAULT),
        )
    )
)


async def trending_tags(
    conn: Connection, mode: Trends, *, languages: Sequence[str], limit: int, offset: int
) -> list[int]:
    """Ids of hashtags, the greatest first; none where trends are off."""
    return await _allowed(conn, _tags, mode, languages, limit, offset)


async def trending_links(
    conn: Connection, mode: Trends, *, languages: Sequence[str], limit: int, offset: int
) -> list[int]:
    """Ids of cards, likewise."""
    return await _allowed(conn, _links, mode, languages, limit, offset)


async def _allowed(
    conn: Connection, query: Query, mode: Trends, languages: Sequence[str], limit: int, offset: int
) -> list[int]:
    if mode == "off":
        return []
    return await conn.scalars(
        query, by_default=mode == "all", languages=languages, limit=limit, offset=offset
    )


async def trending_statuses(
    conn: Connection,
    mode: Trends,
    viewer_id: int | None,
    *,
    languages: Sequence[str],
    limit: int,
    offset: int,
) -> list[StatusHead]:
    """Posts, the greatest first, without those of people the viewer does not want to meet."""
    if mode == "off":
        return []
    rows = await conn.all(
        _statuses,
        by_default=mode == "all",
        languages=languages,
        viewer=viewer_id or 0,
        now=ids.now_ms(),
        limit=limit,
        offset=offset,
    )
    return [heads.from_row(row) for row in rows]


@cache
def _reviewed(kind: Kind) -> Query:
    decision = _decision(kind, trends.c.subject_id)
    return Query(
        select(trends.c.subject_id, trends.c.score, trends.c.language, decision.label("allowed"))
        .where(trends.c.kind == bindparam("kind"))
        .order_by(trends.c.score.desc(), trends.c.subject_id.desc())
        .limit(bindparam("limit", type_=BigInteger))
        .offset(bindparam("offset", type_=BigInteger))
    )


async def for_review(conn: Connection, kind: Kind, *, limit: int, offset: int = 0) -> list[Reviewed]:
    """All trends of *kind*, whatever was decided of them."""
    rows = await conn.all(_reviewed(kind), kind=kind, limit=limit, offset=offset)
    return [
        Reviewed(
            row.subject_id, row.score, row.language, None if row.allowed is None else bool(row.allowed)
        )
        for row in rows
    ]


_decided = Query(
    select(trend_reviews.c.subject_id, trend_reviews.c.allowed).where(
        trend_reviews.c.kind == bindparam("kind"), any_of(trend_reviews.c.subject_id, "ids")
    )
)


async def decisions(conn: Connection, kind: Subject, subject_ids: Sequence[int]) -> dict[int, bool]:
    """id → whether it may be shown, for those of which that was decided."""
    rows = await conn.all(_decided, kind=kind, ids=list(subject_ids))
    return {row.subject_id: bool(row.allowed) for row in rows}
