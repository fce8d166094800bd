"""Hashtags that somebody shows on their profile, with how often they use them where all can read.

The number is kept beside them and grows with each post: counting all uses of a common hashtag for every
profile that is opened would take seconds.  The only writes to `featured_tags`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, func, literal_column, select, update

from stoa import ids
from stoa.core import events
from stoa.core.errors import Invalid, NotFound, Problem
from stoa.core.statuses import tags as names
from stoa.db import Connection, Query, Row, any_of, insert
from stoa.db.tables import featured_tags, status_tags, statuses
from stoa.db.tables.base import Id

MAX_FEATURED = 10
LOOKED_AT = 1_000  # of somebody's newest posts, for suggestions


class FeaturedTag(msgspec.Struct, frozen=True):
    """A hashtag on a profile."""

    id: int
    tag_id: int
    name: str
    statuses_count: int
    last_status_at: int | None


_ME: Any = bindparam("me", type_=Id)
_f: Any = featured_tags.alias("f")
_COLUMNS = [_f.c[name] for name in FeaturedTag.__struct_fields__]
_mine = Query(select(*_COLUMNS).where(_f.c.account_id == _ME).order_by(_f.c.statuses_count.desc(), _f.c.id))
_add = insert(
    featured_tags, "id", "account_id", "tag_id", "name", "statuses_count", "last_status_at", "created_at",
    ignore=True,
)  # fmt: skip
_remove = Query(
    delete(featured_tags).where(
        featured_tags.c.id == bindparam("featured", type_=Id), featured_tags.c.account_id == _ME
    )
)
_s: Any = statuses.alias("s")
_OPEN = _s.c.visibility.in_([literal_column("'public'"), literal_column("'unlisted'")])
_uses = Query(
    select(status_tags.c.tag_id, func.count().label("uses"), func.max(_s.c.created_at).label("last"))
    .select_from(_s.join(status_tags, status_tags.c.status_id == _s.c.id))
    .where(_s.c.account_id == _ME, _OPEN, any_of(status_tags.c.tag_id, "tags"))
    .group_by(status_tags.c.tag_id)
)
_put = Query(
    update(featured_tags)
    .where(featured_tags.c.id == bindparam("featured", type_=Id))
    .values(
        statuses_count=bindparam("uses", type_=featured_tags.c.statuses_count.type),
        last_status_at=bindparam("last", type_=featured_tags.c.last_status_at.type),
    )
)
_grown = Query(
    select(
        _f.c.id,
        (func.max(_f.c.statuses_count) + func.count()).label("uses"),
        func.max(_s.c.created_at).label("last"),
    )
    .select_from(
        _s.join(status_tags, status_tags.c.status_id == _s.c.id).join(
            _f, (_f.c.account_id == _s.c.account_id) & (_f.c.tag_id == status_tags.c.tag_id)
        )
    )
    .where(any_of(_s.c.id, "ids"), _OPEN)
    .group_by(_f.c.id)
)
_authors = Query(select(statuses.c.account_id).where(any_of(statuses.c.id, "ids")).distinct())
_recent = (
    select(_s.c.id)
    .where(_s.c.account_id == _ME, _s.c.reblog_of_id.is_(None))
    .order_by(_s.c.id.desc())
    .limit(literal_column(str(LOOKED_AT)))
    .subquery()
)
_used = Query(
    select(status_tags.c.tag_id)
    .select_from(_recent.join(status_tags, status_tags.c.status_id == _recent.c.id))
    .where(status_tags.c.tag_id.not_in(select(_f.c.tag_id).where(_f.c.account_id == _ME)))
    .group_by(status_tags.c.tag_id)
    .order_by(func.count().desc(), status_tags.c.tag_id)
    .limit(literal_column(str(MAX_FEATURED)))
)


async def of(conn: Connection, account_id: int) -> list[FeaturedTag]:
    """What the account shows, the most used first."""
    return [FeaturedTag(*row) for row in await conn.all(_mine, me=account_id)]


async def feature(conn: Connection, account_id: int, name: str) -> FeaturedTag:
    """Show it, if it is not shown already.  Raises Invalid: for what is no hashtag, beyond MAX_FEATURED."""
    try:
        tag_id = await names.ensure(conn, name)
    except NotFound:
        raise Invalid({"tag": [Problem("ERR_INVALID", "is invalid")]}) from None
    shown = await of(conn, account_id)
    for one in shown:
        if one.tag_id == tag_id:
            return one
    if len(shown) >= MAX_FEATURED:
        most = f"is one too many: a profile shows {MAX_FEATURED} at most"
        raise Invalid({"base": [Problem("ERR_TAKEN", most)]})
    used = await conn.first(_uses, me=account_id, tags=[tag_id])
    made = FeaturedTag(
        ids.new_id(),
        tag_id,
        names.checked_name(name),
        used.uses if used else 0,
        used.last if used else None,
    )
    await conn.run(_add, **msgspec.structs.asdict(made), account_id=account_id, created_at=ids.now_ms())
    await events.record(conn, events.TagFeatured(account_id, made.name))
    return made


async def unfeature(conn: Connection, account_id: int, featured_id: int) -> None:
    """And no longer.  Raises NotFound."""
    for one in await of(conn, account_id):
        if one.id == featured_id:
            await conn.run(_remove, featured=featured_id, me=account_id)
            await events.record(conn, events.TagUnfeatured(account_id, one.name))
            return
    raise NotFound


async def unfeature_name(conn: Connection, account_id: int, name: str) -> None:
    """The same by name; nothing is done where it is not shown.  Raises NotFound for what is no hashtag."""
    tag_id = await names.find(conn, names.checked_name(name))
    for one in await of(conn, account_id):
        if one.tag_id == tag_id:
            await unfeature(conn, account_id, one.id)


async def suggestions(conn: Connection, account_id: int) -> list[int]:
    """Ids of hashtags that the account has used most lately and does not show."""
    return await conn.scalars(_used, me=account_id)


async def published(conn: Connection, happened: Sequence[events.StatusPublished]) -> None:
    """Reaction: what is written counts."""
    rows = await conn.all(_grown, ids=[event.status_id for event in happened])
    for row in rows:
        await conn.run(_put, featured=row.id, uses=row.uses, last=row.last)


async def edited(conn: Connection, happened: Sequence[events.StatusEdited]) -> None:
    """Reaction: it may name others than before."""
    await _recount(conn, await conn.scalars(_authors, ids=[event.status_id for event in happened]))


async def deleted(conn: Connection, happened: Sequence[events.StatusDeleted]) -> None:
    """Reaction: what is gone no longer counts."""
    await _recount(conn, {event.account_id for event in happened if event.tags})


async def _recount(conn: Connection, account_ids: Iterable[int]) -> None:
    for account_id in account_ids:
        shown = await of(conn, account_id)
        if not shown:
            continue
        used: dict[int, Row] = {
            row.tag_id: row
            for row in await conn.all(_uses, me=account_id, tags=[one.tag_id for one in shown])
        }
        for one in shown:
            row = used.get(one.tag_id)
            now = (row.uses, row.last) if row else (0, None)
            if now != (one.statuses_count, one.last_status_at):
                await conn.run(_put, featured=one.id, uses=now[0], last=now[1])
