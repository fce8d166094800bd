"""Hashtags by name: the one who asks for a hashtag may be the first to name it."""

from __future__ import annotations

from sqlalchemy import bindparam, select, update

from stoa import ids, text
from stoa.core.errors import NotFound
from stoa.db import Connection, Query, insert
from stoa.db.tables import tags
from stoa.db.tables.base import Id

MAX_NAME = 256

_by_key = Query(select(tags.c.id).where(tags.c.key == bindparam("key")))
_allow = Query(
    update(tags).where(tags.c.id == bindparam("tag", type_=Id)).values(usable=bindparam("allowed"))
)
_forbidden = Query(select(tags.c.name).where(tags.c.usable.is_(False)).order_by(tags.c.key))
_add = insert(tags, "id", "name", "key", "created_at", ignore=True)


def checked_name(name: str) -> str:
    """*name* without its '#'.  Raises NotFound for what could not stand in a post as a hashtag."""
    bare = name.removeprefix("#")
    if len(bare) > MAX_NAME or text.find_hashtags(f"#{bare}", "text/plain") != [bare]:
        raise NotFound
    return bare


async def find(conn: Connection, name: str) -> int | None:
    """The id of the hashtag, in any spelling; None if nobody has used it."""
    found: int | None = await conn.scalar(_by_key, key=text.normalise_hashtag(name))
    return found


async def ensure(conn: Connection, name: str) -> int:
    """The id of the hashtag, which is there from now on.  Raises NotFound as checked_name does."""
    bare = checked_name(name)
    found = await find(conn, bare)
    if found is None:
        await conn.run(
            _add,
            id=ids.new_id(),
            name=bare,
            key=text.normalise_hashtag(bare),
            created_at=ids.now_ms(),
        )
        found = await find(conn, bare)
    if found is None:
        raise RuntimeError(f"the hashtag {bare} was added and is not there")
    return found


async def allow(conn: Connection, name: str, *, usable: bool) -> None:
    """Whether those who write here may use the hashtag from now on (the house rules ask); one that they
    may not is no trend either.  Raises NotFound as checked_name does.
    """
    await conn.run(_allow, tag=await ensure(conn, name), allowed=usable)


async def forbidden(conn: Connection) -> list[str]:
    """The hashtags that nobody here may use."""
    return list(await conn.scalars(_forbidden))
