"""What posts of others quote, and with whose leave (docs/decisions/0011-quotes-of-others.md).

1. One's own posts are quoted freely.
2. Ours are quoted with a stamp that we gave, and with nothing else.
3. Where the quoted server knows of stamps (the post says who may quote it), one is needed, and it is
   fetched from its author's server before the quote is shown.
4. Where it does not, public posts are quoted as they always were there.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Text, bindparam, select

from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.core.statuses import quotes
from stoa.core.statuses.model import QuoteState
from stoa.core.statuses.visibility import require_answerable
from stoa.db import Connection, Query, Row
from stoa.db.tables import quote_stamps, status_origins
from stoa.federation import origins
from stoa.federation.missing import Missing
from stoa.federation.parse.origins import same_origin
from stoa.federation.parse.quote import RemoteQuote
from stoa.federation.received import Received
from stoa.federation.threads import find_status, read_policy
from stoa.jobs import queue

VERIFY = "federation.quote"
"""Find out whether a quote may be shown; {"status": id, "tries": …}."""

_stamp = Query(
    select(quote_stamps.c.id).where(
        quote_stamps.c.status_id == bindparam("status"),
        quote_stamps.c.quoting == bindparam("quoting", type_=Text),
        quote_stamps.c.kind == "Quote",
    )
)
_policy = Query(select(status_origins.c.policy).where(status_origins.c.status_id == bindparam("status")))


class Found(NamedTuple):
    """What a post quotes (*id* None: not here) and how that stands.  *verify*: someone has to ask."""

    id: int | None
    state: QuoteState
    verify: bool


async def find(
    conn: Connection, house: House, uri: str, quote: RemoteQuote | None, author_id: int,
    given_up: frozenset[str],
) -> Found | None:  # fmt: skip
    """What the post *uri* of the author quotes; None for nothing, or nothing that can be quoted: a
    boost (GHSA-8h43), or what its author may not see.

    Raises Missing for what is not here and not *given_up*.
    """
    if quote is None or quote.id == uri:
        return None
    quoted_id = await find_status(conn, house, quote.id)
    if quoted_id is None:
        if same_origin(quote.id, house.addresses.base):
            return None
        if quote.id not in given_up:
            raise Missing(statuses=(quote.id,))
        return Found(None, "pending", verify=True)
    try:
        quoted = await require_answerable(conn, quoted_id, author_id)
    except NotFound:
        return None
    state = await standing(conn, quoted, author_id, uri, stamped=quote.authorization is not None)
    return Found(quoted.id, state, verify=state == "pending" and quote.authorization is not None)


async def standing(conn: Connection, quoted: Row, author_id: int, uri: str, *, stamped: bool) -> QuoteState:
    """How a quote of *quoted* (a row of require_answerable) by the post *uri* stands, as far as is
    known here.  *stamped*: it shows a stamp, which says nothing before somebody has looked at it.
    """
    if quoted.account_id == author_id:
        return "accepted"
    if quoted.local:
        given = await conn.scalar(_stamp, status=quoted.id, quoting=uri)
        return "pending" if given is None else "accepted"
    if stamped or quoted.visibility not in ("public", "unlisted"):
        return "pending"
    stored = await conn.scalar(_policy, status=quoted.id)
    policy = None if stored is None else read_policy(stored)
    return "accepted" if policy is None or policy.can_quote is None else "pending"


async def look_later(
    conn: Connection, status_id: int, *, tries: int = 0, run_at: int | None = None
) -> None:
    """Have the quote looked at: what is quoted fetched, its stamp verified."""
    await queue.add(
        conn,
        VERIFY,
        {"status": status_id, "tries": tries},
        run_at=run_at,
        unique_key=f"{VERIFY}:{status_id}:{tries}",
    )


async def shown_anew(conn: Connection, house: House, status: Row, quote: RemoteQuote | None) -> None:
    """The post says again what it quotes, perhaps with a stamp now.  *status*: id, uri, account_id,
    quote_of_id, quote_state.

    What a post quotes does not change.  A stamp that did not hold gives way to another one; one that
    was taken back does not come back (CVE-2026-33869).
    """
    known = await origins.find(conn, status.id)
    if quote is None or known is None or quote.authorization is None:
        return
    if known.quote_authorization == quote.authorization and status.quote_state != "pending":
        return
    if status.quote_of_id is None and known.quote != quote.id:
        return
    if status.quote_state == "accepted" and known.quote_authorization is not None:
        return
    await origins.put(conn, status.id, quote=quote.id, quote_authorization=quote.authorization)
    if status.quote_of_id is None:
        await look_later(conn, status.id)
        return
    try:
        quoted = await require_answerable(conn, status.quote_of_id, status.account_id)
    except NotFound:
        return
    if quoted.uri != quote.id:
        return
    if quoted.local:
        state = await standing(conn, quoted, status.account_id, status.uri, stamped=True)
        if state == "accepted":
            await quotes.settle(conn, status.id, state)
    elif status.quote_state != "accepted":
        await look_later(conn, status.id)


async def gather(conn: Connection, uri: str) -> None:
    """Have those that quote the post *uri*, which has just come, looked at."""
    for status_id in await origins.quoting(conn, uri):
        await look_later(conn, status_id)


async def revoked(conn: Connection, r: Received) -> bool:
    """A stamp was deleted by who gave it: what shows it quotes no longer.  Whether it was a stamp."""
    uri = r.activity.object.id
    rows = [] if uri is None else await origins.stamped(conn, uri)
    for row in rows:
        if row.quoted_author_id == r.actor_id:
            await quotes.settle(conn, row.id, "revoked")
    return bool(rows)
