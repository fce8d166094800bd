"""Deleting: the status, its boosts, and whatever else hangs on it, in one transaction.

Rows that refer to it go by their foreign keys; what is counted elsewhere is counted down here.
Boosts of it vanish without an event of their own: whoever hears that it is gone drops them too.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select, union_all, update

from stoa.core import events
from stoa.core.accounts import store as accounts_store
from stoa.core.errors import NotFound
from stoa.core.media import store as media_store
from stoa.core.media import strays
from stoa.core.statuses import polls, quotes, reach, store
from stoa.core.statuses.publish import counts_as_reply, counts_for_author
from stoa.db import Connection, Query
from stoa.db.tables import status_tags, statuses, tags, timeline_entries
from stoa.db.tables.base import Id

_get = Query(
    select(
        statuses.c.id,
        statuses.c.account_id,
        statuses.c.uri,
        statuses.c.local,
        statuses.c.visibility,
        statuses.c.reblog_of_id,
        statuses.c.in_reply_to_id,
        statuses.c.quote_of_id,
        statuses.c.quote_state,
        statuses.c.poll_id,
        statuses.c.title,
        statuses.c.created_at,
        statuses.c.has_media,
    ).where(statuses.c.id == bindparam("status"))
)
_boosters = Query(select(statuses.c.account_id).where(statuses.c.reblog_of_id == bindparam("status")))
_boosts: Any = statuses.alias()
_timelines = Query(
    select(timeline_entries.c.owner_id)
    .distinct()
    .where(
        timeline_entries.c.status_id.in_(
            union_all(
                select(bindparam("status", type_=Id)),
                select(_boosts.c.id).where(_boosts.c.reblog_of_id == bindparam("status", type_=Id)),
            )
        )
    )
)
_tag_keys = Query(
    select(tags.c.key)
    .join(status_tags, status_tags.c.tag_id == tags.c.id)
    .where(status_tags.c.status_id == bindparam("status"))
)
# Their in_reply_to_id is about to be emptied by the foreign key.
_replies_age = Query(
    update(statuses)
    .where(statuses.c.in_reply_to_id == bindparam("status"))
    .values(version=statuses.c.version + 1)
)


async def delete(conn: Connection, account_id: int, status_id: int, *, delete_media: bool = False) -> None:
    """Delete a status, or a boost, of the account's own.  Raises NotFound.

    Its files can be attached to another status for a day, unless *delete_media*.
    """
    row = await conn.first(_get, status=status_id)
    if row is None or row.account_id != account_id:
        raise NotFound
    await _remove(conn, row, delete_media=delete_media)


async def remove(conn: Connection, status_id: int) -> None:
    """Delete a status whoever it belongs to, with its files; fine if it is gone already."""
    row = await conn.first(_get, status=status_id)
    if row is not None:
        await _remove(conn, row, delete_media=True)


async def _remove(conn: Connection, row: Any, *, delete_media: bool) -> None:
    boosters = await conn.scalars(_boosters, status=row.id)
    mentioned = await store.mentioned(conn, row.id) if row.local else set()
    reached = await reach.elsewhere(conn, row.id) if row.local else []
    timelines = await conn.scalars(_timelines, status=row.id)
    tag_keys = await conn.scalars(_tag_keys, status=row.id)
    await quotes.orphan(conn, row.id)
    await conn.run(_replies_age, status=row.id)
    if delete_media:
        await strays.look_at(conn, await media_store.remove_of_status(conn, row.id))
    else:
        await media_store.release(conn, row.id)
    if row.poll_id is not None:
        await polls.remove(conn, row.poll_id)
    if not await store.remove(conn, row.id):
        return  # another request was quicker, and has counted
    if row.reblog_of_id is not None:
        await store.count(conn, row.reblog_of_id, "reblogs_count", -1)
    if row.in_reply_to_id is not None and counts_as_reply(row.visibility):
        await store.count(conn, row.in_reply_to_id, "replies_count", -1)
    if row.quote_of_id is not None and row.quote_state == "accepted":
        await store.count(conn, row.quote_of_id, "quotes_count", -1)
    authors = [row.account_id] if counts_for_author(row.visibility) else []
    for account_id in sorted([*authors, *boosters]):
        await accounts_store.count(conn, account_id, "statuses_count", -1)
    await events.record(
        conn,
        events.StatusDeleted(
            status_id=row.id,
            account_id=row.account_id,
            uri=row.uri,
            local=row.local,
            reblog_of_id=row.reblog_of_id,
            visibility=row.visibility,
            created_at=row.created_at,
            title=row.title,
            poll_id=row.poll_id,
            mentioned=tuple(sorted(mentioned)),
            reached=tuple(reached),
            timelines=tuple(timelines),
            tags=tuple(tag_keys),
            has_media=row.has_media,
        ),
    )
