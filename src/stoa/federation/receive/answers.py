"""Accept and Reject: of a follow, of a request to quote, answer or recommend, of our asking a relay."""

from __future__ import annotations

from stoa.db import Connection
from stoa.federation.deliver import consent
from stoa.federation.parse.kinds import Accept, Reject, Request
from stoa.federation.receive import featured, follows, relays
from stoa.federation.received import Received


async def accept(conn: Connection, r: Received) -> None:
    """Yes to something that somebody here, or the server itself, has asked the actor."""
    stamp = r.activity.result if isinstance(r.activity, Accept) else None
    if await featured.answered(conn, r, stamp=stamp or ""):
        return
    asked = await _asked(conn, r)
    if asked is not None:
        await consent.accepted(conn, r.house, asked, r.actor_id, stamp)
    elif not await relays.answered(conn, r, r.activity.object.id, yes=True):
        await follows.accepted(conn, r)


async def reject(conn: Connection, r: Received) -> None:
    """No, or no longer."""
    if await featured.answered(conn, r, stamp=None):
        return
    asked = await _asked(conn, r)
    if asked is not None:
        await consent.rejected(conn, asked, r.actor_id)
    elif not await relays.answered(conn, r, r.activity.object.id, yes=False):
        await follows.rejected(conn, r)


async def _asked(conn: Connection, r: Received) -> consent.Asked | None:
    inner = r.activity.inner if isinstance(r.activity, (Accept, Reject)) else None
    instrument = inner.instrument.id if isinstance(inner, Request) else None
    return await consent.find_request(conn, r.house, r.activity.object.id, instrument)
