"""Conversations: for each of those who take part in direct posts, the last one and whether it is read.

One row for an owner and a thread.  It shows who took part in the last post; it goes when its last
post is deleted or when its owner puts it away, and comes back with the next post.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, delete, exists, func, or_, select, union, update

from stoa import ids
from stoa.core import events
from stoa.core.errors import NotFound
from stoa.core.statuses.visibility import VIEWER, not_hidden, visible_to
from stoa.db import Connection, Query, Row, upsert
from stoa.db.paging import Page, Paged, page_of
from stoa.db.tables import accounts, conversation_mutes, conversations, mentions, statuses
from stoa.db.tables.base import Id

_STATUS: Any = bindparam("status", type_=Id)
_self = statuses.alias()
_direct = Query(
    select(
        accounts.c.id,
        accounts.c.domain,
        statuses.c.account_id.label("author_id"),
        statuses.c.conversation_id,
        exists()
        .where(
            conversation_mutes.c.account_id == accounts.c.id,
            conversation_mutes.c.conversation_id == statuses.c.conversation_id,
        )
        .label("muted"),
    )
    .select_from(
        statuses.join(
            accounts,
            accounts.c.id.in_(
                union(
                    select(_self.c.account_id).where(_self.c.id == _STATUS),
                    select(mentions.c.account_id).where(mentions.c.status_id == _STATUS),
                )
            ),
        )
    )
    .where(statuses.c.id == _STATUS, statuses.c.visibility == "direct")
)
_put = upsert(
    conversations,
    "id",
    "account_id",
    "conversation_id",
    "participant_ids",
    "last_status_id",
    "unread",
    key=("account_id", "conversation_id"),
    update={
        name: bindparam(name, type_=conversations.c[name].type)
        for name in ("participant_ids", "last_status_id", "unread")
    },
)
_mine = and_(
    conversations.c.id == bindparam("conversation"), conversations.c.account_id == bindparam("owner")
)
_mark = Query(
    update(conversations)
    .where(_mine)
    .values(unread=bindparam("is_unread", type_=conversations.c.unread.type))
)
_remove = Query(delete(conversations).where(_mine))
_piece_columns = (
    conversations.c.id,
    conversations.c.account_id,
    conversations.c.participant_ids,
    conversations.c.last_status_id,
    conversations.c.unread,
)
_pieces = Query(
    select(*_piece_columns)
    .select_from(
        mentions.join(
            conversations,
            and_(
                conversations.c.account_id == mentions.c.account_id,
                conversations.c.conversation_id == bindparam("before"),
            ),
        )
    )
    .where(mentions.c.status_id == _STATUS)
)
_piece = Query(
    select(*_piece_columns).where(
        conversations.c.account_id == bindparam("owner"),
        conversations.c.conversation_id == bindparam("whole"),
    )
)
_rename = Query(update(conversations).where(_mine).values(conversation_id=bindparam("whole", type_=Id)))


def _last_left() -> Any:
    said, named = statuses.alias(), mentions.alias()
    return (
        select(func.max(said.c.id))
        .where(
            said.c.conversation_id == conversations.c.conversation_id,
            said.c.visibility == "direct",
            or_(
                said.c.account_id == conversations.c.account_id,
                exists()
                .where(named.c.status_id == said.c.id, named.c.account_id == conversations.c.account_id)
                .correlate_except(named),
            ),
        )
        .scalar_subquery()
    )


# Deleting a status empties last_status_id by its foreign key, so nothing else is found here.
_is_headless = conversations.c.last_status_id.is_(None)
_find_headless = Query(select(conversations.c.id).where(_is_headless).limit(1))
_refill = Query(update(conversations).where(_is_headless).values(last_status_id=_last_left()))
_remove_headless = Query(delete(conversations).where(_is_headless))

_s: Any = statuses.alias("s")
_COLUMNS = (
    conversations.c.id,
    conversations.c.participant_ids,
    conversations.c.last_status_id,
    conversations.c.unread,
)
_shown = (
    select(*_COLUMNS)
    .select_from(conversations.join(_s, _s.c.id == conversations.c.last_status_id))
    .where(conversations.c.account_id == VIEWER)
)
_wanted = _shown.where(visible_to(_s), not_hidden(_s.c.account_id))
_page = Paged(_wanted, conversations.c.last_status_id)
_by_thread = Query(_wanted.where(conversations.c.conversation_id == bindparam("conversation")))
_one = Query(_shown.where(conversations.c.id == bindparam("conversation")))


class ConversationView(msgspec.Struct, frozen=True):
    """A conversation as its owner sees it; the owner is not among *participant_ids*."""

    id: int
    participant_ids: tuple[int, ...]
    last_status_id: int
    unread: bool


def _view(row: Row) -> ConversationView:
    return ConversationView(row.id, tuple(row.participant_ids), row.last_status_id, row.unread)


async def add_direct(conn: Connection, event: events.StatusPublished) -> None:
    """A direct post is the last of its conversation, for all who live here and take part."""
    people = await conn.all(_direct, status=event.status_id)
    if not people:
        return
    everyone = sorted(person.id for person in people)
    await conn.run_many(
        _put,
        [
            {
                "id": ids.new_id(),
                "account_id": person.id,
                "conversation_id": person.conversation_id,
                "participant_ids": [one for one in everyone if one != person.id],
                "last_status_id": event.status_id,
                "unread": person.id != person.author_id and not person.muted,
            }
            for person in sorted(people, key=lambda person: person.id)
            if not person.domain
        ],
    )
    for person in people:
        if not person.domain:
            await events.record(conn, events.ConversationChanged(person.id, person.conversation_id))


async def merge(conn: Connection, event: events.StatusPlaced) -> None:
    """Conversations that turn out to be one are shown as one."""
    for row in await conn.all(_pieces, status=event.status_id, before=event.before):
        other = await conn.first(_piece, owner=row.account_id, whole=event.conversation_id)
        if other is None:
            await conn.run(_rename, conversation=row.id, owner=row.account_id, whole=event.conversation_id)
            continue
        last = max(row, other, key=lambda one: one.last_status_id or 0)
        await conn.run(
            _put,
            id=other.id,
            account_id=row.account_id,
            conversation_id=event.conversation_id,
            participant_ids=last.participant_ids,
            last_status_id=last.last_status_id,
            unread=row.unread or other.unread,
        )
        await conn.run(_remove, conversation=row.id, owner=row.account_id)


async def forget_deleted(conn: Connection, event: events.StatusDeleted) -> None:
    """A conversation whose last post is gone ends with the one before, or is gone too."""
    if event.reblog_of_id is not None or await conn.first(_find_headless) is None:
        return
    await conn.run(_refill)
    await conn.run(_remove_headless)


async def mine(conn: Connection, owner_id: int, page: Page) -> list[ConversationView]:
    """Conversations by their last status, newest first; the page's ids are those of the statuses."""
    rows = await page_of(conn, _page, page, viewer=owner_id, now=ids.now_ms())
    return [_view(row) for row in rows]


async def find(conn: Connection, conversation_id: int, owner_id: int) -> ConversationView | None:
    """The conversation of this thread, as its owner would find it among `mine`."""
    row = await conn.first(_by_thread, conversation=conversation_id, viewer=owner_id, now=ids.now_ms())
    return None if row is None else _view(row)


async def mark(conn: Connection, conversation_id: int, owner_id: int, *, unread: bool) -> ConversationView:
    """Read, or unread again.  Raises NotFound, also for conversations of others."""
    if not await conn.run(_mark, conversation=conversation_id, owner=owner_id, is_unread=unread):
        raise NotFound
    row = await conn.first(_one, conversation=conversation_id, viewer=owner_id)
    if row is None:
        raise NotFound
    return _view(row)


async def remove(conn: Connection, conversation_id: int, owner_id: int) -> None:
    """Put the conversation away; its posts stay.  Raises NotFound."""
    if not await conn.run(_remove, conversation=conversation_id, owner=owner_id):
        raise NotFound
