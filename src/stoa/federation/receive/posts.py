"""Posts of others, kept.

`keep` is the one way in which they are stored, whether they were delivered, carried by a group or a
relay, or looked for; `create` is what a delivered Create does.  What another server says of a post is
believed only in its author's own words; what somebody else embeds is fetched from where it lives.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import Text, bindparam, select

from stoa import ids
from stoa.core.errors import Forbidden
from stoa.core.house import House
from stoa.core.policy.draft import Draft
from stoa.core.statuses import told
from stoa.core.statuses.publish import publish
from stoa.db import Connection, Query, Row, UniqueViolation
from stoa.db.tables import accounts, statuses
from stoa.federation import origins, store, threads, wants
from stoa.federation.missing import Missing
from stoa.federation.parse.note import RemoteNote, parse_note
from stoa.federation.parse.origins import same_origin
from stoa.federation.parse.trust import own_words
from stoa.federation.receive import drafts, quotes, relevance, series
from stoa.federation.received import Received

# Two posts of one millisecond may be given one id; who comes later gets another.
TRIES = 4

_find = Query(
    select(
        statuses.c.id,
        statuses.c.uri,
        statuses.c.account_id,
        statuses.c.local,
        statuses.c.visibility,
        statuses.c.reblog_of_id,
        statuses.c.poll_id,
        statuses.c.quote_of_id,
        statuses.c.quote_state,
        accounts.c.uri.label("author"),
    )
    .select_from(statuses.join(accounts, accounts.c.id == statuses.c.account_id))
    .where(statuses.c.uri == bindparam("uri", type_=Text))
)


async def find(conn: Connection, uri: str) -> Row | None:
    """What is stored of the post *uri*: ids, visibility, quote_state, its author's id; or None."""
    return await conn.first(_find, uri=uri)


async def keep(
    conn: Connection,
    house: House,
    note: RemoteNote,
    author_id: int,
    given_up: frozenset[str],
    *,
    delivered: bool = False,
    delivered_to: int | None = None,
) -> int:
    """The status id of *note*, which is the word of the account *author_id*; stored if it is not yet.

    *delivered*: it came by itself, to the account *delivered_to* alone if that is given; what was
    looked for long after it was written is news to nobody.  Raises Missing for people and posts it
    needs that are not *given_up*; Forbidden for a suspended author or server, and for what its author has
    deleted.
    """
    known = await find(conn, note.id)
    if known is not None:
        return _of_author(known, author_id)
    if await store.is_buried(conn, note.id, note.author):
        raise Forbidden("its author has deleted it")
    return await _keep_new(
        conn, house, note, author_id, given_up, delivered=delivered, delivered_to=delivered_to
    )


async def _keep_new(
    conn: Connection,
    house: House,
    note: RemoteNote,
    author_id: int,
    given_up: frozenset[str],
    *,
    delivered: bool,
    delivered_to: int | None,
) -> int:
    author = await drafts.author_of(conn, house, note, author_id)
    visibility = note.visibility(author.followers)
    people = await drafts.people_of(conn, house, note, visibility, given_up, delivered_to=delivered_to)
    answered = None if note.in_reply_to == note.id else note.in_reply_to
    place = await threads.place_of(conn, house, answered, author_id, note.author)
    quote = await quotes.find(conn, house, note.id, note.quote, author_id, given_up)
    waits = place.waits or place.needs_leave
    draft = drafts.draft_of(note, author, visibility, people)
    old = draft.created_at is not None and draft.created_at < ids.now_ms() - threads.NEWS_MS
    draft = msgspec.structs.replace(
        draft,
        in_reply_to_id=None if waits or place.parent is None else place.parent.id,
        answers_unknown=waits,
        belated=old and not delivered,
        quote_of_id=None if quote is None else quote.id,
        quote_state=None if quote is None or quote.state == "deleted" else quote.state,
    )
    await drafts.keep_emojis(conn, note, author)
    status_id, made = await _publish(conn, house, draft, author_id)
    if not made:
        return status_id
    await origins.put(
        conn,
        status_id,
        type=note.type,
        in_reply_to=answered if waits else None,
        quote=note.quote.id if note.quote and quote and quote.state != "accepted" else None,
        quote_authorization=None if note.quote is None else note.quote.authorization,
        reply_authorization=note.approval,
        context=note.context,
        conversation=note.conversation,
        replies=None if note.replies is None else note.replies.id,
        audience=next(iter(note.audience), None),
        policy=threads.write_policy(note.policy),
        likes=note.likes,
        shares=note.shares,
        updated_at=note.updated,
        fetched_at=None if delivered else ids.now_ms(),
    )
    if note.likes or note.shares:
        await told.note(conn, status_id, note.likes, note.shares)
    if place.waits and answered is not None:
        await wants.parent(conn, answered)
    if place.needs_leave and note.approval is not None:
        await threads.look_later(conn, status_id)
    if quote is not None and quote.verify:
        await quotes.look_later(conn, status_id)
    await series.joined(conn, note, status_id, author_id, news=delivered and not old)
    await wants.replies(conn, note)
    await wants.people(conn, status_id, people.later)
    await threads.gather(conn, status_id, note.id)
    await quotes.gather(conn, note.id)
    return status_id


async def _publish(conn: Connection, house: House, draft: Draft, author_id: int) -> tuple[int, bool]:
    """The id, and whether it was made now: another process may have been faster."""
    for attempt in range(1, TRIES + 1):
        try:
            async with conn.savepoint():
                return await publish(conn, draft, house.settings, house.addresses), True
        except UniqueViolation:
            known = await find(conn, draft.uri or "")
            if known is not None:
                return _of_author(known, author_id), False
            if attempt == TRIES:
                raise
    raise AssertionError("unreachable")


def _of_author(known: Row, author_id: int) -> int:
    if known.account_id != author_id or known.reblog_of_id is not None:
        raise Forbidden("there is something else under its id")
    found: int = known.id
    return found


async def create(conn: Connection, r: Received) -> None:
    """A Create (or a Question that came bare): the post is kept if it concerns anybody here."""
    await created(conn, r)


async def created(conn: Connection, r: Received) -> int | None:
    """What `create` does; the id of the post, None where it concerns nobody or is no post."""
    ref = r.activity.object
    if ref.id is None:
        return None
    note = own_note(r)
    if note is None:
        return await _of_somebody_else(conn, r, ref.id)
    if note.vote is not None:
        return None
    known = await find(conn, note.id)
    if known is not None:
        # Not another time, and not to others: a repeated Create widens nothing (CVE-2024-37903).
        return known.id if known.account_id == r.actor_id else None
    if await store.is_buried(conn, note.id, note.author) or not await relevance.concerns_us(
        conn, r.house, note, r.actor_id, relayed_by=r.relayed_by, delivered_to=r.delivered_to
    ):
        return None
    return await _keep_new(
        conn, r.house, note, r.actor_id, r.given_up, delivered=True, delivered_to=r.delivered_to
    )


def own_note(r: Received) -> RemoteNote | None:
    """The post in the activity, if it is the actor's own and their own word; else None.

    Raises NotUnderstood for what is no post.
    """
    document = own_words(r.activity.object, r.activity.actor)
    if document is None:
        return None
    note = parse_note(document, around=r.document)
    return note if note.author == r.activity.actor else None


async def _of_somebody_else(conn: Connection, r: Received, uri: str) -> int | None:
    """Have a post that is not the actor's own word fetched from where it lives, if they are anybody to
    tell us of it.
    """
    known = await find(conn, uri)
    if known is not None:
        found: int = known.id
        return found
    if same_origin(uri, r.house.addresses.base) or uri in r.given_up:
        return None
    carriers = (r.actor_id,) if r.relayed_by is None else (r.actor_id, r.relayed_by)
    addressed = (*r.activity.to, *r.activity.cc)
    if not (
        await relevance.is_followed(conn, *carriers)
        or await relevance.reaches_us(conn, r.house, addressed)
        or (r.relayed_by is not None and await relevance.is_relay(conn, r.relayed_by))
    ):
        return None
    raise Missing(statuses=(uri,))
