"""Who is told of what: the reactions to what happens, in its own transaction.

Only those who live here are told, nobody of what they did themselves (but of the end of their own
poll), and nobody of what is done by
1. those they block, or whose server they block, and those who block them;
2. those they mute together with their notifications;
3. anybody in a conversation they have muted.
Of the rest their policy keeps back or drops what it names (`policy`).  What is undone is no longer
told.  Moderators are told of reports, whoever files them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    exists,
    literal_column,
    or_,
    select,
    union_all,
)

from stoa import ids
from stoa.core import events
from stoa.core.notifications import store
from stoa.core.notifications.model import MODERATORS, Type
from stoa.core.notifications.tell import tell
from stoa.core.relationships.domain_blocks import from_blocked_server
from stoa.db import Connection, Query
from stoa.db.tables import (
    accounts,
    blocks,
    collection_items,
    collections,
    conversation_mutes,
    follows,
    mentions,
    mutes,
    notifications,
    poll_votes,
    polls,
    statuses,
    timeline_entries,
    users,
)
from stoa.db.tables.base import Id

_s: Any = statuses.alias("s")
_STATUS: Any = bindparam("status", type_=Id)
_FROM: Any = bindparam("from_id", type_=Id)
_is_status = _s.c.id == _STATUS
_NOBODY: Any = literal_column("0")


def listens(account: Any, sender: Any, conversation: Any) -> ColumnElement[bool]:
    """Whether *account* lives here and wants to be told what *sender* did.  Needs `now`."""
    person = accounts.alias()
    block, blocked_by, mute = blocks.alias(), blocks.alias(), mutes.alias()
    return and_(
        account != sender,
        exists().where(person.c.id == account, person.c.domain == ""),
        ~exists().where(block.c.account_id == account, block.c.target_id == sender),
        ~exists().where(blocked_by.c.account_id == sender, blocked_by.c.target_id == account),
        ~exists().where(
            mute.c.account_id == account,
            mute.c.target_id == sender,
            mute.c.hide_notifications,
            or_(mute.c.expires_at.is_(None), mute.c.expires_at > bindparam("now", type_=BigInteger)),
        ),
        ~from_blocked_server(sender, account),
        ~exists().where(
            conversation_mutes.c.account_id == account,
            conversation_mutes.c.conversation_id == conversation,
        ),
    )


def _told(account: Any, source: Any) -> Select[Any]:
    """(account_id, from_id) of those among *account* who want to hear of the status `s`."""
    return (
        select(account.label("account_id"), _s.c.account_id.label("from_id"))
        .select_from(source)
        .where(_is_status, listens(account, _s.c.account_id, _s.c.conversation_id))
    )


_mentioned_statement = _told(
    mentions.c.account_id,
    _s.join(mentions, and_(mentions.c.status_id == _s.c.id, mentions.c.silent.is_(False))),
)
_newly_mentioned = Query(
    _mentioned_statement.where(
        ~exists().where(
            notifications.c.account_id == mentions.c.account_id,
            notifications.c.status_id == _s.c.id,
            notifications.c.type == "mention",
        )
    )
)
# Those who asked to hear of everything the author says, as far as it came into their home.
_watching_statement = _told(
    follows.c.follower_id,
    _s.join(follows, and_(follows.c.target_id == _s.c.account_id, follows.c.notify)),
).where(
    _s.c.visibility != "direct",
    or_(_s.c.in_reply_to_account_id.is_(None), _s.c.in_reply_to_account_id == _s.c.account_id),
    exists().where(
        timeline_entries.c.owner_id == follows.c.follower_id,
        timeline_entries.c.status_id == _s.c.id,
    ),
    ~exists().where(mentions.c.status_id == _s.c.id, mentions.c.account_id == follows.c.follower_id),
)
_q: Any = statuses.alias("q")
_quoted_statement = _told(_q.c.account_id, _s.join(_q, _q.c.id == _s.c.quote_of_id)).where(
    _s.c.quote_state == "accepted"
)
_quoted = Query(_quoted_statement)
# Those who have quoted it, each with their own status that quotes.
_quoters = Query(
    select(_q.c.account_id, _q.c.id.label("quoting_id"), _s.c.account_id.label("from_id"))
    .select_from(_s.join(_q, _q.c.quote_of_id == _s.c.id))
    .where(
        _is_status,
        _q.c.quote_state == "accepted",
        listens(_q.c.account_id, _s.c.account_id, _s.c.conversation_id),
    )
)
# Most posts are news to nobody in particular, which is found out by one question.
_news: Mapping[Type, Select[Any]] = {
    "mention": _mentioned_statement,
    "quote": _quoted_statement,
    "status": _watching_statement,
}
_published = Query(
    union_all(
        *[
            statement.add_columns(literal_column(f"'{type_}'", Text).label("type"))
            for type_, statement in _news.items()
        ]
    )
)
_b: Any = statuses.alias("b")
_boosters = Query(_told(_b.c.account_id, _s.join(_b, _b.c.reblog_of_id == _s.c.id)))
_author = Query(
    select(_s.c.account_id).where(_is_status, listens(_s.c.account_id, _FROM, _s.c.conversation_id))
)
_person = Query(
    select(accounts.c.id).where(
        accounts.c.id == bindparam("account_id"), listens(accounts.c.id, _FROM, _NOBODY)
    )
)
_member = Query(
    select(collection_items.c.account_id, collections.c.account_id.label("from_id"), collections.c.id)
    .select_from(collection_items.join(collections, collections.c.id == collection_items.c.collection_id))
    .where(
        collection_items.c.id == bindparam("item", type_=Id),
        listens(collection_items.c.account_id, collections.c.account_id, _NOBODY),
    )
)
_members = Query(
    select(collection_items.c.account_id, collections.c.account_id.label("from_id"))
    .select_from(collection_items.join(collections, collections.c.id == collection_items.c.collection_id))
    .where(
        collections.c.id == bindparam("collection", type_=Id),
        collection_items.c.state == "accepted",
        listens(collection_items.c.account_id, collections.c.account_id, _NOBODY),
    )
)
_poll = Query(
    select(polls.c.status_id, _s.c.account_id, accounts.c.domain)
    .select_from(
        polls.join(_s, _s.c.id == polls.c.status_id).join(accounts, accounts.c.id == _s.c.account_id)
    )
    .where(polls.c.id == bindparam("poll"))
)
_voters = Query(
    select(poll_votes.c.account_id)
    .distinct()
    .select_from(
        poll_votes.join(polls, polls.c.id == poll_votes.c.poll_id).join(_s, _s.c.id == polls.c.status_id)
    )
    .where(
        polls.c.id == bindparam("poll"),
        listens(poll_votes.c.account_id, _s.c.account_id, _s.c.conversation_id),
    )
)


async def _tell(conn: Connection, query: Query, type_: Type, status_id: int) -> None:
    by_sender: dict[int, list[int]] = defaultdict(list)
    for row in await conn.all(query, status=status_id, now=ids.now_ms()):
        by_sender[row.from_id].append(row.account_id)
    for from_id, account_ids in by_sender.items():
        await tell(conn, account_ids, type_, from_id=from_id, status_id=status_id)


async def published(conn: Connection, event: events.StatusPublished) -> None:
    """Tell those mentioned, those quoted, and those who watch the author.

    Comes after the status has reached the timelines.
    """
    if event.belated:
        return
    told: dict[tuple[Type, int], list[int]] = defaultdict(list)
    for row in await conn.all(_published, status=event.status_id, now=ids.now_ms()):
        told[row.type, row.from_id].append(row.account_id)
    for type_ in _news:
        for (found, from_id), account_ids in told.items():
            if found == type_:
                await tell(conn, account_ids, type_, from_id=from_id, status_id=event.status_id)


async def quote_settled(conn: Connection, event: events.QuoteSettled) -> None:
    """Tell the author of what is quoted, once it is."""
    await store.remove_of(conn, "quote", event.status_id)
    await _tell(conn, _quoted, "quote", event.status_id)


async def edited(conn: Connection, event: events.StatusEdited) -> None:
    """Tell those who boosted or quoted it, and those it mentions now and did not before."""
    await store.remove_of(conn, "update", event.status_id)
    await _tell(conn, _boosters, "update", event.status_id)
    await store.remove_of_quotes(conn, event.status_id)
    for row in await conn.all(_quoters, status=event.status_id, now=ids.now_ms()):
        await tell(conn, [row.account_id], "quoted_update", from_id=row.from_id, status_id=row.quoting_id)
    await store.remove_unmentioned(conn, event.status_id)
    await _tell(conn, _newly_mentioned, "mention", event.status_id)


async def _tell_author(conn: Connection, type_: Type, status_id: int, from_id: int) -> None:
    authors = await conn.scalars(_author, status=status_id, from_id=from_id, now=ids.now_ms())
    await tell(conn, authors, type_, from_id=from_id, status_id=status_id)


async def reblogged(conn: Connection, event: events.StatusReblogged) -> None:
    """Tell the author."""
    await _tell_author(conn, "reblog", event.original_id, event.account_id)


async def favourited(conn: Connection, event: events.StatusFavourited) -> None:
    """Tell the author."""
    await _tell_author(conn, "favourite", event.status_id, event.account_id)


async def unfavourited(conn: Connection, event: events.StatusUnfavourited) -> None:
    """The author is not told any longer."""
    await store.undo(conn, "favourite", from_id=event.account_id, status_id=event.status_id)


async def deleted(conn: Connection, event: events.StatusDeleted) -> None:
    """Of a boost that is gone nobody is told; what was told of a status went with its row."""
    if event.reblog_of_id is not None:
        await store.undo(conn, "reblog", from_id=event.account_id, status_id=event.reblog_of_id)


async def poll_closed(conn: Connection, event: events.PollClosed) -> None:
    """Tell those who voted, and the author."""
    poll = await conn.first(_poll, poll=event.poll_id)
    if poll is None:
        return
    told = await conn.scalars(_voters, poll=event.poll_id, now=ids.now_ms())
    if not poll.domain:
        told.append(poll.account_id)
    await tell(conn, told, "poll", from_id=poll.account_id, status_id=poll.status_id)


async def _tell_person(conn: Connection, type_: Type, account_id: int, from_id: int) -> None:
    told = await conn.scalars(_person, account_id=account_id, from_id=from_id, now=ids.now_ms())
    await tell(conn, told, type_, from_id=from_id)


async def follow_requested(conn: Connection, event: events.FollowRequested) -> None:
    """Tell the one who is asked."""
    await _tell_person(conn, "follow_request", event.target_id, event.follower_id)


async def followed(conn: Connection, event: events.Followed) -> None:
    """Tell the one who is followed; a request is no longer open."""
    await store.undo(conn, "follow_request", from_id=event.follower_id, account_id=event.target_id)
    await _tell_person(conn, "follow", event.target_id, event.follower_id)


async def unfollowed(conn: Connection, event: events.Unfollowed | events.FollowRejected) -> None:
    """Neither the follow nor the request is told any longer."""
    await store.undo(
        conn, "follow", "follow_request", from_id=event.follower_id, account_id=event.target_id
    )


async def blocked(conn: Connection, event: events.Blocked) -> None:
    """Whoever blocks hears nothing of the blocked any more."""
    await store.remove_from(conn, event.account_id, event.target_id)


_moderators = Query(
    select(users.c.account_id).where(
        or_(*(users.c.role == one for one in MODERATORS)),
        users.c.approved,
        users.c.confirmed_at.is_not(None),
        users.c.disabled_at.is_(None),
        users.c.account_id != _FROM,
    )
)


async def reported(conn: Connection, event: events.ReportFiled) -> None:
    """Tell the moderators, whomever they block or mute."""
    told = await conn.scalars(_moderators, from_id=event.account_id)
    await tell(conn, told, "admin.report", from_id=event.account_id, report_id=event.report_id)


async def domain_blocked(conn: Connection, event: events.DomainBlocked) -> None:
    """Whoever blocks a server hears nothing of it any more."""
    await store.remove_from_server(conn, event.account_id, event.domain)


async def admitted(conn: Connection, event: events.AccountAdmitted) -> None:
    """Tell the moderators, whomever they block or mute."""
    told = await conn.scalars(_moderators, from_id=event.account_id)
    await tell(conn, told, "admin.sign_up", from_id=event.account_id)


async def warned(conn: Connection, event: events.AccountWarned) -> None:
    """Tell whom it concerns; in their own name, since it is not said which moderator it was."""
    await tell(
        conn,
        [event.account_id],
        "moderation_warning",
        from_id=event.account_id,
        warning_id=event.warning_id,
    )


async def severed(conn: Connection, event: events.RelationshipsSevered) -> None:
    """Tell who lost somebody; nobody did it, so it is told in their own name, as in Mastodon."""
    await tell(
        conn,
        [event.account_id],
        "severed_relationships",
        from_id=event.account_id,
        severance_id=event.severance_id,
    )


async def featured(conn: Connection, event: events.Featured) -> None:
    """Tell whoever is in a collection now."""
    row = await conn.first(_member, item=event.item_id, now=ids.now_ms())
    if row is not None:
        await tell(conn, [row.account_id], "added_to_collection", from_id=row.from_id, collection_id=row.id)


async def collection_changed(conn: Connection, event: events.CollectionChanged) -> None:
    """Tell those who are in it, if it is called something else, or described otherwise."""
    rows = await conn.all(_members, collection=event.collection_id, now=ids.now_ms()) if event.words else []
    if rows:
        await tell(
            conn,
            [row.account_id for row in rows],
            "collection_update",
            from_id=rows[0].from_id,
            collection_id=event.collection_id,
        )


async def collection_deleted(conn: Connection, event: events.CollectionDeleted) -> None:
    """Nobody is told of it any longer."""
    await store.remove_of_collection(conn, event.collection_id)


async def unfeatured(conn: Connection, event: events.Unfeatured | events.FeatureRevoked) -> None:
    """Whoever is out is told of it no longer."""
    if event.account_id is not None:
        await store.remove_of_collection(conn, event.collection_id, event.account_id)
