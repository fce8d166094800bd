"""Requests of others: may this quote of theirs stand (FEP-044f)?

Ours says who may quote in `quote_policy`; whoever that names gets a stamp at once, anybody else a no.
A post from here can be answered, liked and boosted by everybody who may see it, so nobody has to ask
for that, and who does is not answered.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Text, bindparam, select

from stoa import ids
from stoa.core.errors import NotFound
from stoa.core.relationships import store as relationships
from stoa.core.statuses import quotes as core_quotes
from stoa.core.statuses.visibility import require_visible
from stoa.db import Connection, Query, Row, insert
from stoa.db.tables import quote_stamps
from stoa.federation.deliver import audience
from stoa.federation.deliver.send import send
from stoa.federation.parse.kinds import Request
from stoa.federation.parse.note import parse_note
from stoa.federation.parse.origins import same_origin
from stoa.federation.parse.trust import own_words
from stoa.federation.receive import posts
from stoa.federation.received import Received
from stoa.federation.render import activity

_add_stamp = insert(quote_stamps, "id", "account_id", "status_id", "quoting", "created_at", ignore=True)
_stamp = Query(
    select(quote_stamps.c.id).where(
        quote_stamps.c.status_id == bindparam("status"),
        quote_stamps.c.quoting == bindparam("uri", type_=Text),
    )
)


async def request(conn: Connection, r: Received) -> None:
    """Answer a QuoteRequest for a post of somebody here."""
    asked = r.activity
    if not isinstance(asked, Request) or asked.kind != "QuoteRequest":
        return
    quoted = await posts.find(conn, asked.object.id or "")
    quoting = asked.instrument.id
    if quoted is None or not quoted.local or quoting is None or asked.id is None:
        return
    if not await _agrees(conn, r, quoted, quoting):
        await _answer(conn, r, quoted, quoting, None)
        return
    await conn.run(
        _add_stamp,
        id=ids.new_id(),
        account_id=quoted.account_id,
        status_id=quoted.id,
        quoting=quoting,
        created_at=ids.now_ms(),
    )
    number: int = await conn.scalar(_stamp, status=quoted.id, uri=quoting)
    await _answer(conn, r, quoted, quoting, r.house.addresses.quote_authorization(quoted.author, number))
    await _let_stand(conn, r, asked)


async def _agrees(conn: Connection, r: Received, quoted: Row, quoting: str) -> bool:
    """Whether the author lets the actor quote the post: an original that they may see, by the author's
    own policy, and by a post of the actor's.
    """
    if quoted.reblog_of_id is not None or not same_origin(quoting, r.activity.actor):
        return False
    known = await posts.find(conn, quoting)
    if known is not None and known.account_id != r.actor_id:
        return False
    if await relationships.any_block(conn, quoted.account_id, r.actor_id):
        return False
    try:
        status = await require_visible(conn, quoted.id, r.actor_id)
    except NotFound:
        return False
    return await core_quotes.may_quote(conn, status, r.actor_id)


async def _answer(conn: Connection, r: Received, quoted: Row, quoting: str, stamp: str | None) -> None:
    what: dict[str, Any] = {
        "id": r.activity.id,
        "type": "QuoteRequest",
        "actor": r.activity.actor,
        "object": quoted.uri,
        "instrument": quoting,
    }
    name = "rejects" if stamp is None else "accepts"
    answer_id = r.house.addresses.deed(quoted.author, name, ids.new_id())
    document = (
        activity.reject(answer_id, quoted.author, what)
        if stamp is None
        else activity.accept(answer_id, quoted.author, what, stamp)
    )
    await send(
        conn,
        r.house,
        document,
        account_id=quoted.account_id,
        inboxes=await audience.inboxes(conn, accounts=[r.actor_id], personal=True),
        kind=document["type"],
    )


async def _let_stand(conn: Connection, r: Received, asked: Request) -> None:
    """The quote, if it is here or came with the request, is shown as one."""
    known = await posts.find(conn, asked.instrument.id or "")
    if known is not None:
        if known.quote_state == "pending":
            await core_quotes.settle(conn, known.id, "accepted")
        return
    document = own_words(asked.instrument, r.activity.actor)
    if document is not None:
        note = parse_note(document, around=r.document)
        if note.author == r.activity.actor and note.vote is None:
            await posts.keep(conn, r.house, note, r.actor_id, r.given_up, delivered=True)
