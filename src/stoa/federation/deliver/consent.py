"""Asking others whether a post from here may quote theirs, or answer it (F10.4, F10.9).

A quote goes out while its author is asked, and is shown as one once they agree.  A reply that needs
leave goes to nobody but its addressee until they agree: their server would have it hidden everywhere.
The ids of requests name the post, so that an answer that names nothing else finds it.
"""

from __future__ import annotations

import re
from typing import Any, Literal, NamedTuple

from sqlalchemy import Text, bindparam, select

from stoa.core.house import House
from stoa.core.statuses import quotes
from stoa.core.statuses.model import StatusView
from stoa.db import Connection, Query, Row
from stoa.db.tables import accounts, status_origins, statuses
from stoa.db.tables.base import Id
from stoa.federation import origins, threads
from stoa.federation.deliver import audience
from stoa.federation.deliver.kinds import CREATE
from stoa.federation.deliver.send import send
from stoa.federation.parse.origins import same_origin
from stoa.federation.render import activity
from stoa.ids import Addresses
from stoa.jobs import queue

Document = dict[str, Any]
Kind = Literal["QuoteRequest", "ReplyRequest"]

_NAMES: dict[Kind, str] = {"QuoteRequest": "quote_requests", "ReplyRequest": "reply_requests"}
_REQUEST = re.compile(r"#(quote|reply)_requests/(\d{1,19})")

_author = accounts.alias("author")
_other = statuses.alias("other")


def _other_end(column: Any) -> Query:
    """Our post, and the one it quotes or answers with its author."""
    return Query(
        select(
            statuses.c.id,
            statuses.c.uri,
            statuses.c.account_id,
            statuses.c.quote_state,
            _other.c.id.label("other_id"),
            _other.c.uri.label("other_uri"),
            _other.c.local.label("other_local"),
            _other.c.account_id.label("other_author_id"),
            _author.c.uri.label("other_author"),
            status_origins.c.reply_authorization,
        )
        .select_from(
            statuses.join(_other, _other.c.id == column)
            .join(_author, _author.c.id == _other.c.account_id)
            .outerjoin(status_origins, status_origins.c.status_id == statuses.c.id)
        )
        .where(statuses.c.id == bindparam("status", type_=Id), statuses.c.local)
    )


_quoted = _other_end(statuses.c.quote_of_id)
_answered = _other_end(statuses.c.in_reply_to_id)
_by_uri = Query(
    select(statuses.c.id).where(statuses.c.uri == bindparam("uri", type_=Text), statuses.c.local)
)


class Asked(NamedTuple):
    """A request of ours: of which *kind*, for which of our posts."""

    kind: Kind
    status_id: int


def request_id(addresses: Addresses, actor: str, kind: Kind, status_id: int) -> str:
    """The id of the request of the local *actor* for their post."""
    return addresses.deed(actor, _NAMES[kind], status_id)


async def find_request(
    conn: Connection, house: House, request: str | None, instrument: str | None = None
) -> Asked | None:
    """Which request of ours an answer is to: by its id, else by the id of our post; None for neither."""
    if request is not None and same_origin(request, house.addresses.base):
        found = _REQUEST.search(request)
        if found is not None:
            kind: Kind = "QuoteRequest" if found[1] == "quote" else "ReplyRequest"
            return Asked(kind, int(found[2]))
    if instrument is None:
        return None
    status_id = await conn.scalar(_by_uri, uri=instrument)
    return None if status_id is None else Asked("QuoteRequest", status_id)


async def ask_to_quote(conn: Connection, house: House, view: StatusView, note: Document) -> None:
    """Send a QuoteRequest for *view* (as others see it: *note*), if it quotes somebody elsewhere who
    has not agreed.
    """
    if view.quote_of_id is None or view.quote_state != "pending":
        return
    row = await conn.first(_quoted, status=view.id)
    if row is None or row.other_local:
        return
    request = activity.quote_request(
        request_id(house.addresses, view.account.uri, "QuoteRequest", view.id),
        note,
        row.other_uri,
        row.other_author,
    )
    if view.visibility not in ("public", "unlisted"):
        # Whoever is quoted is not among those it was written for.
        request["instrument"] = note["id"]
    await _ask(conn, house, view, row, request, "QuoteRequest")


async def asked_to_reply(conn: Connection, house: House, view: StatusView, note: Document) -> bool:
    """Whether *view* has to wait for leave to answer; then that is asked for, once."""
    row = await _needs_leave(conn, view.id)
    if row is None:
        return False
    request = activity.reply_request(
        request_id(house.addresses, view.account.uri, "ReplyRequest", view.id),
        note,
        row.other_uri,
        row.other_author,
    )
    await _ask(conn, house, view, row, request, "ReplyRequest")
    return True


async def is_awaited(conn: Connection, status_id: int) -> bool:
    """Whether the reply still waits for leave, so that nobody has been told of it."""
    return await _needs_leave(conn, status_id) is not None


async def _ask(
    conn: Connection, house: House, view: StatusView, row: Row, request: Document, kind: Kind
) -> None:
    await send(
        conn,
        house,
        request,
        account_id=view.account.id,
        inboxes=await audience.inboxes(conn, accounts=[row.other_author_id], personal=True),
        kind=kind,
        about=view.uri,
    )


async def _needs_leave(conn: Connection, status_id: int) -> Row | None:
    """Our reply and what it answers, if that needs a leave which is not there."""
    row = await conn.first(_answered, status=status_id)
    if row is None or row.other_local or row.reply_authorization is not None:
        return None
    uri: str = row.uri
    parent = _Parent(row.other_id, row.other_local, row.other_author_id)
    needed = await threads.needs_leave(conn, parent, row.account_id, uri.partition("/statuses/")[0])
    return row if needed else None


class _Parent(NamedTuple):
    id: int
    local: bool
    account_id: int


async def accepted(conn: Connection, house: House, asked: Asked, by: int, stamp: str | None) -> None:
    """The account *by* says yes to what we *asked*.  Counts only from whom we asked, and with a stamp
    that their server keeps.
    """
    row = await conn.first(_quoted if asked.kind == "QuoteRequest" else _answered, status=asked.status_id)
    if row is None or row.other_author_id != by:
        return
    if stamp is None or not same_origin(stamp, row.other_author):
        return
    if asked.kind == "QuoteRequest":
        await origins.put(conn, row.id, quote_authorization=stamp)
        await quotes.settle(conn, row.id, "accepted")
    elif await _needs_leave(conn, row.id) is not None:
        await origins.put(conn, row.id, reply_authorization=stamp)
        await queue.add(conn, CREATE, {"status": row.id})


async def rejected(conn: Connection, asked: Asked, by: int) -> None:
    """The account *by* says no, or no longer yes.  A reply without leave stays here."""
    row = await conn.first(_quoted, status=asked.status_id)
    if asked.kind == "QuoteRequest" and row is not None and row.other_author_id == by:
        await origins.put(conn, row.id, quote_authorization=None)
        await quotes.settle(conn, row.id, "rejected")
