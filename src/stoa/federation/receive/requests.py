"""Asking whether something may stand to a post from here: quotes (FEP-044f, F10.5), and what
GoToSocial asks of replies, likes and boosts (F10.9); collections are asked for in `featured`.

The author's terms answer for quotes and replies; the rest is for everybody who may see the post, and
whom nobody has blocked.  Yes comes with a stamp, which is shown at its id as long as it holds.
"""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import Text, bindparam, select

from stoa import ids
from stoa.core.errors import NotFound
from stoa.core.relationships import store as relationships
from stoa.core.statuses import favourite, replies
from stoa.core.statuses import quotes as core_quotes
from stoa.core.statuses.visibility import require_visible
from stoa.db import Connection, Query, Row, insert
from stoa.db.tables import quote_stamps
from stoa.federation import store
from stoa.federation.deliver import audience
from stoa.federation.deliver.send import send
from stoa.federation.parse.kinds import Request
from stoa.federation.parse.note import parse_note
from stoa.federation.parse.origins import same_origin
from stoa.federation.parse.trust import own_words
from stoa.federation.receive import featured, posts
from stoa.federation.received import Received
from stoa.federation.render import activity

Kind = Literal["Quote", "Reply", "Like", "Announce"]

_KINDS: dict[str, Kind] = {
    "QuoteRequest": "Quote",
    "ReplyRequest": "Reply",
    "LikeRequest": "Like",
    "AnnounceRequest": "Announce",
}

_add_stamp = insert(
    quote_stamps, "id", "account_id", "status_id", "quoting", "kind", "created_at", ignore=True
)
_stamp = Query(
    select(quote_stamps.c.id).where(
        quote_stamps.c.status_id == bindparam("status"),
        quote_stamps.c.quoting == bindparam("uri", type_=Text),
        quote_stamps.c.kind == bindparam("kind", type_=Text),
    )
)


async def request(conn: Connection, r: Received) -> None:
    """Answer the request of the actor, if it is for a post of somebody here."""
    asked = r.activity
    if not isinstance(asked, Request) or asked.id is None:
        return
    if asked.kind == "FeatureRequest":
        await featured.request(conn, r)
        return
    kind, target, deed = (
        _KINDS[asked.kind],
        await posts.find(conn, asked.object.id or ""),
        asked.instrument.id,
    )
    if target is None or not target.local or deed is None:
        return
    if await store.is_buried(conn, deed, asked.actor):
        return  # it is gone already
    if not await _agrees(conn, r, kind, target, deed):
        await _answer(conn, r, asked, target, None)
        return
    await conn.run(
        _add_stamp,
        id=ids.new_id(),
        account_id=target.account_id,
        status_id=target.id,
        quoting=deed,
        kind=kind,
        created_at=ids.now_ms(),
    )
    number: int = await conn.scalar(_stamp, status=target.id, uri=deed, kind=kind)
    await _answer(conn, r, asked, target, r.house.addresses.authorization(target.author, kind, number))
    if kind == "Quote":
        await _let_stand(conn, r, asked, target)
    elif kind == "Like":
        # There will be no Like besides: the request is all that comes of it.
        await favourite.favourite(conn, r.actor_id, target.id, uri=deed)


async def _agrees(conn: Connection, r: Received, kind: Kind, target: Row, deed: str) -> bool:
    """Whether the author of *target* lets the actor do it: to an original that they may see, by a deed
    of the actor's own.
    """
    if target.reblog_of_id is not None or not same_origin(deed, r.activity.actor):
        return False
    known = await posts.find(conn, deed)
    if known is not None and known.account_id != r.actor_id:
        return False
    if await relationships.any_block(conn, target.account_id, r.actor_id):
        return False
    try:
        status = await require_visible(conn, target.id, r.actor_id)
    except NotFound:
        return False
    if kind == "Quote":
        # What its author has taken back once is not given again for the asking.
        revoked = known is not None and known.quote_state == "revoked"
        return not revoked and await core_quotes.may_quote(conn, status, r.actor_id)
    if kind == "Reply":
        return await replies.refusal(conn, status, r.actor_id) is None
    return kind != "Announce" or status.visibility in ("public", "unlisted")


async def _answer(conn: Connection, r: Received, asked: Request, target: Row, stamp: str | None) -> None:
    what: dict[str, Any] = {
        "id": asked.id,
        "type": asked.kind,
        "actor": asked.actor,
        "object": target.uri,
        "instrument": asked.instrument.id,
    }
    name = "rejects" if stamp is None else "accepts"
    answer_id = r.house.addresses.deed(target.author, name, ids.new_id())
    document = (
        activity.reject(answer_id, target.author, what)
        if stamp is None
        else activity.accept(answer_id, target.author, what, stamp)
    )
    await send(
        conn,
        r.house,
        document,
        account_id=target.account_id,
        inboxes=await audience.inboxes(conn, accounts=[r.actor_id], personal=True),
        kind=document["type"],
    )


async def _let_stand(conn: Connection, r: Received, asked: Request, target: Row) -> None:
    """The quote, if it is here or came with the request, is shown as one."""
    known = await posts.find(conn, asked.instrument.id or "")
    if known is not None:
        if known.quote_of_id == target.id and known.quote_state == "pending":
            await core_quotes.settle(conn, known.id, "accepted")
        return
    document = own_words(asked.instrument, r.activity.actor)
    if document is not None:
        note = parse_note(document, around=r.document)
        if note.author == r.activity.actor and note.vote is None:
            await posts.keep(conn, r.house, note, r.actor_id, r.given_up, delivered=True)
