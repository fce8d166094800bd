"""Replies and what they answer, in whatever order they come.

A reply whose parent is not here is kept at once, and put in its place when the parent comes; the
parent is looked for meanwhile (`wants.parent`).  Who answers where the author of the parent lets only
some people answer, and has no leave, is not put there (GoToSocial's `canReply`); that goes for authors
here as for those elsewhere.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Text, bindparam, select

from stoa import ids
from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.core.search import addresses
from stoa.core.statuses import adopt, replies
from stoa.core.statuses.visibility import require_answerable
from stoa.db import Connection, Query, Row
from stoa.db.tables import accounts, mentions, remote_actors, status_origins, statuses
from stoa.federation import origins
from stoa.federation.parse.jsonld import PUBLIC
from stoa.federation.parse.origins import same_origin
from stoa.federation.parse.quote import InteractionPolicy
from stoa.jobs import queue

LEAVE = "federation.leave"
"""Find out whether a reply has leave to stand where it wants to; {"status": id, "tries": …}."""

# What comes so long after it was written is not news to anybody.
NEWS_MS = 24 * 3600 * 1000

_by_uri = Query(select(statuses.c.id).where(statuses.c.uri == bindparam("uri", type_=Text)))
_terms = Query(
    select(
        status_origins.c.policy,
        accounts.c.uri.label("author"),
        remote_actors.c.followers,
        remote_actors.c.following,
    )
    .select_from(
        statuses.join(accounts, accounts.c.id == statuses.c.account_id)
        .join(status_origins, status_origins.c.status_id == statuses.c.id)
        .join(remote_actors, remote_actors.c.account_id == statuses.c.account_id)
    )
    .where(statuses.c.id == bindparam("status"))
)
_named = Query(
    select(mentions.c.account_id).where(
        mentions.c.status_id == bindparam("status"), mentions.c.account_id == bindparam("account")
    )
)
_waiting = Query(
    select(
        statuses.c.id,
        statuses.c.account_id,
        statuses.c.created_at,
        accounts.c.uri.label("author"),
        status_origins.c.reply_authorization,
    )
    .select_from(
        statuses.join(accounts, accounts.c.id == statuses.c.account_id).join(
            status_origins, status_origins.c.status_id == statuses.c.id
        )
    )
    .where(statuses.c.id == bindparam("status"), statuses.c.in_reply_to_id.is_(None))
)


class Place(NamedTuple):
    """Where a reply belongs: below *parent*, or (*waits*) nowhere for now."""

    parent: Row | None = None
    waits: bool = False
    needs_leave: bool = False


async def find_status(conn: Connection, house: House, uri: str) -> int | None:
    """The id of the status whose ActivityPub id is *uri*; of ours also by the address of its page."""
    found: int | None = await conn.scalar(_by_uri, uri=uri)
    if found is None and same_origin(uri, house.addresses.base):
        known = await addresses.find(conn, uri, house.addresses)
        if known is not None and known[0] == "status":
            return known[1]
    return found


async def place_of(conn: Connection, house: House, uri: str | None, author_id: int, author: str) -> Place:
    """Where a reply of *author* (account and actor id) to *uri* belongs.

    What they may not see of ours, and what is gone here, is answered by nobody.
    """
    if uri is None:
        return Place()
    parent_id = await find_status(conn, house, uri)
    if parent_id is None:
        return Place(waits=not same_origin(uri, house.addresses.base))
    try:
        parent = await require_answerable(conn, parent_id, author_id)
    except NotFound:
        return Place()
    if await _is_unwelcome(conn, parent, author_id, author):
        return Place(parent, needs_leave=True)
    return Place(parent)


async def gather(conn: Connection, parent_id: int, uri: str) -> None:
    """Put what waits for the post *uri*, which is the status *parent_id*, below it."""
    for status_id in await origins.answering(conn, uri):
        row = await conn.first(_waiting, status=status_id)
        if row is not None:
            await _put_below(conn, row, parent_id)


async def look_later(
    conn: Connection, status_id: int, *, tries: int = 0, run_at: int | None = None
) -> None:
    """Have the leave that a reply shows looked at."""
    await queue.add(
        conn,
        LEAVE,
        {"status": status_id, "tries": tries},
        run_at=run_at,
        unique_key=f"{LEAVE}:{status_id}:{tries}",
    )


async def leave_given(conn: Connection, status_id: int, parent_id: int) -> None:
    """The author of the parent lets the reply stand: it is put there."""
    row = await conn.first(_waiting, status=status_id)
    if row is not None:
        await _put_below(conn, row, parent_id, has_leave=True)


async def _put_below(conn: Connection, row: Row, parent_id: int, *, has_leave: bool = False) -> None:
    try:
        parent = await require_answerable(conn, parent_id, row.account_id)
    except NotFound:
        return
    if not has_leave and await _is_unwelcome(conn, parent, row.account_id, row.author):
        if row.reply_authorization is not None:
            await look_later(conn, row.id)
        return
    news = row.created_at > ids.now_ms() - NEWS_MS
    if await adopt.adopt(conn, row.id, parent, place=news):
        await origins.put(conn, row.id, in_reply_to=None)


async def _is_unwelcome(conn: Connection, parent: Row, author_id: int, author: str) -> bool:
    """Whether whoever wrote *parent* does not let them reply, or not without more ado."""
    if await replies.refusal(conn, parent, author_id) is not None:
        return True
    return await needs_leave(conn, parent, author_id, author)


async def needs_leave(conn: Connection, parent: Row, author_id: int, author: str) -> bool:
    """Whether the author of *parent* has to say yes first, and it is not for us to guess (F10.9).

    Who follows whom elsewhere is not known here, so a policy that names followers excludes nobody.
    """
    if parent.local or parent.account_id == author_id:
        return False
    terms = await conn.first(_terms, status=parent.id)
    policy = None if terms is None or terms.policy is None else read_policy(terms.policy)
    if terms is None or policy is None or policy.can_reply is None:
        return False
    allowed = policy.can_reply.automatic
    if {PUBLIC, author, terms.followers, terms.following} & set(allowed):
        return False
    # Who is mentioned may always answer.
    return await conn.scalar(_named, status=parent.id, account=author_id) is None


def read_policy(stored: Any) -> InteractionPolicy | None:
    """The policy as `status_origins` holds it."""
    try:
        return msgspec.convert(stored, InteractionPolicy)
    except msgspec.ValidationError:
        return None


def write_policy(policy: InteractionPolicy | None) -> Any:
    """The policy as `status_origins` holds it."""
    return None if policy is None else msgspec.to_builtins(policy)
