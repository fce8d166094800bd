"""Looking at the stamps that posts of others show: leave to quote (FEP-044f), leave to answer.

A stamp counts only if it comes from its own address, on the server of whose leave it is, and says
exactly who may do what (F10.6).  Jobs; nothing is shown before they are done, and what cannot be had
is tried for about two hours.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlalchemy import Text, bindparam, select

from stoa import ids
from stoa.core.errors import NotFound
from stoa.core.statuses import quotes as core_quotes
from stoa.core.statuses.visibility import require_answerable
from stoa.db import Database, Query, Row
from stoa.db.tables import accounts, status_origins, statuses
from stoa.federation import origins, threads
from stoa.federation.fetch import Fetcher
from stoa.federation.missing import Fetches, NotResolved
from stoa.federation.parse.jsonld import NotUnderstood
from stoa.federation.parse.quote import RemoteAuthorization, parse_authorization, stamp_holds
from stoa.federation.receive import quotes

MAX_TRIES = 5
RETRY_MS = 60_000

_quoted = statuses.alias("quoted")
_quoted_author = accounts.alias("quoted_author")
_quoting = Query(
    select(
        statuses.c.id,
        statuses.c.uri,
        statuses.c.account_id,
        statuses.c.quote_of_id,
        statuses.c.quote_state,
        status_origins.c.quote,
        status_origins.c.quote_authorization,
        _quoted.c.uri.label("quoted"),
        _quoted_author.c.uri.label("quoted_author"),
    )
    .select_from(
        statuses.join(status_origins, status_origins.c.status_id == statuses.c.id)
        .outerjoin(_quoted, _quoted.c.id == statuses.c.quote_of_id)
        .outerjoin(_quoted_author, _quoted_author.c.id == _quoted.c.account_id)
    )
    .where(statuses.c.id == bindparam("status"), statuses.c.local.is_(False))
)
_answering = Query(
    select(
        statuses.c.id,
        statuses.c.uri,
        status_origins.c.in_reply_to,
        status_origins.c.reply_authorization,
    )
    .select_from(statuses.join(status_origins, status_origins.c.status_id == statuses.c.id))
    .where(statuses.c.id == bindparam("status"), statuses.c.in_reply_to_id.is_(None))
)
_parent = Query(
    select(statuses.c.id, accounts.c.uri.label("author"))
    .select_from(statuses.join(accounts, accounts.c.id == statuses.c.account_id))
    .where(statuses.c.uri == bindparam("uri", type_=Text))
)

Handler = Callable[[Database, Any], Awaitable[None]]


def jobs(resolver: Fetches, fetcher: Fetcher) -> Mapping[str, Handler]:
    """The kinds of job that are done on the network → what does them."""

    async def quote(db: Database, payload: Any) -> None:
        tries = payload.get("tries", 0) + 1
        try:
            await _quote(db, resolver, fetcher, payload["status"])
        except NotResolved as failure:
            if not failure.final and tries < MAX_TRIES:
                async with db.write() as conn:
                    run_at = _pause(tries)
                    await quotes.look_later(conn, payload["status"], tries=tries, run_at=run_at)

    async def leave(db: Database, payload: Any) -> None:
        tries = payload.get("tries", 0) + 1
        try:
            await _leave(db, fetcher, payload["status"])
        except NotResolved as failure:
            if not failure.final and tries < MAX_TRIES:
                async with db.write() as conn:
                    run_at = _pause(tries)
                    await threads.look_later(conn, payload["status"], tries=tries, run_at=run_at)

    return {quotes.VERIFY: quote, threads.LEAVE: leave}


def _pause(tries: int) -> int:
    """Again after 1, 5, 25 minutes, and 2 hours."""
    pause: int = RETRY_MS * 5 ** (tries - 1)
    return ids.now_ms() + pause


async def _quote(db: Database, resolver: Fetches, fetcher: Fetcher, status_id: int) -> None:
    async with db.read() as conn:
        row = await conn.first(_quoting, status=status_id)
    if row is None:
        return
    if row.quote_of_id is None and row.quote is not None:
        await _bring(db, resolver, row)
        async with db.read() as conn:
            row = await conn.first(_quoting, status=status_id)
    if row is None or row.quote_of_id is None or row.quote_state == "accepted":
        return
    uri: str | None = row.quote_authorization
    if uri is None:
        return
    stamp = await _stamp(fetcher, uri)
    holds = (
        stamp is not None
        and stamp.id == uri
        and stamp_holds(stamp, quoting=row.uri, quoted=row.quoted, quoted_author=row.quoted_author)
    )
    async with db.write() as conn:
        known = await origins.find(conn, status_id)
        if known is not None and known.quote_authorization == uri:  # no other one has come meanwhile
            await core_quotes.settle(conn, status_id, "accepted" if holds else "rejected")
            if holds:
                await origins.put(conn, status_id, quote=None)


async def _bring(db: Database, resolver: Fetches, row: Row) -> None:
    """Have what is quoted here, and say that it is quoted."""
    quoted_id = await resolver.status(row.quote)
    async with db.write() as conn:
        try:
            quoted = await require_answerable(conn, quoted_id, row.account_id)
        except NotFound:
            await origins.put(conn, row.id, quote=None)
            return
        stamped = row.quote_authorization is not None
        state = await quotes.standing(conn, quoted, row.account_id, row.uri, stamped=stamped)
        await core_quotes.attach(conn, row.id, quoted.id, state)
        if state == "accepted":
            await origins.put(conn, row.id, quote=None)


async def _leave(db: Database, fetcher: Fetcher, status_id: int) -> None:
    async with db.read() as conn:
        row = await conn.first(_answering, status=status_id)
        if row is None or row.in_reply_to is None or row.reply_authorization is None:
            return
        parent = await conn.first(_parent, uri=row.in_reply_to)
    if parent is None:
        return
    stamp = await _stamp(fetcher, row.reply_authorization)
    if (
        stamp is not None
        and stamp.id == row.reply_authorization
        and stamp.type in ("ReplyAuthorization", "ReplyApproval")
        and stamp.author == parent.author
        and stamp.interacting == row.uri
        and stamp.target == row.in_reply_to
    ):
        async with db.write() as conn:
            await threads.leave_given(conn, status_id, parent.id)


async def _stamp(fetcher: Fetcher, uri: str) -> RemoteAuthorization | None:
    """The stamp at *uri*, None where that is something else.  Raises NotResolved."""
    document = await fetcher.document(uri)
    try:
        return parse_authorization(document.json)
    except NotUnderstood:
        return None
