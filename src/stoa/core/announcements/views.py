"""Announcements as members see them: three queries, whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import msgspec
from sqlalchemy import BigInteger, Select, Text, and_, bindparam, case, exists, func, or_, select

from stoa import ids
from stoa.core.accounts import views as account_views
from stoa.core.accounts.model import Emoji
from stoa.core.errors import NotFound
from stoa.db import Connection, Query, any_of
from stoa.db.tables import announcement_reactions, announcement_reads, announcements
from stoa.db.tables.base import Id

MAX_LISTED = 100


class Reaction(msgspec.Struct, frozen=True):
    """How many reacted with *name*, and whether the viewer did; *emoji* where it is one of the house's."""

    name: str
    count: int
    me: bool
    emoji: Emoji | None = None


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    """An announcement; times in unix milliseconds."""

    id: int
    text: str
    content: str
    starts_at: int | None
    ends_at: int | None
    all_day: bool
    published_at: int | None
    publish_at: int
    updated_at: int
    read: bool
    reactions: tuple[Reaction, ...] = ()
    emojis: tuple[Emoji, ...] = ()


_OWN = (
    "id",
    "text",
    "content",
    "starts_at",
    "ends_at",
    "all_day",
    "published_at",
    "publish_at",
    "updated_at",
)
_read = exists().where(
    announcement_reads.c.announcement_id == announcements.c.id,
    announcement_reads.c.account_id == bindparam("viewer", type_=Id),
)
_is_shown = and_(
    announcements.c.published_at.is_not(None),
    or_(announcements.c.ends_at.is_(None), announcements.c.ends_at > bindparam("now", type_=BigInteger)),
)


def _select() -> Select[tuple[object, ...]]:
    return select(*[announcements.c[name] for name in _OWN], _read.label("read"))


_shown = Query(
    _select()
    .where(_is_shown)
    .order_by(func.coalesce(announcements.c.starts_at, announcements.c.published_at), announcements.c.id)
    .limit(MAX_LISTED)
)
_all = Query(_select().order_by(announcements.c.id))
_one = Query(_select().where(announcements.c.id == bindparam("announcement", type_=Id), _is_shown))
_reactions = Query(
    select(
        announcement_reactions.c.announcement_id,
        announcement_reactions.c.name,
        func.count().label("number"),
        func.max(
            case((announcement_reactions.c.account_id == bindparam("viewer", type_=Id), 1), else_=0)
        ).label("me"),
        func.min(announcement_reactions.c.created_at).label("first"),
    )
    .where(any_of(announcement_reactions.c.announcement_id, "ids"))
    .group_by(announcement_reactions.c.announcement_id, announcement_reactions.c.name)
    .order_by(func.min(announcement_reactions.c.created_at), announcement_reactions.c.name)
)
_names = Query(
    select(announcement_reactions.c.name)
    .where(announcement_reactions.c.announcement_id == bindparam("announcement", type_=Id))
    .distinct()
)
_count = Query(
    select(func.count())
    .select_from(announcement_reactions)
    .where(
        announcement_reactions.c.announcement_id == bindparam("announcement", type_=Id),
        announcement_reactions.c.name == bindparam("reaction", type_=Text),
    )
)


async def shown(conn: Connection, viewer_id: int) -> list[Announcement]:
    """Those that are published and have not ended."""
    return await _whole(conn, await conn.all(_shown, viewer=viewer_id, now=ids.now_ms()), viewer_id)


async def list_all(conn: Connection) -> list[Announcement]:
    """All, published or not, oldest first."""
    return await _whole(conn, await conn.all(_all, viewer=0), 0)


async def get(conn: Connection, announcement_id: int, viewer_id: int = 0) -> Announcement:
    """One that members see.  Raises NotFound."""
    rows = await conn.all(_one, announcement=announcement_id, viewer=viewer_id, now=ids.now_ms())
    if not rows:
        raise NotFound
    return (await _whole(conn, rows, viewer_id))[0]


async def reaction_names(conn: Connection, announcement_id: int) -> list[str]:
    """With what people have reacted."""
    return await conn.scalars(_names, announcement=announcement_id)


async def reaction_count(conn: Connection, announcement_id: int, name: str) -> int:
    """How many have reacted with *name*."""
    found: int = await conn.scalar(_count, announcement=announcement_id, reaction=name)
    return found


async def _whole(conn: Connection, rows: Sequence[object], viewer_id: int) -> list[Announcement]:
    if not rows:
        return []
    found = [Announcement(**row._asdict()) for row in rows]  # type: ignore[attr-defined]
    reacted = defaultdict(list)
    for row in await conn.all(_reactions, ids=[one.id for one in found], viewer=viewer_id):
        reacted[row.announcement_id].append(row)
    codes = " ".join(f":{row.name}:" for rows_of in reacted.values() for row in rows_of)
    texts = [("", codes), *(("", one.content) for one in found)]
    house, *of_texts = await account_views.emojis_in(conn, texts)
    by_code = {emoji.shortcode: emoji for emoji in house}
    return [
        msgspec.structs.replace(
            one,
            read=bool(one.read),
            reactions=tuple(
                Reaction(row.name, row.number, bool(row.me), by_code.get(row.name))
                for row in reacted[one.id]
            ),
            emojis=emojis,
        )
        for one, emojis in zip(found, of_texts, strict=True)
    ]
