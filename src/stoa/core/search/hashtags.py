"""Hashtags found by how they begin; the exact one first, then those most used."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Text, bindparam, case, exists, func, or_, select

from stoa.core.search.accounts import beginning
from stoa.db import Connection, Query
from stoa.db.tables import status_tags, tags, trend_reviews
from stoa.text import normalise_hashtag

_uses = (
    select(func.count()).select_from(status_tags).where(status_tags.c.tag_id == tags.c.id).scalar_subquery()
)
_is_reviewed = exists().where(trend_reviews.c.kind == "tag", trend_reviews.c.subject_id == tags.c.id)
_find = Query(
    select(tags.c.id)
    .where(
        tags.c.key.like(bindparam("beginning", type_=Text), escape="\\"),
        or_(bindparam("unreviewed", type_=Boolean), _is_reviewed),
    )
    .order_by(case((tags.c.key == bindparam("exact", type_=Text), 0), else_=1), _uses.desc(), tags.c.key)
    .limit(bindparam("limit", type_=BigInteger))
    .offset(bindparam("offset", type_=BigInteger))
)


async def find(
    conn: Connection, query: str, *, limit: int = 20, offset: int = 0, reviewed: bool = False
) -> list[int]:
    """Ids of the tags found; with *reviewed*, of those that moderators let in among the trends or kept
    out.  May take long: give it a connection of `read(long=True)`.
    """
    wanted = query.replace("\0", "").strip().removeprefix("#")
    if not wanted or any(one.isspace() for one in wanted):
        return []
    exact = normalise_hashtag(wanted)
    found: list[int] = await conn.scalars(
        _find, beginning=beginning(exact), exact=exact, unreviewed=not reviewed, limit=limit, offset=offset
    )
    return found
