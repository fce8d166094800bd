"""What follows for other servers when a post, a boost or a vote happens: a job, if anybody there cares.

Runs in the transaction of whoever posts, and costs one query where nobody elsewhere is concerned.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select

from stoa import ids
from stoa.core import events
from stoa.core.groups import views as groups
from stoa.core.house import House
from stoa.core.statuses import reach
from stoa.db import Connection, Query
from stoa.db.tables import (
    accounts,
    follows,
    group_statuses,
    mentions,
    polls,
    relays,
    remote_actors,
    series,
    series_follows,
    status_origins,
    statuses,
)
from stoa.db.tables.base import Id
from stoa.federation import store
from stoa.federation.deliver import on_quotes
from stoa.federation.deliver.kinds import ANNOUNCE, CREATE, DELETE, UNDO_ANNOUNCE, UPDATE
from stoa.federation.render.note import EDITED_MS
from stoa.jobs import queue

# Whoever edits a long text saves often, and each version travels whole (F13.5).
LONG_CHARACTERS = 5_000
LONG_PAUSE_MS = 30_000
# As in Mastodon: votes come in swarms (F11.3).
TALLY_PAUSE_MS = 180_000

_quoted = statuses.alias("quoted")


def _is_remote(account: ColumnElement[int]) -> ColumnElement[bool]:
    return exists().where(remote_actors.c.account_id == account)


def _followed_elsewhere(account: ColumnElement[int] | Any) -> ColumnElement[bool]:
    return exists().where(
        follows.c.target_id == account, remote_actors.c.account_id == follows.c.follower_id
    )


_relayed = exists().where(relays.c.state == "accepted")
_open = or_(statuses.c.visibility == "public", statuses.c.visibility == "unlisted")
_is_wanted = or_(
    and_(statuses.c.visibility != "direct", _followed_elsewhere(statuses.c.account_id)),
    exists().where(
        mentions.c.status_id == statuses.c.id, remote_actors.c.account_id == mentions.c.account_id
    ),
    and_(_open, _is_remote(statuses.c.in_reply_to_account_id)),
    # The group that the conversation is held in.
    and_(
        _open,
        exists().where(
            status_origins.c.status_id == statuses.c.in_reply_to_id, status_origins.c.audience.is_not(None)
        ),
    ),
    # Who is quoted is asked, even where they are not among the readers.
    exists().where(_quoted.c.id == statuses.c.quote_of_id, _quoted.c.local.is_(False)),
    and_(statuses.c.visibility == "public", _relayed),
    exists().where(group_statuses.c.status_id == statuses.c.id),
    # Those who follow a series of the author's.
    and_(
        _open,
        exists().where(
            series.c.account_id == statuses.c.account_id,
            series_follows.c.series_id == series.c.id,
            remote_actors.c.account_id == series_follows.c.account_id,
        ),
    ),
)
_local = Query(
    select(
        statuses.c.account_id,
        statuses.c.visibility,
        statuses.c.created_at,
        func.length(statuses.c.content).label("characters"),
        # A server that has never met another spares itself the rest.
        and_(exists(select(remote_actors.c.account_id)), _is_wanted).label("wanted"),
    ).where(statuses.c.id == bindparam("status", type_=Id), statuses.c.local)
)
_account = Query(
    select(
        accounts.c.uri,
        accounts.c.deleted_at,
        or_(_followed_elsewhere(accounts.c.id), _relayed).label("wanted"),
    ).where(accounts.c.id == bindparam("account", type_=Id))
)
_author = accounts.alias("author")
_original = Query(
    select(statuses.c.uri, _author.c.uri.label("author"), _author.c.id.label("author_id"), _author.c.domain)
    .select_from(statuses.join(_author, _author.c.id == statuses.c.account_id))
    .where(statuses.c.id == bindparam("status", type_=Id))
)
_poll = Query(select(polls.c.status_id).where(polls.c.id == bindparam("poll", type_=Id)))


async def published(house: House, conn: Connection, event: events.StatusPublished) -> None:
    """A new post: Create, later."""
    if house.settings.federation == "off":
        return
    row = await conn.first(_local, status=event.status_id)
    if row is not None and row.wanted:
        await queue.add(conn, CREATE, {"status": event.status_id})


async def edited(house: House, conn: Connection, event: events.StatusEdited | events.QuoteSettled) -> None:
    """A post says something else: Update, later; of a long one not with every save."""
    row = None if house.settings.federation == "off" else await conn.first(_local, status=event.status_id)
    if row is None:
        return
    if row.wanted or await reach.elsewhere(conn, event.status_id):
        pause = LONG_PAUSE_MS if row.characters > LONG_CHARACTERS else 0
        await _update(conn, event.status_id, max(pause, row.created_at + EDITED_MS - ids.now_ms()))


async def deleted(house: House, conn: Connection, event: events.StatusDeleted) -> None:
    """A post or a boost is gone: Delete, or Undo, later; and its id stays taken."""
    if not event.local:
        await on_quotes.forget(conn, event.uri)
        return
    if house.settings.federation == "off":
        return
    author = await conn.first(_account, account=event.account_id)
    if author is None:
        return
    kind = _form(event)
    if event.visibility in ("public", "unlisted"):
        await store.bury(conn, event.uri, author.uri, kind)
    if author.deleted_at is not None:
        return  # that they are gone has been said, and all of theirs with them
    payload: dict[str, Any] = {
        "account": event.account_id,
        "actor": author.uri,
        "uri": event.uri,
        "visibility": event.visibility,
    }
    if event.reblog_of_id is not None:
        original = await conn.first(_original, status=event.reblog_of_id)
        if original is not None and (author.wanted or original.domain):
            about = {
                "original": original.uri, "author": original.author, "author_id": original.author_id,
                "at": event.created_at,
            }  # fmt: skip
            await queue.add(conn, UNDO_ANNOUNCE, payload | about)
    elif (
        (author.wanted and event.visibility != "direct")
        or event.reached
        or await groups.of_status(conn, event.uri)
    ):
        about = {"kind": kind, "mentioned": list(event.mentioned), "reached": list(event.reached)}
        await queue.add(conn, DELETE, payload | about)


def _form(event: events.StatusDeleted) -> str:
    if event.reblog_of_id is not None:
        return "Announce"
    if event.poll_id is not None:
        return "Question"
    return "Article" if event.title else "Note"


async def reblogged(house: House, conn: Connection, event: events.StatusReblogged) -> None:
    """A boost: Announce, later."""
    if house.settings.federation == "off":
        return
    boost = await conn.first(_local, status=event.status_id)
    if boost is None:
        return
    author = await conn.first(_account, account=event.account_id)
    original = await conn.first(_original, status=event.original_id)
    if author is not None and original is not None and (author.wanted or original.domain):
        await queue.add(conn, ANNOUNCE, {"status": event.status_id})


async def voted(house: House, conn: Connection, event: events.PollVoted) -> None:
    """A vote in a poll that began here: the tally is told, some minutes later for all votes together."""
    await _tally(house, conn, event.poll_id, TALLY_PAUSE_MS)


async def closed(house: House, conn: Connection, event: events.PollClosed) -> None:
    """A poll that began here is over: how it ended."""
    await _tally(house, conn, event.poll_id, 0)


async def _tally(house: House, conn: Connection, poll_id: int, pause: int) -> None:
    if house.settings.federation == "off":
        return
    status_id: int | None = await conn.scalar(_poll, poll=poll_id)
    row = None if status_id is None else await conn.first(_local, status=status_id)
    if status_id is None or row is None:
        return
    if row.wanted or await reach.elsewhere(conn, status_id):
        await _update(conn, status_id, pause, kind="tally")


async def _update(conn: Connection, status_id: int, pause: int, kind: str = "edit") -> None:
    key = f"{UPDATE}:{kind}:{status_id}"
    if pause <= 0:
        # What waits for later says nothing that this one does not.
        await queue.remove(conn, key)
    run_at = ids.now_ms() + max(pause, 0)
    await queue.add(conn, UPDATE, {"status": status_id}, run_at=run_at, unique_key=key)
