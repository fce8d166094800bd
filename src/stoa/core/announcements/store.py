"""The only writes to `announcements` and to what members do with them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Text, bindparam, delete, update

from stoa import ids
from stoa.db import Connection, Query, insert
from stoa.db.tables import announcement_reactions, announcement_reads, announcements
from stoa.db.tables.base import Id

_add = insert(
    announcements, "id", "text", "content", "starts_at", "ends_at", "all_day", "publish_at", "updated_at"
)
_publish = Query(
    update(announcements)
    .where(
        announcements.c.id == bindparam("announcement", type_=Id), announcements.c.published_at.is_(None)
    )
    .values(published_at=bindparam("at", type_=BigInteger), updated_at=bindparam("at", type_=BigInteger))
)
_remove = Query(delete(announcements).where(announcements.c.id == bindparam("announcement", type_=Id)))
_read = insert(announcement_reads, "announcement_id", "account_id", ignore=True)
_react = insert(announcement_reactions, "announcement_id", "name", "account_id", "created_at", ignore=True)
_unreact = Query(
    delete(announcement_reactions).where(
        announcement_reactions.c.announcement_id == bindparam("announcement", type_=Id),
        announcement_reactions.c.name == bindparam("reaction", type_=Text),
        announcement_reactions.c.account_id == bindparam("account", type_=Id),
    )
)


async def add(
    conn: Connection,
    *,
    text: str,
    content: str,
    starts_at: int | None,
    ends_at: int | None,
    all_day: bool,
    publish_at: int,
) -> int:
    """The id of the new announcement, which nobody sees yet."""
    announcement_id = ids.new_id()
    await conn.run(
        _add,
        id=announcement_id,
        text=text,
        content=content,
        starts_at=starts_at,
        ends_at=ends_at,
        all_day=all_day,
        publish_at=publish_at,
        updated_at=ids.now_ms(),
    )
    return announcement_id


async def publish(conn: Connection, announcement_id: int) -> bool:
    """Everybody sees it from now on; whether they did not before."""
    return bool(await conn.run(_publish, announcement=announcement_id, at=ids.now_ms()))


async def remove(conn: Connection, announcement_id: int) -> bool:
    """It is gone; whether it was there."""
    return bool(await conn.run(_remove, announcement=announcement_id))


async def mark_read(conn: Connection, announcement_id: int, account_id: int) -> None:
    """The account has read it."""
    await conn.run(_read, announcement_id=announcement_id, account_id=account_id)


async def add_reaction(conn: Connection, announcement_id: int, account_id: int, name: str) -> bool:
    """The account reacts with *name*; whether it had not."""
    added = await conn.run(
        _react,
        announcement_id=announcement_id,
        name=name,
        account_id=account_id,
        created_at=ids.now_ms(),
    )
    return bool(added)


async def remove_reaction(conn: Connection, announcement_id: int, account_id: int, name: str) -> bool:
    """The account takes its reaction back; whether there was one."""
    gone = await conn.run(_unreact, announcement=announcement_id, reaction=name, account=account_id)
    return bool(gone)
