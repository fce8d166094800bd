"""Of what something consists, the largest parts first: languages, servers, programs, room on the disk."""

from __future__ import annotations

import platform
from collections.abc import Awaitable, Callable, Mapping
from importlib.metadata import version
from typing import Any

import msgspec
from sqlalchemy import BigInteger, and_, bindparam, func, literal_column, or_, select, text

from stoa.core.moderation.measures import AT_DOMAIN
from stoa.core.moderation.spans import DAY_IDS, DAY_MS, Span
from stoa.db import Connection, Query
from stoa.db.query import DialectName
from stoa.db.tables import (
    accounts,
    active_days,
    apps,
    follows,
    media_attachments,
    status_tags,
    statuses,
    users,
)
from stoa.db.tables.base import Id

MOST = 100


class Part(msgspec.Struct, frozen=True):
    """One part: *key* names it for programs; *value* is a number or, of programs, a version."""

    key: str
    value: str


class _Asked(msgspec.Struct, frozen=True):
    span: Span
    limit: int
    tag_id: int
    domain: str


_since, _until = bindparam("since", type_=Id), bindparam("until", type_=Id)
_posted = and_(statuses.c.id >= _since, statuses.c.id < _until)
_by_author = statuses.join(accounts, accounts.c.id == statuses.c.account_id)
_tagged = and_(
    status_tags.c.tag_id == bindparam("tag_id", type_=Id),
    status_tags.c.status_id >= _since,
    status_tags.c.status_id < _until,
    or_(statuses.c.visibility == "public", statuses.c.visibility == "unlisted"),
)
_tagged_from = status_tags.join(statuses, statuses.c.id == status_tags.c.status_id)
_language = func.coalesce(statuses.c.language, literal_column("'und'"))


def _largest(column: Any, source: Any, *where: Any) -> Query:
    """(key, value): how many of *source* have each value of *column*, most first."""
    key = column.label("key")
    return Query(
        select(key, func.count().label("value"))
        .select_from(source)
        .where(*where)
        .group_by(key)
        .order_by(func.count().desc(), key)
        .limit(bindparam("limit", type_=BigInteger))
    )


_LARGEST: Mapping[str, tuple[int, Query]] = {
    # Of those who came by, what they read the house in.
    "languages": (
        1,
        _largest(
            users.c.locale,
            users,
            users.c.account_id.in_(
                select(active_days.c.account_id).where(
                    active_days.c.day >= _since, active_days.c.day < _until
                )
            ),
        ),
    ),
    "sources": (
        DAY_MS,
        _largest(
            func.coalesce(apps.c.name, literal_column("'web'")),
            users.outerjoin(apps, apps.c.id == users.c.app_id),
            users.c.created_at >= _since,
            users.c.created_at < _until,
        ),
    ),
    "servers": (DAY_IDS, _largest(accounts.c.domain, _by_author, _posted)),
    "tag_servers": (
        DAY_IDS,
        _largest(
            accounts.c.domain,
            _tagged_from.join(accounts, accounts.c.id == statuses.c.account_id),
            _tagged,
        ),
    ),
    "tag_languages": (DAY_IDS, _largest(_language, _tagged_from, _tagged)),
    "instance_languages": (DAY_IDS, _largest(_language, _by_author, _posted, AT_DOMAIN)),
}
_followed = Query(
    select(accounts.c.username.label("key"), func.count(follows.c.id).label("value"))
    .select_from(accounts.outerjoin(follows, follows.c.target_id == accounts.c.id))
    .where(AT_DOMAIN)
    .group_by(accounts.c.id, accounts.c.username)
    .order_by(func.count(follows.c.id).desc(), accounts.c.id)
    .limit(bindparam("limit", type_=BigInteger))
)


def _room_of(dialect: DialectName) -> Any:
    if dialect == "sqlite":
        return text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
    return select(func.pg_database_size(func.current_database()))


def _version_of(dialect: DialectName) -> Any:
    if dialect == "sqlite":
        return select(func.sqlite_version())
    return select(func.current_setting(literal_column("'server_version'")))


_room = Query(_room_of)
_version = Query(_version_of)
_media = Query(
    select(func.coalesce(func.sum(media_attachments.c.bytes), 0)).where(
        media_attachments.c.key.is_not(None)
    )
)


async def _space_usage(conn: Connection, asked: _Asked) -> list[Part]:
    sizes = {conn.dialect: await conn.scalar(_room), "media": await conn.scalar(_media)}
    parts = [Part(key, str(int(size))) for key, size in sizes.items()]
    return sorted(parts, key=lambda part: -int(part.value))[: asked.limit]


async def _software(conn: Connection, asked: _Asked) -> list[Part]:
    parts = [
        Part("stoa", version("stoa")),
        Part("python", platform.python_version()),
        Part(conn.dialect, str(await conn.scalar(_version))),
    ]
    return parts[: asked.limit]


async def _accounts_of(conn: Connection, asked: _Asked) -> list[Part]:
    rows = await conn.all(_followed, domain=asked.domain, limit=asked.limit)
    return [Part(row.key, str(row.value)) for row in rows]


_OTHERS: Mapping[str, Callable[[Connection, _Asked], Awaitable[list[Part]]]] = {
    "space_usage": _space_usage,
    "software_versions": _software,
    "instance_accounts": _accounts_of,
}
KEYS = frozenset((*_LARGEST, *_OTHERS))
NEEDS: Mapping[str, str] = {
    "tag_servers": "id", "tag_languages": "id",
    "instance_accounts": "domain", "instance_languages": "domain",
}  # fmt: skip
"""key → the parameter it needs: `id` of a hashtag, or `domain`."""


async def parts(
    conn: Connection, key: str, over: Span, *, limit: int, tag_id: int = 0, domain: str = ""
) -> list[Part]:
    """The largest parts of *key* (one of KEYS) in *over*; an empty key of a server means this one.  Two
    questions at most.  Reads much: give it a long connection.
    """
    asked = _Asked(over, max(1, min(limit, MOST)), tag_id, domain)
    if key in _OTHERS:
        return await _OTHERS[key](conn, asked)
    unit, query = _LARGEST[key]
    needs = NEEDS.get(key)
    given: dict[str, Any] = {"tag_id": tag_id} if needs == "id" else {"domain": domain} if needs else {}
    rows = await conn.all(
        query, since=over.first * unit, until=(over.last + 1) * unit, limit=asked.limit, **given
    )
    return [Part(row.key, str(row.value)) for row in rows]
