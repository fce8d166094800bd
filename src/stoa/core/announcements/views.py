"""Announcements as members see them: five queries, whatever their number."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import BigInteger, Select, Text, and_, bindparam, case, exists, func, or_, select

from stoa import ids, text
from stoa.core.accounts import views as account_views
from stoa.core.accounts.model import Emoji
from stoa.core.errors import NotFound
from stoa.core.statuses import mentioned
from stoa.core.statuses.mentioned import Named
from stoa.db import Connection, Query, Row, any_of
from stoa.db.tables import accounts, announcement_reactions, announcement_reads, announcements, statuses
from stoa.db.tables.base import Id
from stoa.ids import Addresses

MAX_LISTED = 100
MARKDOWN: Final = "text/markdown"


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
    mentions: tuple[Named, ...] = ()  # whom its words name
    statuses: tuple[tuple[int, str], ...] = ()  # (id, address) of the posts of here that it links to
    tags: tuple[str, ...] = ()


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
_all = Query(
    select(announcements.c.id, announcements.c.text, announcements.c.published_at).order_by(
        announcements.c.id
    )
)
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


_posts = Query(
    select(statuses.c.id, accounts.c.username)
    .select_from(statuses.join(accounts, accounts.c.id == statuses.c.account_id))
    .where(
        any_of(statuses.c.id, "ids"),
        statuses.c.local,
        statuses.c.reblog_of_id.is_(None),
        or_(statuses.c.visibility == "public", statuses.c.visibility == "unlisted"),
    )
)
_HREF = re.compile(r'href="([^"]{1,400})"')
_PAGE = re.compile(r"/@[A-Za-z0-9_.]+/([0-9]{1,19})", re.ASCII)


def _linked(content: str, base: str) -> list[int]:
    """The ids in the addresses of posts of here that *content* links to, each once."""
    found = (
        _PAGE.fullmatch(address[len(base) :])
        for address in _HREF.findall(content)
        if address.startswith(base)
    )
    return list(dict.fromkeys(int(match[1]) for match in found if match and int(match[1]) < 1 << 63))


async def shown(conn: Connection, viewer_id: int, addresses: Addresses) -> list[Announcement]:
    """Those that are published and have not ended."""
    rows = await conn.all(_shown, viewer=viewer_id, now=ids.now_ms())
    return await _whole(conn, rows, viewer_id, addresses)


async def list_all(conn: Connection) -> list[Row]:
    """(id, text, published_at) of all, published or not, oldest first."""
    return await conn.all(_all)


async def get(
    conn: Connection, announcement_id: int, addresses: Addresses, viewer_id: int = 0
) -> Announcement:
    """One that members see.  Raises NotFound."""
    rows = await conn.all(_one, announcement=announcement_id, viewer=viewer_id, now=ids.now_ms())
    if not rows:
        raise NotFound
    return (await _whole(conn, rows, viewer_id, addresses))[0]


async def require(conn: Connection, announcement_id: int) -> None:
    """Return if members see it.  Raises NotFound."""
    if await conn.first(_one, announcement=announcement_id, viewer=0, now=ids.now_ms()) is None:
        raise NotFound


async def reaction_names(conn: Connection, announcement_id: int) -> list[str]:
    """With what people have reacted."""
    return await conn.scalars(_names, announcement=announcement_id)


async def reaction_count(conn: Connection, announcement_id: int, name: str) -> int:
    """How many have reacted with *name*."""
    found: int = await conn.scalar(_count, announcement=announcement_id, reaction=name)
    return found


async def _whole(
    conn: Connection, rows: Sequence[object], viewer_id: int, addresses: Addresses
) -> list[Announcement]:
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
    handles = {one.id: text.find_mentions(one.text, MARKDOWN) for one in found}
    every = {handle for some in handles.values() for handle in some}
    people = await mentioned.named(conn, every, urlsplit(addresses.base).netloc)
    links = {one.id: _linked(one.content, addresses.base) for one in found}
    posts = {
        row.id: addresses.status(row.username, row.id)
        for row in await conn.all(_posts, ids=[number for some in links.values() for number in some])
    }
    return [
        msgspec.structs.replace(
            one,
            read=bool(one.read),
            reactions=tuple(
                Reaction(row.name, row.number, bool(row.me), by_code.get(row.name))
                for row in reacted[one.id]
            ),
            emojis=emojis,
            mentions=tuple({named.id: named for h in handles[one.id] if (named := people.get(h))}.values()),
            statuses=tuple((number, posts[number]) for number in links[one.id] if number in posts),
            tags=tuple(text.find_hashtags(one.text, MARKDOWN)),
        )
        for one, emojis in zip(found, of_texts, strict=True)
    ]
