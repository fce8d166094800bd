"""Posts and profiles that say something else now.

An Update with a newer `updated` is an edit: a new version with the old one in its history.  One
without is no edit (F8.10): figures of a poll, who may quote, a stamp that has come; words stay as they
were.  Author and audience never change, and nobody changes what is not theirs.
"""

from __future__ import annotations

from sqlalchemy import bindparam, exists, select

from stoa import ids
from stoa.core.accounts.remember import Remembered
from stoa.core.house import House
from stoa.core.statuses import edit, polls, told
from stoa.core.statuses import quotes as core_quotes
from stoa.db import Connection, Query, Row
from stoa.db.tables import blocks, mentions
from stoa.federation import origins, remember, threads, wants
from stoa.federation.parse.actor import is_actor, parse_actor
from stoa.federation.parse.note import RemoteNote
from stoa.federation.parse.origins import same_origin
from stoa.federation.parse.trust import own_words
from stoa.federation.receive import drafts, featured, posts, quotes, series
from stoa.federation.received import Received

_shut_out = Query(
    select(
        exists().where(
            mentions.c.status_id == bindparam("status"),
            blocks.c.account_id == mentions.c.account_id,
            blocks.c.target_id == bindparam("author"),
        )
    )
)


async def update(conn: Connection, r: Received) -> None:
    """An Update: of the actor itself, of a post of theirs, or of what is not for them to change."""
    uri = r.activity.object.id
    if uri is None:
        return
    if uri == r.activity.actor:
        await _of_actor(conn, r)
        return
    if await featured.updated(conn, r) or await series.updated(conn, r):
        return
    embedded = r.activity.object.object
    if embedded is not None and is_actor(embedded):
        return
    known = await posts.find(conn, uri)
    note = None if embedded is None else posts.own_note(r)
    if note is None:
        # Not their own word: its server is asked, if it is of any interest here.
        if known is not None and not known.local:
            await wants.again(conn, uri)
    elif known is None:
        if note.published is not None and note.published > ids.now_ms() - threads.NEWS_MS:
            await posts.create(conn, r)
    elif known.account_id == r.actor_id:
        await revise(conn, r.house, note, known, r.given_up)


async def renew(conn: Connection, house: House, note: RemoteNote) -> None:
    """Take over what the server of *note* says of it now, if it is known here; asks for nobody."""
    known = await posts.find(conn, note.id)
    if known is None or known.local:
        return
    if known.author == note.author:
        await revise(conn, house, note, known, None)


async def revise(
    conn: Connection, house: House, note: RemoteNote, known: Row, given_up: frozenset[str] | None
) -> None:
    """Make the status *known* (a row of posts.find) say what *note*, its author's word, says.

    What is older than the version that is here is left out.  Raises Missing as posts.keep does, and
    Forbidden for a suspended author.
    """
    if known.reblog_of_id is not None or known.local:
        return
    author = await drafts.author_of(conn, house, note, known.account_id)
    origin = await origins.find(conn, known.id)
    stored = None if origin is None else origin.updated_at
    if stored is not None and (note.updated is None or note.updated < stored):
        return
    if note.updated is not None and note.updated != stored:
        if known.visibility == "direct" and await conn.scalar(_shut_out, status=known.id, author=author.id):
            # Whom one blocks does not speak to one by changing old letters (GHSA-46g9).
            return
        people = await drafts.people_of(conn, house, note, known.visibility, given_up)
        draft = drafts.draft_of(note, author, known.visibility, people)
        await drafts.keep_emojis(conn, note, author)
        await edit.edit(
            conn, known.id, draft, house.settings, house.addresses, quote_policy=draft.quote_policy
        )
        await wants.people(conn, known.id, people.later)
    else:
        if note.poll is not None and known.poll_id is not None:
            await polls.tally(conn, known.poll_id, note.poll)
        await core_quotes.note_policy(conn, known.id, note.quote_policy(author.followers))
    if note.likes is not None or note.shares is not None:
        await told.note(conn, known.id, note.likes, note.shares)
    await quotes.shown_anew(conn, house, known, note.quote)
    await origins.put(
        conn,
        known.id,
        updated_at=note.updated,
        fetched_at=ids.now_ms(),
        likes=note.likes,
        shares=note.shares,
        policy=threads.write_policy(note.policy),
    )


async def _of_actor(conn: Connection, r: Received) -> None:
    """Somebody's profile; by their own words where those are here, else it is fetched."""
    document = own_words(r.activity.object, r.activity.actor)
    if document is not None and same_origin(r.activity.actor, str(document.get("id"))):
        actor = parse_actor(document)
        if await remember.renewed(conn, actor):
            await wants.after_meeting(conn, actor, Remembered(account_id=r.actor_id, met=False))
            return
    await wants.actor(conn, r.actor_id)
