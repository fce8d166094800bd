"""Hashtags as things one follows: who follows them, and how much they were used lately."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, exists, func, select

from stoa import ids
from stoa.core.errors import Unprocessable
from stoa.core.statuses import tags as names
from stoa.core.statuses import uses
from stoa.core.statuses.uses import Day
from stoa.core.timelines import store
from stoa.db import Connection, Query, Row, any_of, insert
from stoa.db.paging import Page, Paged, page_of
from stoa.db.tables import featured_tags, status_tags, tag_follows, tags
from stoa.db.tables.base import Id

MAX_FOLLOWED = 1000


class TagView(msgspec.Struct, frozen=True):
    """A hashtag; *id* 0 for one nobody has used.  *following* and *featuring* are None for visitors."""

    id: int
    name: str
    history: tuple[Day, ...]
    following: bool | None
    featuring: bool | None = None
    usable: bool = True  # by those who write here

    @property
    def uses_lately(self) -> int:
        """In how many public posts it was used today and yesterday."""
        return sum(day.uses for day in self.history[:2])


VIEWER: Any = bindparam("viewer", type_=Id)
_load = Query(
    select(
        tags.c.id,
        tags.c.name,
        tags.c.usable,
        exists()
        .where(tag_follows.c.tag_id == tags.c.id, tag_follows.c.account_id == VIEWER)
        .label("following"),
        exists()
        .where(featured_tags.c.tag_id == tags.c.id, featured_tags.c.account_id == VIEWER)
        .label("featuring"),
    ).where(any_of(tags.c.id, "ids"))
)
_history = uses.of_days(status_tags, status_tags.c.tag_id)
_add = insert(tag_follows, "id", "account_id", "tag_id", ignore=True)
_remove = Query(
    delete(tag_follows).where(
        tag_follows.c.account_id == bindparam("owner"), tag_follows.c.tag_id == bindparam("tag")
    )
)
_count = Query(
    select(func.count()).select_from(tag_follows).where(tag_follows.c.account_id == bindparam("owner"))
)
_followed = Paged(
    select(tag_follows.c.id, tag_follows.c.tag_id).where(tag_follows.c.account_id == bindparam("owner")),
    tag_follows.c.id,
)


async def load(conn: Connection, tag_ids: Iterable[int], viewer_id: int | None) -> dict[int, TagView]:
    """id → hashtag, for those that exist; two queries."""
    wanted = list(tag_ids)
    used = await uses.histories(conn, _history, wanted)
    return {
        row.id: TagView(
            row.id,
            row.name,
            used[row.id],
            None if viewer_id is None else bool(row.following),
            None if viewer_id is None else bool(row.featuring),
            bool(row.usable),
        )
        for row in await conn.all(_load, ids=wanted, viewer=viewer_id or 0)
    }


async def get(conn: Connection, name: str, viewer_id: int | None) -> TagView:
    """The hashtag, used or not.  Raises NotFound for what cannot be one."""
    bare = names.checked_name(name)
    tag_id = await names.find(conn, bare)
    if tag_id is not None:
        return (await load(conn, [tag_id], viewer_id))[tag_id]
    mark = None if viewer_id is None else False
    return TagView(0, bare, uses.unused(), mark, mark)


async def follow(conn: Connection, account_id: int, name: str) -> TagView:
    """Have public posts with the hashtag at home from now on.  Raises NotFound, Unprocessable."""
    if await conn.scalar(_count, owner=account_id) >= MAX_FOLLOWED:
        raise Unprocessable(f"You cannot follow more than {MAX_FOLLOWED} hashtags")
    tag_id = await names.ensure(conn, name)
    await conn.run(_add, id=ids.new_id(), account_id=account_id, tag_id=tag_id)
    return (await load(conn, [tag_id], account_id))[tag_id]


async def unfollow(conn: Connection, account_id: int, name: str) -> TagView:
    """And no longer; what stood at home for this reason only goes.  Raises NotFound."""
    tag_id = await names.find(conn, names.checked_name(name))
    if tag_id is not None and await conn.run(_remove, owner=account_id, tag=tag_id):
        await store.remove_tag(conn, account_id, tag_id)
    return await get(conn, name, account_id)


async def followed(conn: Connection, account_id: int, page: Page) -> list[Row]:
    """(id of the follow, tag_id), newest first."""
    return await page_of(conn, _followed, page, owner=account_id)
