"""What belongs to a group: a member's public post that names it, and every answer in that discussion.

A post that begins a discussion is boosted by the group, so that all who follow it have it at home;
answers stand in the discussion alone.  What a moderator removes is no longer the group's; it is not
deleted, for it is its author's.
"""

from __future__ import annotations

from sqlalchemy import Text, and_, bindparam, exists, or_, select, union

from stoa.core.errors import Forbidden, NotFound
from stoa.core.groups import store, views
from stoa.core.statuses import pin, reblog
from stoa.db import Connection, Query
from stoa.db.tables import blocks, group_statuses, groups, mentions, statuses
from stoa.db.tables.base import Id
from stoa.ids import Addresses

_s = statuses.alias("s")
_of_discussion = group_statuses.alias("of_discussion")
_beginning = group_statuses.alias("beginning")
_first = statuses.alias("first")
_candidate = (
    select(
        groups.c.account_id.label("group_id"),
        groups.c.moderators_only,
        _s.c.id,
        _s.c.uri,
        _s.c.account_id,
        _s.c.in_reply_to_id,
        exists()
        .where(blocks.c.account_id == groups.c.account_id, blocks.c.target_id == _s.c.account_id)
        .label("banned"),
        exists()
        .where(
            _beginning.c.group_id == groups.c.account_id,
            _beginning.c.locked,
            _first.c.id == _beginning.c.status_id,
            _first.c.conversation_id == _s.c.conversation_id,
        )
        .label("closed"),
    )
    .select_from(groups.join(_s, _s.c.id == bindparam("status", type_=Id)))
    .where(or_(_s.c.visibility == "public", _s.c.visibility == "unlisted"), _s.c.reblog_of_id.is_(None))
)
_candidates = Query(
    union(
        _candidate.where(
            exists().where(mentions.c.status_id == _s.c.id, mentions.c.account_id == groups.c.account_id)
        ),
        _candidate.where(
            exists().where(
                and_(
                    _of_discussion.c.group_id == groups.c.account_id,
                    _of_discussion.c.status_id == _s.c.in_reply_to_id,
                    _of_discussion.c.removed.is_(False),
                )
            ),
        ),
    )
)
_by_uri = Query(
    select(statuses.c.id, statuses.c.in_reply_to_id).where(
        statuses.c.uri == bindparam("address", type_=Text)
    )
)


async def take_in(conn: Connection, status_id: int, addresses: Addresses) -> list[int]:
    """The post belongs to the groups that it is for, if its author may write there; to which it had not
    belonged before.
    """
    new: list[int] = []
    for row in await conn.all(_candidates, status=status_id):
        if row.banned or not await views.is_member(conn, row.group_id, row.account_id):
            continue
        begins = row.in_reply_to_id is None
        restricted = row.moderators_only if begins else row.closed
        if restricted and not await views.is_moderator(conn, row.group_id, row.account_id):
            continue
        if not await store.add_status(conn, row.group_id, row.id, row.uri):
            continue
        new.append(row.group_id)
        if begins:
            try:
                async with conn.savepoint():
                    await reblog.reblog(conn, row.group_id, row.id, addresses)
            except (NotFound, Forbidden):
                continue
    return new


async def take_out(conn: Connection, group_id: int, uri: str) -> bool:
    """A moderator wants the post *uri* out of the group; whether it was in it."""
    if not any(row.account_id == group_id for row in await views.of_status(conn, uri)):
        return False
    await store.mark_removed(conn, group_id, uri)
    found = await conn.first(_by_uri, address=uri)
    if found is not None:
        await pin.drop(conn, group_id, found.id)
        await reblog.take_back(conn, group_id, found.id)
    return True


async def set_pinned(conn: Connection, group_id: int, uri: str, *, pinned: bool) -> bool:
    """Moderators want the post *uri* to stand first in the group, or no longer; whether it is there."""
    found = await _begun(conn, group_id, uri)
    if found is None:
        return False
    await (pin.put if pinned else pin.drop)(conn, group_id, found)
    return True


async def set_locked(conn: Connection, group_id: int, uri: str, *, locked: bool) -> bool:
    """Moderators want the discussion that *uri* began closed, or open again; whether it is there.  Answers
    to it are no longer the group's, but for their own.
    """
    if await _begun(conn, group_id, uri) is None:
        return False
    await store.mark_locked(conn, group_id, uri, locked=locked)
    return True


async def _begun(conn: Connection, group_id: int, uri: str) -> int | None:
    """The status id of *uri*, if it began a discussion of the group."""
    found = await conn.first(_by_uri, address=uri)
    if found is None or found.in_reply_to_id is not None:
        return None
    if not any(row.account_id == group_id for row in await views.of_status(conn, uri)):
        return None
    status_id: int = found.id
    return status_id
